// SPDX-License-Identifier: Apache-2.0
// Whose people may come under the local part of their address (POLICY L16): one org of the host at most.
#pragma once
#include "store/entities.h"
#include "store/store.h"

// The org that DEFAULT_ORG means, if it gives short logins (login-form=local-part). DEFAULT_ORG: a slug; "auto" for the
// only org of the host that has verified a domain; "none". Where users may be known to a name service besides the
// host's files (foreign_asks()) there is none. STATUS_NOT_FOUND: no org; otherwise as store_get() and foreign_load().
MUST_CHECK enum status short_names_org(struct store_txn *txn, const char *default_org, struct org *ret_org);

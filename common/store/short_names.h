// SPDX-License-Identifier: Apache-2.0
// Whose people may come under the local part of their address (POLICY L16): one org of the host at most.
#pragma once
#include "store/entities.h"
#include "store/store.h"

// The org that DEFAULT_ORG means, if it gives short logins (login-form=local-part). DEFAULT_ORG: a slug; "auto" for the
// only org of the host that has verified a domain; "none". STATUS_NOT_FOUND: no org; otherwise as store_get().
MUST_CHECK enum status short_names_org(struct store_txn *txn, const char *default_org, struct org *ret_org);

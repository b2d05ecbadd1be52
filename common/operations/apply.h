// SPDX-License-Identifier: Apache-2.0
// What changes of one noun ask of another.
#pragma once
#include "change/context.h"
#include "change/throttle.h"
#include "facts/facts.h"
#include "store/accounts.h"
#include "store/foreign.h"
#include "store/orgs.h"

// Forgets an invite of EMAIL in the org, so that it gives no role, and no way back, behind an admin's back.
MUST_CHECK enum status apply_drop_invite(struct change_context *a, int64_t org_id, const char *email);

// Makes the org's recovery codes void. They belong to it and to its owner: also whoever transfers or deletes an org
// calls this, while ORG still has the owner they were made for. *RET_COUNT: how many were unused.
MUST_CHECK enum status apply_drop_recovery(struct change_context *a, const struct org *org, size_t *ret_count);

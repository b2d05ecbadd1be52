// SPDX-License-Identifier: Apache-2.0
// Recovery codes of an org's owner (POLICY L5, E4): each signs in once, and only who owns the org now.
#pragma once
#include "change/change.h"
#include "store/recovery.h"

struct recovery_create {
  const char *org;
  const struct recovery_code *codes; // RECOVERY_CODES of them, prefix and hash: they take the place of earlier ones
};

// STATUS_NOT_FOUND: no such org. STATUS_REFUSED: no code would be taken from its owner. STATUS_EXISTS: a code begins
// like another one of the owner.
struct change change_recovery_create(const struct recovery_create *in, struct change_done *ret_result);

struct recovery_revoke {
  const char *org;
};

// STATUS_NOT_FOUND: no such org.
struct change change_recovery_revoke(const struct recovery_revoke *in, struct change_done *ret_result);

// Within another change: makes the org's recovery codes void. They belong to it and to its owner: also whoever
// transfers or deletes an org calls this, while ORG still has the owner they were made for. *RET_COUNT: how many were
// unused. Errors as store_get() and store_put().
MUST_CHECK enum status change_drop_recovery(struct change_context *c, const struct org *org, size_t *ret_count);

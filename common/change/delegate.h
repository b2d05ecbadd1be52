// SPDX-License-Identifier: Apache-2.0
// Somebody who acts for an org of theirs through sudo (POLICY W "Actor"): what they may do is decided from the store,
// in the transaction of the change itself, and only for orgs that their session opened.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "policy/rights.h"
#include "store/accounts.h"
#include "store/orgs.h"

struct delegate {
  int64_t account_id;
  const gid_t *groups; // borrowed: those of the session, as the kernel has them
  size_t group_count;
};

// Where DELEGATE stands in ORG: nobody if the account is locked or gone, the membership suspended or gone, or the
// session has not the org's group. Errors as store_get().
MUST_CHECK enum status delegate_standing(struct store_txn *txn, const struct delegate *delegate, const struct org *org,
                                         enum standing *ret_standing);

// STATUS_OK if DELEGATE may make use of RIGHT in the org SLUG. STATUS_REFUSED with an error, the same one for an org
// that there is not and one that is not theirs. Errors as store_get().
MUST_CHECK enum status delegate_check(struct store_txn *txn, const struct delegate *delegate, enum right right,
                                      const char *slug, struct error *error);

// Whether PERSON, a login or an email, is somebody of an org that DELEGATE may look at: a member, invited there, or on
// a verified domain of it. Errors as store_get().
MUST_CHECK enum status delegate_sees(struct store_txn *txn, const struct delegate *delegate, const char *person,
                                     bool *ret_sees);

// Whether DELEGATE may look at ORG.
MUST_CHECK enum status delegate_sees_org(struct store_txn *txn, const struct delegate *delegate, const struct org *org,
                                         bool *ret_sees);

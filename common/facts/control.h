// SPDX-License-Identifier: Apache-2.0
// Which org is in control of an account (POLICY "Words").
#pragma once
#include "store/accounts.h"
#include "store/orgs.h"

// The org with the verified domain of ACCOUNT's email; without one, the org that made the account while it is its only
// membership; 0: nobody but the person and root. Errors as store_get().
MUST_CHECK enum status control_of(struct store_txn *txn, const struct account *account, int64_t *ret_org_id);

// Whether ACCOUNT is in no org but ORG_ID, those left out that it has made itself and nobody else is in (POLICY V6).
// Errors as memberships_of().
MUST_CHECK enum status control_is_alone(struct store_txn *txn, const struct account *account, int64_t org_id,
                                        bool *ret_alone);

// Whether MEMBERSHIP is that of the owner of a self-made org (POLICY V6); with ALONE, of one that nobody else is in.
// Errors as store_get().
MUST_CHECK enum status control_is_own(struct store_txn *txn, const struct membership *membership, bool alone,
                                      bool *ret_own);

// Whether ACCOUNT owns an org other than EXCEPT_ID and than those that it has made itself. Errors as above.
MUST_CHECK enum status control_owns_other(struct store_txn *txn, const struct account *account, int64_t except_id,
                                          bool *ret_owns);

// Whether the home of ACCOUNT is there; one that cannot be looked at may be.
bool control_has_home(const struct account *account);

// Whether somebody else may have used ACCOUNT while its email was unproven (POLICY "used while unproven"): a session of
// it was opened or its home is there. Not if an operator, or org CONTROLLER that governs it now (0: none), added it and
// no invitation code was typed.
// Errors as memberships_of().
MUST_CHECK enum status control_used_unproven(struct store_txn *txn, const struct account *account, int64_t controller,
                                             bool *ret_used);

// Whether ORG has as many members as it may have (max-members). Errors as store_get().
MUST_CHECK enum status control_is_full(struct store_txn *txn, const struct org *org, bool *ret_full);

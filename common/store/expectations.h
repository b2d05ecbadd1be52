// SPDX-License-Identifier: Apache-2.0
// Expected identities: an admin has said which address of the org's provider is an account's, before anybody has signed
// in with it. One for each account and org; used up by the sign-in that links it. Writing needs a write transaction.
// Every function may fail as store_get() and store_put() do.
#pragma once
#include "store/entities.h"
#include "store/store.h"

MUST_CHECK enum status expectation_get(struct store_txn *txn, int64_t org_id, const char *email,
                                       struct expectation *ret_expectation);

// That of the account in the org.
MUST_CHECK enum status expectation_of_account(struct store_txn *txn, int64_t account_id, int64_t org_id,
                                              struct expectation *ret_expectation);

// Replaces the one that the account has in the org. STATUS_EXISTS if the address is expected for another account there.
MUST_CHECK enum status expectation_put(struct store_txn *txn, const struct expectation *expectation);

// Forgets that of the account in the org, or in all for ORG_ID 0. *RET_ANY: whether there was one.
MUST_CHECK enum status expectation_drop(struct store_txn *txn, int64_t account_id, int64_t org_id, bool *ret_any);

typedef enum status expectation_visit(void *context, const struct expectation *expectation);
MUST_CHECK enum status expectation_each_of(struct store_txn *txn, int64_t account_id, expectation_visit *visit,
                                           void *context);

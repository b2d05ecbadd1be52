// SPDX-License-Identifier: Apache-2.0
// Expected identities: an admin has said which address of the org's provider is an account's, before anybody has signed
// in with it. One for each account and org; used up by the sign-in that links it. Writing needs a write transaction.
// Every function may fail as store_get() and store_put() do.
#pragma once
#include "store/entities.h"
#include "store/store.h"

MUST_CHECK enum status pending_link_get(struct store_txn *txn, int64_t org_id, const char *email,
                                        struct pending_link *ret_link);

// That of the account in the org.
MUST_CHECK enum status pending_link_of_account(struct store_txn *txn, int64_t account_id, int64_t org_id,
                                               struct pending_link *ret_link);

// Replaces the one that the account has in the org. STATUS_EXISTS if the address is expected for another account there.
MUST_CHECK enum status pending_link_put(struct store_txn *txn, const struct pending_link *link);

// Forgets that of the account in the org, or in all for ORG_ID 0. *RET_ANY: whether there was one.
MUST_CHECK enum status pending_link_drop(struct store_txn *txn, int64_t account_id, int64_t org_id, bool *ret_any);

typedef enum status pending_link_visit(void *context, const struct pending_link *link);
MUST_CHECK enum status pending_link_each_of(struct store_txn *txn, int64_t account_id, pending_link_visit *visit,
                                            void *context);

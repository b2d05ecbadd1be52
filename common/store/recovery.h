// SPDX-License-Identifier: Apache-2.0
// Recovery codes of owners in the store, by account and by how each begins. Writing needs a write transaction. Every
// function may fail as store_get() and store_put() do.
#pragma once
#include "store/entities.h"
#include "store/store.h"

// STATUS_NOT_FOUND also for a prefix that is none.
MUST_CHECK enum status recovery_get(struct store_txn *txn, int64_t account_id, const char *prefix,
                                    struct recovery_code *ret_code);
MUST_CHECK enum status recovery_put(struct store_txn *txn, const struct recovery_code *code);

// Those of all orgs that the account owns, used ones too; another status than STATUS_OK ends the walk.
typedef enum status recovery_visit(void *context, const struct recovery_code *code);
MUST_CHECK enum status recovery_each(struct store_txn *txn, int64_t account_id, recovery_visit *visit, void *context);

// Forgets the codes that the account has for the org. STATUS_OK where there is none.
MUST_CHECK enum status recovery_drop(struct store_txn *txn, int64_t account_id, int64_t org_id);

// What there is of an org's codes. Dates are 0 for never.
struct recovery_summary {
  size_t made; // used or not
  size_t left;
  int64_t created_at_s;
  int64_t last_used_at_s;
};
MUST_CHECK enum status recovery_summarize(struct store_txn *txn, int64_t account_id, int64_t org_id,
                                          struct recovery_summary *ret_summary);

// SPDX-License-Identifier: Apache-2.0
// What members ask the admins of an org for: one for each account and org, until it is answered, expires, or its
// membership goes. Writing needs a write transaction. Every function may fail as store_get() and store_put() do.
#pragma once
#include "store/entities.h"
#include "store/store.h"

// That of the account in the org, if it is open at NOW_S. STATUS_NOT_FOUND.
MUST_CHECK enum status request_get(struct store_txn *txn, int64_t org_id, int64_t account_id, int64_t now_s,
                                   struct request *ret_request);

// Replaces the one that the account has in the org, and gives it its number. STATUS_TOO_LARGE where others have
// REQUESTS_MAX open there; those of the org that are not open at its asked_at_s are forgotten.
MUST_CHECK enum status request_put(struct store_txn *txn, struct request *request);

// Forgets that of the account in the org, if there is one.
MUST_CHECK enum status request_drop(struct store_txn *txn, int64_t org_id, int64_t account_id);

typedef enum status request_visit(void *context, const struct request *request);

// Visits those that are open at NOW_S, of an org, or of all where ORG_ID is 0.
MUST_CHECK enum status request_each(struct store_txn *txn, int64_t org_id, int64_t now_s, request_visit *visit,
                                    void *context);

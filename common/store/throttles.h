// SPDX-License-Identifier: Apache-2.0
// How often something was tried (POLICY T): one counter for each kind and subject, in a table of bounded size. Writing
// needs a write transaction. Every function may fail as store_get() and store_put() do.
#pragma once
#include "store/entities.h"
#include "store/store.h"

enum { THROTTLES_MAX = 16384 };

// STATUS_NOT_FOUND if it was never counted, or was forgotten.
MUST_CHECK enum status throttle_get(struct store_txn *txn, enum throttle_kind kind, const char *subject,
                                    struct throttle *ret_throttle);
MUST_CHECK enum status throttle_put(struct store_txn *txn, const struct throttle *throttle);
// STATUS_OK where there is none.
MUST_CHECK enum status throttle_remove(struct store_txn *txn, enum throttle_kind kind, const char *subject);

// Whether MORE counters would fit; those whose last try was before OLD_S, or after NOW_S,
// are forgotten first if not.
MUST_CHECK enum status throttle_make_room(struct store_txn *txn, size_t more, int64_t old_s, int64_t now_s,
                                          bool *ret_room);

// The last failed try of the account, or through the connection under the id of an org or social connection. Replaces
// the one before; STATUS_NOT_FOUND for none.
enum failed_of { FAILED_OF_ACCOUNT, FAILED_OF_CONNECTION };
MUST_CHECK enum status failed_try_get(struct store_txn *txn, enum failed_of of, int64_t id, struct failed_try *ret_try);
MUST_CHECK enum status failed_try_put(struct store_txn *txn, enum failed_of of, int64_t id,
                                      const struct failed_try *failed);

typedef enum status throttle_visit(void *context, const struct throttle *throttle);
MUST_CHECK enum status throttle_each(struct store_txn *txn, throttle_visit *visit, void *context);

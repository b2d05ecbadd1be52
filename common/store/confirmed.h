// SPDX-License-Identifier: Apache-2.0
// What an operator of the host saw of an org when they set or confirmed it (POLICY "confirmed connection", W8), beside
// what is there now, and who set that. Writing needs a write transaction. Every function may fail as store_get() and
// store_put() do.
#pragma once
#include <stdbool.h>

#include "store/entities.h"
#include "store/store.h"

// What of ORG and CONNECTION (NULL: it has none) an operator looks at. The certificates and the secret are borrowed
// from CONNECTION.
struct covered covered_of(const struct org *org, const struct connection *connection);

// One of COVERED_COUNT values, in the order of confirmed.set_by; static. Whether it is about the connection.
const char *covered_name(size_t index);
bool covered_is_connection(size_t index);

// The bytes of value INDEX, as this host has them in memory; borrowed. *RET_LENGTH is 0 for an empty text.
const void *covered_bytes(size_t index, const struct covered *covered, size_t *ret_length);

// Whether value INDEX is the same in both.
bool covered_is_same(size_t index, const struct covered *a, const struct covered *b);

// Whether all that is about the connection is the same in both.
bool covered_same_connection(const struct covered *a, const struct covered *b);

// Reads what was seen in SLOT. cleanup_confirmed(). STATUS_NOT_FOUND where no operator has looked since values are
// kept.
MUST_CHECK enum status confirmed_get(struct store_txn *txn, int64_t org_id, enum connection_slot slot,
                                     struct confirmed *ret_confirmed);
// The fingerprint alone; "" where there is none.
MUST_CHECK enum status confirmed_fingerprint(struct store_txn *txn, int64_t org_id, enum connection_slot slot,
                                             char ret_fingerprint[static FINGERPRINT_SIZE]);
MUST_CHECK enum status confirmed_put(struct store_txn *txn, enum connection_slot slot,
                                     const struct confirmed *confirmed);
// STATUS_OK also where there is none.
MUST_CHECK enum status confirmed_remove(struct store_txn *txn, int64_t org_id, enum connection_slot slot);

// Notes in CONFIRMED that ACTOR has changed what differs between BEFORE and AFTER: an operator has seen the new value.
// STATUS_NO_MEMORY, STATUS_IO (no random number).
MUST_CHECK enum status confirmed_note(struct confirmed *confirmed, const struct covered *before,
                                      const struct covered *after, const char *actor, bool by_operator);

// An operator has seen all of AFTER.
MUST_CHECK enum status confirmed_see(struct confirmed *confirmed, const struct covered *after);

// What STAGED has of the connection counts in ACTIVE from now on.
MUST_CHECK enum status confirmed_promote(struct confirmed *active, const struct confirmed *staged);

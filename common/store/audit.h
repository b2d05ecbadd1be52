// SPDX-License-Identifier: Apache-2.0
// The audit trail in the store, oldest first, as a chain: each event carries the hash of the one before, so that none
// can be changed, taken away or put in without all that follow being made anew. Writing needs a write transaction.
// Every function may fail as store_get() and store_put() do.
#pragma once
#include "store/entities.h"
#include "store/store.h"

// event->number is given here and grows; event->before is the hash of the last event.
MUST_CHECK enum status audit_add(struct store_txn *txn, const struct audit_event *event);

typedef enum status audit_visit(void *context, const struct audit_event *event);
// Those whose number is greater than AFTER.
MUST_CHECK enum status audit_each(struct store_txn *txn, int64_t after, audit_visit *visit, void *context);
// Those among the last MOST.
MUST_CHECK enum status audit_each_last(struct store_txn *txn, int64_t most, audit_visit *visit, void *context);

// Forgets events from before OLD_S, a few of the oldest at a time. The chain then begins with the oldest that is left.
MUST_CHECK enum status audit_trim(struct store_txn *txn, int64_t old_s);

// SHA-256 (FIPS 180-4), in hexadecimal, over "ssoorg-audit-1" and what EVENT holds, the hash that it carries first and
// then its other members in the order of the struct, numbers in decimal, a NUL behind each.
void audit_hash(const struct audit_event *event, char ret_hash[static AUDIT_HASH_SIZE]);

struct audit_chain {
  int64_t events;
  int64_t unchained; // of them: the oldest, from before events were chained
  int64_t first;     // number of the oldest; 0 where there is none
  int64_t first_at_s;
  int64_t last;
  int64_t last_at_s;
  char head[AUDIT_HASH_SIZE]; // hash of the last one, "" where there is none
  int64_t broken;             // number of the first that does not follow the one before it; 0: all do
  int64_t broken_at_s;
  int64_t broken_after; // number of that one
};

// Looks through the whole trail. STATUS_OK also where it is broken.
MUST_CHECK enum status audit_verify(struct store_txn *txn, struct audit_chain *ret_chain);

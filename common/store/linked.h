// SPDX-License-Identifier: Apache-2.0
// In a fleet: what an admin has said last of the identity of an account at an org, which holds on every host. What a
// sign-in links is the host's own, and stands among the identities alone.
#pragma once
#include "store/entities.h"
#include "store/store.h"

struct linked {
  struct identity identity; // subject "": none, whoever had linked one before
  int64_t number;           // drawn for each: what is said again changes nothing
};

extern const struct record_type LINKED_RECORD;

// STATUS_NOT_FOUND: none has said anything. Errors as store_get().
MUST_CHECK enum status linked_get(struct store_txn *txn, int64_t org_id, int64_t account_id, struct linked *ret_linked);
MUST_CHECK enum status linked_put(struct store_txn *txn, const struct linked *linked);
MUST_CHECK enum status linked_drop(struct store_txn *txn, int64_t org_id, int64_t account_id);

// The same with a new number, of an identity that is stored. Errors as store_new_id().
MUST_CHECK enum status linked_say(struct store_txn *txn, const struct identity *identity);

// That there is none.
MUST_CHECK enum status linked_say_none(struct store_txn *txn, int64_t org_id, int64_t account_id);

// Makes the identities of the account at the org what LINKED says, whosever that one was. Errors as store_put().
MUST_CHECK enum status linked_follow(struct store_txn *txn, const struct linked *linked);

// SPDX-License-Identifier: Apache-2.0
// What of the present state outlives a restore (POLICY D3, N4), for restore.c.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/id_list.h"
#include "store/store.h"

enum { KEPT_PAIR = 16 }; // the key of a removed member's tombstone: org and account

// Who is kept out of an org now.
struct suspended {
  int64_t account_id;
  int64_t org_id;
};

struct tombstone {
  struct store_key key;
  int64_t at_s;
};

// What of the present state outlives it.
struct kept {
  struct store_txn *from;
  struct store_txn *txn;
  struct tombstone *tombstones; // owned
  size_t tombstone_count;
  size_t tombstone_capacity;
  struct id_list accounts;     // that there are now, in their order
  struct id_list locked;       // of them, those that are locked
  struct suspended *suspended; // owned
  size_t suspended_count;
  size_t suspended_capacity;
  uint32_t *numbers; // owned
  size_t number_count;
  size_t number_capacity;
  int64_t last_id;
  int64_t map_serial;
  int64_t access_since_s; // since when it is known who could get in; 0: not
  int64_t now_s;
};

void kept_done(struct kept *kept);

// Fills KEPT, whose FROM, TXN and NOW_S are set, from the present state, before anything of it is changed. Errors as
// store_get().
MUST_CHECK enum status kept_gather(struct kept *kept);

// Whether KEY is that of a member's tombstone.
bool kept_is_pair(const struct store_key *key);

// The last id that was given. Errors as store_get().
MUST_CHECK enum status kept_last_id(struct store_txn *txn, int64_t *ret_id);

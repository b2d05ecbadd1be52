// SPDX-License-Identifier: Apache-2.0
// Who is asked about at once: each in a slot, which is given to the next as soon as it is free.
#pragma once
#include "process/asking.h"
#include "recheck_lanes.h"

enum {
  POOL_SLOTS = 8,
  POOL_OF_ORG = 4 // so many of one org, which leaves room for others beside one whose provider hangs
};

enum slot_state {
  SLOT_FREE = 0,
  SLOT_WAITS,  // until whoever asks about them just now has
  SLOT_HELD,   // nobody else may ask about them
  SLOT_ASKS,   // the helper does
  SLOT_IS_OVER // it has said all, or too little for too long
};

struct slot {
  enum slot_state state;
  struct lane *lane;
  int64_t account_id;
  char login[LOGIN_SIZE];
  int lock;            // owned; -1: none
  int64_t deadline_ms; // monotonic: until then the state may last
  struct asking asking;
};

struct pool {
  struct slot slots[POOL_SLOTS];
};

// For pool_done().
struct pool pool_new(void);
void pool_done(struct pool *pool);

// Gives free slots to those whose turn it is at NOW_MS. One refresh at a time of each person: whoever is there for
// another org is not taken. A login by key that asks just now comes first, and is waited for until 3 s later.
void pool_fill(struct pool *pool, struct lanes *lanes, int64_t now_ms);

// Holds those that wait, by their lock in the file PATH, without waiting for it. How many were not to be had in time is
// added to LEFT: their slots are free. STATUS_IO.
MUST_CHECK enum status pool_hold(struct pool *pool, const char *path, size_t *left);

// The slot, which is held, asks from now on, until DEADLINE_MS.
void slot_asks(struct slot *slot, int64_t deadline_ms);

// Waits until a slot is over, or somebody may be given or may hold one; at most until UNTIL_MS (monotonic), and no
// longer than until the first deadline.
void pool_wait(struct pool *pool, const struct lanes *lanes, int64_t until_ms);

// Whether anybody has a slot; whether one is in STATE.
bool pool_is_busy(const struct pool *pool);
bool pool_has(const struct pool *pool, enum slot_state state);

// Lets go of the person. The slot is free.
void slot_free(struct slot *slot);

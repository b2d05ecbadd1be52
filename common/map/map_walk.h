// SPDX-License-Identifier: Apache-2.0
// Goes through all accounts or all groups of a map, one at a time. A struct map_cursor is all that is kept between two
// steps; each may use another reader, and the map may be changed, replaced, grown or shrunk in between, any number of
// times: what is there all the while comes exactly once.
//
// The order is that of the names' hashes: by the slot at which the search for the name begins (the lowest bits of the
// hash, as many as the slot count has), and by the whole hash among those that begin at the same slot. Where an entry
// really is, and which others were put in or taken out, does not matter. Another slot count is another order: the
// cursor remembers how far it came in each of them and leaves out what came in any. Two names with one 64-bit hash
// count as one. A map with another seed has other hashes: nothing is promised across that.
#pragma once
#include "map/map_read.h"

enum { MAP_WALK_SIZES = 33 }; // a map has 2^0 to 2^32 slots

// All zero is the beginning; KEY must be set then: KEY_LOGIN for accounts, KEY_GROUP for groups of orgs.
struct map_cursor {
  enum map_key key;
  uint64_t begun;                // bit n: the order of 2^n slots, up to the hash in LAST
  uint64_t last[MAP_WALK_SIZES]; // by n
  uint64_t found;                // the hash of what came last,
  unsigned found_in;             // in the order of 2^found_in slots
};

// The next entry as a look-up of its name finds it: a struct map_account, or a struct map_group, which is the caller's
// (record_done()). The same one comes again until map_walk_told(). What is damaged is left out. STATUS_NOT_FOUND at the
// end, which also is where slots cannot be read; STATUS_NO_MEMORY.
MUST_CHECK enum status map_walk_next(const struct map_reader *map, struct map_cursor *cursor, void *ret_value);

// Goes past what map_walk_next() gave.
void map_walk_told(struct map_cursor *cursor);

// SPDX-License-Identifier: Apache-2.0
// The two steps of every look-up in an open map: the slots that a key may be in, and the record that a slot points to.
#pragma once
#include <stdbool.h>

#include "base/bytes.h"
#include "map/map_file.h"
#include "map/map_records.h"

enum { MAP_SLOTS_AT_ONCE = 8, MAP_RAW_SIZE = 768, MAP_SKIM_SIZE = 2048 };

// A walk over the slots from a hash on.
struct map_probe {
  const struct map_reader *map;
  uint64_t hash;
  uint64_t at;    // the slot to be looked at next
  uint64_t tried; // how many have been
  size_t have;    // how many of SLOTS are filled, and how many of those are used up
  size_t used;
  unsigned char slots[MAP_SLOTS_AT_ONCE * MAP_SLOT_SIZE];
};

void map_probe_begin(struct map_probe *probe, const struct map_reader *map, uint64_t hash);

// The next slot and what it holds: a record, or MAP_SLOT_GONE. STATUS_NOT_FOUND at an empty slot, whose number is in
// *RET_SLOT, or when all have been seen (then it is the map's slot count). STATUS_CORRUPT, STATUS_IO.
MUST_CHECK enum status map_probe_next(struct map_probe *probe, uint64_t *ret_slot, uint64_t *ret_value);

// One record, checked. PAYLOAD points into the struct, or into LARGE.
struct map_raw {
  uint32_t kind;
  size_t length; // of the payload
  const unsigned char *payload;
  struct bytes large;
  unsigned char small[MAP_RAW_SIZE];
};

// Reads the record at OFFSET. STATUS_CORRUPT, STATUS_IO, STATUS_NO_MEMORY leave nothing to free.
MUST_CHECK enum status map_raw_read(const struct map_reader *map, uint64_t offset, struct map_raw *ret_raw);
// The same, but only the first MAP_RAW_SIZE bytes of a longer record are kept, and nothing is allocated: LENGTH is that
// of what PAYLOAD points to. All of it is checked.
MUST_CHECK enum status map_raw_skim(const struct map_reader *map, uint64_t offset, struct map_raw *ret_raw);
void map_raw_done(struct map_raw *raw);

// Whether a decoded record of KIND is found by the key of LOOKUP.
bool map_record_has_key(enum map_kind kind, const void *value, const struct map_lookup *lookup);

// What is looked for: a record of KIND with this key. ONLY_GROUP_HEAD is for MAP_GROUP: its members are not read.
struct map_wanted {
  enum map_kind kind;
  bool only_group_head;
  const struct map_lookup *lookup;
};

// Reads the record at OFFSET if it is what is wanted; *RET_VALUE (of KIND's type) is then the caller's. *RET_LENGTH is
// that of the whole record in the file, not said for a group's head. STATUS_NOT_FOUND for another record;
// STATUS_CORRUPT, STATUS_IO, STATUS_NO_MEMORY.
MUST_CHECK enum status map_record_read(const struct map_reader *map, uint64_t offset, const struct map_wanted *wanted,
                                       void *ret_value, size_t *ret_length);

// Where a key's record is: the slot that points to it, and its offset.
struct map_place {
  uint64_t slot;
  uint64_t offset;
};

// Finds the record of KIND with this key; *RET_VALUE (of KIND's type) is the caller's. Errors as
// map_account_by_login().
MUST_CHECK enum status map_find(const struct map_reader *map, enum map_kind kind, const struct map_lookup *lookup,
                                void *ret_value);

// The same, and where it is; *RET_PLACE says something only with STATUS_OK.
MUST_CHECK enum status map_find_place(const struct map_reader *map, enum map_kind kind, const struct map_lookup *lookup,
                                      void *ret_value, struct map_place *ret_place);

// The same for a group without its members: nothing is allocated.
MUST_CHECK enum status map_find_group_head(const struct map_reader *map, const struct map_lookup *lookup,
                                           struct map_group *ret_group);

// The record table of KIND; NULL for none.
const struct record_type *map_record_type(uint32_t kind);

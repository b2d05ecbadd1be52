// SPDX-License-Identifier: Apache-2.0
// Changes the published map in place: the same cost whatever its size. In this order, under the writers' lock:
// map_change_begin(), records by map_change_put() and map_change_drop(), map_change_mark_dirty(), the commit of the
// store, map_change_apply(); or map_change_undo() where the commit failed. Whoever is killed in between leaves a map
// that readers can use and that is dirty, or an unchanged one.
#pragma once
#include <stdint.h>

#include "base/bytes.h"
#include "map/map_read.h"
#include "map/map_slots.h"

struct map_new_slot {
  uint64_t number;
  uint64_t value;
};

struct map_change {
  struct map_reader map;
  int fd;               // for writing; -1 if there is nothing to end
  uint64_t size_before; // of the file
  uint64_t size;
  struct map_state state; // as it will be
  struct map_new_slot *slots;
  size_t slot_count;
  size_t slot_capacity;
  bool marked;
};

#define MAP_CHANGE_NONE                                                                                                \
  {                                                                                                                    \
    .map = MAP_READER_EMPTY, .fd = -1                                                                                  \
  }

// Opens the map at PATH for a change: it must be clean, of this boot, made with SEED, and show the store's SERIAL.
// STATUS_CORRUPT where it is anything else, STATUS_TOO_LARGE where it has no room for another change: it must be
// rebuilt.
MUST_CHECK enum status map_change_begin(const char *path, const unsigned char seed[static SIPHASH_SEED_SIZE],
                                        uint64_t serial, struct map_change *ret_change);

// Puts a record under its keys, in the place of the one that has them. A record that is there already, byte for byte,
// is no change. STATUS_TOO_LARGE, STATUS_CORRUPT: the map must be rebuilt. STATUS_IO: a full disk. STATUS_NO_MEMORY.
MUST_CHECK enum status map_change_put(struct map_change *change, enum map_kind kind, const void *value);

// Takes the record of KIND away from one of its keys; one that is not there is no change. Errors as above.
MUST_CHECK enum status map_change_drop(struct map_change *change, enum map_kind kind, const struct map_lookup *lookup);

// The record of KIND under this key, with the changes made so far; it is the caller's. Errors as map_find().
MUST_CHECK enum status map_change_find(struct map_change *change, enum map_kind kind, const struct map_lookup *lookup,
                                       void *ret_value);

bool map_change_is_empty(const struct map_change *change);

// Readers do not believe "not ours" from here on. STATUS_IO.
MUST_CHECK enum status map_change_mark_dirty(struct map_change *change);

// Points the slots to the new records and marks the map clean with SERIAL. STATUS_IO leaves it dirty.
MUST_CHECK enum status map_change_apply(struct map_change *change, uint64_t serial);

// Leaves the map as it was before map_change_begin().
void map_change_undo(struct map_change *change);

// Closes and frees. A change that was neither applied nor undone is undone unless it was marked dirty.
void map_change_end(struct map_change *change);

// Marks the map at PATH dirty, in place. STATUS_NOT_FOUND if there is none; otherwise as map_open(), STATUS_IO.
MUST_CHECK enum status map_mark_dirty(const char *path);

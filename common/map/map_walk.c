// SPDX-License-Identifier: Apache-2.0
#include "map/map_walk.h"

#include "base/endian.h"
#include "map/map_slots.h"

enum { SLOTS_AT_ONCE = 64 };

union entry {
  struct map_account account;
  struct map_group group;
};

struct walk {
  const struct map_reader *map;
  const struct map_cursor *cursor;
  enum map_kind kind;
  unsigned size; // the map has 2^size slots
  uint64_t first;
  size_t have; // slots from FIRST on
  unsigned char slots[SLOTS_AT_ONCE * MAP_SLOT_SIZE];
};

// The first entry of a run of slots, in the order of the walk.
struct first {
  bool found;
  struct map_lookup lookup;
};

static uint64_t home_of(uint64_t hash, unsigned size)
{
  return hash & (((uint64_t)1 << size) - 1);
}

static bool comes_before(uint64_t a, uint64_t b, unsigned size)
{
  uint64_t home_a = home_of(a, size);
  uint64_t home_b = home_of(b, size);
  return home_a != home_b ? home_a < home_b : a < b;
}

static bool was_told(const struct map_cursor *cursor, uint64_t hash)
{
  for (uint64_t left = cursor->begun; left != 0; left &= left - 1) {
    unsigned size = (unsigned)__builtin_ctzll(left);
    if (!comes_before(cursor->last[size], hash, size)) {
      return true;
    }
  }
  return false;
}

static enum status read_slots(struct walk *walk, uint64_t first)
{
  uint64_t left = walk->map->header.slot_count - first;
  size_t count = left < SLOTS_AT_ONCE ? (size_t)left : SLOTS_AT_ONCE;
  enum status status =
      map_file_read(walk->map, walk->slots, count * MAP_SLOT_SIZE, MAP_SLOTS_OFFSET + first * MAP_SLOT_SIZE);
  walk->first = first;
  walk->have = status == STATUS_OK ? count : 0;
  return status;
}

// Not checked: what a slot leads to is looked up by its name before it is told, and that checks.
static enum status read_slot(struct walk *walk, uint64_t number, uint64_t *ret_value)
{
  enum status status = STATUS_OK;
  if (number < walk->first || number - walk->first >= walk->have) {
    status = read_slots(walk, number);
  }
  if (status == STATUS_OK) {
    *ret_value = endian_get_u64(walk->slots + (number - walk->first) * MAP_SLOT_SIZE);
  }
  return status;
}

static const char *name_of(enum map_kind kind, const union entry *entry)
{
  return kind == MAP_ACCOUNT ? entry->account.login : entry->group.name;
}

// The name that the record at OFFSET is found by. STATUS_NOT_FOUND for another kind of record.
static enum status read_name(const struct walk *walk, uint64_t offset, struct map_lookup *ret_lookup)
{
  const struct record_type *type = map_record_type((uint32_t)walk->kind);
  struct map_raw raw;
  union entry entry;
  enum status status = map_raw_read(walk->map, offset, &raw);
  if (status != STATUS_OK) {
    return status;
  }
  if (raw.kind != (uint32_t)walk->kind) {
    map_raw_done(&raw);
    return STATUS_NOT_FOUND;
  }
  status = record_decode(type, raw.payload, raw.length, &entry);
  map_raw_done(&raw);
  if (status != STATUS_OK) {
    return status;
  }
  status = map_lookup_text(walk->map->header.seed, walk->cursor->key, name_of(walk->kind, &entry), ret_lookup);
  record_done(type, &entry);
  return status;
}

// SLOT, which holds VALUE, is in a run that is counted on over the end of the table: what belongs behind it was
// displaced over the end, and its turn comes when the run before the end is looked through.
static enum status consider(const struct walk *walk, uint64_t slot, uint64_t value, struct first *first)
{
  struct map_lookup lookup;
  enum status status = read_name(walk, map_slot_offset(value), &lookup);
  if (status != STATUS_OK) {
    return status == STATUS_NO_MEMORY ? status : STATUS_OK;
  }
  bool here = home_of(lookup.hash, walk->size) <= slot;
  if (here && !was_told(walk->cursor, lookup.hash) &&
      (!first->found || comes_before(lookup.hash, first->lookup.hash, walk->size))) {
    first->found = true;
    first->lookup = lookup;
  }
  return STATUS_OK;
}

// Looks through the slots from *AT to the next empty one, and sets *AT behind that.
static enum status look_through_run(struct walk *walk, uint64_t *at, struct first *ret_first)
{
  uint64_t count = walk->map->header.slot_count;
  uint64_t slot = *at;
  ret_first->found = false;
  for (uint64_t value = MAP_SLOT_GONE; value != MAP_SLOT_EMPTY && slot - *at < count; slot++) {
    enum status status = read_slot(walk, slot & (count - 1), &value);
    if (status == STATUS_OK && value != MAP_SLOT_EMPTY && value != MAP_SLOT_GONE) {
      status = consider(walk, slot, value, ret_first);
    }
    if (status != STATUS_OK) {
      return status;
    }
  }
  *at = slot;
  return STATUS_OK;
}

static enum status next_name(struct walk *walk, struct map_lookup *ret_lookup)
{
  const struct map_cursor *cursor = walk->cursor;
  bool begun = (cursor->begun >> walk->size & 1) != 0;
  uint64_t at = begun ? home_of(cursor->last[walk->size], walk->size) : 0;
  while (at < walk->map->header.slot_count) {
    struct first first;
    enum status status = look_through_run(walk, &at, &first);
    if (status != STATUS_OK) {
      return status;
    }
    if (first.found) {
      *ret_lookup = first.lookup;
      return STATUS_OK;
    }
  }
  return STATUS_NOT_FOUND;
}

// Asks as everybody asks; what looks damaged may have been changed at that moment, so it is asked for twice.
static enum status look_up(const struct walk *walk, const struct map_lookup *lookup, void *ret_value)
{
  enum status status = map_find(walk->map, walk->kind, lookup, ret_value);
  return status == STATUS_CORRUPT ? map_find(walk->map, walk->kind, lookup, ret_value) : status;
}

enum status map_walk_next(const struct map_reader *map, struct map_cursor *cursor, void *ret_value)
{
  struct walk walk = {.map = map, .cursor = cursor, .have = 0};
  struct map_lookup lookup;
  walk.kind = cursor->key == KEY_GROUP ? MAP_GROUP : MAP_ACCOUNT;
  walk.size = (unsigned)__builtin_ctzll(map->header.slot_count);
  for (;;) {
    enum status status = next_name(&walk, &lookup);
    if (status != STATUS_OK) {
      return status == STATUS_NO_MEMORY ? status : STATUS_NOT_FOUND;
    }
    cursor->found = lookup.hash;
    cursor->found_in = walk.size;
    status = look_up(&walk, &lookup, ret_value);
    if (status == STATUS_OK || status == STATUS_NO_MEMORY) {
      return status;
    }
    map_walk_told(cursor);
  }
}

void map_walk_told(struct map_cursor *cursor)
{
  cursor->begun |= (uint64_t)1 << cursor->found_in;
  cursor->last[cursor->found_in] = cursor->found;
}

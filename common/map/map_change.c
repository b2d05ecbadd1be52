// SPDX-License-Identifier: Apache-2.0
#include "map/map_change.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/grow.h"
#include "map/map_build.h"

enum { DEAD_BYTES_MIN = 1 << 20 };

union map_value {
  struct map_account account;
  struct map_group group;
  struct map_domain domain;
  struct map_removed removed;
  struct map_settings settings;
  struct map_invited invited;
};

// What a walk over the slots of a key has come to.
struct found {
  bool there;
  uint64_t slot;   // that points to the record, or the first one that is free for it
  uint64_t offset; // of the record
  bool slot_was_empty;
  size_t length; // of the whole record
};

static enum status open_for_writing(const char *path, struct map_change *c)
{
  struct stat read_from;
  struct stat st;
  c->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY);
  if (c->fd < 0) {
    return status_of_write(errno);
  }
  if (fstat(c->fd, &st) != 0 || fstat(c->map.fd, &read_from) != 0) {
    return STATUS_IO;
  }
  c->size_before = c->size = (uint64_t)st.st_size;
  return st.st_ino == read_from.st_ino && st.st_dev == read_from.st_dev ? STATUS_OK : STATUS_CORRUPT;
}

static bool is_worn(const struct map_change *c)
{
  uint64_t records = c->size - c->map.header.records_offset;
  bool dead = c->state.dead_bytes > DEAD_BYTES_MIN && c->state.dead_bytes > records / 2;
  return c->size < c->map.header.records_offset || c->state.slots_used == 0 || dead;
}

static bool is_crowded(const struct map_change *c)
{
  return c->state.slots_used > c->map.header.slot_count / 4 * 3;
}

enum status map_change_begin(const char *path, const unsigned char seed[static SIPHASH_SEED_SIZE], uint64_t serial,
                             struct map_change *ret_change)
{
  struct map_change change CLEANUP(map_change_end) = MAP_CHANGE_NONE;
  enum status status = map_open(path, &change.map);
  status = status != STATUS_OK ? status : open_for_writing(path, &change);
  if (status != STATUS_OK) {
    return STATUS_CORRUPT;
  }
  change.state = change.map.state;
  bool current = map_is_clean(&change.map) && change.state.serial == serial &&
                 memcmp(change.map.header.seed, seed, SIPHASH_SEED_SIZE) == 0;
  if (!current) {
    return STATUS_CORRUPT;
  }
  if (is_worn(&change) || is_crowded(&change)) {
    return STATUS_TOO_LARGE;
  }
  *ret_change = change;
  change = (struct map_change)MAP_CHANGE_NONE;
  return STATUS_OK;
}

static const struct map_new_slot *new_slot(const struct map_change *c, uint64_t number)
{
  for (size_t i = 0; i < c->slot_count; i++) {
    if (c->slots[i].number == number) {
      return &c->slots[i];
    }
  }
  return NULL;
}

static enum status set_slot(struct map_change *c, uint64_t number, uint64_t value)
{
  struct map_new_slot *there = (struct map_new_slot *)(uintptr_t)new_slot(c, number);
  if (there != NULL) {
    there->value = value;
    return STATUS_OK;
  }
  struct map_new_slot *room = grow_array(c->slots, c->slot_count, sizeof *room, &c->slot_capacity);
  if (room == NULL) {
    return STATUS_NO_MEMORY;
  }
  c->slots = room;
  c->slots[c->slot_count++] = (struct map_new_slot){number, value};
  return STATUS_OK;
}

// The next slot of the walk, as it will be. An empty one is STATUS_NOT_FOUND.
static enum status next_slot(const struct map_change *c, struct map_probe *probe, uint64_t *ret_slot,
                             uint64_t *ret_value)
{
  enum status status = map_probe_next(probe, ret_slot, ret_value);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  if (*ret_slot == c->map.header.slot_count) {
    return STATUS_TOO_LARGE;
  }
  const struct map_new_slot *changed = new_slot(c, *ret_slot);
  if (changed != NULL) {
    *ret_value = changed->value;
    status = STATUS_OK;
  }
  return status;
}

static void note_free(struct found *found, uint64_t slot, bool empty)
{
  if (found->slot == UINT64_MAX) {
    found->slot = slot;
    found->slot_was_empty = empty;
  }
}

// The record, or else the first slot that has room for it. RET_VALUE is the caller's if FOUND->there.
static enum status find_or_room(const struct map_change *c, enum map_kind kind, const struct map_lookup *lookup,
                                struct found *ret_found, union map_value *ret_value)
{
  struct map_probe probe;
  uint64_t slot = 0;
  uint64_t value = 0;
  *ret_found = (struct found){.slot = UINT64_MAX};
  map_probe_begin(&probe, &c->map, lookup->hash);
  for (;;) {
    enum status status = next_slot(c, &probe, &slot, &value);
    if (status == STATUS_NOT_FOUND) {
      note_free(ret_found, slot, true);
      return STATUS_OK;
    }
    if (status != STATUS_OK) {
      return status;
    }
    if (value == MAP_SLOT_GONE) {
      note_free(ret_found, slot, false);
    }
    if (!map_slot_may_be(value, lookup->hash)) {
      continue;
    }
    uint64_t offset = map_slot_offset(value);
    status = map_record_read(&c->map, offset, &(struct map_wanted){kind, false, lookup}, ret_value, &ret_found->length);
    if (status == STATUS_OK) {
      ret_found->there = true;
      ret_found->slot = slot;
      ret_found->offset = offset;
      return STATUS_OK;
    }
    if (status != STATUS_NOT_FOUND) {
      return status;
    }
  }
}

enum status map_change_find(struct map_change *change, enum map_kind kind, const struct map_lookup *lookup,
                            void *ret_value)
{
  const struct record_type *type = map_record_type((uint32_t)kind);
  union map_value value;
  struct found found;
  enum status status = find_or_room(change, kind, lookup, &found, &value);
  if (status != STATUS_OK) {
    return status;
  }
  if (!found.there) {
    return STATUS_NOT_FOUND;
  }
  memcpy(ret_value, &value, type->struct_size);
  return STATUS_OK;
}

// Whether the record at OFFSET is this one, byte for byte.
static bool is_there(const struct map_change *c, uint64_t offset, const struct bytes *record)
{
  struct map_raw raw;
  if (map_raw_read(&c->map, offset, &raw) != STATUS_OK) {
    return false;
  }
  bool same = raw.length + MAP_RECORD_HEAD + MAP_RECORD_TAIL == record->length &&
              memcmp(raw.payload, record->data + MAP_RECORD_HEAD, raw.length) == 0;
  map_raw_done(&raw);
  return same;
}

static enum status point_to(struct map_change *c, const struct map_lookup *lookup, const struct found *found,
                            uint64_t offset)
{
  enum status status = set_slot(c, found->slot, map_slot_value(lookup->hash, offset));
  if (status == STATUS_OK && !found->there && found->slot_was_empty) {
    c->state.slots_used++;
  }
  return status == STATUS_OK && is_crowded(c) ? STATUS_TOO_LARGE : status;
}

struct find_keys {
  struct map_keys keys;
  struct found found[2];
};

static enum status find_keys(const struct map_change *c, enum map_kind kind, const void *value, struct find_keys *ret)
{
  const struct record_type *type = map_record_type((uint32_t)kind);
  union map_value before;
  enum status status = map_record_keys(c->map.header.seed, kind, value, &ret->keys);
  for (size_t i = 0; status == STATUS_OK && i < ret->keys.count; i++) {
    status = find_or_room(c, kind, &ret->keys.list[i], &ret->found[i], &before);
    if (status == STATUS_OK && ret->found[i].there) {
      record_done(type, &before);
    }
  }
  return status;
}

static bool is_unchanged(const struct map_change *c, const struct find_keys *all, const struct bytes *record)
{
  for (size_t i = 0; i < all->keys.count; i++) {
    if (!all->found[i].there || all->found[i].offset != all->found[0].offset) {
      return false;
    }
  }
  return is_there(c, all->found[0].offset, record);
}

enum status map_change_put(struct map_change *change, enum map_kind kind, const void *value)
{
  struct bytes record CLEANUP(bytes_done) = BYTES_EMPTY;
  struct find_keys all;
  enum status status = map_record_append(change->map.header.seed, kind, value, &record);
  if (status != STATUS_OK) {
    return status;
  }
  status = find_keys(change, kind, value, &all);
  if (status != STATUS_OK || is_unchanged(change, &all, &record)) {
    return status;
  }
  uint64_t offset = change->size;
  status = map_write_at(change->fd, record.data, record.length, offset);
  change->size += record.length;
  for (size_t i = 0; status == STATUS_OK && i < all.keys.count; i++) {
    // Two new keys may have found the same free slot.
    status = i == 0 ? STATUS_OK : find_keys(change, kind, value, &all);
    if (status == STATUS_OK) {
      status = point_to(change, &all.keys.list[i], &all.found[i], offset);
    }
    if (i == 0 && all.found[0].there) {
      change->state.dead_bytes += all.found[0].length;
    }
  }
  return status;
}

enum status map_change_drop(struct map_change *change, enum map_kind kind, const struct map_lookup *lookup)
{
  union map_value before;
  struct found found;
  enum status status = find_or_room(change, kind, lookup, &found, &before);
  if (status != STATUS_OK || !found.there) {
    return status;
  }
  record_done(map_record_type((uint32_t)kind), &before);
  if (lookup->key[0] != KEY_UID && lookup->key[0] != KEY_GID) { // counted once, under its name
    change->state.dead_bytes += found.length;
  }
  return set_slot(change, found.slot, MAP_SLOT_GONE);
}

bool map_change_is_empty(const struct map_change *change)
{
  return change->slot_count == 0;
}

static enum status write_state(struct map_change *c, const struct map_state *state)
{
  unsigned char line[MAP_STATE_SIZE];
  map_state_encode(c->map.header.seed, state, line);
  return map_write_at(c->fd, line, sizeof line, MAP_STATE_OFFSET);
}

enum status map_change_mark_dirty(struct map_change *change)
{
  struct map_state state = change->map.state;
  state.clean = 0;
  change->marked = true;
  return write_state(change, &state);
}

enum status map_change_apply(struct map_change *change, uint64_t serial)
{
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < change->slot_count; i++) {
    unsigned char slot[MAP_SLOT_SIZE];
    uint64_t number = change->slots[i].number;
    map_slot_encode(change->map.header.seed, number, change->slots[i].value, slot);
    status = map_write_at(change->fd, slot, sizeof slot, MAP_SLOTS_OFFSET + number * MAP_SLOT_SIZE);
  }
  change->state.serial = serial;
  change->state.clean = 1;
  if (status == STATUS_OK) {
    status = write_state(change, &change->state);
  }
  change->size_before = change->size;
  return status;
}

void map_change_undo(struct map_change *change)
{
  // Nothing points behind the old end: a tail that cannot be cut off is only space.
  if (change->fd >= 0 && change->size != change->size_before &&
      ftruncate(change->fd, (off_t)change->size_before) == 0) {
    change->size = change->size_before;
  }
  if (change->marked && write_state(change, &change->map.state) == STATUS_OK) {
    change->marked = false;
  }
}

void map_change_end(struct map_change *change)
{
  if (!change->marked) {
    map_change_undo(change);
  }
  map_close(&change->map);
  cleanup_fd(&change->fd);
  change->fd = -1;
  free(change->slots);
  change->slots = NULL;
  change->slot_count = change->slot_capacity = 0;
}

enum status map_mark_dirty(const char *path)
{
  struct map_change change CLEANUP(map_change_end) = MAP_CHANGE_NONE;
  enum status status = map_open(path, &change.map);
  if (status != STATUS_OK) {
    return status;
  }
  status = open_for_writing(path, &change);
  return status != STATUS_OK ? status : map_change_mark_dirty(&change);
}

// SPDX-License-Identifier: Apache-2.0
#include "map/map_slots.h"

#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/endian.h"

void map_probe_begin(struct map_probe *probe, const struct map_reader *map, uint64_t hash)
{
  probe->map = map;
  probe->hash = hash;
  probe->at = hash & (map->header.slot_count - 1);
  probe->tried = 0;
  probe->have = probe->used = 0;
}

static enum status read_slots(struct map_probe *probe)
{
  uint64_t left = probe->map->header.slot_count - probe->at;
  probe->have = left < MAP_SLOTS_AT_ONCE ? (size_t)left : MAP_SLOTS_AT_ONCE;
  probe->used = 0;
  return map_file_read(probe->map, probe->slots, probe->have * MAP_SLOT_SIZE,
                       MAP_SLOTS_OFFSET + probe->at * MAP_SLOT_SIZE);
}

enum status map_probe_next(struct map_probe *probe, uint64_t *ret_slot, uint64_t *ret_value)
{
  const struct map_header *header = &probe->map->header;
  *ret_slot = header->slot_count;
  if (probe->tried == header->slot_count) {
    return STATUS_NOT_FOUND;
  }
  if (probe->used == probe->have) {
    enum status status = read_slots(probe);
    if (status != STATUS_OK) {
      return status;
    }
  }
  const unsigned char *slot = probe->slots + probe->used * MAP_SLOT_SIZE;
  uint64_t value = endian_get_u64(slot);
  if (endian_get_u64(slot + 8) != map_slot_check(header->seed, probe->at, value)) {
    return STATUS_CORRUPT;
  }
  *ret_slot = probe->at;
  *ret_value = value;
  probe->at = (probe->at + 1) & (header->slot_count - 1);
  probe->tried++;
  probe->used++;
  return value == MAP_SLOT_EMPTY ? STATUS_NOT_FOUND : STATUS_OK;
}

void map_raw_done(struct map_raw *raw)
{
  bytes_done(&raw->large);
}

// What the first read brought is all of most records; the rest of a longer one is read behind it.
static enum status read_large(const struct map_reader *map, uint64_t offset, size_t whole, struct map_raw *raw)
{
  enum status status = bytes_reserve(&raw->large, whole);
  if (status == STATUS_OK) {
    status = map_file_read(map, raw->large.data, whole, offset);
  }
  raw->large.length = status == STATUS_OK ? whole : 0;
  return status;
}

// What a record says of itself at its beginning.
struct extent {
  uint32_t length;
  uint32_t kind;
  size_t whole;
  size_t have; // of it in small
};

static enum status read_small(const struct map_reader *map, uint64_t offset, struct map_raw *raw, struct extent *ret)
{
  raw->large = (struct bytes)BYTES_EMPTY;
  if (offset < map->header.records_offset) {
    return STATUS_CORRUPT;
  }
  ssize_t got = pread(map->fd, raw->small, sizeof raw->small, (off_t)offset);
  if (got < MAP_RECORD_HEAD) {
    return got < 0 ? STATUS_IO : STATUS_CORRUPT;
  }
  ret->length = endian_get_u32(raw->small);
  ret->kind = endian_get_u32(raw->small + 4);
  ret->whole = MAP_RECORD_HEAD + (size_t)ret->length + MAP_RECORD_TAIL;
  ret->have = ret->whole < (size_t)got ? ret->whole : (size_t)got;
  bool cut = ret->have < ret->whole && ret->have < sizeof raw->small; // the file ends there
  return ret->length > MAP_RECORD_MAX || cut ? STATUS_CORRUPT : STATUS_OK;
}

static enum status check(const struct map_reader *map, const unsigned char *data, const struct extent *extent)
{
  size_t checked = extent->whole - MAP_RECORD_TAIL;
  bool good = endian_get_u32(data) == extent->length &&
              siphash(map->header.seed, data, checked) == endian_get_u64(data + checked);
  return good ? STATUS_OK : STATUS_CORRUPT;
}

static void point_to(struct map_raw *raw, const struct extent *extent, const unsigned char *data)
{
  raw->kind = extent->kind;
  raw->length = extent->length;
  raw->payload = data + MAP_RECORD_HEAD;
}

enum status map_raw_read(const struct map_reader *map, uint64_t offset, struct map_raw *ret_raw)
{
  struct extent extent;
  enum status status = read_small(map, offset, ret_raw, &extent);
  const unsigned char *data = ret_raw->small;
  if (status == STATUS_OK && extent.have < extent.whole) {
    status = read_large(map, offset, extent.whole, ret_raw);
    data = (const unsigned char *)ret_raw->large.data;
  }
  if (status == STATUS_OK) {
    status = check(map, data, &extent);
  }
  if (status != STATUS_OK) {
    map_raw_done(ret_raw);
    return status;
  }
  point_to(ret_raw, &extent, data);
  return STATUS_OK;
}

// The rest of a record of which HAVE bytes were hashed: its check word is the last of it.
static enum status check_rest(const struct map_reader *map, uint64_t offset, const struct extent *extent,
                              struct siphash_state *hash)
{
  unsigned char part[MAP_SKIM_SIZE];
  size_t at = extent->have;
  for (;;) {
    size_t left = extent->whole - at;
    size_t wanted = left < sizeof part ? left : sizeof part;
    // Never so much that less than the check word is left for the next time.
    wanted = left > wanted && left - wanted < MAP_RECORD_TAIL ? wanted - MAP_RECORD_TAIL : wanted;
    enum status status = map_file_read(map, part, wanted, offset + at);
    if (status != STATUS_OK) {
      return status;
    }
    if (wanted == left) {
      size_t checked = left - MAP_RECORD_TAIL;
      return siphash_end(hash, part, checked) == endian_get_u64(part + checked) ? STATUS_OK : STATUS_CORRUPT;
    }
    siphash_words(hash, part, wanted);
    at += wanted;
  }
}

enum status map_raw_skim(const struct map_reader *map, uint64_t offset, struct map_raw *ret_raw)
{
  struct extent extent;
  struct siphash_state hash;
  enum status status = read_small(map, offset, ret_raw, &extent);
  if (status != STATUS_OK) {
    return status;
  }
  if (extent.have == extent.whole) {
    status = check(map, ret_raw->small, &extent);
  } else {
    // The check word must not lie across the two parts.
    extent.have -= 2 * (size_t)MAP_RECORD_TAIL;
    siphash_begin(&hash, map->header.seed);
    siphash_words(&hash, ret_raw->small, extent.have);
    status = check_rest(map, offset, &extent, &hash);
    extent.length = (uint32_t)(extent.have - MAP_RECORD_HEAD);
  }
  if (status == STATUS_OK) {
    point_to(ret_raw, &extent, ret_raw->small);
  }
  return status;
}

const struct record_type *map_record_type(uint32_t kind)
{
  switch (kind) {
  case MAP_ACCOUNT: return &MAP_ACCOUNT_RECORD;
  case MAP_GROUP: return &MAP_GROUP_RECORD;
  case MAP_DOMAIN: return &MAP_DOMAIN_RECORD;
  case MAP_REMOVED: return &MAP_REMOVED_RECORD;
  case MAP_SETTINGS: return &MAP_SETTINGS_RECORD;
  case MAP_INVITED: return &MAP_INVITED_RECORD;
  default: return NULL;
  }
}

static bool is_text(const char *text, const struct map_lookup *lookup)
{
  return strlen(text) == lookup->length - 1 && memcmp(text, lookup->key + 1, lookup->length - 1) == 0;
}

static bool is_number(uint32_t number, const struct map_lookup *lookup)
{
  return number == endian_get_u32(lookup->key + 1);
}

bool map_record_has_key(enum map_kind kind, const void *value, const struct map_lookup *lookup)
{
  const struct map_account *account = value;
  const struct map_group *group = value;
  switch (lookup->key[0]) {
  case KEY_LOGIN: return kind == MAP_ACCOUNT && is_text(account->login, lookup);
  case KEY_UID: return kind == MAP_ACCOUNT && is_number(account->uid, lookup);
  case KEY_GROUP: return kind == MAP_GROUP && is_text(group->name, lookup);
  case KEY_GID: return kind == MAP_GROUP && is_number(group->gid, lookup);
  case KEY_DOMAIN: return kind == MAP_DOMAIN && is_text(((const struct map_domain *)value)->domain, lookup);
  case KEY_REMOVED: return kind == MAP_REMOVED && is_number(((const struct map_removed *)value)->number, lookup);
  case KEY_SETTINGS: return kind == MAP_SETTINGS;
  case KEY_INVITED:
    return kind == MAP_INVITED && (uint64_t)((const struct map_invited *)value)->name_hash == lookup->hash;
  default: return false;
  }
}

static enum status decode_whole(const struct map_reader *map, uint64_t offset, enum map_kind kind, void *ret_value,
                                size_t *ret_length)
{
  struct map_raw raw;
  enum status status = map_raw_read(map, offset, &raw);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_length = MAP_RECORD_HEAD + raw.length + MAP_RECORD_TAIL;
  status = raw.kind == (uint32_t)kind ? record_decode(map_record_type(raw.kind), raw.payload, raw.length, ret_value)
                                      : STATUS_NOT_FOUND;
  map_raw_done(&raw);
  return status;
}

static enum status decode_group_head(const struct map_reader *map, uint64_t offset, void *ret_value)
{
  struct map_raw raw;
  enum status status = map_raw_skim(map, offset, &raw);
  if (status != STATUS_OK) {
    return status;
  }
  return raw.kind == MAP_GROUP
             ? record_decode_first(&MAP_GROUP_RECORD, MAP_GROUP_HEAD_FIELDS, raw.payload, raw.length, ret_value)
             : STATUS_NOT_FOUND;
}

enum status map_record_read(const struct map_reader *map, uint64_t offset, const struct map_wanted *wanted,
                            void *ret_value, size_t *ret_length)
{
  enum status status = wanted->only_group_head ? decode_group_head(map, offset, ret_value)
                                               : decode_whole(map, offset, wanted->kind, ret_value, ret_length);
  if (status == STATUS_VERSION) {
    return STATUS_CORRUPT;
  }
  if (status == STATUS_OK && !map_record_has_key(wanted->kind, ret_value, wanted->lookup)) {
    record_done(map_record_type((uint32_t)wanted->kind), ret_value);
    return STATUS_NOT_FOUND;
  }
  return status;
}

static enum status find_wanted(const struct map_reader *map, const struct map_wanted *wanted, void *ret_value,
                               struct map_place *ret_place)
{
  struct map_probe probe;
  uint64_t value = 0;
  size_t length = 0;
  map_probe_begin(&probe, map, wanted->lookup->hash);
  for (;;) {
    enum status status = map_probe_next(&probe, &ret_place->slot, &value);
    if (status != STATUS_OK) {
      return status;
    }
    if (!map_slot_may_be(value, wanted->lookup->hash)) {
      continue;
    }
    ret_place->offset = map_slot_offset(value);
    status = map_record_read(map, ret_place->offset, wanted, ret_value, &length);
    if (status != STATUS_NOT_FOUND) {
      return status;
    }
  }
}

enum status map_find(const struct map_reader *map, enum map_kind kind, const struct map_lookup *lookup, void *ret_value)
{
  struct map_place place;
  return find_wanted(map, &(struct map_wanted){kind, false, lookup}, ret_value, &place);
}

enum status map_find_place(const struct map_reader *map, enum map_kind kind, const struct map_lookup *lookup,
                           void *ret_value, struct map_place *ret_place)
{
  return find_wanted(map, &(struct map_wanted){kind, false, lookup}, ret_value, ret_place);
}

enum status map_find_group_head(const struct map_reader *map, const struct map_lookup *lookup,
                                struct map_group *ret_group)
{
  struct map_place place;
  return find_wanted(map, &(struct map_wanted){MAP_GROUP, true, lookup}, ret_group, &place);
}

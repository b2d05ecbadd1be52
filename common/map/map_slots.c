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
  return map_read_at(probe->map, probe->slots, probe->have * MAP_SLOT_SIZE,
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
    status = map_read_at(map, raw->large.data, whole, offset);
  }
  raw->large.length = status == STATUS_OK ? whole : 0;
  return status;
}

enum status map_raw_read(const struct map_reader *map, uint64_t offset, struct map_raw *ret_raw)
{
  ret_raw->large = (struct bytes)BYTES_EMPTY;
  if (offset < map->header.records_offset) {
    return STATUS_CORRUPT;
  }
  ssize_t got = pread(map->fd, ret_raw->small, sizeof ret_raw->small, (off_t)offset);
  if (got < MAP_RECORD_HEAD) {
    return got < 0 ? STATUS_IO : STATUS_CORRUPT;
  }
  const unsigned char *data = ret_raw->small;
  uint32_t length = endian_get_u32(data);
  size_t whole = MAP_RECORD_HEAD + (size_t)length + MAP_RECORD_TAIL;
  if (length > MAP_RECORD_MAX) {
    return STATUS_CORRUPT;
  }
  if (whole > (size_t)got) {
    enum status status = whole > sizeof ret_raw->small ? read_large(map, offset, whole, ret_raw) : STATUS_CORRUPT;
    if (status != STATUS_OK) {
      map_raw_done(ret_raw);
      return status;
    }
    data = (const unsigned char *)ret_raw->large.data;
  }
  size_t checked = whole - MAP_RECORD_TAIL;
  if (endian_get_u32(data) != length || siphash(map->header.seed, data, checked) != endian_get_u64(data + checked)) {
    map_raw_done(ret_raw);
    return STATUS_CORRUPT;
  }
  ret_raw->kind = endian_get_u32(data + 4);
  ret_raw->length = length;
  ret_raw->payload = data + MAP_RECORD_HEAD;
  return STATUS_OK;
}

const struct record_type *map_record_type(uint32_t kind)
{
  switch (kind) {
  case MAP_ACCOUNT: return &MAP_ACCOUNT_RECORD;
  case MAP_GROUP: return &MAP_GROUP_RECORD;
  case MAP_DOMAIN: return &MAP_DOMAIN_RECORD;
  case MAP_REMOVED: return &MAP_REMOVED_RECORD;
  case MAP_SETTINGS: return &MAP_SETTINGS_RECORD;
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
  default: return false;
  }
}

static enum status try_record(const struct map_reader *map, uint64_t offset, enum map_kind kind,
                              const struct map_lookup *lookup, void *ret_value)
{
  const struct record_type *type = map_record_type((uint32_t)kind);
  struct map_raw raw;
  enum status status = map_raw_read(map, offset, &raw);
  if (status != STATUS_OK) {
    return status;
  }
  status = raw.kind == (uint32_t)kind ? record_decode(type, raw.payload, raw.length, ret_value) : STATUS_NOT_FOUND;
  map_raw_done(&raw);
  if (status == STATUS_VERSION) {
    return STATUS_CORRUPT;
  }
  if (status == STATUS_OK && !map_record_has_key(kind, ret_value, lookup)) {
    record_done(type, ret_value);
    return STATUS_NOT_FOUND;
  }
  return status;
}

enum status map_find(const struct map_reader *map, enum map_kind kind, const struct map_lookup *lookup, void *ret_value,
                     struct map_place *ret_place)
{
  struct map_probe probe;
  uint64_t slot = 0;
  uint64_t value = 0;
  map_probe_begin(&probe, map, lookup->hash);
  for (;;) {
    enum status status = map_probe_next(&probe, &slot, &value);
    if (status != STATUS_OK) {
      return status;
    }
    if (!map_slot_may_be(value, lookup->hash)) {
      continue;
    }
    status = try_record(map, map_slot_offset(value), kind, lookup, ret_value);
    if (status == STATUS_OK && ret_place != NULL) {
      *ret_place = (struct map_place){slot, map_slot_offset(value)};
    }
    if (status != STATUS_NOT_FOUND) {
      return status;
    }
  }
}

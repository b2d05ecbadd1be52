// SPDX-License-Identifier: Apache-2.0
#include "map/map_read.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/endian.h"
#include "base/files.h"

enum { SLOTS_AT_ONCE = 8 };

struct key {
  unsigned char data[MAP_KEY_MAX];
  size_t length;
};

static enum status read_at(int fd, void *data, size_t length, uint64_t offset)
{
  ssize_t got = pread(fd, data, length, (off_t)offset);
  if (got < 0) {
    return STATUS_IO;
  }
  return (size_t)got == length ? STATUS_OK : STATUS_CORRUPT;
}

enum status map_open(const char *path, struct map_reader *ret_reader)
{
  unsigned char head[MAP_HEADER_SIZE + MAP_STATE_SIZE];
  struct map_reader map = MAP_READER_EMPTY;
  int fd CLEANUP(cleanup_fd) = -1;
  enum status status = file_open_trusted(path, NULL, &fd);
  if (status == STATUS_OK) {
    status = read_at(fd, head, sizeof head, 0);
  }
  if (status == STATUS_OK) {
    status = map_header_decode(head, &map.header);
  }
  if (status == STATUS_OK && map_state_decode(map.header.seed, head + MAP_STATE_OFFSET, &map.state) != STATUS_OK) {
    // A state line that cannot be believed is a dirty one: names are still served.
    map.state = (struct map_state){0};
  }
  if (status == STATUS_OK) {
    map.fd = take_fd(&fd);
    *ret_reader = map;
  }
  return status;
}

void map_close(struct map_reader *map)
{
  cleanup_fd(&map->fd);
  map->fd = -1;
}

bool map_is_clean(const struct map_reader *map)
{
  unsigned char boot_id[MAP_BOOT_ID_SIZE];
  return map->state.clean == 1 && map_boot_id(boot_id) == STATUS_OK &&
         memcmp(boot_id, map->state.boot_id, sizeof boot_id) == 0;
}

static enum status key_text(enum map_key kind, const char *text, struct key *ret_key)
{
  size_t length = strnlen(text, MAP_KEY_MAX);
  if (length + 1 > MAP_KEY_MAX) {
    return STATUS_NOT_FOUND;
  }
  ret_key->data[0] = (unsigned char)kind;
  memcpy(ret_key->data + 1, text, length);
  ret_key->length = length + 1;
  return STATUS_OK;
}

static struct key key_number(enum map_key kind, uint32_t number)
{
  struct key key = {.length = 5};
  key.data[0] = (unsigned char)kind;
  endian_put_u32(key.data + 1, number);
  return key;
}

static enum status decode_record(const struct map_reader *map, const struct bytes *raw, const struct record_type *type,
                                 void *ret_value)
{
  size_t checked = raw->length - MAP_RECORD_TAIL;
  const unsigned char *data = (const unsigned char *)raw->data;
  if (siphash(map->header.seed, data, checked) != endian_get_u64(data + checked)) {
    return STATUS_CORRUPT;
  }
  enum status status = record_decode(type, data + MAP_RECORD_HEAD, checked - MAP_RECORD_HEAD, ret_value);
  return status == STATUS_VERSION ? STATUS_CORRUPT : status;
}

// Reads the record at OFFSET if it is of KIND, else STATUS_NOT_FOUND.
static enum status read_record(const struct map_reader *map, uint64_t offset, enum map_kind kind,
                               const struct record_type *type, void *ret_value)
{
  unsigned char head[MAP_RECORD_HEAD];
  if (offset < map->header.records_offset) {
    return STATUS_CORRUPT;
  }
  enum status status = read_at(map->fd, head, sizeof head, offset);
  if (status != STATUS_OK) {
    return status;
  }
  uint32_t length = endian_get_u32(head);
  if (length > MAP_RECORD_MAX) {
    return STATUS_CORRUPT;
  }
  struct bytes raw CLEANUP(bytes_done) = BYTES_EMPTY;
  size_t whole = MAP_RECORD_HEAD + (size_t)length + MAP_RECORD_TAIL;
  status = bytes_reserve(&raw, whole);
  if (status == STATUS_OK) {
    status = read_at(map->fd, raw.data, whole, offset);
  }
  if (status != STATUS_OK) {
    return status;
  }
  raw.length = whole;
  if (endian_get_u32((const unsigned char *)raw.data + 4) != (uint32_t)kind) {
    return STATUS_NOT_FOUND;
  }
  return decode_record(map, &raw, type, ret_value);
}

// Tells whether a decoded record is the one that was asked for.
typedef bool match_function(const void *value, const struct key *key);

struct query {
  const struct key *key;
  enum map_kind kind;
  const struct record_type *type;
  match_function *matches;
};

static enum status try_slot(const struct map_reader *map, const struct query *query, uint64_t value, void *ret_value)
{
  uint64_t hash = siphash(map->header.seed, query->key->data, query->key->length);
  if (value >> MAP_OFFSET_BITS != hash >> MAP_OFFSET_BITS) {
    return STATUS_NOT_FOUND;
  }
  uint64_t offset = value & (((uint64_t)1 << MAP_OFFSET_BITS) - 1);
  enum status status = read_record(map, offset, query->kind, query->type, ret_value);
  if (status == STATUS_OK && !query->matches(ret_value, query->key)) {
    record_done(query->type, ret_value);
    return STATUS_NOT_FOUND;
  }
  return status;
}

static enum status read_slots(const struct map_reader *map, uint64_t first, size_t count, unsigned char *slots)
{
  return read_at(map->fd, slots, count * MAP_SLOT_SIZE, MAP_SLOTS_OFFSET + first * MAP_SLOT_SIZE);
}

static enum status find(const struct map_reader *map, const struct query *query, void *ret_value)
{
  uint64_t count = map->header.slot_count;
  uint64_t at = siphash(map->header.seed, query->key->data, query->key->length) & (count - 1);
  unsigned char slots[SLOTS_AT_ONCE * MAP_SLOT_SIZE];
  size_t have = 0;
  size_t used = 0;
  for (uint64_t tried = 0; tried < count; tried++, at = (at + 1) & (count - 1), used++) {
    if (used == have) {
      have = count - at < SLOTS_AT_ONCE ? (size_t)(count - at) : SLOTS_AT_ONCE;
      used = 0;
      enum status status = read_slots(map, at, have, slots);
      if (status != STATUS_OK) {
        return status;
      }
    }
    const unsigned char *slot = slots + used * MAP_SLOT_SIZE;
    uint64_t value = endian_get_u64(slot);
    if (endian_get_u64(slot + 8) != map_slot_check(map->header.seed, at, value)) {
      return STATUS_CORRUPT;
    }
    if (value == 0) {
      return STATUS_NOT_FOUND;
    }
    enum status status = try_slot(map, query, value, ret_value);
    if (status != STATUS_NOT_FOUND) {
      return status;
    }
  }
  return STATUS_NOT_FOUND;
}

static bool text_matches(const char *text, const struct key *key)
{
  return strlen(text) == key->length - 1 && memcmp(text, key->data + 1, key->length - 1) == 0;
}

static bool login_matches(const void *value, const struct key *key)
{
  return text_matches(((const struct map_account *)value)->login, key);
}

static bool uid_matches(const void *value, const struct key *key)
{
  return ((const struct map_account *)value)->uid == endian_get_u32(key->data + 1);
}

static bool name_matches(const void *value, const struct key *key)
{
  return text_matches(((const struct map_group *)value)->name, key);
}

static bool gid_matches(const void *value, const struct key *key)
{
  return ((const struct map_group *)value)->gid == endian_get_u32(key->data + 1);
}

static bool domain_matches(const void *value, const struct key *key)
{
  return text_matches(((const struct map_domain *)value)->domain, key);
}

static bool removed_matches(const void *value, const struct key *key)
{
  return ((const struct map_removed *)value)->number == endian_get_u32(key->data + 1);
}

static bool always_matches(const void *value, const struct key *key)
{
  (void)value;
  (void)key;
  return true;
}

enum status map_account_by_login(const struct map_reader *map, const char *login, struct map_account *ret_account)
{
  struct key key;
  struct query query = {&key, MAP_ACCOUNT, &MAP_ACCOUNT_RECORD, login_matches};
  enum status status = key_text(KEY_LOGIN, login, &key);
  return status != STATUS_OK ? status : find(map, &query, ret_account);
}

enum status map_account_by_uid(const struct map_reader *map, uint32_t uid, struct map_account *ret_account)
{
  struct key key = key_number(KEY_UID, uid);
  struct query query = {&key, MAP_ACCOUNT, &MAP_ACCOUNT_RECORD, uid_matches};
  return find(map, &query, ret_account);
}

enum status map_group_by_name(const struct map_reader *map, const char *name, struct map_group *ret_group)
{
  struct key key;
  struct query query = {&key, MAP_GROUP, &MAP_GROUP_RECORD, name_matches};
  enum status status = key_text(KEY_GROUP, name, &key);
  return status != STATUS_OK ? status : find(map, &query, ret_group);
}

enum status map_group_by_gid(const struct map_reader *map, uint32_t gid, struct map_group *ret_group)
{
  struct key key = key_number(KEY_GID, gid);
  struct query query = {&key, MAP_GROUP, &MAP_GROUP_RECORD, gid_matches};
  return find(map, &query, ret_group);
}

enum status map_domain(const struct map_reader *map, const char *domain, struct map_domain *ret_domain)
{
  struct key key;
  struct query query = {&key, MAP_DOMAIN, &MAP_DOMAIN_RECORD, domain_matches};
  enum status status = key_text(KEY_DOMAIN, domain, &key);
  return status != STATUS_OK ? status : find(map, &query, ret_domain);
}

enum status map_settings(const struct map_reader *map, struct map_settings *ret_settings)
{
  struct key key;
  struct query query = {&key, MAP_SETTINGS, &MAP_SETTINGS_RECORD, always_matches};
  enum status status = key_text(KEY_SETTINGS, "", &key);
  return status != STATUS_OK ? status : find(map, &query, ret_settings);
}

enum status map_number_is_taken(const struct map_reader *map, uint32_t number, bool *ret_taken)
{
  struct map_removed removed;
  struct map_account account;
  struct map_group group = {0};
  struct key key = key_number(KEY_REMOVED, number);
  struct query query = {&key, MAP_REMOVED, &MAP_REMOVED_RECORD, removed_matches};
  enum status status = map_account_by_uid(map, number, &account);
  if (status == STATUS_NOT_FOUND) {
    status = map_group_by_gid(map, number, &group);
    record_done(&MAP_GROUP_RECORD, &group);
  }
  if (status == STATUS_NOT_FOUND) {
    status = find(map, &query, &removed);
  }
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  *ret_taken = status == STATUS_OK;
  return STATUS_OK;
}

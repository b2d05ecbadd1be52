// SPDX-License-Identifier: Apache-2.0
#include "map/map_build.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/endian.h"
#include "base/files.h"
#include "base/grow.h"
#include "map/map_slots.h"

enum { FIRST_SLOTS = 64, FLUSH_BYTES = 1 << 20, SLOTS_AT_ONCE = 4096 };

void map_builder_done(struct map_builder *b)
{
  bytes_done(&b->records);
  free(b->entries);
  free(b->slots);
  b->entries = NULL;
  b->slots = NULL;
  b->entry_count = b->entry_capacity = 0;
  if (b->streaming) {
    (void)close(b->fd);
    b->streaming = false;
  }
}

static uint64_t records_offset(const struct map_builder *b)
{
  return MAP_SLOTS_OFFSET + b->slot_count * MAP_SLOT_SIZE;
}

enum status map_write_at(int fd, const void *data, size_t length, uint64_t offset)
{
  const char *at = data;
  while (length > 0) {
    ssize_t put = pwrite(fd, at, length, (off_t)offset);
    if (put < 0 && errno == EINTR) {
      continue;
    }
    if (put <= 0) {
      return put < 0 ? status_of_write(errno) : STATUS_IO;
    }
    at += put;
    offset += (uint64_t)put;
    length -= (size_t)put;
  }
  return STATUS_OK;
}

static enum status flush(struct map_builder *b)
{
  enum status status = map_write_at(b->fd, bytes_text(&b->records), b->records.length, records_offset(b) + b->flushed);
  if (status != STATUS_OK) {
    return status;
  }
  b->flushed += b->records.length;
  b->records.length = 0;
  return STATUS_OK;
}

static void place_entry(struct map_builder *b, struct map_entry entry)
{
  uint64_t mask = b->slot_count - 1;
  uint64_t at = entry.hash & mask;
  while (b->slots[at] != MAP_SLOT_EMPTY) {
    at = (at + 1) & mask;
  }
  b->slots[at] = map_slot_value(entry.hash, records_offset(b) + entry.offset);
}

static enum status add_entry(struct map_builder *b, struct map_entry entry)
{
  if (b->slots != NULL) {
    if (b->entry_count + 1 >= b->slot_count) { // one slot at least stays empty, where searches end
      return STATUS_TOO_LARGE;
    }
    place_entry(b, entry);
    b->entry_count++;
    return STATUS_OK;
  }
  struct map_entry *room = grow_array(b->entries, b->entry_count, sizeof *room, &b->entry_capacity);
  if (room == NULL) {
    return STATUS_NO_MEMORY;
  }
  b->entries = room;
  b->entries[b->entry_count++] = entry;
  return STATUS_OK;
}

enum status map_record_append(const unsigned char seed[static SIPHASH_SEED_SIZE], enum map_kind kind, const void *value,
                              struct bytes *out)
{
  unsigned char head[MAP_RECORD_HEAD] = {0};
  unsigned char tail[MAP_RECORD_TAIL];
  size_t offset = out->length;
  enum status status = bytes_append(out, head, sizeof head);
  if (status != STATUS_OK) {
    return status;
  }
  status = record_encode(map_record_type((uint32_t)kind), value, out);
  if (status != STATUS_OK) {
    return status;
  }
  unsigned char *at = (unsigned char *)out->data + offset;
  size_t length = out->length - offset - MAP_RECORD_HEAD;
  if (length > MAP_RECORD_MAX) {
    return STATUS_INVALID;
  }
  endian_put_u32(at, (uint32_t)length);
  endian_put_u32(at + 4, (uint32_t)kind);
  endian_put_u64(tail, siphash(seed, at, MAP_RECORD_HEAD + length));
  return bytes_append(out, tail, sizeof tail);
}

static enum status text_and_number(const unsigned char seed[static SIPHASH_SEED_SIZE], const char *text,
                                   const enum map_key keys[static 2], uint32_t number, struct map_keys *ret_keys)
{
  ret_keys->count = 2;
  ret_keys->list[1] = map_lookup_number(seed, keys[1], number);
  return map_lookup_text(seed, keys[0], text, &ret_keys->list[0]);
}

static enum status only_text(const unsigned char seed[static SIPHASH_SEED_SIZE], enum map_key key, const char *text,
                             struct map_keys *ret_keys)
{
  ret_keys->count = 1;
  return map_lookup_text(seed, key, text, &ret_keys->list[0]);
}

static enum status keys_of(const unsigned char seed[static SIPHASH_SEED_SIZE], enum map_kind kind, const void *value,
                           struct map_keys *ret_keys)
{
  static const enum map_key ACCOUNT_KEYS[] = {KEY_LOGIN, KEY_UID};
  static const enum map_key GROUP_KEYS[] = {KEY_GROUP, KEY_GID};
  const struct map_account *account = value;
  const struct map_group *group = value;
  switch (kind) {
  case MAP_ACCOUNT: return text_and_number(seed, account->login, ACCOUNT_KEYS, account->uid, ret_keys);
  case MAP_GROUP: return text_and_number(seed, group->name, GROUP_KEYS, group->gid, ret_keys);
  case MAP_DOMAIN: return only_text(seed, KEY_DOMAIN, ((const struct map_domain *)value)->domain, ret_keys);
  case MAP_INVITED:
    ret_keys->count = 1;
    ret_keys->list[0] = map_lookup_hash(KEY_INVITED, (uint64_t)((const struct map_invited *)value)->name_hash);
    return STATUS_OK;
  case MAP_SETTINGS: return only_text(seed, KEY_SETTINGS, "", ret_keys);
  case MAP_REMOVED:
    ret_keys->count = 1;
    ret_keys->list[0] = map_lookup_number(seed, KEY_REMOVED, ((const struct map_removed *)value)->number);
    return STATUS_OK;
  }
  return STATUS_INVALID;
}

enum status map_record_keys(const unsigned char seed[static SIPHASH_SEED_SIZE], enum map_kind kind, const void *value,
                            struct map_keys *ret_keys)
{
  return keys_of(seed, kind, value, ret_keys) == STATUS_OK ? STATUS_OK : STATUS_INVALID;
}

static enum status add(struct map_builder *b, enum map_kind kind, const void *value)
{
  struct map_keys keys;
  uint64_t offset = b->flushed + b->records.length;
  enum status status = map_record_keys(b->seed, kind, value, &keys);
  if (status != STATUS_OK) {
    return status;
  }
  status = map_record_append(b->seed, kind, value, &b->records);
  for (size_t i = 0; status == STATUS_OK && i < keys.count; i++) {
    status = add_entry(b, (struct map_entry){keys.list[i].hash, offset});
  }
  return status == STATUS_OK && b->streaming && b->records.length >= FLUSH_BYTES ? flush(b) : status;
}

enum status map_add_account(struct map_builder *b, const struct map_account *account)
{
  return add(b, MAP_ACCOUNT, account);
}

enum status map_add_group(struct map_builder *b, const struct map_group *group)
{
  return add(b, MAP_GROUP, group);
}

enum status map_add_domain(struct map_builder *b, const struct map_domain *domain)
{
  return add(b, MAP_DOMAIN, domain);
}

enum status map_add_removed(struct map_builder *b, uint32_t number)
{
  return add(b, MAP_REMOVED, &(struct map_removed){number});
}

enum status map_add_invited(struct map_builder *b, const struct map_invited *invited)
{
  return add(b, MAP_INVITED, invited);
}

enum status map_add_settings(struct map_builder *b, const struct map_settings *settings)
{
  return add(b, MAP_SETTINGS, settings);
}

static uint64_t slots_for(uint64_t keys)
{
  uint64_t slots = FIRST_SLOTS;
  while (slots < keys * 2) {
    slots *= 2;
  }
  return slots;
}

static enum status write_slots(const struct map_builder *b)
{
  unsigned char packed[SLOTS_AT_ONCE * MAP_SLOT_SIZE];
  enum status status = STATUS_OK;
  for (uint64_t first = 0; status == STATUS_OK && first < b->slot_count; first += SLOTS_AT_ONCE) {
    uint64_t left = b->slot_count - first;
    uint64_t count = left < SLOTS_AT_ONCE ? left : SLOTS_AT_ONCE;
    for (uint64_t i = 0; i < count; i++) {
      map_slot_encode(b->seed, first + i, b->slots[first + i], packed + i * MAP_SLOT_SIZE);
    }
    status = map_write_at(b->fd, packed, count * MAP_SLOT_SIZE, MAP_SLOTS_OFFSET + first * MAP_SLOT_SIZE);
  }
  return status;
}

static enum status write_head(const struct map_builder *b, uint64_t serial)
{
  unsigned char head[MAP_HEADER_SIZE + MAP_STATE_SIZE];
  struct map_header header = {.slot_count = b->slot_count, .records_offset = records_offset(b)};
  struct map_state state = {.serial = serial, .clean = 1, .slots_used = b->entry_count};
  enum status status = map_boot_id(state.boot_id);
  if (status != STATUS_OK) {
    return status;
  }
  memcpy(header.seed, b->seed, sizeof header.seed);
  map_header_encode(&header, head);
  map_state_encode(b->seed, &state, head + MAP_STATE_OFFSET);
  return map_write_at(b->fd, head, sizeof head, 0);
}

static enum status name_beside(const char *path, char beside[static PATH_MAX])
{
  int length = snprintf(beside, PATH_MAX, "%s.new", path);
  return length < 0 || length >= PATH_MAX ? STATUS_TOO_LARGE : STATUS_OK;
}

void map_drop_beside(const char *path)
{
  char beside[PATH_MAX];
  if (name_beside(path, beside) == STATUS_OK) {
    (void)unlink(beside);
  }
}

// Those that have waited get theirs.
static enum status make_slots(struct map_builder *b, uint64_t keys_max)
{
  b->slot_count = slots_for(keys_max);
  b->slots = calloc(b->slot_count, sizeof *b->slots);
  if (b->slots == NULL) {
    return STATUS_NO_MEMORY;
  }
  if ((uint64_t)b->entry_count >= b->slot_count) {
    return STATUS_TOO_LARGE;
  }
  for (size_t i = 0; i < b->entry_count; i++) {
    place_entry(b, b->entries[i]);
  }
  return STATUS_OK;
}

enum status map_builder_stream(struct map_builder *b, const char *path, uint64_t keys_max)
{
  char beside[PATH_MAX];
  enum status status = name_beside(path, beside);
  if (status != STATUS_OK) {
    return status;
  }
  if (unlink(beside) != 0 && errno != ENOENT) {
    return status_of_write(errno);
  }
  status = make_slots(b, keys_max);
  if (status != STATUS_OK) {
    return status;
  }
  b->fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  b->streaming = b->fd >= 0;
  return b->streaming ? STATUS_OK : status_of_write(errno);
}

static enum status finish(struct map_builder *b, uint64_t serial)
{
  enum status status = flush(b);
  if (status != STATUS_OK) {
    return status;
  }
  status = write_slots(b);
  if (status != STATUS_OK) {
    return status;
  }
  status = write_head(b, serial);
  return status == STATUS_OK && fchmod(b->fd, 0644) != 0 ? STATUS_IO : status;
}

enum status map_write_beside(struct map_builder *b, const char *path, uint64_t serial)
{
  enum status status = b->streaming ? STATUS_OK : map_builder_stream(b, path, b->entry_count);
  status = status != STATUS_OK ? status : finish(b, serial);
  if (status != STATUS_OK) {
    map_drop_beside(path);
  }
  return status;
}

enum status map_put_in_place(const char *path)
{
  char beside[PATH_MAX];
  enum status status = name_beside(path, beside);
  if (status != STATUS_OK) {
    return status;
  }
  return rename(beside, path) == 0 ? STATUS_OK : STATUS_IO;
}

enum status map_write(struct map_builder *b, const char *path, uint64_t serial)
{
  enum status status = map_write_beside(b, path, serial);
  return status != STATUS_OK ? status : map_put_in_place(path);
}

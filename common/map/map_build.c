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
#include "map/map_read.h"

enum { FIRST_ENTRIES = 64, FIRST_SLOTS = 64, FLUSH_BYTES = 1 << 20 };

void map_builder_done(struct map_builder *b)
{
  bytes_done(&b->records);
  free(b->entries);
  b->entries = NULL;
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

static enum status write_at(int fd, const void *data, size_t length, uint64_t offset)
{
  const char *at = data;
  while (length > 0) {
    ssize_t put = pwrite(fd, at, length, (off_t)offset);
    if (put < 0 && errno == EINTR) {
      continue;
    }
    if (put <= 0) {
      return STATUS_IO;
    }
    at += put;
    offset += (uint64_t)put;
    length -= (size_t)put;
  }
  return STATUS_OK;
}

static enum status flush(struct map_builder *b)
{
  enum status status = write_at(b->fd, bytes_text(&b->records), b->records.length, records_offset(b) + b->flushed);
  if (status == STATUS_OK) {
    b->flushed += b->records.length;
    b->records.length = 0;
  }
  return status;
}

static enum status add_entry(struct map_builder *b, struct map_entry entry)
{
  if (b->entry_count == b->entry_capacity) {
    size_t capacity = b->entry_capacity > 0 ? b->entry_capacity * 2 : FIRST_ENTRIES;
    struct map_entry *grown = reallocarray(b->entries, capacity, sizeof *grown);
    if (grown == NULL) {
      return STATUS_NO_MEMORY;
    }
    b->entries = grown;
    b->entry_capacity = capacity;
  }
  b->entries[b->entry_count++] = entry;
  return STATUS_OK;
}

static enum status add_text_key(struct map_builder *b, enum map_key kind, const char *text, uint64_t offset)
{
  struct map_lookup lookup;
  if (map_lookup_text(b->seed, kind, text, &lookup) != STATUS_OK) {
    return STATUS_INVALID;
  }
  return add_entry(b, (struct map_entry){lookup.hash, offset});
}

static enum status add_number_key(struct map_builder *b, enum map_key kind, uint32_t number, uint64_t offset)
{
  return add_entry(b, (struct map_entry){map_lookup_number(b->seed, kind, number).hash, offset});
}

static enum status add_record(struct map_builder *b, enum map_kind kind, const struct record_type *type,
                              const void *value, uint64_t *ret_offset)
{
  unsigned char head[MAP_RECORD_HEAD] = {0};
  unsigned char tail[MAP_RECORD_TAIL];
  size_t offset = b->records.length;
  enum status status = bytes_append(&b->records, head, sizeof head);
  if (status == STATUS_OK) {
    status = record_encode(type, value, &b->records);
  }
  if (status != STATUS_OK) {
    return status;
  }
  unsigned char *at = (unsigned char *)b->records.data + offset;
  size_t length = b->records.length - offset - MAP_RECORD_HEAD;
  if (length > MAP_RECORD_MAX) {
    return STATUS_INVALID;
  }
  endian_put_u32(at, (uint32_t)length);
  endian_put_u32(at + 4, (uint32_t)kind);
  endian_put_u64(tail, siphash(b->seed, at, MAP_RECORD_HEAD + length));
  status = bytes_append(&b->records, tail, sizeof tail);
  *ret_offset = b->flushed + offset;
  if (status == STATUS_OK && b->streaming && b->records.length >= FLUSH_BYTES) {
    status = flush(b);
  }
  return status;
}

enum status map_add_account(struct map_builder *b, const struct map_account *account)
{
  uint64_t offset = 0;
  enum status status = add_record(b, MAP_ACCOUNT, &MAP_ACCOUNT_RECORD, account, &offset);
  if (status == STATUS_OK) {
    status = add_text_key(b, KEY_LOGIN, account->login, offset);
  }
  return status != STATUS_OK ? status : add_number_key(b, KEY_UID, account->uid, offset);
}

enum status map_add_group(struct map_builder *b, const struct map_group *group)
{
  uint64_t offset = 0;
  enum status status = add_record(b, MAP_GROUP, &MAP_GROUP_RECORD, group, &offset);
  if (status == STATUS_OK) {
    status = add_text_key(b, KEY_GROUP, group->name, offset);
  }
  return status != STATUS_OK ? status : add_number_key(b, KEY_GID, group->gid, offset);
}

enum status map_add_domain(struct map_builder *b, const struct map_domain *domain)
{
  uint64_t offset = 0;
  enum status status = add_record(b, MAP_DOMAIN, &MAP_DOMAIN_RECORD, domain, &offset);
  return status != STATUS_OK ? status : add_text_key(b, KEY_DOMAIN, domain->domain, offset);
}

enum status map_add_removed(struct map_builder *b, uint32_t number)
{
  uint64_t offset = 0;
  const struct map_removed removed = {number};
  enum status status = add_record(b, MAP_REMOVED, &MAP_REMOVED_RECORD, &removed, &offset);
  return status != STATUS_OK ? status : add_number_key(b, KEY_REMOVED, number, offset);
}

enum status map_add_settings(struct map_builder *b, const struct map_settings *settings)
{
  uint64_t offset = 0;
  enum status status = add_record(b, MAP_SETTINGS, &MAP_SETTINGS_RECORD, settings, &offset);
  return status != STATUS_OK ? status : add_text_key(b, KEY_SETTINGS, "", offset);
}

static uint64_t slots_for(uint64_t keys)
{
  uint64_t slots = FIRST_SLOTS;
  while (slots < keys * 2) {
    slots *= 2;
  }
  return slots;
}

static void place_entry(const struct map_builder *b, struct map_entry entry, unsigned char *slots)
{
  uint64_t mask = b->slot_count - 1;
  uint64_t at = entry.hash & mask;
  while (endian_get_u64(slots + at * MAP_SLOT_SIZE) != MAP_SLOT_EMPTY) {
    at = (at + 1) & mask;
  }
  endian_put_u64(slots + at * MAP_SLOT_SIZE, map_slot_value(entry.hash, records_offset(b) + entry.offset));
}

static enum status write_slots(const struct map_builder *b)
{
  unsigned char *slots CLEANUP(cleanup_free) = calloc(b->slot_count, MAP_SLOT_SIZE);
  if (slots == NULL) {
    return STATUS_NO_MEMORY;
  }
  for (size_t i = 0; i < b->entry_count; i++) {
    place_entry(b, b->entries[i], slots);
  }
  for (uint64_t i = 0; i < b->slot_count; i++) {
    unsigned char *slot = slots + i * MAP_SLOT_SIZE;
    map_slot_encode(b->seed, i, endian_get_u64(slot), slot);
  }
  return write_at(b->fd, slots, b->slot_count * MAP_SLOT_SIZE, MAP_SLOTS_OFFSET);
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
  return write_at(b->fd, head, sizeof head, 0);
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

enum status map_builder_stream(struct map_builder *b, const char *path, uint64_t keys_max)
{
  char beside[PATH_MAX];
  enum status status = name_beside(path, beside);
  if (status != STATUS_OK) {
    return status;
  }
  if (unlink(beside) != 0 && errno != ENOENT) {
    return STATUS_IO;
  }
  b->slot_count = slots_for(keys_max);
  b->fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  b->streaming = b->fd >= 0;
  return b->streaming ? STATUS_OK : STATUS_IO;
}

static enum status finish(struct map_builder *b, uint64_t serial)
{
  if ((uint64_t)b->entry_count >= b->slot_count) {
    return STATUS_TOO_LARGE;
  }
  enum status status = flush(b);
  if (status == STATUS_OK) {
    status = write_slots(b);
  }
  if (status == STATUS_OK) {
    status = write_head(b, serial);
  }
  return status == STATUS_OK && fchmod(b->fd, 0644) != 0 ? STATUS_IO : status;
}

enum status map_write_beside(struct map_builder *b, const char *path, uint64_t serial)
{
  enum status status = b->streaming ? STATUS_OK : map_builder_stream(b, path, b->entry_count);
  if (status == STATUS_OK) {
    status = finish(b, serial);
  }
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

enum status map_mark_dirty(const char *path)
{
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  enum status status = map_open(path, &map);
  if (status != STATUS_OK) {
    return status;
  }
  unsigned char line[MAP_STATE_SIZE];
  struct map_state state = map.state;
  state.clean = 0;
  map_state_encode(map.header.seed, &state, line);
  int fd CLEANUP(cleanup_fd) = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0 || pwrite(fd, line, sizeof line, MAP_STATE_OFFSET) != (ssize_t)sizeof line) {
    return STATUS_IO;
  }
  return STATUS_OK;
}

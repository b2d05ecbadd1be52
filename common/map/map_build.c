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

enum { FIRST_ENTRIES = 64, FIRST_SLOTS = 64 };

void map_builder_done(struct map_builder *b)
{
  bytes_done(&b->records);
  free(b->entries);
  b->entries = NULL;
  b->entry_count = b->entry_capacity = 0;
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
  unsigned char key[MAP_KEY_MAX];
  size_t length = strlen(text);
  if (length + 1 > sizeof key) {
    return STATUS_INVALID;
  }
  key[0] = (unsigned char)kind;
  memcpy(key + 1, text, length);
  return add_entry(b, (struct map_entry){siphash(b->seed, key, length + 1), offset});
}

static enum status add_number_key(struct map_builder *b, enum map_key kind, uint32_t number, uint64_t offset)
{
  unsigned char key[5] = {(unsigned char)kind};
  endian_put_u32(key + 1, number);
  return add_entry(b, (struct map_entry){siphash(b->seed, key, sizeof key), offset});
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
  *ret_offset = offset;
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

static uint64_t slots_for(size_t entries)
{
  uint64_t slots = FIRST_SLOTS;
  while (slots < (uint64_t)entries * 2) {
    slots *= 2;
  }
  return slots;
}

static void place_entry(const struct map_builder *b, const struct map_header *header, struct map_entry entry,
                        unsigned char *slots)
{
  uint64_t mask = header->slot_count - 1;
  uint64_t at = entry.hash & mask;
  while (endian_get_u64(slots + at * MAP_SLOT_SIZE) != 0) {
    at = (at + 1) & mask;
  }
  uint64_t tag = entry.hash >> MAP_OFFSET_BITS << MAP_OFFSET_BITS;
  uint64_t value = tag | (header->records_offset + entry.offset);
  endian_put_u64(slots + at * MAP_SLOT_SIZE, value);
  endian_put_u64(slots + at * MAP_SLOT_SIZE + 8, map_slot_check(b->seed, at, value));
}

static void fill_slots(const struct map_builder *b, const struct map_header *header, unsigned char *slots)
{
  for (size_t i = 0; i < b->entry_count; i++) {
    place_entry(b, header, b->entries[i], slots);
  }
  for (uint64_t i = 0; i < header->slot_count; i++) {
    if (endian_get_u64(slots + i * MAP_SLOT_SIZE) == 0) {
      endian_put_u64(slots + i * MAP_SLOT_SIZE + 8, map_slot_check(b->seed, i, 0));
    }
  }
}

static enum status write_parts(const struct map_builder *b, int fd, uint64_t serial)
{
  unsigned char head[MAP_HEADER_SIZE + MAP_STATE_SIZE];
  struct map_header header = {.slot_count = slots_for(b->entry_count)};
  struct map_state state = {.serial = serial, .clean = 1};
  memcpy(header.seed, b->seed, sizeof header.seed);
  header.records_offset = MAP_SLOTS_OFFSET + header.slot_count * MAP_SLOT_SIZE;
  unsigned char *slots CLEANUP(cleanup_free) = calloc(header.slot_count, MAP_SLOT_SIZE);
  if (slots == NULL) {
    return STATUS_NO_MEMORY;
  }
  fill_slots(b, &header, slots);
  enum status status = map_boot_id(state.boot_id);
  if (status != STATUS_OK) {
    return status;
  }
  map_header_encode(&header, head);
  map_state_encode(b->seed, &state, head + MAP_STATE_OFFSET);
  status = file_write_all(fd, head, sizeof head);
  if (status == STATUS_OK) {
    status = file_write_all(fd, slots, header.slot_count * MAP_SLOT_SIZE);
  }
  return status != STATUS_OK ? status : file_write_all(fd, bytes_text(&b->records), b->records.length);
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

enum status map_write_beside(struct map_builder *b, const char *path, uint64_t serial)
{
  char beside[PATH_MAX];
  enum status status = name_beside(path, beside);
  if (status != STATUS_OK) {
    return status;
  }
  if (unlink(beside) != 0 && errno != ENOENT) {
    return STATUS_IO;
  }
  int fd CLEANUP(cleanup_fd) = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) {
    return STATUS_IO;
  }
  status = write_parts(b, fd, serial);
  if (status == STATUS_OK && fchmod(fd, 0644) != 0) {
    status = STATUS_IO;
  }
  if (status != STATUS_OK) {
    (void)unlink(beside);
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

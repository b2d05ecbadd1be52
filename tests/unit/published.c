// SPDX-License-Identifier: Apache-2.0
#include "published.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/endian.h"
#include "map/map_read.h"
#include "publish/publish.h"

size_t published_groups(const char *login)
{
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  struct map_account account;
  assert_int_equal(map_open(map_path, &map), STATUS_OK);
  assert_true(map_is_clean(&map));
  assert_int_equal(map_account_by_login(&map, login, &account), STATUS_OK);
  return account.groups.count;
}

uint32_t published_members(const char *name)
{
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  struct map_group group = {.gid = 0};
  assert_int_equal(map_open(map_path, &map), STATUS_OK);
  assert_int_equal(map_group_by_name(&map, name, &group), STATUS_OK);
  uint32_t members = group.member_count;
  record_done(&MAP_GROUP_RECORD, &group);
  return members;
}

ino_t published_inode(void)
{
  struct stat st;
  assert_int_equal(stat(map_path, &st), 0);
  return st.st_ino;
}

// Everything that slots point to, as sorted lines of kind and payload in hexadecimal.
struct contents {
  char **lines;
  size_t count;
};

static void contents_done(struct contents *c)
{
  for (size_t i = 0; i < c->count; i++) {
    free(c->lines[i]);
  }
  free(c->lines);
}

static int compare_lines(const void *a, const void *b)
{
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *line_of(const struct map_raw *raw)
{
  size_t size = 16 + raw->length * 2;
  char *line = malloc(size);
  assert_non_null(line);
  size_t at = (size_t)snprintf(line, size, "%u ", raw->kind);
  for (size_t i = 0; i < raw->length; i++) {
    at += (size_t)snprintf(line + at, size - at, "%02x", raw->payload[i]);
  }
  return line;
}

static void read_contents(const char *path, struct contents *ret)
{
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  uint64_t used = 0;
  assert_int_equal(map_open(path, &map), STATUS_OK);
  assert_true(map_is_clean(&map));
  size_t size = map.header.slot_count * MAP_SLOT_SIZE;
  unsigned char *slots CLEANUP(cleanup_free) = malloc(size);
  assert_int_equal(map_file_read(&map, slots, size, MAP_SLOTS_OFFSET), STATUS_OK);
  ret->count = 0;
  ret->lines = calloc(map.header.slot_count, sizeof *ret->lines);
  assert_non_null(ret->lines);
  for (uint64_t i = 0; i < map.header.slot_count; i++) {
    const unsigned char *slot = slots + i * MAP_SLOT_SIZE;
    struct map_raw raw;
    uint64_t value = endian_get_u64(slot);
    assert_int_equal(endian_get_u64(slot + 8), map_slot_check(map.header.seed, i, value));
    used += value != MAP_SLOT_EMPTY;
    if (value != MAP_SLOT_EMPTY && value != MAP_SLOT_GONE) {
      assert_int_equal(map_raw_read(&map, map_slot_offset(value), &raw), STATUS_OK);
      ret->lines[ret->count++] = line_of(&raw);
      map_raw_done(&raw);
    }
  }
  assert_int_equal(map.state.slots_used, used);
  qsort(ret->lines, ret->count, sizeof *ret->lines, compare_lines);
}

static void expect_same_contents(const char *path, const char *other)
{
  struct contents a CLEANUP(contents_done);
  struct contents b CLEANUP(contents_done);
  read_contents(path, &a);
  read_contents(other, &b);
  for (size_t i = 0; i < a.count && i < b.count; i++) {
    assert_string_equal(a.lines[i], b.lines[i]);
  }
  assert_int_equal(a.count, b.count);
}

void expect_what_the_store_says(void)
{
  char other[112];
  struct store_txn *txn = read_txn();
  (void)snprintf(other, sizeof other, "%s.other", map_path);
  assert_true(publish_is_current(txn, &config, map_path, NULL));
  assert_int_equal(publish(txn, &config, other), STATUS_OK);
  store_abort(&txn);
  expect_same_contents(map_path, other);
  assert_int_equal(unlink(other), 0);
}

// SPDX-License-Identifier: Apache-2.0
#include "map/map_read.h"

#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "map/map_slots.h"

// The header of the file that was open last. Nobody waits for the turn, also not in a child of a process that had it.
// Another file can pass for it: written over by hand, or made in the same tick of a coarse clock. What is found then is
// right all the same, since slots and records are checked; what is not found is only believed with the header read.
static struct {
  atomic_flag taken;
  struct file_identity identity;
  struct map_header header;
} last = {.taken = ATOMIC_FLAG_INIT};

static bool is_same_file(const struct file_identity *a, const struct file_identity *b)
{
  return a->known && b->known && a->number == b->number && a->made_s == b->made_s && a->made_ns == b->made_ns &&
         a->device[0] == b->device[0] && a->device[1] == b->device[1];
}

static bool recall_header(const struct file_identity *identity, struct map_header *ret_header)
{
  bool same = false;
  if (!atomic_flag_test_and_set(&last.taken)) {
    same = is_same_file(&last.identity, identity);
    *ret_header = last.header;
    atomic_flag_clear(&last.taken);
  }
  return same;
}

static void remember_header(const struct file_identity *identity, const struct map_header *header)
{
  if (identity->known && !atomic_flag_test_and_set(&last.taken)) {
    last.identity = *identity;
    last.header = *header;
    atomic_flag_clear(&last.taken);
  }
}

static enum status read_head(struct map_reader *map)
{
  unsigned char head[MAP_HEADER_SIZE + MAP_STATE_SIZE];
  enum status status = map_file_read(map, head, sizeof head, 0);
  if (status != STATUS_OK) {
    return status;
  }
  status = map_header_decode(head, &map->header);
  if (status != STATUS_OK) {
    return status;
  }
  if (map_state_decode(map->header.seed, head + MAP_STATE_OFFSET, &map->state) != STATUS_OK) {
    // A state line that cannot be believed is a dirty one: names are still served.
    map->state = (struct map_state){0};
  }
  return STATUS_OK;
}

static enum status open_map(const char *path, bool only_names, struct map_reader *ret_reader)
{
  struct map_reader map = MAP_READER_EMPTY;
  struct file_identity identity;
  enum status status = file_open_identified(path, NULL, &map.fd, &identity);
  if (status == STATUS_OK) {
    map.recalled = only_names && recall_header(&identity, &map.header);
    status = map.recalled ? STATUS_OK : read_head(&map);
    if (status == STATUS_OK && !map.recalled) {
      remember_header(&identity, &map.header);
    }
  }
  if (status == STATUS_OK) {
    *ret_reader = map;
  } else {
    map_close(&map);
  }
  return status;
}

static bool header_is_right(const struct map_reader *map)
{
  unsigned char head[MAP_HEADER_SIZE];
  struct map_header header;
  return map_file_read(map, head, sizeof head, 0) == STATUS_OK && map_header_decode(head, &header) == STATUS_OK &&
         header.slot_count == map->header.slot_count && memcmp(header.seed, map->header.seed, sizeof header.seed) == 0;
}

// With STATUS_CORRUPT the asker opens the map once more, by map_open().
static enum status conclude(const struct map_reader *map, enum status status)
{
  return status == STATUS_NOT_FOUND && map->recalled && !header_is_right(map) ? STATUS_CORRUPT : status;
}

enum status map_open(const char *path, struct map_reader *ret_reader)
{
  return open_map(path, false, ret_reader);
}

enum status map_open_names(const char *path, struct map_reader *ret_reader)
{
  return open_map(path, true, ret_reader);
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

static enum status find_text(const struct map_reader *map, enum map_kind kind, enum map_key key, const char *text,
                             void *ret_value)
{
  struct map_lookup lookup;
  enum status status = map_lookup_text(map->header.seed, key, text, &lookup);
  return status != STATUS_OK ? status : conclude(map, map_find(map, kind, &lookup, ret_value));
}

static enum status find_number(const struct map_reader *map, enum map_kind kind, enum map_key key, uint32_t number,
                               void *ret_value)
{
  const struct map_lookup lookup = map_lookup_number(map->header.seed, key, number);
  return conclude(map, map_find(map, kind, &lookup, ret_value));
}

enum status map_account_by_login(const struct map_reader *map, const char *login, struct map_account *ret_account)
{
  return find_text(map, MAP_ACCOUNT, KEY_LOGIN, login, ret_account);
}

enum status map_account_by_uid(const struct map_reader *map, uint32_t uid, struct map_account *ret_account)
{
  return find_number(map, MAP_ACCOUNT, KEY_UID, uid, ret_account);
}

enum status map_group_by_name(const struct map_reader *map, const char *name, struct map_group *ret_group)
{
  return find_text(map, MAP_GROUP, KEY_GROUP, name, ret_group);
}

enum status map_group_by_gid(const struct map_reader *map, uint32_t gid, struct map_group *ret_group)
{
  return find_number(map, MAP_GROUP, KEY_GID, gid, ret_group);
}

enum status map_group_head(const struct map_reader *map, uint32_t gid, struct map_group *ret_group)
{
  const struct map_lookup lookup = map_lookup_number(map->header.seed, KEY_GID, gid);
  return conclude(map, map_find_group_head(map, &lookup, ret_group));
}

enum status map_domain(const struct map_reader *map, const char *domain, struct map_domain *ret_domain)
{
  return find_text(map, MAP_DOMAIN, KEY_DOMAIN, domain, ret_domain);
}

enum status map_invited(const struct map_reader *map, const char *login, struct map_invited *ret_invited)
{
  struct map_lookup lookup;
  enum status status = map_lookup_invited(map->header.seed, login, &lookup);
  return status != STATUS_OK ? status : conclude(map, map_find(map, MAP_INVITED, &lookup, ret_invited));
}

enum status map_settings(const struct map_reader *map, struct map_settings *ret_settings)
{
  return find_text(map, MAP_SETTINGS, KEY_SETTINGS, "", ret_settings);
}

enum status map_number_is_taken(const struct map_reader *map, uint32_t number, bool *ret_taken)
{
  struct map_removed removed;
  struct map_account account;
  struct map_group group = {0};
  enum status status = map_account_by_uid(map, number, &account);
  if (status == STATUS_NOT_FOUND) {
    status = map_group_by_gid(map, number, &group);
    record_done(&MAP_GROUP_RECORD, &group);
  }
  if (status == STATUS_NOT_FOUND) {
    status = find_number(map, MAP_REMOVED, KEY_REMOVED, number, &removed);
  }
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  *ret_taken = status == STATUS_OK;
  return STATUS_OK;
}

// SPDX-License-Identifier: Apache-2.0
#include "listing.h"

#include "answer.h"
#include "base/cleanup.h"
#include "fill.h"

// A cursor that a fork may have caught half moved begins anew.
static enum status begin(struct listing *listing)
{
  bool left_over = false;
  enum status status = fork_safe_lock_take(&listing->lock, &left_over);
  if (status == STATUS_OK && left_over) {
    listing->cursor = (struct map_cursor){0};
  }
  return status;
}

enum status listing_restart(struct listing *listing)
{
  enum status status = begin(listing);
  if (status != STATUS_OK) {
    return status;
  }
  listing->cursor = (struct map_cursor){0};
  fork_safe_lock_release(&listing->lock);
  return STATUS_OK;
}

static enum status next_account(const struct map_reader *map, struct map_cursor *cursor, struct map_account *account)
{
  enum status status = map_walk_next(map, cursor, account);
  while (status == STATUS_OK && account->mapped == 1) {
    map_walk_told(cursor);
    status = map_walk_next(map, cursor, account);
  }
  return status;
}

// Where an entry goes: a struct passwd or a struct group, and the SIZE bytes that it points into.
struct place {
  void *entry;
  char *buffer;
  size_t size;
};
typedef enum status tell_function(const struct map_reader *map, struct map_cursor *cursor, const struct place *place);

static enum status tell_account(const struct map_reader *map, struct map_cursor *cursor, const struct place *place)
{
  struct map_account account;
  cursor->key = KEY_LOGIN;
  enum status status = next_account(map, cursor, &account);
  return status == STATUS_OK ? fill_passwd(&account, place->entry, place->buffer, place->size) : status;
}

static enum status tell_org_group(const struct map_reader *map, struct map_cursor *cursor, const struct place *place)
{
  struct map_group group CLEANUP(answer_group_done) = {.gid = 0};
  enum status status = map_walk_next(map, cursor, &group);
  return status == STATUS_OK ? fill_group(&group, place->entry, place->buffer, place->size) : status;
}

static enum status tell_private_group(const struct map_reader *map, struct map_cursor *cursor,
                                      const struct place *place)
{
  struct map_account account;
  struct map_group group;
  enum status status = next_account(map, cursor, &account);
  if (status != STATUS_OK) {
    return status;
  }
  answer_private_group(&account, &group);
  return fill_group(&group, place->entry, place->buffer, place->size);
}

static enum status tell_group(const struct map_reader *map, struct map_cursor *cursor, const struct place *place)
{
  if (cursor->key != KEY_LOGIN) {
    cursor->key = KEY_GROUP;
    enum status status = tell_org_group(map, cursor, place);
    if (status != STATUS_NOT_FOUND) {
      return status;
    }
    *cursor = (struct map_cursor){.key = KEY_LOGIN};
  }
  return tell_private_group(map, cursor, place);
}

static enum status tell_from(const char *path, tell_function *tell, struct map_cursor *cursor,
                             const struct place *place)
{
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  enum status status = map_open(path, &map);
  if (status == STATUS_OK) {
    status = tell(&map, cursor, place);
  }
  if (status == STATUS_OK) {
    map_walk_told(cursor);
  }
  return status == STATUS_OK || status == STATUS_TOO_LARGE || status == STATUS_NO_MEMORY ? status : STATUS_NOT_FOUND;
}

static enum status tell_next(struct listing *listing, const char *path, tell_function *tell, const struct place *place)
{
  enum status status = begin(listing);
  if (status != STATUS_OK) {
    return status;
  }
  status = tell_from(path, tell, &listing->cursor, place);
  fork_safe_lock_release(&listing->lock);
  return status;
}

enum status listing_passwd(struct listing *listing, const char *path, struct passwd *entry, char *buffer, size_t size)
{
  return tell_next(listing, path, tell_account, &(struct place){entry, buffer, size});
}

enum status listing_group(struct listing *listing, const char *path, struct group *entry, char *buffer, size_t size)
{
  return tell_next(listing, path, tell_group, &(struct place){entry, buffer, size});
}

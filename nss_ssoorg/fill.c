// SPDX-License-Identifier: Apache-2.0
#include "fill.h"

#include <stdint.h>
#include <string.h>

struct room {
  char *at;
  size_t left;
};

static enum status put_text(struct room *room, const char *text, size_t length, char **ret_at)
{
  if (length + 1 > room->left) {
    return STATUS_TOO_LARGE;
  }
  memcpy(room->at, text, length);
  room->at[length] = '\0';
  *ret_at = room->at;
  room->at += length + 1;
  room->left -= length + 1;
  return STATUS_OK;
}

enum status fill_passwd(const struct map_account *account, struct passwd *entry, char *buffer, size_t size)
{
  struct room room = {buffer, size};
  struct passwd out = {.pw_uid = account->uid, .pw_gid = account->gid};
  const char *const texts[] = {account->login, "*", account->gecos, account->home, account->shell};
  char **const places[] = {&out.pw_name, &out.pw_passwd, &out.pw_gecos, &out.pw_dir, &out.pw_shell};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    enum status status = put_text(&room, texts[i], strlen(texts[i]), places[i]);
    if (status != STATUS_OK) {
      return status;
    }
  }
  *entry = out;
  return STATUS_OK;
}

static enum status put_pointers(struct room *room, size_t count, char ***ret_pointers)
{
  size_t slack = (size_t)(-(uintptr_t)room->at & (_Alignof(char *) - 1));
  size_t needed = slack + (count + 1) * sizeof(char *);
  if (needed > room->left) {
    return STATUS_TOO_LARGE;
  }
  *ret_pointers = (char **)(void *)(room->at + slack);
  room->at += needed;
  room->left -= needed;
  return STATUS_OK;
}

enum status fill_group(const struct map_group *group, struct group *entry, char *buffer, size_t size)
{
  struct room room = {buffer, size};
  struct group out = {.gr_gid = group->gid};
  const char *member = bytes_text(&group->members);
  const char *end = member + group->members.length;
  enum status status = put_pointers(&room, group->member_count, &out.gr_mem);
  if (status != STATUS_OK) {
    return status;
  }
  status = put_text(&room, group->name, strlen(group->name), &out.gr_name);
  if (status != STATUS_OK) {
    return status;
  }
  status = put_text(&room, "*", 1, &out.gr_passwd);
  size_t count = 0;
  while (status == STATUS_OK && count < group->member_count && member < end) {
    size_t length = strnlen(member, (size_t)(end - member));
    status = put_text(&room, member, length, &out.gr_mem[count++]);
    member += length + 1;
  }
  if (status != STATUS_OK) {
    return status;
  }
  out.gr_mem[count] = NULL;
  *entry = out;
  return STATUS_OK;
}

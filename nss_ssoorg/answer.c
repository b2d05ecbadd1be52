// SPDX-License-Identifier: Apache-2.0
#include "answer.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "map/caller.h"
#include "map/map_read.h"
#include "map/numbers.h"

enum { TRIES = 2 };

static enum status is_taken(void *context, uint32_t number, bool *ret_taken)
{
  enum status status = map_number_is_taken(context, number, ret_taken);
  return status == STATUS_OK && !*ret_taken ? number_is_local(number, ret_taken) : status;
}

static void add_group(struct u32_list *groups, uint32_t gid)
{
  bool there = gid == 0 || groups->count == U32_LIST_MAX;
  for (uint32_t i = 0; i < groups->count; i++) {
    there = there || groups->values[i] == gid;
  }
  if (!there) {
    groups->values[groups->count++] = gid;
  }
}

// Whether somebody new may sign in by this name, and the groups that they may get.
static enum status find_eligible(struct map_reader *map, const char *login, struct u32_list *ret_groups)
{
  struct map_domain domain;
  struct map_invited invited;
  struct u32_list groups = {.count = 0};
  bool eligible = false;
  enum status status = map_invited(map, login, &invited);
  if (status == STATUS_OK && invited.expires_at_s > (int64_t)time(NULL)) {
    eligible = true;
    groups = invited.groups;
  }
  if (status == STATUS_OK || status == STATUS_NOT_FOUND) {
    status = map_domain(map, name_email_domain(login), &domain);
  }
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  if (status == STATUS_OK) {
    eligible = true; // also where there is nothing to join, and an org of their own to be made
    add_group(&groups, domain.org_gid);
    for (uint32_t i = 0; i < domain.groups.count; i++) {
      add_group(&groups, domain.groups.values[i]);
    }
  }
  *ret_groups = groups;
  return eligible ? STATUS_OK : STATUS_NOT_FOUND;
}

static enum status first_login(struct map_reader *map, const char *login, struct map_account *ret_account)
{
  struct map_settings settings;
  struct map_account account = {.uid = 0};
  bool of_short = name_is_new_short(login);
  if (!caller_is_root() || (!of_short && !name_is_email(login))) {
    return STATUS_NOT_FOUND;
  }
  enum status status = of_short ? STATUS_OK : find_eligible(map, login, &account.groups);
  if (status != STATUS_OK) {
    return status;
  }
  status = map_settings(map, &settings);
  if (status == STATUS_OK && of_short) {
    add_group(&account.groups, settings.short_gid);
    status = settings.short_gid != 0 ? STATUS_OK : STATUS_NOT_FOUND;
  }
  if (status != STATUS_OK) {
    return status;
  }
  if (!caller_is_root_sshd(settings.sshd_paths)) {
    return STATUS_NOT_FOUND;
  }
  status = number_choose(map->header.seed, login, &settings, is_taken, map, &account.uid);
  if (status != STATUS_OK) {
    return status;
  }
  int length = snprintf(account.home, sizeof account.home, "%s/%s", settings.home, login);
  if (length < 0 || (size_t)length >= sizeof account.home) {
    return STATUS_NOT_FOUND;
  }
  account.gid = account.uid;
  memcpy(account.login, login, strlen(login) + 1);
  memcpy(account.shell, settings.shell, sizeof account.shell);
  *ret_account = account;
  return STATUS_OK;
}

// A local user is answered for by the service that has it.
static enum status unless_mapped(enum status status, const struct map_account *account)
{
  return status == STATUS_OK && account->mapped == 1 ? STATUS_NOT_FOUND : status;
}

static enum status own_by_login(struct map_reader *map, const char *login, struct map_account *ret_account)
{
  enum status status = map_account_by_login(map, login, ret_account);
  return unless_mapped(status, ret_account);
}

static enum status own_by_uid(struct map_reader *map, uint32_t uid, struct map_account *ret_account)
{
  enum status status = map_account_by_uid(map, uid, ret_account);
  return unless_mapped(status, ret_account);
}

static enum status login_in(struct map_reader *map, const char *login, struct map_account *ret_account)
{
  enum status status = map_account_by_login(map, login, ret_account);
  if (status != STATUS_NOT_FOUND) {
    return status;
  }
  map->recalled = false; // what is not there was looked for with the header read
  return first_login(map, login, ret_account);
}

void answer_private_group(const struct map_account *account, struct map_group *ret_group)
{
  _Static_assert(sizeof account->login == sizeof ret_group->name, "every login must do as the name of a group");
  *ret_group = (struct map_group){.gid = account->gid};
  memcpy(ret_group->name, account->login, sizeof ret_group->name);
}

void answer_group_done(struct map_group *group)
{
  record_done(&MAP_GROUP_RECORD, group);
}

static enum status private_group(enum status status, const struct map_account *account, struct map_group *ret_group)
{
  if (status == STATUS_OK) {
    answer_private_group(account, ret_group);
  }
  return status;
}

// One question to the map: by text or by number.
struct question {
  const char *text;
  uint32_t number;
};
typedef enum status ask_function(struct map_reader *map, const struct question *question, void *ret_answer);

// The map may be replaced while it is read: what looks damaged is read once more from the start.
static enum status ask(const char *path, ask_function *function, const struct question *question, void *ret_answer)
{
  enum status status = STATUS_NOT_FOUND;
  for (int i = 0; i < TRIES; i++) {
    struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
    status = i == 0 ? map_open_names(path, &map) : map_open(path, &map);
    if (status == STATUS_OK) {
      status = function(&map, question, ret_answer);
    }
    if (status != STATUS_CORRUPT) {
      break;
    }
  }
  return status == STATUS_OK || status == STATUS_NO_MEMORY ? status : STATUS_NOT_FOUND;
}

static enum status ask_login(struct map_reader *map, const struct question *question, void *ret_answer)
{
  enum status status = login_in(map, question->text, ret_answer);
  return unless_mapped(status, ret_answer);
}

static enum status ask_uid(struct map_reader *map, const struct question *question, void *ret_answer)
{
  return own_by_uid(map, question->number, ret_answer);
}

static enum status ask_group_name(struct map_reader *map, const struct question *question, void *ret_answer)
{
  struct map_account account;
  enum status status = map_group_by_name(map, question->text, ret_answer);
  if (status == STATUS_NOT_FOUND) {
    map->recalled = false;
    status = own_by_login(map, question->text, &account);
    return private_group(status, &account, ret_answer);
  }
  return status;
}

static enum status ask_group_gid(struct map_reader *map, const struct question *question, void *ret_answer)
{
  struct map_account account;
  enum status status = map_group_by_gid(map, question->number, ret_answer);
  if (status == STATUS_NOT_FOUND) {
    map->recalled = false;
    status = own_by_uid(map, question->number, &account);
    return private_group(status, &account, ret_answer);
  }
  return status;
}

static enum status keep_unenforced(const struct map_reader *map, const struct u32_list *all, struct u32_list *kept)
{
  for (uint32_t i = 0; i < all->count; i++) {
    struct map_group group = {.gid = 0};
    enum status status = map_group_head(map, all->values[i], &group);
    if (status == STATUS_OK && group.enforced == 0) {
      kept->values[kept->count++] = group.gid;
    }
    if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
      return status;
    }
  }
  return STATUS_OK;
}

static enum status ask_groups_of(struct map_reader *map, const struct question *question, void *ret_answer)
{
  struct map_account account;
  struct map_settings settings;
  struct u32_list kept = {.count = 0};
  enum status status = login_in(map, question->text, &account);
  if (status != STATUS_OK) {
    return status;
  }
  status = map_settings(map, &settings);
  if (status != STATUS_OK) {
    return status;
  }
  // A mapped user has whatever gid the other service says, and must still be the one who was mapped.
  bool theirs = account.mapped == 1 ? name_is_local_with(question->text, account.uid)
                                    : account.gid == question->number && !name_is_local(question->text);
  if (!theirs) {
    return STATUS_NOT_FOUND;
  }
  if (caller_is_root_sshd(settings.sshd_paths)) {
    kept = account.groups;
  } else {
    status = keep_unenforced(map, &account.groups, &kept);
  }
  if (status == STATUS_OK) {
    *(struct u32_list *)ret_answer = kept;
  }
  return status;
}

enum status answer_login(const char *path, const char *login, struct map_account *ret_account)
{
  return ask(path, ask_login, &(struct question){.text = login}, ret_account);
}

enum status answer_uid(const char *path, uint32_t uid, struct map_account *ret_account)
{
  return ask(path, ask_uid, &(struct question){.number = uid}, ret_account);
}

enum status answer_group_name(const char *path, const char *name, struct map_group *ret_group)
{
  return ask(path, ask_group_name, &(struct question){.text = name}, ret_group);
}

enum status answer_group_gid(const char *path, uint32_t gid, struct map_group *ret_group)
{
  return ask(path, ask_group_gid, &(struct question){.number = gid}, ret_group);
}

enum status answer_groups_of(const char *path, const char *login, uint32_t gid, struct u32_list *ret_groups)
{
  return ask(path, ask_groups_of, &(struct question){.text = login, .number = gid}, ret_groups);
}

// SPDX-License-Identifier: Apache-2.0
#include "operations/publish_change.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "operations/published.h"
#include "store/numbers_store.h"

struct changing {
  struct published published;
  struct map_change *change;
  bool many; // accounts are changed: the map's lists name some as they were and some as they are
};

static const unsigned char *seed_of(const struct changing *c)
{
  return c->change->map.header.seed;
}

static enum status put_group(struct changing *c, const struct org *org, bool admins)
{
  struct map_group group CLEANUP(cleanup_map_group) = {.gid = 0};
  store_calm(c->published.txn);
  enum status status = published_group(&c->published, org, admins, &group);
  return status != STATUS_OK ? status : map_change_put(c->change, MAP_GROUP, &group);
}

static enum status list_anew(struct changing *c, uint32_t gid)
{
  struct number use;
  struct org org;
  enum status status = numbers_get(c->published.txn, gid, &use);
  if (status == STATUS_OK) {
    status = org_get(c->published.txn, use.id, &org);
  }
  return status != STATUS_OK ? status : put_group(c, &org, gid == org.admins_gid);
}

// A list of members while it is changed: in the order of ids, each login with its NUL.
static const char *next_member(const struct map_group *group, const char *at)
{
  const char *start = bytes_text(&group->members);
  const char *next = at == NULL ? start : at + strlen(at) + 1;
  return next < start + group->members.length ? next : NULL;
}

static const char *last_member(const struct map_group *group)
{
  const char *start = bytes_text(&group->members);
  const char *before = group->members.length > 1 ? memrchr(start, '\0', group->members.length - 1) : NULL;
  return before != NULL ? before + 1 : group->members.length > 1 ? start : NULL;
}

static void take_member(struct map_group *group, const char *login)
{
  for (const char *at = next_member(group, NULL); at != NULL; at = next_member(group, at)) {
    if (strcmp(at, login) == 0) {
      size_t length = strlen(at) + 1;
      size_t offset = (size_t)(at - group->members.data);
      memmove(group->members.data + offset, at + length, group->members.length - offset - length);
      group->members.length -= length;
      group->member_count--;
      return;
    }
  }
}

static bool comes_before(const struct changing *c, const struct account *account, const char *login)
{
  struct account other;
  bool before = account_by_login(c->published.txn, login, &other) != STATUS_OK || account->id < other.id;
  record_done(&ACCOUNT_RECORD, &other);
  return before;
}

// Where ACCOUNT belongs: mostly behind all others. Of a list of MEMBERS_MAX each is looked up at worst.
static size_t place_for(const struct changing *c, const struct map_group *group, const struct account *account)
{
  const char *last = last_member(group);
  if (last == NULL || !comes_before(c, account, last)) {
    return group->members.length;
  }
  const char *at = next_member(group, NULL);
  while (!comes_before(c, account, at)) {
    at = next_member(group, at);
  }
  return (size_t)(at - group->members.data);
}

static enum status insert_member(struct changing *c, struct map_group *group, const struct account *account)
{
  size_t length = strlen(account->login) + 1;
  size_t offset = place_for(c, group, account);
  enum status status = bytes_reserve(&group->members, length);
  if (status != STATUS_OK) {
    return status;
  }
  char *at = group->members.data + offset;
  memmove(at + length, at, group->members.length - offset);
  memcpy(at, account->login, length);
  group->members.length += length;
  group->member_count++;
  if (group->member_count > MEMBERS_MAX) {
    const char *last = last_member(group);
    group->members.length = (size_t)(last - group->members.data);
    group->member_count--;
  }
  return STATUS_OK;
}

// The list of the group GID after ACCOUNT came to it (NULL: nobody did) and whoever was called LOGIN left it. A group
// that is not in the map yet is put there with its org. Where a full list loses somebody, another takes the place.
static enum status change_list(struct changing *c, uint32_t gid, const char *login, const struct account *account)
{
  struct map_group group CLEANUP(cleanup_map_group) = {.gid = 0};
  const struct map_lookup lookup = map_lookup_number(seed_of(c), KEY_GID, gid);
  bool listed = false;
  enum status status = map_change_find(c->change, MAP_GROUP, &lookup, &group);
  if (status != STATUS_OK || group.enforced == 1) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  if (c->many) {
    return list_anew(c, gid);
  }
  bool was_full = group.member_count == MEMBERS_MAX;
  take_member(&group, login);
  if (account != NULL) {
    take_member(&group, account->login);
    status = published_is_listed(&c->published, account, &listed);
  }
  if (status == STATUS_OK && listed) {
    status = insert_member(c, &group, account);
  }
  if (status == STATUS_OK && was_full && group.member_count < MEMBERS_MAX) {
    return list_anew(c, gid);
  }
  return status != STATUS_OK ? status : map_change_put(c->change, MAP_GROUP, &group);
}

static bool has_gid(const struct u32_list *list, uint32_t gid)
{
  for (uint32_t i = 0; i < list->count; i++) {
    if (list->values[i] == gid) {
      return true;
    }
  }
  return false;
}

// Lists of the groups that are in only one of the two, or in both where the login is another.
static enum status change_lists(struct changing *c, const struct map_account *before, const struct map_account *after,
                                const struct account *account)
{
  bool renamed = strcmp(before->login, after->login) != 0;
  enum status status = STATUS_OK;
  for (uint32_t i = 0; status == STATUS_OK && i < before->groups.count; i++) {
    uint32_t gid = before->groups.values[i];
    bool stays = has_gid(&after->groups, gid);
    if (renamed || !stays) {
      status = change_list(c, gid, before->login, stays ? account : NULL);
    }
  }
  for (uint32_t i = 0; status == STATUS_OK && i < after->groups.count; i++) {
    if (!has_gid(&before->groups, after->groups.values[i])) {
      status = change_list(c, after->groups.values[i], before->login, account);
    }
  }
  return status;
}

// Takes LOGIN from the account with UID, unless another one has it by now.
static enum status drop_name(struct changing *c, const char *login, uint32_t uid)
{
  struct map_lookup lookup;
  struct map_account now = {.uid = 0};
  enum status status = map_lookup_text(seed_of(c), KEY_LOGIN, login, &lookup);
  if (status == STATUS_OK) {
    status = map_change_find(c->change, MAP_ACCOUNT, &lookup, &now);
  }
  if (status != STATUS_OK || now.uid != uid) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  return map_change_drop(c->change, MAP_ACCOUNT, &lookup);
}

static enum status find_before(struct changing *c, uint32_t uid, struct map_account *ret_before)
{
  const struct map_lookup lookup = map_lookup_number(seed_of(c), KEY_UID, uid);
  *ret_before = (struct map_account){.uid = 0};
  enum status status = map_change_find(c->change, MAP_ACCOUNT, &lookup, ret_before);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status drop_account(struct changing *c, uint32_t uid)
{
  const struct map_lookup lookup = map_lookup_number(seed_of(c), KEY_UID, uid);
  const struct map_account none = {.uid = 0};
  struct map_account before;
  enum status status = find_before(c, uid, &before);
  if (status == STATUS_OK) {
    status = drop_name(c, before.login, uid);
  }
  if (status == STATUS_OK) {
    status = map_change_drop(c->change, MAP_ACCOUNT, &lookup);
  }
  return status != STATUS_OK ? status : change_lists(c, &before, &none, NULL);
}

static enum status put_account(struct changing *c, const struct account *account)
{
  struct memberships all;
  struct map_account before;
  struct map_account after;
  enum status status = memberships_of(c->published.txn, account->id, &all);
  if (status == STATUS_OK) {
    status = published_account(&c->published, account, &all, &after);
  }
  if (status == STATUS_OK) {
    status = find_before(c, account->uid, &before);
  }
  if (status == STATUS_OK) {
    status = map_change_put(c->change, MAP_ACCOUNT, &after);
  }
  if (status == STATUS_OK && before.login[0] != '\0' && strcmp(before.login, after.login) != 0) {
    status = drop_name(c, before.login, before.uid);
  }
  return status != STATUS_OK ? status : change_lists(c, &before, &after, account);
}

// An account that was removed is noted as one that was touched itself, with its number.
static enum status change_account(struct changing *c, const struct touched *touched)
{
  struct account account;
  enum status status = account_get(c->published.txn, touched->id, &account);
  if (status == STATUS_NOT_FOUND) {
    return touched->kind == TOUCHED_ACCOUNT ? drop_account(c, touched->number) : STATUS_OK;
  }
  if (status == STATUS_OK) {
    status = put_account(c, &account);
  }
  record_done(&ACCOUNT_RECORD, &account);
  return status;
}

static enum status change_org(struct changing *c, int64_t id)
{
  struct org org;
  enum status status = org_get(c->published.txn, id, &org);
  if (status == STATUS_OK) {
    status = put_group(c, &org, false);
  }
  if (status == STATUS_OK) {
    status = put_group(c, &org, true);
  }
  // What the groups of an org that is gone were called is not known here: the whole map is made anew.
  return status == STATUS_NOT_FOUND ? STATUS_TOO_LARGE : status;
}

static enum status change_domain(struct changing *c, const char *name)
{
  struct map_domain domain;
  struct map_lookup lookup;
  enum status status = published_domain(&c->published, name, &domain);
  if (status == STATUS_OK) {
    return map_change_put(c->change, MAP_DOMAIN, &domain);
  }
  if (status == STATUS_NOT_FOUND) {
    status = map_lookup_text(seed_of(c), KEY_DOMAIN, name, &lookup);
  }
  return status != STATUS_OK ? status : map_change_drop(c->change, MAP_DOMAIN, &lookup);
}

static enum status change_domain_of_org(void *context, const struct domain *domain)
{
  return change_domain(context, domain->domain);
}

static enum status change_invited(struct changing *c, const char *email)
{
  struct map_invited invited;
  struct map_lookup lookup;
  enum status status = published_invited(&c->published, seed_of(c), email, &invited);
  if (status == STATUS_OK) {
    return map_change_put(c->change, MAP_INVITED, &invited);
  }
  if (status == STATUS_NOT_FOUND) {
    status = map_lookup_invited(seed_of(c), email, &lookup);
  }
  return status != STATUS_OK ? status : map_change_drop(c->change, MAP_INVITED, &lookup);
}

static enum status change_number(struct changing *c, uint32_t number)
{
  struct number use;
  enum status status = numbers_get(c->published.txn, number, &use);
  if (status == STATUS_OK && use.use == NUMBER_REMOVED) {
    return map_change_put(c->change, MAP_REMOVED, &(struct map_removed){number});
  }
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  const struct map_lookup lookup = map_lookup_number(seed_of(c), KEY_REMOVED, number);
  return map_change_drop(c->change, MAP_REMOVED, &lookup);
}

static enum status change(struct changing *c, const struct touched *touched)
{
  switch (touched->kind) {
  case TOUCHED_ACCOUNT:
  case TOUCHED_MEMBER: return change_account(c, touched);
  case TOUCHED_ORG: return change_org(c, touched->id);
  case TOUCHED_CONNECTION: return domain_each(c->published.txn, touched->id, change_domain_of_org, c);
  case TOUCHED_DOMAIN: return change_domain(c, touched->name);
  case TOUCHED_NUMBER: return change_number(c, touched->number);
  case TOUCHED_INVITE: return change_invited(c, touched->name);
  case TOUCHED_ALL: return STATUS_TOO_LARGE;
  }
  return STATUS_INVALID;
}

static void changing_done(struct changing *c)
{
  published_done(&c->published);
}

static bool are_many(const struct touched *list, size_t count)
{
  int64_t id = 0;
  for (size_t i = 0; i < count; i++) {
    if (list[i].kind == TOUCHED_ACCOUNT || list[i].kind == TOUCHED_MEMBER) {
      if (id != 0 && list[i].id != id) {
        return true;
      }
      id = list[i].id;
    }
  }
  return false;
}

// Lists of members are looked at once for as long as /etc/passwd does not change (POLICY N3): a map that is older than
// that file is made anew. So is one of which nobody knows how old it is.
static bool passwd_is_newer(const char *path)
{
  struct statx map;
  struct statx passwd;
  if (statx(AT_FDCWD, "/etc/passwd", 0, STATX_CTIME, &passwd) != 0) {
    return false;
  }
  if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BTIME, &map) != 0 || (map.stx_mask & STATX_BTIME) == 0) {
    return true;
  }
  return passwd.stx_ctime.tv_sec > map.stx_btime.tv_sec ||
         (passwd.stx_ctime.tv_sec == map.stx_btime.tv_sec && passwd.stx_ctime.tv_nsec >= map.stx_btime.tv_nsec);
}

static enum status put_all(struct changing *c, const struct config *config, const struct touched *list, size_t count)
{
  struct map_settings settings;
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < count; i++) {
    status = change(c, &list[i]);
  }
  if (status == STATUS_OK) {
    status = published_settings(&c->published, config, &settings);
  }
  return status != STATUS_OK ? status : map_change_put(c->change, MAP_SETTINGS, &settings);
}

enum status publish_change_prepare(struct store_txn *txn, const struct config *config, const char *path, int64_t serial,
                                   struct map_change *ret_change)
{
  struct changing c CLEANUP(changing_done) = {.published = {.txn = txn}, .change = ret_change};
  unsigned char seed[SIPHASH_SEED_SIZE];
  const struct touched *list = NULL;
  size_t count = 0;
  if (!store_touched(txn, &list, &count)) {
    return STATUS_TOO_LARGE;
  }
  if (count == 0) {
    return STATUS_OK;
  }
  if (passwd_is_newer(path)) {
    return STATUS_TOO_LARGE;
  }
  c.many = are_many(list, count);
  enum status status = store_seed(txn, seed);
  if (status == STATUS_OK) {
    status = map_change_begin(path, seed, (uint64_t)serial, ret_change);
  }
  if (status == STATUS_OK) {
    status = put_all(&c, config, list, count);
  }
  if (status != STATUS_OK) {
    map_change_end(ret_change);
  }
  return status;
}

// SPDX-License-Identifier: Apache-2.0
#include "publish/groups.h"

#include <string.h>

#include "base/cleanup.h"
#include "store/numbers_store.h"

static enum status put_group(struct diff *c, const struct org *org, bool admins)
{
  struct map_group group CLEANUP(cleanup_map_group) = {.gid = 0};
  store_calm(c->published.txn);
  enum status status = render_group(&c->published, org, admins, &group);
  return status != STATUS_OK ? status : map_change_put(c->change, MAP_GROUP, &group);
}

static enum status put_org_group(struct diff *c, const struct org *org, const struct org_group *from)
{
  struct map_group group CLEANUP(cleanup_map_group) = {.gid = 0};
  store_calm(c->published.txn);
  enum status status = render_org_group(&c->published, org, from, &group);
  return status != STATUS_OK ? status : map_change_put(c->change, MAP_GROUP, &group);
}

// STATUS_NOT_FOUND for a number that no group of an org has.
static enum status list_anew(struct diff *c, uint32_t gid)
{
  struct number use;
  struct org org;
  struct org_group group;
  enum status status = numbers_get(c->published.txn, gid, &use);
  if (status != STATUS_OK) {
    return status;
  }
  if (use.use != NUMBER_ORG && use.use != NUMBER_GROUP) {
    return STATUS_NOT_FOUND;
  }
  status = org_get(c->published.txn, use.id, &org);
  if (status != STATUS_OK) {
    return status;
  }
  if (use.use == NUMBER_GROUP) {
    status = group_by_gid(c->published.txn, org.id, gid, &group);
    return status != STATUS_OK ? status : put_org_group(c, &org, &group);
  }
  return put_group(c, &org, gid == org.admins_gid);
}

// What is not a group any more is taken out of the map as a whole.
static enum status list_if_there(struct diff *c, uint32_t gid)
{
  enum status status = list_anew(c, gid);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
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

static bool comes_before(const struct diff *c, const struct account *account, const char *login)
{
  struct account other;
  bool before = account_by_login(c->published.txn, login, &other) != STATUS_OK || account->id < other.id;
  record_done(&ACCOUNT_RECORD, &other);
  return before;
}

// Where ACCOUNT belongs: mostly behind all others. Of a list of MEMBERS_MAX each is looked up at worst.
static size_t place_for(const struct diff *c, const struct map_group *group, const struct account *account)
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

static enum status insert_member(struct diff *c, struct map_group *group, const struct account *account)
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
static enum status change_list(struct diff *c, uint32_t gid, const char *login, const struct account *account)
{
  struct map_group group CLEANUP(cleanup_map_group) = {.gid = 0};
  const struct map_lookup lookup = map_lookup_number(diff_seed(c), KEY_GID, gid);
  bool listed = false;
  enum status status = map_change_find(c->change, MAP_GROUP, &lookup, &group);
  if (status != STATUS_OK || group.enforced == 1) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  if (c->many) {
    return list_if_there(c, gid);
  }
  bool was_full = group.member_count == MEMBERS_MAX;
  take_member(&group, login);
  if (account != NULL) {
    take_member(&group, account->login);
    status = render_is_listed(&c->published, account, &listed);
  }
  if (status != STATUS_OK) {
    return status;
  }
  if (listed) {
    status = insert_member(c, &group, account);
  }
  if (status != STATUS_OK) {
    return status;
  }
  if (was_full && group.member_count < MEMBERS_MAX) {
    return list_if_there(c, gid);
  }
  return map_change_put(c->change, MAP_GROUP, &group);
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

enum status publish_lists(struct diff *c, const struct map_account *before, const struct map_account *after,
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

struct regrouping {
  struct diff *c;
  const struct org *org;
};

static enum status regroup(void *context, const struct org_group *group)
{
  const struct regrouping *r = context;
  return put_org_group(r->c, r->org, group);
}

static enum status drop_group_name(struct diff *c, uint32_t gid, const char *name)
{
  struct map_group now CLEANUP(cleanup_map_group) = {.gid = 0};
  struct map_lookup by_name;
  enum status status = map_lookup_text(diff_seed(c), KEY_GROUP, name, &by_name);
  if (status != STATUS_OK) {
    return status;
  }
  status = map_change_find(c->change, MAP_GROUP, &by_name, &now);
  if (status != STATUS_OK || now.gid != gid) {
    return status;
  }
  return map_change_drop(c->change, MAP_GROUP, &by_name);
}

// A group that is gone leaves its number, and its name unless another one has that by now.
static enum status drop_group(struct diff *c, uint32_t gid, const char *name)
{
  const struct map_lookup by_gid = map_lookup_number(diff_seed(c), KEY_GID, gid);
  enum status status = drop_group_name(c, gid, name);
  return status == STATUS_OK || status == STATUS_NOT_FOUND ? map_change_drop(c->change, MAP_GROUP, &by_gid) : status;
}

enum status publish_org_group(struct diff *c, const struct logged_change *logged)
{
  enum status status = list_anew(c, logged->number);
  return status == STATUS_NOT_FOUND ? drop_group(c, logged->number, logged->name) : status;
}

enum status publish_org(struct diff *c, int64_t id)
{
  struct org org;
  struct regrouping regrouping = {c, &org};
  enum status status = org_get(c->published.txn, id, &org);
  status = status != STATUS_OK ? status : put_group(c, &org, false);
  status = status != STATUS_OK ? status : put_group(c, &org, true);
  if (status != STATUS_OK) {
    // What the groups of an org that is gone were called is not known here: the whole map is made anew.
    return status == STATUS_NOT_FOUND ? STATUS_TOO_LARGE : status;
  }
  return group_each(c->published.txn, id, regroup, &regrouping);
}

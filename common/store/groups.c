// SPDX-License-Identifier: Apache-2.0
#include "store/groups.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "store/accounts.h"
#include "store/numbers_store.h"
#include "store/orgs.h"

static const char ADMINS[] = "admins";

static bool ends_in_admins(const char *name)
{
  size_t length = strlen(name);
  size_t end = strlen(ADMINS);
  return length >= end && strcmp(name + length - end, ADMINS) == 0 && (length == end || name[length - end - 1] == '-');
}

bool group_name_is_legal(const char *slug, const char *name)
{
  size_t whole = strlen(slug) + 1 + strlen(name);
  bool legal = name[0] >= 'a' && name[0] <= 'z' && whole < GROUP_SIZE && !ends_in_admins(name);
  return legal && name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

void group_full_name(const char *slug, const char *name, char full[static LOGIN_SIZE])
{
  (void)snprintf(full, LOGIN_SIZE, "%s-%s", slug, name);
}

static struct store_key org_and_text(int64_t org_id, const char *text)
{
  struct store_key key = key_of_i64(org_id);
  key_add_text(&key, text);
  return key;
}

enum status group_get(struct store_txn *txn, int64_t org_id, const char *name, struct org_group *ret_group)
{
  const struct store_key key = org_and_text(org_id, name);
  return store_get_record(txn, TABLE_ORG_GROUPS, &key, &ORG_GROUP_RECORD, ret_group);
}

// Where the slug ends and the name begins is not to be seen: each hyphen may be the one.
enum status group_by_full_name(struct store_txn *txn, const char *full, struct org_group *ret_group)
{
  char slug[SLUG_SIZE];
  for (const char *at = strchr(full, '-'); at != NULL && (size_t)(at - full) < sizeof slug; at = strchr(at + 1, '-')) {
    struct org org;
    memcpy(slug, full, (size_t)(at - full));
    slug[at - full] = '\0';
    enum status status = at[1] != '\0' ? org_by_slug(txn, slug, &org) : STATUS_NOT_FOUND;
    if (status == STATUS_OK) {
      status = group_get(txn, org.id, at + 1, ret_group);
    }
    if (status != STATUS_NOT_FOUND) {
      return status;
    }
  }
  return STATUS_NOT_FOUND;
}

struct walk {
  union {
    group_visit *group;
    given_visit *given;
  } visit;
  void *context;
};

static enum status visit_group(void *context, const struct store_entry *entry)
{
  const struct walk *walk = context;
  struct org_group group;
  enum status status = record_decode(&ORG_GROUP_RECORD, entry->data, entry->length, &group);
  return status != STATUS_OK ? status : walk->visit.group(walk->context, &group);
}

enum status group_each(struct store_txn *txn, int64_t org_id, group_visit *visit, void *context)
{
  const struct store_key prefix = key_of_i64(org_id);
  struct walk walk = {{.group = visit}, context};
  return store_each(txn, TABLE_ORG_GROUPS, &prefix, visit_group, &walk);
}

struct search {
  uint32_t gid;
  struct org_group *found;
};

static enum status compare_gid(void *context, const struct org_group *group)
{
  const struct search *search = context;
  if (group->gid != search->gid) {
    return STATUS_OK;
  }
  *search->found = *group;
  return STATUS_EXISTS;
}

enum status group_by_gid(struct store_txn *txn, int64_t org_id, uint32_t gid, struct org_group *ret_group)
{
  struct search search = {gid, ret_group};
  enum status status = group_each(txn, org_id, compare_gid, &search);
  return status == STATUS_EXISTS ? STATUS_OK : status == STATUS_OK ? STATUS_NOT_FOUND : status;
}

static enum status log_group(struct store_txn *txn, const struct org_group *group)
{
  struct logged_change logged = {.kind = LOGGED_GROUP, .number = group->gid};
  struct org org;
  enum status status = org_get(txn, group->org_id, &org);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
  }
  group_full_name(org.slug, group->name, logged.name);
  return store_log_change(txn, &logged);
}

enum status group_add(struct store_txn *txn, const struct org_group *group)
{
  const struct store_key key = org_and_text(group->org_id, group->name);
  struct org_group other;
  enum status status = group_get(txn, group->org_id, group->name, &other);
  if (status != STATUS_NOT_FOUND) {
    return status == STATUS_OK ? STATUS_EXISTS : status;
  }
  status = numbers_take(txn, group->gid, &(struct number){NUMBER_GROUP, group->org_id});
  if (status != STATUS_OK) {
    return status;
  }
  status = log_group(txn, group);
  return status != STATUS_OK ? status : store_put_record(txn, TABLE_ORG_GROUPS, &key, &ORG_GROUP_RECORD, group);
}

enum status group_remove(struct store_txn *txn, const struct org_group *group)
{
  const struct store_key key = org_and_text(group->org_id, group->name);
  enum status status = log_group(txn, group);
  if (status != STATUS_OK) {
    return status;
  }
  status = numbers_retire(txn, group->gid);
  return status != STATUS_OK ? status : store_delete(txn, TABLE_ORG_GROUPS, &key);
}

static enum status collect(void *context, const struct store_entry *entry)
{
  struct group_mappings *all = context;
  if (all->count == GROUP_MAPPINGS_MAX) {
    return STATUS_CORRUPT;
  }
  enum status status = record_decode(&GROUP_MAPPING_RECORD, entry->data, entry->length, &all->list[all->count]);
  all->count += status == STATUS_OK;
  return status;
}

enum status group_mappings_of(struct store_txn *txn, int64_t org_id, struct group_mappings *ret_mappings)
{
  const struct store_key prefix = key_of_i64(org_id);
  ret_mappings->count = 0;
  return store_each(txn, TABLE_GROUP_MAPPINGS, &prefix, collect, ret_mappings);
}

static enum status note_any(void *context, const struct store_entry *entry)
{
  (void)context;
  (void)entry;
  return STATUS_EXISTS;
}

enum status group_mappings_any(struct store_txn *txn, int64_t org_id, bool *ret_any)
{
  const struct store_key prefix = key_of_i64(org_id);
  enum status status = store_each(txn, TABLE_GROUP_MAPPINGS, &prefix, note_any, NULL);
  if (status == STATUS_OK || status == STATUS_EXISTS) {
    *ret_any = status == STATUS_EXISTS;
    return STATUS_OK;
  }
  return status;
}

enum status group_mapping_get(struct store_txn *txn, int64_t org_id, const char *provider,
                              struct group_mapping *ret_mapping)
{
  const struct store_key key = org_and_text(org_id, provider);
  return store_get_record(txn, TABLE_GROUP_MAPPINGS, &key, &GROUP_MAPPING_RECORD, ret_mapping);
}

enum status group_mapping_add(struct store_txn *txn, struct group_mapping *mapping)
{
  const struct store_key key = org_and_text(mapping->org_id, mapping->provider);
  struct group_mappings all;
  int64_t number = 0;
  enum status status = group_mappings_of(txn, mapping->org_id, &all);
  if (status != STATUS_OK) {
    return status;
  }
  if (all.count == GROUP_MAPPINGS_MAX) {
    return STATUS_TOO_LARGE;
  }
  status = store_next_id(txn, &number);
  if (status != STATUS_OK) {
    return status;
  }
  if (number > UINT32_MAX) {
    return STATUS_TOO_LARGE;
  }
  mapping->number = (uint32_t)number;
  return store_put_record(txn, TABLE_GROUP_MAPPINGS, &key, &GROUP_MAPPING_RECORD, mapping);
}

bool groups_hold(const struct u32_list *list, uint32_t value)
{
  for (uint32_t i = 0; i < list->count; i++) {
    if (list->values[i] == value) {
      return true;
    }
  }
  return false;
}

enum status given_get(struct store_txn *txn, int64_t account_id, int64_t org_id, struct given_groups *ret_given)
{
  const struct store_key key = key_of_two_i64(account_id, org_id);
  return store_get_record(txn, TABLE_GIVEN_GROUPS, &key, &GIVEN_GROUPS_RECORD, ret_given);
}

static enum status get_or_nothing(struct store_txn *txn, int64_t account_id, int64_t org_id,
                                  struct given_groups *ret_given)
{
  *ret_given = (struct given_groups){.mappings = {.count = 0}};
  enum status status = given_get(txn, account_id, org_id, ret_given);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static struct store_key member_key(uint32_t gid, int64_t account_id)
{
  struct store_key key = key_new();
  key_add_u32(&key, gid);
  key_add_i64(&key, account_id);
  return key;
}

static enum status index_difference(struct store_txn *txn, int64_t account_id, const struct u32_list *before,
                                    const struct u32_list *after)
{
  enum status status = STATUS_OK;
  for (uint32_t i = 0; status == STATUS_OK && i < before->count; i++) {
    const struct store_key key = member_key(before->values[i], account_id);
    status = groups_hold(after, before->values[i]) ? STATUS_OK : store_delete(txn, TABLE_GROUP_MEMBERS, &key);
  }
  for (uint32_t i = 0; status == STATUS_OK && i < after->count; i++) {
    const struct store_key key = member_key(after->values[i], account_id);
    status = groups_hold(before, after->values[i]) ? STATUS_OK : store_put(txn, TABLE_GROUP_MEMBERS, &key, "", 0);
  }
  return status;
}

static enum status put_given(struct store_txn *txn, int64_t account_id, int64_t org_id,
                             const struct given_groups *given)
{
  const struct store_key key = key_of_two_i64(account_id, org_id);
  enum status status = store_log_change(txn, &(struct logged_change){.kind = LOGGED_MEMBER, .id = account_id});
  if (status != STATUS_OK) {
    return status;
  }
  return given->mappings.count > 0 ? store_put_record(txn, TABLE_GIVEN_GROUPS, &key, &GIVEN_GROUPS_RECORD, given)
                                   : store_delete(txn, TABLE_GIVEN_GROUPS, &key);
}

static bool same_list(const struct u32_list *a, const struct u32_list *b)
{
  return a->count == b->count && memcmp(a->values, b->values, a->count * sizeof a->values[0]) == 0;
}

enum status given_put(struct store_txn *txn, int64_t account_id, int64_t org_id,
                      const struct group_mapping *const *mappings, size_t count, bool *ret_changed)
{
  struct given_groups before;
  struct given_groups after = {.mappings = {.count = 0}};
  if (count > GIVEN_GROUPS_MAX) {
    return STATUS_TOO_LARGE;
  }
  enum status status = get_or_nothing(txn, account_id, org_id, &before);
  if (status != STATUS_OK) {
    return status;
  }
  for (size_t i = 0; i < count; i++) {
    after.mappings.values[after.mappings.count++] = mappings[i]->number;
    if (mappings[i]->gives == GIVES_GROUP && !groups_hold(&after.gids, mappings[i]->gid)) {
      after.gids.values[after.gids.count++] = mappings[i]->gid;
    }
  }
  bool changed = !same_list(&before.mappings, &after.mappings);
  if (changed) {
    status = index_difference(txn, account_id, &before.gids, &after.gids);
    status = status != STATUS_OK ? status : put_given(txn, account_id, org_id, &after);
  }
  if (status == STATUS_OK) {
    *ret_changed = changed;
  }
  return status;
}

enum status given_drop(struct store_txn *txn, int64_t account_id, int64_t org_id)
{
  bool changed = false;
  return given_put(txn, account_id, org_id, NULL, 0, &changed);
}

static enum status visit_given(void *context, const struct store_entry *entry)
{
  const struct walk *walk = context;
  if (entry->key_length != 12) {
    return STATUS_CORRUPT;
  }
  return walk->visit.given(walk->context, key_take_i64(entry->key + 4));
}

enum status given_each(struct store_txn *txn, uint32_t gid, given_visit *visit, void *context)
{
  struct store_key prefix = key_new();
  struct walk walk = {{.given = visit}, context};
  key_add_u32(&prefix, gid);
  return store_each(txn, TABLE_GROUP_MEMBERS, &prefix, visit_given, &walk);
}

// Nothing gives the role any more.
static enum status take_role(struct store_txn *txn, int64_t account_id, int64_t org_id)
{
  struct membership membership;
  enum status status = membership_get(txn, account_id, org_id, &membership);
  if (status != STATUS_OK || membership.role_by != ROLE_BY_GROUP) {
    return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
  }
  membership_take_role(&membership);
  return membership_put(txn, &membership);
}

// Who has what a mapping gave that is gone keeps the others.
struct taking {
  struct store_txn *txn;
  const struct group_mapping *gone;
  struct group_mappings left;
};

static enum status take_back(void *context, const struct store_entry *entry)
{
  struct taking *t = context;
  const struct group_mapping *kept[GIVEN_GROUPS_MAX];
  struct given_groups given;
  int64_t account_id = 0;
  size_t count = 0;
  bool changed = false;
  bool role = false;
  if (entry->key_length != 16) {
    return STATUS_CORRUPT;
  }
  account_id = key_take_i64(entry->key + 8);
  enum status status = get_or_nothing(t->txn, account_id, t->gone->org_id, &given);
  if (status != STATUS_OK || !groups_hold(&given.mappings, t->gone->number)) {
    return status;
  }
  for (size_t i = 0; i < t->left.count && count < COUNT_OF(kept); i++) {
    if (groups_hold(&given.mappings, t->left.list[i].number)) {
      kept[count++] = &t->left.list[i];
      role = role || t->left.list[i].gives == GIVES_ROLE;
    }
  }
  status = given_put(t->txn, account_id, t->gone->org_id, kept, count, &changed);
  return status != STATUS_OK || role || t->gone->gives != GIVES_ROLE ? status
                                                                     : take_role(t->txn, account_id, t->gone->org_id);
}

enum status group_mapping_remove(struct store_txn *txn, const struct group_mapping *mapping)
{
  const struct store_key key = org_and_text(mapping->org_id, mapping->provider);
  const struct store_key members = key_of_i64(mapping->org_id);
  struct taking t = {.txn = txn, .gone = mapping};
  enum status status = store_delete(txn, TABLE_GROUP_MAPPINGS, &key);
  if (status != STATUS_OK) {
    return status;
  }
  status = group_mappings_of(txn, mapping->org_id, &t.left);
  return status != STATUS_OK ? status : store_each(txn, TABLE_ORG_MEMBERS, &members, take_back, &t);
}

// SPDX-License-Identifier: Apache-2.0
#include "store/groups.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
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
  group_visit *visit;
  void *context;
};

static enum status visit_group(void *context, const struct store_entry *entry)
{
  const struct walk *walk = context;
  struct org_group group;
  enum status status = record_decode(&ORG_GROUP_RECORD, entry->data, entry->length, &group);
  return status != STATUS_OK ? status : walk->visit(walk->context, &group);
}

enum status group_each(struct store_txn *txn, int64_t org_id, group_visit *visit, void *context)
{
  const struct store_key prefix = key_of_i64(org_id);
  struct walk walk = {visit, context};
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

// Of an org of a fleet other hosts number too: at random, as nothing but its other mappings may have it.
static enum status number_mapping(struct store_txn *txn, const struct group_mapping *mapping, uint32_t *ret_number)
{
  int64_t number = 0;
  if (mapping->org_id >= STORE_ID_FLEET) {
    return file_random(ret_number, sizeof *ret_number);
  }
  enum status status = store_next_id(txn, &number);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_number = (uint32_t)number;
  return number > UINT32_MAX ? STATUS_TOO_LARGE : STATUS_OK;
}

enum status group_mapping_put(struct store_txn *txn, const struct group_mapping *mapping)
{
  const struct store_key key = org_and_text(mapping->org_id, mapping->provider);
  return store_put_record(txn, TABLE_GROUP_MAPPINGS, &key, &GROUP_MAPPING_RECORD, mapping);
}

enum status group_mapping_add(struct store_txn *txn, struct group_mapping *mapping)
{
  struct group_mappings all;
  enum status status = group_mappings_of(txn, mapping->org_id, &all);
  if (status != STATUS_OK) {
    return status;
  }
  if (all.count == GROUP_MAPPINGS_MAX) {
    return STATUS_TOO_LARGE;
  }
  status = number_mapping(txn, mapping, &mapping->number);
  return status != STATUS_OK ? status : group_mapping_put(txn, mapping);
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
  enum status status = given_get_or_none(t->txn, account_id, t->gone->org_id, &given);
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

// SPDX-License-Identifier: Apache-2.0
// What groups people were given: store/groups.h.
#include <string.h>

#include "store/groups.h"

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

enum status given_get_or_none(struct store_txn *txn, int64_t account_id, int64_t org_id, struct given_groups *ret_given)
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
  enum status status = given_get_or_none(txn, account_id, org_id, &before);
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

struct walk {
  given_visit *visit;
  void *context;
};

static enum status visit_given(void *context, const struct store_entry *entry)
{
  const struct walk *walk = context;
  if (entry->key_length != 12) {
    return STATUS_CORRUPT;
  }
  return walk->visit(walk->context, key_take_i64(entry->key + 4));
}

enum status given_each(struct store_txn *txn, uint32_t gid, given_visit *visit, void *context)
{
  struct store_key prefix = key_new();
  struct walk walk = {visit, context};
  key_add_u32(&prefix, gid);
  return store_each(txn, TABLE_GROUP_MEMBERS, &prefix, visit_given, &walk);
}

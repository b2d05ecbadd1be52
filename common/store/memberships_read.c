// SPDX-License-Identifier: Apache-2.0
// Memberships as they are: store/accounts.h.
#include <string.h>

#include "store/accounts.h"

enum status membership_get(struct store_txn *txn, int64_t account_id, int64_t org_id, struct membership *ret_membership)
{
  const struct store_key key = key_of_two_i64(account_id, org_id);
  return store_get_record(txn, TABLE_MEMBERSHIPS, &key, &MEMBERSHIP_RECORD, ret_membership);
}

enum role membership_own_role(const struct membership *membership)
{
  bool own = membership->role_by != ROLE_BY_GROUP && membership->role_until_s == 0;
  return own ? (enum role)membership->role : ROLE_VIEWER;
}

void membership_take_role(struct membership *membership)
{
  if (membership->role_by == ROLE_BY_GROUP) {
    membership->role = ROLE_VIEWER;
    membership->role_by = ROLE_BY_MEMBERSHIP;
  }
}

static enum status collect(void *context, const struct store_entry *entry)
{
  struct memberships *all = context;
  if (all->count == MEMBERSHIPS_MAX) {
    return STATUS_TOO_LARGE;
  }
  enum status status = record_decode(&MEMBERSHIP_RECORD, entry->data, entry->length, &all->list[all->count]);
  if (status == STATUS_OK) {
    all->count++;
  }
  return status;
}

enum status memberships_of(struct store_txn *txn, int64_t account_id, struct memberships *ret_memberships)
{
  const struct store_key prefix = key_of_i64(account_id);
  struct memberships all = {.count = 0};
  enum status status = store_each(txn, TABLE_MEMBERSHIPS, &prefix, collect, &all);
  if (status == STATUS_OK) {
    *ret_memberships = all;
  }
  return status;
}

struct member_walk {
  struct store_txn *txn;
  int64_t org_id;
  membership_visit *visit;
  void *context;
};

static enum status visit_member(void *context, const struct store_entry *entry)
{
  const struct member_walk *walk = context;
  struct membership membership;
  if (entry->key_length != 16) {
    return STATUS_CORRUPT;
  }
  enum status status = membership_get(walk->txn, key_take_i64(entry->key + 8), walk->org_id, &membership);
  return status != STATUS_OK ? status : walk->visit(walk->context, &membership);
}

enum status membership_each(struct store_txn *txn, int64_t org_id, membership_visit *visit, void *context)
{
  const struct store_key prefix = key_of_i64(org_id);
  struct member_walk walk = {txn, org_id, visit, context};
  return store_each(txn, TABLE_ORG_MEMBERS, &prefix, visit_member, &walk);
}

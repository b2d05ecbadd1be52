// SPDX-License-Identifier: Apache-2.0
#include "store/endings.h"

#include "store/accounts.h"

int64_t ends_earlier(int64_t a_s, int64_t b_s)
{
  return a_s == 0 || (b_s != 0 && b_s < a_s) ? b_s : a_s;
}

static bool is_past(int64_t until_s, int64_t now_s)
{
  return until_s != 0 && until_s <= now_s;
}

struct membership membership_at(const struct membership *membership, int64_t now_s)
{
  struct membership now = *membership;
  if (is_past(now.until_s, now_s)) {
    now.ended |= now.status == MEMBER_ACTIVE;
    now.status = MEMBER_SUSPENDED;
  }
  if (is_past(now.role_until_s, now_s)) {
    now.role = ROLE_VIEWER;
    now.role_until_s = 0;
  }
  return now;
}

bool membership_has_ended(const struct membership *membership, int64_t now_s)
{
  const struct membership now = membership_at(membership, now_s);
  return now.status == MEMBER_SUSPENDED && now.ended == 1;
}

int64_t membership_ends_session_at(const struct membership *membership, int64_t now_s)
{
  const struct membership now = membership_at(membership, now_s);
  return ends_earlier(now.until_s, now.role != ROLE_VIEWER ? now.role_until_s : 0);
}

int64_t membership_ends_next_at(const struct membership *membership)
{
  return ends_earlier(membership->status == MEMBER_ACTIVE ? membership->until_s : 0, membership->role_until_s);
}

enum status membership_ends_what(struct store_txn *txn, const struct membership *membership, const struct org *org,
                                 uint32_t *ret_gid)
{
  struct memberships all;
  struct account account = {.id = 0};
  enum status status = account_get(txn, membership->account_id, &account);
  bool last = account.mapped == 0;
  record_done(&ACCOUNT_RECORD, &account);
  status = status != STATUS_OK ? status : memberships_of(txn, membership->account_id, &all);
  for (size_t i = 0; status == STATUS_OK && i < all.count; i++) {
    last = last && (all.list[i].org_id == membership->org_id || all.list[i].status != MEMBER_ACTIVE);
  }
  if (status == STATUS_OK) {
    *ret_gid = last ? 0 : org->gid;
  }
  return status;
}

enum status endings_next(struct store_txn *txn, int64_t *ret_at_s)
{
  const struct store_key key = key_of_text("next_end");
  return store_get_i64(txn, TABLE_META, &key, ret_at_s);
}

enum status endings_set_next(struct store_txn *txn, int64_t at_s)
{
  const struct store_key key = key_of_text("next_end");
  if (at_s != 0) {
    return store_put_i64(txn, TABLE_META, &key, at_s);
  }
  enum status status = store_delete(txn, TABLE_META, &key);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status endings_note(struct store_txn *txn, const struct membership *membership)
{
  int64_t next_s = 0;
  int64_t own_s = membership_ends_next_at(membership);
  if (own_s == 0) {
    return STATUS_OK;
  }
  enum status status = endings_next(txn, &next_s);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  bool first = status == STATUS_NOT_FOUND || own_s < next_s;
  return first ? endings_set_next(txn, own_s) : STATUS_OK;
}

// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "base/endian.h"
#include "store/access_history.h"
#include "store/accounts.h"
#include "store/endings.h"
#include "store/groups.h"
#include "store/here.h"
#include "store/requests.h"

static enum status log_member(struct store_txn *txn, int64_t account_id)
{
  return store_log_change(txn, &(struct logged_change){.kind = LOGGED_MEMBER, .id = account_id});
}

// One more than can be read back would lock the account out.
static enum status check_room(struct store_txn *txn, int64_t account_id)
{
  struct memberships all;
  enum status status = memberships_of(txn, account_id, &all);
  return status == STATUS_OK && all.count == MEMBERSHIPS_MAX ? STATUS_TOO_LARGE : status;
}

static struct store_key count_key(int64_t org_id)
{
  struct store_key key = key_of_text("members");
  key_add_i64(&key, org_id);
  return key;
}

static enum status count_one(void *context, const struct store_entry *entry)
{
  int64_t *count = context;
  (void)entry;
  *count += 1;
  return STATUS_OK;
}

// Counted as they come and go; a store of before is counted once.
enum status membership_count(struct store_txn *txn, int64_t org_id, int64_t *ret_count)
{
  const struct store_key key = count_key(org_id);
  const struct store_key prefix = key_of_i64(org_id);
  int64_t count = 0;
  enum status status = store_get_i64(txn, TABLE_META, &key, &count);
  if (status == STATUS_NOT_FOUND) {
    count = 0;
    status = store_each(txn, TABLE_ORG_MEMBERS, &prefix, count_one, &count);
  }
  if (status == STATUS_OK) {
    *ret_count = count;
  }
  return status;
}

enum status membership_count_drop(struct store_txn *txn, int64_t org_id)
{
  const struct store_key key = count_key(org_id);
  enum status status = store_delete(txn, TABLE_META, &key);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status raise_count(struct store_txn *txn, int64_t org_id, int64_t by)
{
  const struct store_key key = count_key(org_id);
  int64_t count = 0;
  enum status status = membership_count(txn, org_id, &count);
  return status != STATUS_OK ? status : store_put_i64(txn, TABLE_META, &key, count + by);
}

enum status membership_put(struct store_txn *txn, const struct membership *membership)
{
  struct membership before;
  struct membership kept = *membership;
  const struct store_key key = key_of_two_i64(membership->account_id, membership->org_id);
  const struct store_key back = key_of_two_i64(membership->org_id, membership->account_id);
  enum status status = membership_get(txn, membership->account_id, membership->org_id, &before);
  bool is_new = status == STATUS_NOT_FOUND;
  if (is_new) {
    status = check_room(txn, membership->account_id);
    status = status != STATUS_OK ? status : raise_count(txn, membership->org_id, 1);
  }
  if (status != STATUS_OK) {
    return status;
  }
  status = log_member(txn, membership->account_id);
  if (status != STATUS_OK) {
    return status;
  }
  if (membership->status != MEMBER_ACTIVE) {
    status = given_drop(txn, membership->account_id, membership->org_id);
    membership_take_role(&kept);
  }
  if (status != STATUS_OK) {
    return status;
  }
  status = endings_note(txn, &kept);
  if (status != STATUS_OK) {
    return status;
  }
  status = is_new ? STATUS_OK : access_note_member(txn, &before, &kept);
  if (status != STATUS_OK) {
    return status;
  }
  status = store_put_record(txn, TABLE_MEMBERSHIPS, &key, &MEMBERSHIP_RECORD, &kept);
  return status != STATUS_OK ? status : store_put(txn, TABLE_ORG_MEMBERS, &back, "", 0);
}

enum status membership_remove(struct store_txn *txn, int64_t account_id, int64_t org_id)
{
  const struct store_key key = key_of_two_i64(account_id, org_id);
  const struct store_key back = key_of_two_i64(org_id, account_id);
  struct membership before;
  enum status status = log_member(txn, account_id);
  if (status != STATUS_OK) {
    return status;
  }
  status = membership_get(txn, account_id, org_id, &before);
  if (status != STATUS_OK) {
    return status;
  }
  status = access_note_member(txn, &before, NULL);
  if (status != STATUS_OK) {
    return status;
  }
  status = membership_here_drop(txn, account_id, org_id);
  if (status != STATUS_OK) {
    return status;
  }
  status = given_drop(txn, account_id, org_id);
  if (status != STATUS_OK) {
    return status;
  }
  status = request_drop(txn, org_id, account_id);
  if (status != STATUS_OK) {
    return status;
  }
  status = store_delete(txn, TABLE_MEMBERSHIPS, &key);
  if (status != STATUS_OK) {
    return status;
  }
  status = raise_count(txn, org_id, -1);
  return status != STATUS_OK ? status : store_delete(txn, TABLE_ORG_MEMBERS, &back);
}

// Under the org, which goes with all of its; no name begins so.
static struct store_key removed_key(int64_t account_id, int64_t org_id)
{
  return key_of_two_i64(org_id, account_id);
}

enum status membership_remember_removed(struct store_txn *txn, int64_t account_id, int64_t org_id, int64_t now_s)
{
  const struct store_key key = removed_key(account_id, org_id);
  return store_put_i64(txn, TABLE_TOMBSTONES, &key, now_s);
}

enum status membership_was_removed(struct store_txn *txn, int64_t account_id, int64_t org_id, bool *ret_removed)
{
  const struct store_key key = removed_key(account_id, org_id);
  int64_t at_s = 0;
  enum status status = store_get_i64(txn, TABLE_TOMBSTONES, &key, &at_s);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  *ret_removed = status == STATUS_OK;
  return STATUS_OK;
}

// SPDX-License-Identifier: Apache-2.0
#include "change/restore_kept.h"

#include <stdlib.h>
#include <string.h>

#include "base/endian.h"
#include "base/grow.h"
#include "store/access_history.h"
#include "store/accounts.h"
#include "store/numbers_store.h"

void kept_done(struct kept *kept)
{
  free(kept->tombstones);
  id_list_done(&kept->accounts);
  id_list_done(&kept->locked);
  free(kept->suspended);
  free(kept->numbers);
}

static enum status keep_tombstone(struct kept *kept, const struct store_key *key, int64_t at_s)
{
  struct tombstone *room = grow_array(kept->tombstones, kept->tombstone_count, sizeof *room, &kept->tombstone_capacity);
  if (room == NULL) {
    return STATUS_NO_MEMORY;
  }
  kept->tombstones = room;
  room[kept->tombstone_count++] = (struct tombstone){*key, at_s};
  return STATUS_OK;
}

bool kept_is_pair(const struct store_key *key)
{
  return key->length == KEPT_PAIR && key->data[0] == 0;
}

// Who was removed from an org and has come back is no removed one.
static enum status has_come_back(const struct kept *kept, const struct store_key *key, bool *ret_back)
{
  struct membership membership;
  *ret_back = false;
  if (!kept_is_pair(key)) {
    return STATUS_OK;
  }
  enum status status =
      membership_get(kept->txn, key_take_i64(key->data + KEPT_PAIR / 2), key_take_i64(key->data), &membership);
  *ret_back = status == STATUS_OK;
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status look_at_tombstone(void *context, const struct store_entry *entry)
{
  struct kept *kept = context;
  struct store_key key = key_new();
  int64_t at_s = 0;
  bool back = false;
  if (entry->key_length > sizeof key.data || entry->length != sizeof(uint64_t)) {
    return STATUS_CORRUPT;
  }
  memcpy(key.data, entry->key, entry->key_length);
  key.length = entry->key_length;
  enum status status = has_come_back(kept, &key, &back);
  if (status != STATUS_OK || back) {
    return status;
  }
  status = store_get_i64(kept->from, TABLE_TOMBSTONES, &key, &at_s);
  return status != STATUS_NOT_FOUND ? status : keep_tombstone(kept, &key, (int64_t)endian_get_u64(entry->data));
}

// A name that the backup does not know: whoever had it is as if removed.
static enum status keep_name(struct kept *kept, enum store_table table, const char *name)
{
  const struct store_key key = key_of_text(name);
  int64_t id = 0;
  enum status status = store_get_i64(kept->from, table, &key, &id);
  return status == STATUS_NOT_FOUND ? keep_tombstone(kept, &key, kept->now_s) : status;
}

static enum status keep_suspensions(struct kept *kept, int64_t account_id)
{
  struct memberships all;
  enum status status = memberships_of(kept->txn, account_id, &all);
  for (size_t i = 0; status == STATUS_OK && i < all.count; i++) {
    if (all.list[i].status == MEMBER_ACTIVE) {
      continue;
    }
    struct suspended *room =
        grow_array(kept->suspended, kept->suspended_count, sizeof *room, &kept->suspended_capacity);
    if (room == NULL) {
      return STATUS_NO_MEMORY;
    }
    kept->suspended = room;
    room[kept->suspended_count++] = (struct suspended){account_id, all.list[i].org_id};
  }
  return status;
}

static enum status look_at_account(void *context, const struct account *account)
{
  struct kept *kept = context;
  enum status status = id_list_add(&kept->accounts, account->id);
  if (status == STATUS_OK && account->status != ACCOUNT_ACTIVE) {
    status = id_list_add(&kept->locked, account->id);
  }
  status = status != STATUS_OK ? status : keep_suspensions(kept, account->id);
  if (status != STATUS_OK || account->mapped == 1) {
    return status; // the name of a local user stays free for them
  }
  status = keep_name(kept, TABLE_ACCOUNT_LOGINS, account->login);
  return status != STATUS_OK ? status : keep_name(kept, TABLE_ACCOUNT_EMAILS, account->email);
}

// The number of a local user is not ours to take.
static enum status is_mapped(struct store_txn *txn, const struct number *use, bool *ret_mapped)
{
  struct account account;
  *ret_mapped = false;
  if (use->use != NUMBER_ACCOUNT) {
    return STATUS_OK;
  }
  enum status status = account_get(txn, use->id, &account);
  if (status == STATUS_OK) {
    *ret_mapped = account.mapped == 1;
    record_done(&ACCOUNT_RECORD, &account);
  }
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status look_at_number(void *context, uint32_t number, const struct number *use)
{
  struct kept *kept = context;
  struct number before;
  bool mapped = false;
  enum status status = is_mapped(kept->txn, use, &mapped);
  if (status != STATUS_OK || mapped) {
    return status;
  }
  status = numbers_get(kept->from, number, &before);
  if (status != STATUS_NOT_FOUND) {
    return status;
  }
  uint32_t *room = grow_array(kept->numbers, kept->number_count, sizeof *room, &kept->number_capacity);
  if (room == NULL) {
    return STATUS_NO_MEMORY;
  }
  kept->numbers = room;
  room[kept->number_count++] = number;
  return STATUS_OK;
}

enum status kept_last_id(struct store_txn *txn, int64_t *ret_id)
{
  const struct store_key key = key_of_text("last_id");
  enum status status = store_get_i64(txn, TABLE_META, &key, ret_id);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status keep_since(struct kept *kept)
{
  enum status status = access_since(kept->txn, &kept->access_since_s);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status kept_gather(struct kept *kept)
{
  const struct store_key all = key_new();
  enum status status = store_each(kept->txn, TABLE_TOMBSTONES, &all, look_at_tombstone, kept);
  status = status != STATUS_OK ? status : account_each(kept->txn, look_at_account, kept);
  status = status != STATUS_OK ? status : numbers_each(kept->txn, look_at_number, kept);
  status = status != STATUS_OK ? status : kept_last_id(kept->txn, &kept->last_id);
  status = status != STATUS_OK ? status : keep_since(kept);
  return status != STATUS_OK ? status : store_map_serial(kept->txn, &kept->map_serial);
}

// SPDX-License-Identifier: Apache-2.0
#include "store/pending_links.h"

#include <string.h>

static struct store_key key_by_email(int64_t org_id, const char *email)
{
  struct store_key key = key_of_i64(org_id);
  key_add_text(&key, email);
  return key;
}

enum status pending_link_get(struct store_txn *txn, int64_t org_id, const char *email, struct pending_link *ret_link)
{
  const struct store_key key = key_by_email(org_id, email);
  return store_get_record(txn, TABLE_PENDING_LINKS, &key, &PENDING_LINK_RECORD, ret_link);
}

enum status pending_link_of_account(struct store_txn *txn, int64_t account_id, int64_t org_id,
                                    struct pending_link *ret_link)
{
  struct bytes email __attribute__((cleanup(bytes_done))) = BYTES_EMPTY;
  const struct store_key key = key_of_two_i64(account_id, org_id);
  enum status status = store_get(txn, TABLE_ACCOUNT_PENDING, &key, &email);
  return status != STATUS_OK ? status : pending_link_get(txn, org_id, bytes_text(&email), ret_link);
}

static enum status drop_one(struct store_txn *txn, const struct pending_link *link)
{
  const struct store_key key = key_by_email(link->org_id, link->email);
  const struct store_key back = key_of_two_i64(link->account_id, link->org_id);
  enum status status = store_delete(txn, TABLE_PENDING_LINKS, &key);
  return status != STATUS_OK ? status : store_delete(txn, TABLE_ACCOUNT_PENDING, &back);
}

enum status pending_link_put(struct store_txn *txn, const struct pending_link *link)
{
  const struct store_key key = key_by_email(link->org_id, link->email);
  const struct store_key back = key_of_two_i64(link->account_id, link->org_id);
  struct pending_link there;
  bool any = false;
  enum status status = pending_link_get(txn, link->org_id, link->email, &there);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  if (status == STATUS_OK && there.account_id != link->account_id) {
    return STATUS_EXISTS;
  }
  status = pending_link_drop(txn, link->account_id, link->org_id, &any);
  if (status != STATUS_OK) {
    return status;
  }
  status = store_put_record(txn, TABLE_PENDING_LINKS, &key, &PENDING_LINK_RECORD, link);
  return status != STATUS_OK ? status : store_put(txn, TABLE_ACCOUNT_PENDING, &back, link->email, strlen(link->email));
}

struct walk {
  struct store_txn *txn;
  pending_link_visit *visit;
  void *context;
};

// The key is the account's id and the org's.
static enum status visit_one(void *context, const struct store_entry *entry)
{
  const struct walk *walk = context;
  struct pending_link link;
  if (entry->key_length != 16) {
    return STATUS_CORRUPT;
  }
  enum status status =
      pending_link_of_account(walk->txn, key_take_i64(entry->key), key_take_i64(entry->key + 8), &link);
  return status != STATUS_OK ? status : walk->visit(walk->context, &link);
}

enum status pending_link_each_of(struct store_txn *txn, int64_t account_id, pending_link_visit *visit, void *context)
{
  const struct store_key prefix = key_of_i64(account_id);
  struct walk walk = {txn, visit, context};
  return store_each(txn, TABLE_ACCOUNT_PENDING, &prefix, visit_one, &walk);
}

// Deleting would move the cursor: the walk ends at each.
static enum status note_first(void *context, const struct pending_link *link)
{
  memcpy(context, link, sizeof *link);
  return STATUS_EXISTS;
}

enum status pending_link_drop(struct store_txn *txn, int64_t account_id, int64_t org_id, bool *ret_any)
{
  struct pending_link first;
  bool any = false;
  for (;;) {
    enum status status = org_id != 0 ? pending_link_of_account(txn, account_id, org_id, &first)
                                     : pending_link_each_of(txn, account_id, note_first, &first);
    bool found = org_id != 0 ? status == STATUS_OK : status == STATUS_EXISTS;
    if (found) {
      any = true;
      status = drop_one(txn, &first);
    } else if (status == STATUS_OK || status == STATUS_NOT_FOUND) {
      *ret_any = any;
      return STATUS_OK;
    }
    if (status != STATUS_OK) {
      return status;
    }
  }
}

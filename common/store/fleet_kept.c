// SPDX-License-Identifier: Apache-2.0
#include "store/fleet_kept.h"

#include "store/purge.h"

static struct store_key kind_key(enum fleet_kind kind, int64_t org_id)
{
  struct store_key key = key_of_text("kept ");
  key_add_text(&key, fleet_kind_name(kind));
  key_add_i64(&key, org_id);
  return key;
}

static struct store_key row_key(const struct fleet_row *row)
{
  struct store_key key = kind_key(row->kind, row->org_id);
  key_add_i64(&key, row->account_id);
  key_add_text(&key, row->key);
  return key;
}

enum status fleet_kept_get(struct store_txn *txn, const struct fleet_row *row, struct bytes *ret_record)
{
  const struct store_key key = row_key(row);
  return store_get(txn, TABLE_FLEET, &key, ret_record);
}

enum status fleet_kept_put(struct store_txn *txn, const struct fleet_row *row, const struct bytes *record)
{
  const struct store_key key = row_key(row);
  return store_put(txn, TABLE_FLEET, &key, bytes_text(record), record->length);
}

enum status fleet_kept_drop(struct store_txn *txn, const struct fleet_row *row)
{
  const struct store_key key = row_key(row);
  enum status status = store_delete(txn, TABLE_FLEET, &key);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status fleet_kept_drop_org(struct store_txn *txn, int64_t org_id)
{
  enum status status = STATUS_OK;
  for (int kind = 0; status == STATUS_OK && kind < FLEET_KIND_COUNT; kind++) {
    const struct store_key prefix = kind_key((enum fleet_kind)kind, org_id);
    status = store_purge(txn, TABLE_FLEET, &prefix, NULL, NULL);
  }
  return status;
}

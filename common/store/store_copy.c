// SPDX-License-Identifier: Apache-2.0
#include "store/store_copy.h"

#include <string.h>

#include "store/store_lmdb.h"

enum status store_copy(struct store *store, int fd)
{
  return store_from_lmdb(mdb_env_copyfd2(store->env, fd, MDB_CP_COMPACT));
}

enum status store_clear(struct store_txn *txn, enum store_table table)
{
  txn->writes++;
  return store_from_lmdb(mdb_drop(txn->txn, txn->store->tables[table], 0));
}

struct taking {
  struct store_txn *txn;
  enum store_table table;
};

static enum status take(void *context, const struct store_entry *entry)
{
  const struct taking *taking = context;
  struct store_key key = key_new();
  if (entry->key_length > sizeof key.data) {
    return STATUS_CORRUPT;
  }
  memcpy(key.data, entry->key, entry->key_length);
  key.length = entry->key_length;
  return store_put(taking->txn, taking->table, &key, entry->data, entry->length);
}

enum status store_take_table(struct store_txn *txn, enum store_table table, struct store_txn *from)
{
  const struct store_key all = key_new();
  return store_each(from, table, &all, take, &(struct taking){txn, table});
}

// SPDX-License-Identifier: Apache-2.0
#include "store/purge.h"

#include <string.h>

#include "base/cleanup.h"

struct first {
  struct store_key key;
  struct bytes data;
  bool found;
};

static void first_done(struct first *first)
{
  bytes_done(&first->data);
}

// The walk ends there, since deleting would move the cursor.
static enum status take_first(void *context, const struct store_entry *entry)
{
  struct first *first = context;
  if (entry->key_length > sizeof first->key.data) {
    return STATUS_CORRUPT;
  }
  first->key = key_new();
  memcpy(first->key.data, entry->key, entry->key_length);
  first->key.length = entry->key_length;
  first->found = true;
  enum status status = bytes_append(&first->data, entry->data, entry->length);
  return status == STATUS_OK ? STATUS_EXISTS : status;
}

enum status store_purge(struct store_txn *txn, enum store_table table, const struct store_key *prefix,
                        store_visit *forget, void *context)
{
  for (;;) {
    struct first first CLEANUP(first_done) = {.found = false};
    enum status status = store_each(txn, table, prefix, take_first, &first);
    if (status != STATUS_EXISTS) {
      return status;
    }
    const struct store_entry entry = {first.key.data, first.key.length, bytes_text(&first.data), first.data.length};
    status = forget != NULL ? forget(context, &entry) : STATUS_OK;
    status = status != STATUS_OK ? status : store_delete(txn, table, &first.key);
    if (status != STATUS_OK) {
      return status;
    }
  }
}

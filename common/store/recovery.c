// SPDX-License-Identifier: Apache-2.0
#include "store/recovery.h"

#include <string.h>

static struct store_key code_key(int64_t account_id, const char *prefix)
{
  struct store_key key = key_of_i64(account_id);
  key_add_text(&key, prefix);
  return key;
}

enum status recovery_get(struct store_txn *txn, int64_t account_id, const char *prefix, struct recovery_code *ret_code)
{
  if (strlen(prefix) != RECOVERY_PREFIX_SIZE - 1) {
    return STATUS_NOT_FOUND;
  }
  const struct store_key key = code_key(account_id, prefix);
  return store_get_record(txn, TABLE_RECOVERY, &key, &RECOVERY_RECORD, ret_code);
}

enum status recovery_put(struct store_txn *txn, const struct recovery_code *code)
{
  if (strnlen(code->prefix, sizeof code->prefix) != RECOVERY_PREFIX_SIZE - 1) {
    return STATUS_INVALID;
  }
  const struct store_key key = code_key(code->account_id, code->prefix);
  return store_put_record(txn, TABLE_RECOVERY, &key, &RECOVERY_RECORD, code);
}

struct walk {
  recovery_visit *visit;
  void *context;
};

static enum status visit_code(void *context, const struct store_entry *entry)
{
  const struct walk *walk = context;
  struct recovery_code code;
  enum status status = record_decode(&RECOVERY_RECORD, entry->data, entry->length, &code);
  return status != STATUS_OK ? status : walk->visit(walk->context, &code);
}

enum status recovery_each(struct store_txn *txn, int64_t account_id, recovery_visit *visit, void *context)
{
  const struct store_key prefix = key_of_i64(account_id);
  struct walk walk = {visit, context};
  return store_each(txn, TABLE_RECOVERY, &prefix, visit_code, &walk);
}

// Deleting would move the cursor: they are noted first, and no org has more.
struct dropping {
  int64_t org_id;
  size_t count;
  char prefixes[RECOVERY_CODES][RECOVERY_PREFIX_SIZE];
};

static enum status note_code(void *context, const struct recovery_code *code)
{
  struct dropping *d = context;
  if (code->org_id == d->org_id && d->count < RECOVERY_CODES) {
    memcpy(d->prefixes[d->count++], code->prefix, RECOVERY_PREFIX_SIZE);
  }
  return STATUS_OK;
}

enum status recovery_drop(struct store_txn *txn, int64_t account_id, int64_t org_id)
{
  struct dropping d = {.org_id = org_id};
  enum status status = recovery_each(txn, account_id, note_code, &d);
  for (size_t i = 0; status == STATUS_OK && i < d.count; i++) {
    const struct store_key key = code_key(account_id, d.prefixes[i]);
    status = store_delete(txn, TABLE_RECOVERY, &key);
  }
  return status;
}

struct summing {
  int64_t org_id;
  struct recovery_summary summary;
};

static enum status add_code(void *context, const struct recovery_code *code)
{
  struct summing *s = context;
  if (code->org_id != s->org_id) {
    return STATUS_OK;
  }
  s->summary.made++;
  s->summary.left += code->hash[0] != '\0';
  s->summary.created_at_s = code->created_at_s;
  if (code->used_at_s > s->summary.last_used_at_s) {
    s->summary.last_used_at_s = code->used_at_s;
  }
  return STATUS_OK;
}

enum status recovery_summarize(struct store_txn *txn, int64_t account_id, int64_t org_id,
                               struct recovery_summary *ret_summary)
{
  struct summing s = {.org_id = org_id};
  enum status status = recovery_each(txn, account_id, add_code, &s);
  if (status == STATUS_OK) {
    *ret_summary = s.summary;
  }
  return status;
}

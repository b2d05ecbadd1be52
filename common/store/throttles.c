// SPDX-License-Identifier: Apache-2.0
#include "store/throttles.h"

#include <stdlib.h>

#include "base/cleanup.h"

static struct store_key throttle_key(enum throttle_kind kind, const char *subject)
{
  struct store_key key = key_new();
  key_add_u32(&key, (uint32_t)kind);
  key_add_text(&key, subject);
  return key;
}

enum status throttle_get(struct store_txn *txn, enum throttle_kind kind, const char *subject,
                         struct throttle *ret_throttle)
{
  const struct store_key key = throttle_key(kind, subject);
  return store_get_record(txn, TABLE_THROTTLES, &key, &THROTTLE_RECORD, ret_throttle);
}

enum status throttle_put(struct store_txn *txn, const struct throttle *throttle)
{
  const struct store_key key = throttle_key((enum throttle_kind)throttle->kind, throttle->subject);
  return store_put_record(txn, TABLE_THROTTLES, &key, &THROTTLE_RECORD, throttle);
}

enum status throttle_remove(struct store_txn *txn, enum throttle_kind kind, const char *subject)
{
  const struct store_key key = throttle_key(kind, subject);
  enum status status = store_delete(txn, TABLE_THROTTLES, &key);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

struct walk {
  throttle_visit *visit;
  void *context;
};

static enum status visit_throttle(void *context, const struct store_entry *entry)
{
  const struct walk *walk = context;
  struct throttle throttle;
  enum status status = record_decode(&THROTTLE_RECORD, entry->data, entry->length, &throttle);
  return status != STATUS_OK ? status : walk->visit(walk->context, &throttle);
}

enum status throttle_each(struct store_txn *txn, throttle_visit *visit, void *context)
{
  const struct store_key all = key_new();
  struct walk walk = {visit, context};
  return store_each(txn, TABLE_THROTTLES, &all, visit_throttle, &walk);
}

enum { SWEEP_MAX = 256 };

enum { HOUR_S = 3600 };

struct sweep {
  int64_t old_s;
  int64_t now_s;
  size_t count;
  struct throttle found[SWEEP_MAX];
};

// Deleting would move the cursor: what is old is noted first, so many at a time.
static enum status note_old(void *context, const struct throttle *throttle)
{
  struct sweep *sweep = context;
  int64_t old_s = sweep->old_s;
  if (throttle_is_hourly((enum throttle_kind)throttle->kind) && sweep->now_s - HOUR_S < old_s) {
    old_s = sweep->now_s - HOUR_S;
  }
  // What lies in the future was counted by a clock that was wrong.
  if (throttle->last_at_s < old_s || throttle->last_at_s > sweep->now_s) {
    sweep->found[sweep->count++] = *throttle;
  }
  return sweep->count == SWEEP_MAX ? STATUS_EXISTS : STATUS_OK;
}

static enum status sweep_some(struct store_txn *txn, int64_t old_s, int64_t now_s, size_t *ret_count)
{
  struct sweep *sweep __attribute__((cleanup(cleanup_free))) = calloc(1, sizeof *sweep);
  if (sweep == NULL) {
    return STATUS_NO_MEMORY;
  }
  sweep->old_s = old_s;
  sweep->now_s = now_s;
  enum status status = throttle_each(txn, note_old, sweep);
  status = status == STATUS_EXISTS ? STATUS_OK : status;
  for (size_t i = 0; status == STATUS_OK && i < sweep->count; i++) {
    status = throttle_remove(txn, (enum throttle_kind)sweep->found[i].kind, sweep->found[i].subject);
  }
  if (status == STATUS_OK) {
    *ret_count = sweep->count;
  }
  return status;
}

enum status throttle_make_room(struct store_txn *txn, size_t more, int64_t old_s, int64_t now_s, bool *ret_room)
{
  uint64_t count = 0;
  size_t swept = SWEEP_MAX;
  enum status status = store_count(txn, TABLE_THROTTLES, &count);
  while (status == STATUS_OK && count + more > THROTTLES_MAX && swept == SWEEP_MAX) {
    status = sweep_some(txn, old_s, now_s, &swept);
    count -= swept;
  }
  if (status == STATUS_OK) {
    *ret_room = count + more <= THROTTLES_MAX;
  }
  return status;
}

static struct store_key failed_key(enum failed_of of, int64_t id)
{
  struct store_key key = key_of_text(of == FAILED_OF_ACCOUNT ? "failed account " : "failed connection ");
  key_add_i64(&key, id);
  return key;
}

enum status failed_try_get(struct store_txn *txn, enum failed_of of, int64_t id, struct failed_try *ret_try)
{
  const struct store_key key = failed_key(of, id);
  return store_get_record(txn, TABLE_META, &key, &FAILED_TRY_RECORD, ret_try);
}

enum status failed_try_put(struct store_txn *txn, enum failed_of of, int64_t id, const struct failed_try *failed)
{
  const struct store_key key = failed_key(of, id);
  return store_put_record(txn, TABLE_META, &key, &FAILED_TRY_RECORD, failed);
}

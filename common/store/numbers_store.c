// SPDX-License-Identifier: Apache-2.0
#include "store/numbers_store.h"

#include <string.h>

#include "map/numbers.h"

static struct store_key number_key(uint32_t number)
{
  struct store_key key = key_new();
  key_add_u32(&key, number);
  return key;
}

// How many numbers of each range are given, kept up with every change; made by a walk where the ranges are others.
struct range_use {
  struct u32_list ranges;
  struct u32_list used;
};

static const struct field RANGE_USE_FIELDS[] = {FIELD_OF_U32_LIST(range_use, ranges),
                                                FIELD_OF_U32_LIST(range_use, used)};
static const struct record_type RANGE_USE_RECORD = RECORD_TYPE(range_use, 1, RANGE_USE_FIELDS);

static enum status get_range_use(struct store_txn *txn, struct range_use *ret_use)
{
  const struct store_key key = key_of_text("range_use");
  enum status status = store_get_record(txn, TABLE_META, &key, &RANGE_USE_RECORD, ret_use);
  return status == STATUS_OK && ret_use->used.count != ret_use->ranges.count / 2 ? STATUS_CORRUPT : status;
}

static enum status put_range_use(struct store_txn *txn, const struct range_use *use)
{
  const struct store_key key = key_of_text("range_use");
  return store_put_record(txn, TABLE_META, &key, &RANGE_USE_RECORD, use);
}

static void count_in(const struct u32_list *ranges, struct u32_list *used, uint32_t number, uint32_t difference)
{
  for (uint32_t i = 0; i < used->count; i++) {
    if (number >= ranges->values[2 * i] && number <= ranges->values[2 * i + 1]) {
      used->values[i] += difference;
    }
  }
}

// One number more, or fewer: what the map says of it, and of its range, changes.
static enum status note_change(struct store_txn *txn, uint32_t number, bool more)
{
  struct range_use use;
  enum status status = store_log_change(txn, &(struct logged_change){.kind = LOGGED_NUMBER, .number = number});
  if (status != STATUS_OK) {
    return status;
  }
  status = get_range_use(txn, &use);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  count_in(&use.ranges, &use.used, number, more ? 1 : UINT32_MAX);
  return put_range_use(txn, &use);
}

enum status numbers_get(struct store_txn *txn, uint32_t number, struct number *ret_use)
{
  const struct store_key key = number_key(number);
  return store_get_record(txn, TABLE_NUMBERS, &key, &NUMBER_RECORD, ret_use);
}

bool numbers_may_come(const struct number *before, int64_t id)
{
  bool is_theirs = before->id == 0 || before->id == id;
  return before->use == NUMBER_ELSEWHERE && id >= STORE_ID_FLEET && is_theirs;
}

enum status numbers_take(struct store_txn *txn, uint32_t number, const struct number *use)
{
  struct number before;
  const struct store_key key = number_key(number);
  if (!number_is_legal(number)) {
    return STATUS_INVALID;
  }
  enum status status = numbers_get(txn, number, &before);
  bool comes_here = status == STATUS_OK && numbers_may_come(&before, use->id);
  if (status != STATUS_NOT_FOUND && !comes_here) {
    return status == STATUS_OK ? STATUS_EXISTS : status;
  }
  status = comes_here ? store_log_change(txn, &(struct logged_change){.kind = LOGGED_NUMBER, .number = number})
                      : note_change(txn, number, true);
  return status != STATUS_OK ? status : store_put_record(txn, TABLE_NUMBERS, &key, &NUMBER_RECORD, use);
}

enum status numbers_leave(struct store_txn *txn, uint32_t number, int64_t id)
{
  const struct store_key key = number_key(number);
  enum status status = numbers_retire(txn, number);
  return status != STATUS_OK
             ? status
             : store_put_record(txn, TABLE_NUMBERS, &key, &NUMBER_RECORD, &(struct number){NUMBER_ELSEWHERE, id});
}

enum status numbers_retire(struct store_txn *txn, uint32_t number)
{
  struct number before;
  const struct store_key key = number_key(number);
  enum status status = numbers_get(txn, number, &before);
  if (status == STATUS_NOT_FOUND) {
    status = note_change(txn, number, true);
  } else if (status == STATUS_OK) {
    status = store_log_change(txn, &(struct logged_change){.kind = LOGGED_NUMBER, .number = number});
  }
  return status != STATUS_OK
             ? status
             : store_put_record(txn, TABLE_NUMBERS, &key, &NUMBER_RECORD, &(struct number){NUMBER_REMOVED, 0});
}

enum status numbers_release(struct store_txn *txn, uint32_t number)
{
  const struct store_key key = number_key(number);
  enum status status = store_delete(txn, TABLE_NUMBERS, &key);
  return status != STATUS_OK ? status : note_change(txn, number, false);
}

struct number_walk {
  uint32_t last;
  number_visit *visit;
  void *context;
};

static enum status visit_number(void *context, const struct store_entry *entry)
{
  const struct number_walk *walk = context;
  struct number use;
  uint32_t number = 0;
  if (entry->key_length != 4) {
    return STATUS_CORRUPT;
  }
  for (int i = 0; i < 4; i++) {
    number = number << 8 | entry->key[i];
  }
  if (number > walk->last) {
    return STATUS_CLOSED; // nothing behind it is asked for
  }
  enum status status = record_decode(&NUMBER_RECORD, entry->data, entry->length, &use);
  return status != STATUS_OK ? status : walk->visit(walk->context, number, &use);
}

enum status numbers_each(struct store_txn *txn, number_visit *visit, void *context)
{
  return numbers_each_in(txn, 0, UINT32_MAX, visit, context);
}

enum status numbers_each_in(struct store_txn *txn, uint32_t first, uint32_t last, number_visit *visit, void *context)
{
  const struct store_key from = number_key(first);
  struct number_walk walk = {last, visit, context};
  enum status status = store_each_from(txn, TABLE_NUMBERS, &from, visit_number, &walk);
  return status == STATUS_CLOSED ? STATUS_OK : status;
}

static enum status count_number(void *context, uint32_t number, const struct number *use)
{
  struct range_use *counts = context;
  (void)use;
  count_in(&counts->ranges, &counts->used, number, 1);
  return STATUS_OK;
}

static bool same_list(const struct u32_list *a, const struct u32_list *b)
{
  return a->count == b->count && memcmp(a->values, b->values, a->count * sizeof a->values[0]) == 0;
}

static enum status count_anew(struct store_txn *txn, const struct u32_list *ranges, struct range_use *ret_use)
{
  struct range_use use = {.ranges = *ranges, .used = {.count = ranges->count / 2}};
  store_calm(txn);
  enum status status = numbers_each(txn, count_number, &use);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_use = use;
  status = put_range_use(txn, &use);
  // A transaction that only reads counts for itself.
  return status == STATUS_PERMISSION ? STATUS_OK : status;
}

enum status numbers_count(struct store_txn *txn, struct map_settings *settings)
{
  struct range_use use;
  enum status status = get_range_use(txn, &use);
  if (status == STATUS_NOT_FOUND || (status == STATUS_OK && !same_list(&use.ranges, &settings->ranges))) {
    status = count_anew(txn, &settings->ranges, &use);
  }
  if (status == STATUS_OK) {
    settings->used = use.used;
  }
  return status;
}

struct choosing {
  struct store_txn *txn;
  const struct foreign *foreign;
};

static enum status is_taken(void *context, uint32_t number, bool *ret_taken)
{
  const struct choosing *choosing = context;
  struct number use;
  enum status status = numbers_get(choosing->txn, number, &use);
  if (status == STATUS_OK) {
    *ret_taken = true;
    return STATUS_OK;
  }
  return status == STATUS_NOT_FOUND ? foreign_has_number(choosing->foreign, number, ret_taken) : status;
}

enum status numbers_choose(struct store_txn *txn, const struct foreign *foreign, const char *name,
                           const struct map_settings *settings, uint32_t *ret_number)
{
  struct choosing choosing = {txn, foreign};
  unsigned char seed[SIPHASH_SEED_SIZE];
  enum status status = store_seed(txn, seed);
  return status != STATUS_OK ? status : number_choose(seed, name, settings, is_taken, &choosing, ret_number);
}

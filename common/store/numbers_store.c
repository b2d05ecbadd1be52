// SPDX-License-Identifier: Apache-2.0
#include "store/numbers_store.h"

#include <grp.h>
#include <pwd.h>
#include <string.h>

#include "map/numbers.h"

static struct store_key number_key(uint32_t number)
{
  struct store_key key = key_new();
  key_add_u32(&key, number);
  return key;
}

enum status numbers_get(struct store_txn *txn, uint32_t number, struct number *ret_use)
{
  const struct store_key key = number_key(number);
  return store_get_record(txn, TABLE_NUMBERS, &key, &NUMBER_RECORD, ret_use);
}

enum status numbers_take(struct store_txn *txn, uint32_t number, const struct number *use)
{
  struct number before;
  const struct store_key key = number_key(number);
  if (!number_is_legal(number)) {
    return STATUS_INVALID;
  }
  enum status status = numbers_get(txn, number, &before);
  if (status == STATUS_NOT_FOUND) {
    return store_put_record(txn, TABLE_NUMBERS, &key, &NUMBER_RECORD, use);
  }
  return status == STATUS_OK ? STATUS_EXISTS : status;
}

enum status numbers_retire(struct store_txn *txn, uint32_t number)
{
  const struct store_key key = number_key(number);
  return store_put_record(txn, TABLE_NUMBERS, &key, &NUMBER_RECORD, &(struct number){NUMBER_REMOVED, 0});
}

enum status numbers_release(struct store_txn *txn, uint32_t number)
{
  const struct store_key key = number_key(number);
  return store_delete(txn, TABLE_NUMBERS, &key);
}

static enum status count_number(void *context, const struct store_entry *entry)
{
  struct map_settings *settings = context;
  uint32_t number = 0;
  if (entry->key_length != 4) {
    return STATUS_CORRUPT;
  }
  for (int i = 0; i < 4; i++) {
    number = number << 8 | entry->key[i];
  }
  for (uint32_t i = 0; i < settings->used.count; i++) {
    if (number >= settings->ranges.values[2 * i] && number <= settings->ranges.values[2 * i + 1]) {
      settings->used.values[i]++;
    }
  }
  return STATUS_OK;
}

enum status numbers_count(struct store_txn *txn, struct map_settings *settings)
{
  const struct store_key all = key_new();
  memset(&settings->used, 0, sizeof settings->used);
  settings->used.count = settings->ranges.count / 2;
  return store_each(txn, TABLE_NUMBERS, &all, count_number, settings);
}

enum status numbers_is_foreign(uint32_t number, bool *ret_foreign)
{
  enum status status = number_is_local(number, ret_foreign);
  if (status == STATUS_OK && !*ret_foreign) {
    *ret_foreign = getpwuid(number) != NULL || getgrgid(number) != NULL;
  }
  return status;
}

static enum status is_taken(void *context, uint32_t number, bool *ret_taken)
{
  struct number use;
  enum status status = numbers_get(context, number, &use);
  if (status == STATUS_OK) {
    *ret_taken = true;
    return STATUS_OK;
  }
  return status == STATUS_NOT_FOUND ? numbers_is_foreign(number, ret_taken) : status;
}

enum status numbers_choose(struct store_txn *txn, const char *name, const struct map_settings *settings,
                           uint32_t *ret_number)
{
  unsigned char seed[SIPHASH_SEED_SIZE];
  enum status status = store_seed(txn, seed);
  return status != STATUS_OK ? status : number_choose(seed, name, settings, is_taken, txn, ret_number);
}

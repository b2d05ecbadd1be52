// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "store/store.h"

static enum status get_counter(struct store_txn *txn, const char *name, int64_t *ret_value)
{
  const struct store_key key = key_of_text(name);
  int64_t value = 0;
  enum status status = store_get_i64(txn, TABLE_META, &key, &value);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  *ret_value = value;
  return STATUS_OK;
}

static enum status count_up(struct store_txn *txn, const char *name, int64_t *ret_value)
{
  const struct store_key key = key_of_text(name);
  int64_t value = 0;
  enum status status = get_counter(txn, name, &value);
  if (status != STATUS_OK) {
    return status;
  }
  status = store_put_i64(txn, TABLE_META, &key, value + 1);
  if (status == STATUS_OK) {
    *ret_value = value + 1;
  }
  return status;
}

static const char LAST_ID[] = "last_id";

bool store_is_last_id(const struct store_key *key)
{
  return key->length == sizeof LAST_ID - 1 && memcmp(key->data, LAST_ID, sizeof LAST_ID - 1) == 0;
}

enum status store_skip_ids(struct store_txn *txn, int64_t last)
{
  const struct store_key key = key_of_text(LAST_ID);
  int64_t given = 0;
  enum status status = get_counter(txn, LAST_ID, &given);
  return status != STATUS_OK || given >= last ? status : store_put_i64(txn, TABLE_META, &key, last);
}

enum status store_next_id(struct store_txn *txn, int64_t *ret_id)
{
  int64_t id = 0;
  enum status status = count_up(txn, LAST_ID, &id);
  if (status != STATUS_OK) {
    return status;
  }
  if (id >= STORE_ID_FLEET) {
    return STATUS_TOO_LARGE;
  }
  *ret_id = id;
  return STATUS_OK;
}

enum status store_new_id(struct store_txn *txn, bool in_fleet, int64_t *ret_id)
{
  uint64_t drawn = 0;
  if (!in_fleet) {
    return store_next_id(txn, ret_id);
  }
  enum status status = file_random(&drawn, sizeof drawn);
  if (status == STATUS_OK) {
    *ret_id = STORE_ID_RANDOM | (int64_t)(drawn % (uint64_t)(STORE_ID_END - STORE_ID_RANDOM));
  }
  return status;
}

enum status store_check_id(struct store_txn *txn, int64_t id)
{
  int64_t last = 0;
  if (id >= STORE_ID_FLEET) {
    return id < STORE_ID_END ? STATUS_OK : STATUS_INVALID;
  }
  enum status status = get_counter(txn, "last_id", &last);
  if (status != STATUS_OK) {
    return status;
  }
  return id > 0 && id <= last ? STATUS_OK : STATUS_INVALID;
}

enum status store_seed(struct store_txn *txn, unsigned char ret_seed[static SIPHASH_SEED_SIZE])
{
  struct bytes seed CLEANUP(bytes_done) = BYTES_EMPTY;
  const struct store_key key = key_of_text("seed");
  enum status status = store_get(txn, TABLE_META, &key, &seed);
  if (status != STATUS_OK) {
    return status;
  }
  if (seed.length != SIPHASH_SEED_SIZE) {
    return STATUS_CORRUPT;
  }
  memcpy(ret_seed, seed.data, SIPHASH_SEED_SIZE);
  return STATUS_OK;
}

enum status store_set_seed(struct store_txn *txn, const unsigned char seed[static SIPHASH_SEED_SIZE])
{
  const struct store_key key = key_of_text("seed");
  return store_put(txn, TABLE_META, &key, seed, SIPHASH_SEED_SIZE);
}

enum status store_own_id(struct store_txn *txn, unsigned char ret_identity[static STORE_OWN_ID_SIZE])
{
  struct bytes identity CLEANUP(bytes_done) = BYTES_EMPTY;
  const struct store_key key = key_of_text("identity");
  enum status status = store_get(txn, TABLE_META, &key, &identity);
  if (status != STATUS_OK) {
    return status;
  }
  if (identity.length != STORE_OWN_ID_SIZE) {
    return STATUS_CORRUPT;
  }
  memcpy(ret_identity, identity.data, STORE_OWN_ID_SIZE);
  return STATUS_OK;
}

enum status store_set_own_id(struct store_txn *txn, const unsigned char identity[static STORE_OWN_ID_SIZE])
{
  const struct store_key key = key_of_text("identity");
  return store_put(txn, TABLE_META, &key, identity, STORE_OWN_ID_SIZE);
}

enum status store_map_serial(struct store_txn *txn, int64_t *ret_serial)
{
  return get_counter(txn, "map_serial", ret_serial);
}

enum status store_raise_map_serial(struct store_txn *txn)
{
  int64_t serial = 0;
  return count_up(txn, "map_serial", &serial);
}

// SPDX-License-Identifier: Apache-2.0
#include "store/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/endian.h"
#include "store/store_lmdb.h"

enum status store_from_lmdb(int code)
{
  switch (code) {
  case MDB_SUCCESS: return STATUS_OK;
  case MDB_NOTFOUND: return STATUS_NOT_FOUND;
  case MDB_MAP_FULL: return STATUS_FULL;
  case MDB_VERSION_MISMATCH: return STATUS_VERSION;
  case MDB_PAGE_NOTFOUND:
  case MDB_CORRUPTED:
  case MDB_PANIC:
  case MDB_INVALID: return STATUS_CORRUPT;
  case MDB_READERS_FULL: return STATUS_BUSY;
  case ENOMEM: return STATUS_NO_MEMORY;
  case EACCES: return STATUS_PERMISSION;
  default: return status_of_write(code);
  }
}

enum status store_begin(struct store *store, bool write, struct store_txn **ret_txn)
{
  if (write && (store->read_only || !store->locked)) {
    return STATUS_INVALID;
  }
  struct store_txn *txn = calloc(1, sizeof *txn);
  if (txn == NULL) {
    return STATUS_NO_MEMORY;
  }
  txn->store = store;
  int code = mdb_txn_begin(store->env, NULL, write ? 0 : MDB_RDONLY, &txn->txn);
  if (code == MDB_MAP_RESIZED) { // another process has grown the map: take its size over
    code = mdb_env_set_mapsize(store->env, 0);
    if (code == 0) {
      code = mdb_txn_begin(store->env, NULL, write ? 0 : MDB_RDONLY, &txn->txn);
    }
  }
  if (code != 0) {
    free(txn);
    enum status status = store_from_lmdb(code);
    return status != STATUS_OK ? status : STATUS_IO;
  }
  *ret_txn = txn;
  return STATUS_OK;
}

static void free_txn(struct store_txn **txn)
{
  free((*txn)->logged);
  row_log_free(&(*txn)->row_log);
  free(*txn);
  *txn = NULL;
}

// LMDB calls a write that came out short on a full disk an error of the device.
static bool is_full(const struct store *store)
{
  struct statvfs fs;
  int fd = -1;
  return mdb_env_get_fd(store->env, &fd) == 0 && fstatvfs(fd, &fs) == 0 &&
         (uint64_t)fs.f_bavail * fs.f_frsize < STORE_RESERVE_BYTES;
}

enum status store_commit(struct store_txn **txn)
{
  const struct store *store = (*txn)->store;
  int code = mdb_txn_commit((*txn)->txn);
  free_txn(txn);
  return code == EIO && is_full(store) ? STATUS_NO_SPACE : store_from_lmdb(code);
}

void store_abort(struct store_txn **txn)
{
  if (*txn != NULL) {
    mdb_txn_abort((*txn)->txn);
    free_txn(txn);
  }
}

enum status store_grow(struct store *store)
{
  MDB_envinfo info;
  int code = mdb_env_info(store->env, &info);
  size_t size = 0;
  if (code == 0 && __builtin_mul_overflow(info.me_mapsize, 2, &size)) {
    return STATUS_IO;
  }
  return code != 0 ? store_from_lmdb(code) : store_from_lmdb(mdb_env_set_mapsize(store->env, size));
}

enum status store_make_room(struct store *store, size_t length)
{
  MDB_envinfo info;
  MDB_stat stat;
  size_t used = 0;
  size_t wanted = 0;
  int code = mdb_env_info(store->env, &info);
  if (code == 0) {
    code = mdb_env_stat(store->env, &stat);
  }
  if (code != 0) {
    return store_from_lmdb(code);
  }
  if (__builtin_mul_overflow(info.me_last_pgno + 1, (size_t)stat.ms_psize, &used) ||
      __builtin_add_overflow(used, length, &wanted)) {
    return STATUS_IO;
  }
  return wanted <= info.me_mapsize ? STATUS_OK : store_from_lmdb(mdb_env_set_mapsize(store->env, wanted));
}

void store_set_moment(struct store_txn *txn, int64_t at_s)
{
  txn->at_s = at_s;
}

int64_t store_moment(const struct store_txn *txn)
{
  return txn->at_s != 0 ? txn->at_s : clock_now_s();
}

uint64_t store_writes(const struct store_txn *txn)
{
  return txn->writes;
}

static MDB_val key_value(const struct store_key *key)
{
  return (MDB_val){key->length, (void *)(uintptr_t)key->data};
}

static enum status borrow(struct store_txn *txn, enum store_table table, const struct store_key *key,
                          MDB_val *ret_value)
{
  MDB_val name = key_value(key);
  if (key->bad || key->length == 0) {
    return STATUS_NOT_FOUND;
  }
  return store_from_lmdb(mdb_get(txn->txn, txn->store->tables[table], &name, ret_value));
}

static enum status note_row(struct store_txn *txn, enum store_table table, const struct store_key *key)
{
  MDB_val value = {0, NULL};
  if (!row_log_wants(&txn->row_log, table)) {
    return STATUS_OK;
  }
  enum status status = borrow(txn, table, key, &value);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  return row_log_note(&txn->row_log, table, key, status == STATUS_OK ? value.mv_data : NULL, value.mv_size);
}

enum status store_put(struct store_txn *txn, enum store_table table, const struct store_key *key, const void *data,
                      size_t length)
{
  if (key->bad || key->length == 0) {
    return STATUS_INVALID;
  }
  MDB_val name = key_value(key);
  MDB_val value = {length, (void *)(uintptr_t)data};
  enum status status = note_row(txn, table, key);
  if (status != STATUS_OK) {
    return status;
  }
  txn->writes++;
  return store_from_lmdb(mdb_put(txn->txn, txn->store->tables[table], &name, &value, 0));
}

enum status store_delete(struct store_txn *txn, enum store_table table, const struct store_key *key)
{
  MDB_val name = key_value(key);
  if (key->bad) {
    return STATUS_INVALID;
  }
  enum status status = note_row(txn, table, key);
  if (status != STATUS_OK) {
    return status;
  }
  int code = mdb_del(txn->txn, txn->store->tables[table], &name, NULL);
  txn->writes += code == 0 ? 1 : 0;
  return store_from_lmdb(code);
}

enum status store_get(struct store_txn *txn, enum store_table table, const struct store_key *key, struct bytes *out)
{
  MDB_val value;
  enum status status = borrow(txn, table, key, &value);
  return status != STATUS_OK ? status : bytes_append(out, value.mv_data, value.mv_size);
}

enum status store_put_record(struct store_txn *txn, enum store_table table, const struct store_key *key,
                             const struct record_type *type, const void *value)
{
  struct bytes packed CLEANUP(bytes_done) = BYTES_EMPTY;
  enum status status = record_encode(type, value, &packed);
  return status != STATUS_OK ? status : store_put(txn, table, key, packed.data, packed.length);
}

enum status store_get_record(struct store_txn *txn, enum store_table table, const struct store_key *key,
                             const struct record_type *type, void *ret_value)
{
  MDB_val value;
  enum status status = borrow(txn, table, key, &value);
  return status != STATUS_OK ? status : record_decode(type, value.mv_data, value.mv_size, ret_value);
}

enum status store_put_i64(struct store_txn *txn, enum store_table table, const struct store_key *key, int64_t value)
{
  unsigned char packed[8];
  endian_put_u64(packed, (uint64_t)value);
  return store_put(txn, table, key, packed, sizeof packed);
}

enum status store_get_i64(struct store_txn *txn, enum store_table table, const struct store_key *key,
                          int64_t *ret_value)
{
  MDB_val value;
  enum status status = borrow(txn, table, key, &value);
  if (status != STATUS_OK) {
    return status;
  }
  if (value.mv_size != 8) {
    return STATUS_CORRUPT;
  }
  *ret_value = (int64_t)endian_get_u64(value.mv_data);
  return STATUS_OK;
}

struct store_walk {
  MDB_cursor *cursor;
  struct store_key first;
  bool begun;
};

enum status store_walk_begin(struct store_txn *txn, enum store_table table, const struct store_key *first,
                             struct store_walk **ret_walk)
{
  struct store_walk *walk = calloc(1, sizeof *walk);
  if (walk == NULL) {
    return STATUS_NO_MEMORY;
  }
  walk->first = *first;
  int code = mdb_cursor_open(txn->txn, txn->store->tables[table], &walk->cursor);
  if (code != 0) {
    free(walk);
    return store_from_lmdb(code);
  }
  *ret_walk = walk;
  return STATUS_OK;
}

enum status store_walk_next(struct store_walk *walk, struct store_entry *ret_entry)
{
  MDB_val name = key_value(&walk->first);
  MDB_val value;
  MDB_cursor_op op = walk->begun ? MDB_NEXT : walk->first.length > 0 ? MDB_SET_RANGE : MDB_FIRST;
  int code = mdb_cursor_get(walk->cursor, &name, &value, op);
  walk->begun = true;
  if (code == 0) {
    *ret_entry = (struct store_entry){name.mv_data, name.mv_size, value.mv_data, value.mv_size};
  }
  return store_from_lmdb(code);
}

void store_walk_end(struct store_walk **walk)
{
  if (*walk != NULL) {
    mdb_cursor_close((*walk)->cursor);
    free(*walk);
    *walk = NULL;
  }
}

static enum status walk_all(struct store_txn *txn, enum store_table table, const struct store_key *first,
                            size_t prefix_length, store_visit *visit, void *context)
{
  struct store_walk *walk CLEANUP(store_walk_end) = NULL;
  struct store_entry entry;
  enum status status = store_walk_begin(txn, table, first, &walk);
  while (status == STATUS_OK) {
    status = store_walk_next(walk, &entry);
    bool within =
        status == STATUS_OK && entry.key_length >= prefix_length && memcmp(entry.key, first->data, prefix_length) == 0;
    if (!within) {
      return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    }
    status = visit(context, &entry);
  }
  return status;
}

enum status store_each(struct store_txn *txn, enum store_table table, const struct store_key *prefix,
                       store_visit *visit, void *context)
{
  return walk_all(txn, table, prefix, prefix->length, visit, context);
}

enum status store_each_from(struct store_txn *txn, enum store_table table, const struct store_key *first,
                            store_visit *visit, void *context)
{
  return walk_all(txn, table, first, 0, visit, context);
}

enum status store_last_number(struct store_txn *txn, enum store_table table, int64_t *ret_number)
{
  MDB_cursor *cursor = NULL;
  MDB_val key = {0, NULL};
  MDB_val value = {0, NULL};
  int code = mdb_cursor_open(txn->txn, txn->store->tables[table], &cursor);
  if (code != 0) {
    return store_from_lmdb(code);
  }
  code = mdb_cursor_get(cursor, &key, &value, MDB_LAST);
  mdb_cursor_close(cursor);
  if (code != 0 || key.mv_size != sizeof(int64_t)) {
    return code != 0 ? store_from_lmdb(code) : STATUS_CORRUPT;
  }
  *ret_number = key_take_i64(key.mv_data);
  return STATUS_OK;
}

enum status store_count(struct store_txn *txn, enum store_table table, uint64_t *ret_count)
{
  MDB_stat stat;
  enum status status = store_from_lmdb(mdb_stat(txn->txn, txn->store->tables[table], &stat));
  if (status == STATUS_OK) {
    *ret_count = stat.ms_entries;
  }
  return status;
}

enum status store_readers(struct store *store, uint32_t *ret_used, uint32_t *ret_slots)
{
  MDB_envinfo info;
  enum status status = store_from_lmdb(mdb_env_info(store->env, &info));
  if (status != STATUS_OK) {
    return status;
  }
  *ret_used = info.me_numreaders;
  *ret_slots = info.me_maxreaders;
  return STATUS_OK;
}

// SPDX-License-Identifier: Apache-2.0
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/endian.h"

enum { PATH_LIMIT = 4096, LOCK_STEP_MS = 5 };

static const size_t MAP_SIZE_MIN = (size_t)64 << 20;

static const char *const TABLE_NAMES[TABLE_COUNT] = {
    [TABLE_META] = "meta",
    [TABLE_ACCOUNTS] = "accounts",
    [TABLE_ACCOUNT_LOGINS] = "account_logins",
    [TABLE_ACCOUNT_EMAILS] = "account_emails",
    [TABLE_NUMBERS] = "numbers",
    [TABLE_ORGS] = "orgs",
    [TABLE_ORG_SLUGS] = "org_slugs",
    [TABLE_DOMAINS] = "domains",
    [TABLE_DOMAIN_OWNERS] = "domain_owners",
    [TABLE_CONNECTIONS] = "connections",
    [TABLE_REGISTRATIONS] = "registrations",
    [TABLE_IDENTITIES] = "identities",
    [TABLE_ACCOUNT_IDENTITIES] = "account_identities",
    [TABLE_MEMBERSHIPS] = "memberships",
    [TABLE_ORG_MEMBERS] = "org_members",
    [TABLE_INVITES] = "invites",
    [TABLE_TICKETS] = "tickets",
    [TABLE_AUDIT] = "audit",
};

struct store {
  MDB_env *env;
  MDB_dbi tables[TABLE_COUNT];
  int dir_fd;
  int lock_fd;
  bool read_only;
};

struct store_txn {
  struct store *store;
  MDB_txn *txn;
};

static enum status from_lmdb(int code)
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
  default: return STATUS_IO;
  }
}

static enum status fail(struct report *report, const char *what, const char *dir, int code)
{
  report_set(report, "store %s: %s: %s", dir, what, mdb_strerror(code));
  return from_lmdb(code);
}

static enum status open_directory(const char *dir, enum store_mode mode, struct report *report, int *ret_fd)
{
  struct stat st;
  if (mode == STORE_CREATE && mkdir(dir, 0700) != 0 && errno != EEXIST) {
    report_set(report, "store %s: cannot be created: %s", dir, strerror(errno));
    return STATUS_IO;
  }
  int fd CLEANUP(cleanup_fd) = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0 || fstat(fd, &st) != 0) {
    report_set(report, "store %s: %s", dir, strerror(errno));
    return errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO;
  }
  if ((st.st_uid != 0 && st.st_uid != geteuid()) || (st.st_mode & 077) != 0) {
    report_set(report, "store %s: has mode %04o and owner %u, must have 0700 and root", dir, st.st_mode & 07777,
               st.st_uid);
    return STATUS_PERMISSION;
  }
  *ret_fd = take_fd(&fd);
  return STATUS_OK;
}

// LMDB opens its data file without close-on-exec and believes any file it finds.
static enum status check_data_file(int dir_fd, const char *dir, enum store_mode mode, struct report *report)
{
  struct stat st;
  if (fstatat(dir_fd, "data.mdb", &st, AT_SYMLINK_NOFOLLOW) != 0) {
    if (mode == STORE_CREATE && errno == ENOENT) {
      return STATUS_OK;
    }
    report_set(report, "store %s: data.mdb: %s; 'ssoctl init' makes one", dir, strerror(errno));
    return errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO;
  }
  if (mode == STORE_CREATE) {
    report_set(report, "store %s: exists already", dir);
    return STATUS_EXISTS;
  }
  if (!S_ISREG(st.st_mode) || (st.st_uid != 0 && st.st_uid != geteuid()) || (st.st_mode & 077) != 0) {
    report_set(report, "store %s: data.mdb has mode %06o and owner %u, must be a file with 0600 and root", dir,
               st.st_mode, st.st_uid);
    return STATUS_PERMISSION;
  }
  return STATUS_OK;
}

static size_t wanted_map_size(int dir_fd)
{
  struct stat st;
  size_t wanted = MAP_SIZE_MIN;
  if (fstatat(dir_fd, "data.mdb", &st, AT_SYMLINK_NOFOLLOW) == 0) {
    while (wanted < (size_t)st.st_size * 2) {
      wanted *= 2;
    }
  }
  return wanted;
}

static enum status open_environment(struct store *store, const char *dir, struct report *report)
{
  int code = mdb_env_create(&store->env);
  if (code == 0) {
    code = mdb_env_set_maxdbs(store->env, TABLE_COUNT);
  }
  if (code == 0) {
    code = mdb_env_set_mapsize(store->env, wanted_map_size(store->dir_fd));
  }
  if (code == 0) {
    code = mdb_env_open(store->env, dir, store->read_only ? MDB_RDONLY : 0, 0600);
  }
  if (code != 0) {
    return fail(report, "cannot be opened", dir, code);
  }
  int data_fd = -1;
  int dead = 0;
  (void)mdb_reader_check(store->env, &dead);
  if (mdb_env_get_fd(store->env, &data_fd) != 0 || fcntl(data_fd, F_SETFD, FD_CLOEXEC) != 0) {
    return fail(report, "close-on-exec cannot be set", dir, EIO);
  }
  return STATUS_OK;
}

static enum status open_tables(struct store *store, const char *dir, bool create, struct report *report)
{
  MDB_txn *txn = NULL;
  int code = mdb_txn_begin(store->env, NULL, create ? 0 : MDB_RDONLY, &txn);
  for (size_t i = 0; code == 0 && i < TABLE_COUNT; i++) {
    code = mdb_dbi_open(txn, TABLE_NAMES[i], create ? MDB_CREATE : 0, &store->tables[i]);
  }
  if (code == 0) {
    return from_lmdb(mdb_txn_commit(txn));
  }
  mdb_txn_abort(txn);
  return code == MDB_NOTFOUND ? fail(report, "is not a store of this program", dir, MDB_INVALID)
                              : fail(report, "tables cannot be opened", dir, code);
}

static enum status check_schema(struct store *store, const char *dir, enum store_mode mode, struct report *report)
{
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  const struct store_key key = key_of_text("schema");
  int64_t schema = 0;
  enum status status = store_begin(store, mode == STORE_CREATE, &txn);
  if (status == STATUS_OK && mode == STORE_CREATE) {
    status = store_put_i64(txn, TABLE_META, &key, STORE_SCHEMA);
    return status != STATUS_OK ? status : store_commit(&txn);
  }
  if (status == STATUS_OK) {
    status = store_get_i64(txn, TABLE_META, &key, &schema);
  }
  if (status == STATUS_OK && schema != STORE_SCHEMA) {
    report_set(report, "store %s: has schema %lld, this program reads %d", dir, (long long)schema, STORE_SCHEMA);
    return STATUS_VERSION;
  }
  if (status != STATUS_OK) {
    report_set(report, "store %s: has no schema number: %s", dir, status_text(status));
    return STATUS_CORRUPT;
  }
  return STATUS_OK;
}

static enum status open_all(struct store *store, const char *dir, enum store_mode mode, struct report *report)
{
  enum status status = open_directory(dir, mode, report, &store->dir_fd);
  if (status == STATUS_OK) {
    status = check_data_file(store->dir_fd, dir, mode, report);
  }
  if (status == STATUS_OK && mode == STORE_CREATE) {
    status = store_lock(store);
  }
  if (status == STATUS_OK) {
    status = open_environment(store, dir, report);
  }
  if (status == STATUS_OK) {
    status = open_tables(store, dir, mode == STORE_CREATE, report);
  }
  if (status == STATUS_OK) {
    status = check_schema(store, dir, mode, report);
  }
  if (mode == STORE_CREATE) {
    store_unlock(store);
  }
  return status;
}

enum status store_open(const char *dir, enum store_mode mode, struct report *report, struct store **ret_store)
{
  struct store *store CLEANUP(store_close) = calloc(1, sizeof *store);
  if (store == NULL) {
    return STATUS_NO_MEMORY;
  }
  store->dir_fd = store->lock_fd = -1;
  store->read_only = mode == STORE_READ_ONLY;
  enum status status = open_all(store, dir, mode, report);
  if (status == STATUS_OK) {
    *ret_store = store;
    store = NULL;
  }
  return status;
}

void store_close(struct store **store)
{
  if (*store == NULL) {
    return;
  }
  if ((*store)->env != NULL) {
    mdb_env_close((*store)->env);
  }
  cleanup_fd(&(*store)->lock_fd);
  cleanup_fd(&(*store)->dir_fd);
  free(*store);
  *store = NULL;
}

enum status store_lock(struct store *store)
{
  int fd CLEANUP(cleanup_fd) = openat(store->dir_fd, "writer", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) {
    return STATUS_IO;
  }
  int64_t deadline_ms = clock_monotonic_ms() + STORE_LOCK_WAIT_MS;
  while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return STATUS_IO;
    }
    if (clock_left_ms(deadline_ms) == 0) {
      return STATUS_BUSY;
    }
    const struct timespec step = {.tv_nsec = LOCK_STEP_MS * 1000000L};
    (void)nanosleep(&step, NULL);
  }
  store_unlock(store);
  store->lock_fd = take_fd(&fd);
  return STATUS_OK;
}

void store_unlock(struct store *store)
{
  cleanup_fd(&store->lock_fd);
  store->lock_fd = -1;
}

enum status store_begin(struct store *store, bool write, struct store_txn **ret_txn)
{
  if (write && (store->read_only || store->lock_fd < 0)) {
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
    enum status status = from_lmdb(code);
    return status != STATUS_OK ? status : STATUS_IO;
  }
  *ret_txn = txn;
  return STATUS_OK;
}

enum status store_commit(struct store_txn **txn)
{
  int code = mdb_txn_commit((*txn)->txn);
  free(*txn);
  *txn = NULL;
  return from_lmdb(code);
}

void store_abort(struct store_txn **txn)
{
  if (*txn != NULL) {
    mdb_txn_abort((*txn)->txn);
    free(*txn);
    *txn = NULL;
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
  return code != 0 ? from_lmdb(code) : from_lmdb(mdb_env_set_mapsize(store->env, size));
}

static MDB_val key_value(const struct store_key *key)
{
  return (MDB_val){key->length, (void *)(uintptr_t)key->data};
}

enum status store_put(struct store_txn *txn, enum store_table table, const struct store_key *key, const void *data,
                      size_t length)
{
  if (key->bad || key->length == 0) {
    return STATUS_INVALID;
  }
  MDB_val name = key_value(key);
  MDB_val value = {length, (void *)(uintptr_t)data};
  return from_lmdb(mdb_put(txn->txn, txn->store->tables[table], &name, &value, 0));
}

enum status store_delete(struct store_txn *txn, enum store_table table, const struct store_key *key)
{
  MDB_val name = key_value(key);
  return key->bad ? STATUS_INVALID : from_lmdb(mdb_del(txn->txn, txn->store->tables[table], &name, NULL));
}

static enum status borrow(struct store_txn *txn, enum store_table table, const struct store_key *key,
                          MDB_val *ret_value)
{
  MDB_val name = key_value(key);
  if (key->bad || key->length == 0) {
    return STATUS_NOT_FOUND;
  }
  return from_lmdb(mdb_get(txn->txn, txn->store->tables[table], &name, ret_value));
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
  if (status == STATUS_OK && value.mv_size != 8) {
    return STATUS_CORRUPT;
  }
  if (status == STATUS_OK) {
    *ret_value = (int64_t)endian_get_u64(value.mv_data);
  }
  return status;
}

static void close_cursor(MDB_cursor **cursor)
{
  if (*cursor != NULL) {
    mdb_cursor_close(*cursor);
  }
}

enum status store_each(struct store_txn *txn, enum store_table table, const struct store_key *prefix,
                       store_visit *visit, void *context)
{
  MDB_cursor *cursor CLEANUP(close_cursor) = NULL;
  MDB_val name = key_value(prefix);
  MDB_val value;
  int code = mdb_cursor_open(txn->txn, txn->store->tables[table], &cursor);
  if (code == 0) {
    code = mdb_cursor_get(cursor, &name, &value, prefix->length > 0 ? MDB_SET_RANGE : MDB_FIRST);
  }
  while (code == 0) {
    if (name.mv_size < prefix->length || memcmp(name.mv_data, prefix->data, prefix->length) != 0) {
      return STATUS_OK;
    }
    const struct store_entry entry = {name.mv_data, name.mv_size, value.mv_data, value.mv_size};
    enum status status = visit(context, &entry);
    if (status != STATUS_OK) {
      return status;
    }
    code = mdb_cursor_get(cursor, &name, &value, MDB_NEXT);
  }
  return code == MDB_NOTFOUND ? STATUS_OK : from_lmdb(code);
}

enum status store_count(struct store_txn *txn, enum store_table table, uint64_t *ret_count)
{
  MDB_stat stat;
  enum status status = from_lmdb(mdb_stat(txn->txn, txn->store->tables[table], &stat));
  if (status == STATUS_OK) {
    *ret_count = stat.ms_entries;
  }
  return status;
}

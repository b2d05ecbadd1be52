// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "store/access_history.h"
#include "store/store.h"
#include "store/store_lmdb.h"

enum { MAPPED_FROM_BYTES = 128 << 10 };

static const size_t MAP_SIZE_MIN = (size_t)64 << 20;

static enum status open_directory(const char *dir, enum store_mode mode, struct error *error, int *ret_fd)
{
  struct stat st;
  if (mode == STORE_CREATE && mkdir(dir, 0700) != 0 && errno != EEXIST) {
    error_set(error, "store %s: cannot be created: %s", dir, strerror(errno));
    return STATUS_IO;
  }
  int fd CLEANUP(cleanup_fd) = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0 || fstat(fd, &st) != 0) {
    error_set(error, "store %s: %s", dir, strerror(errno));
    return errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO;
  }
  if ((st.st_uid != 0 && st.st_uid != geteuid()) || (st.st_mode & 077) != 0) {
    error_set(error, "store %s: has mode %04o and owner %u, must have 0700 and root", dir, st.st_mode & 07777,
              st.st_uid);
    return STATUS_PERMISSION;
  }
  *ret_fd = take_fd(&fd);
  return STATUS_OK;
}

// LMDB opens its data file without close-on-exec and believes any file it finds.
static enum status check_data_file(int dir_fd, const char *dir, enum store_mode mode, struct error *error)
{
  struct stat st;
  if (fstatat(dir_fd, "data.mdb", &st, AT_SYMLINK_NOFOLLOW) != 0) {
    if (mode == STORE_CREATE && errno == ENOENT) {
      return STATUS_OK;
    }
    error_set(error, "store %s: data.mdb: %s; 'ssoctl init' makes one", dir, strerror(errno));
    return errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO;
  }
  if (mode == STORE_CREATE) {
    error_set(error, "store %s: exists already", dir);
    return STATUS_EXISTS;
  }
  if (!S_ISREG(st.st_mode) || (st.st_uid != 0 && st.st_uid != geteuid()) || (st.st_mode & 077) != 0) {
    error_set(error, "store %s: data.mdb has mode %06o and owner %u, must be a file with 0600 and root", dir,
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

// Room behind the end of the data is taken beforehand, so that on a full disk a sign-in still has where to write. Where
// that cannot be had, it goes without.
static void keep_reserve(const struct store *store)
{
  struct stat st;
  int data_fd = -1;
  if (mdb_env_get_fd(store->env, &data_fd) == 0 && fstat(data_fd, &st) == 0) {
    (void)fallocate(data_fd, FALLOC_FL_KEEP_SIZE, st.st_size, STORE_RESERVE_BYTES);
  }
}

static enum status open_environment(struct store *store, const char *dir, struct error *error)
{
  int code = mdb_env_create(&store->env);
  if (code == 0) {
    code = mdb_env_set_maxdbs(store->env, TABLE_COUNT);
  }
  if (code == 0) {
    code = mdb_env_set_maxreaders(store->env, STORE_READERS_MAX);
  }
  if (code == 0) {
    code = mdb_env_set_mapsize(store->env, wanted_map_size(store->dir_fd));
  }
  if (code == 0) {
    code = mdb_env_open(store->env, dir, store->read_only ? MDB_RDONLY : 0, 0600);
  }
  if (code != 0) {
    return store_fail(error, "cannot be opened", dir, code);
  }
  int data_fd = -1;
  int dead = 0;
  (void)mdb_reader_check(store->env, &dead);
  if (mdb_env_get_fd(store->env, &data_fd) != 0 || fcntl(data_fd, F_SETFD, FD_CLOEXEC) != 0) {
    return store_fail(error, "close-on-exec cannot be set", dir, EIO);
  }
  return STATUS_OK;
}

static enum status reopen(struct store *store, const char *dir, struct error *error)
{
  if (store->env != NULL) {
    mdb_env_close(store->env);
    store->env = NULL;
  }
  return open_environment(store, dir, error);
}

// Of two that come at once the second finds it done.
static enum status keep_copy(const struct store *store, const char *dir, struct error *error)
{
  uint64_t schema = 0;
  enum status status = store_tables_schema(store->env, &schema);
  if (status != STATUS_OK || schema != STORE_SCHEMA - 1) {
    return status;
  }
  return store_before_keep(store, schema, dir, error);
}

// All of it is written anew in one transaction, which may take more room than there was.
static enum status add_with_room(struct store *store)
{
  for (;;) {
    enum status status = store_tables_add(store);
    if (status != STATUS_FULL) {
      return status;
    }
    status = store_grow(store);
    if (status != STATUS_OK) {
      return status;
    }
  }
}

// A store that is only to be read is opened anew, since it cannot be changed so.
static enum status upgrade_alone(struct store *store, const char *dir, struct error *error)
{
  bool read_only = store->read_only;
  store->read_only = false;
  enum status status = reopen(store, dir, error);
  status = status != STATUS_OK ? status : keep_copy(store, dir, error);
  status = status != STATUS_OK ? status : add_with_room(store);
  store->read_only = read_only;
  if (status != STATUS_OK) {
    return status;
  }
  if (read_only) {
    status = reopen(store, dir, error);
  }
  return status != STATUS_OK ? status : store_tables_open(store, dir, false, error);
}

static enum status upgrade_locked(struct store *store, const char *dir, struct error *error)
{
  enum status status = store_lock(store);
  if (status != STATUS_OK) {
    return status;
  }
  status = store_lock_opening(store);
  if (status != STATUS_OK) {
    return status;
  }
  status = upgrade_alone(store, dir, error);
  store_unlock_opening(store);
  return status;
}

static enum status upgrade(struct store *store, const char *dir, struct error *error)
{
  enum status status = upgrade_locked(store, dir, error);
  store_unlock(store);
  if (status != STATUS_OK && error->text[0] == '\0') {
    error_set(error, "store %s: is of the version before, and cannot be brought to this one: %s", dir,
              status_text(status));
  }
  return status;
}

static enum status check_schema(struct store *store, const char *dir, enum store_mode mode, struct error *error)
{
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  const struct store_key key = key_of_text("schema");
  int64_t schema = 0;
  enum status status = store_begin(store, mode == STORE_CREATE, &txn);
  if (status == STATUS_OK && mode == STORE_CREATE) {
    status = store_put_i64(txn, TABLE_META, &key, STORE_SCHEMA);
    status = status != STATUS_OK ? status : access_set_since(txn, clock_now_s());
    return status != STATUS_OK ? status : store_commit(&txn);
  }
  status = status != STATUS_OK ? status : store_get_i64(txn, TABLE_META, &key, &schema);
  if (status != STATUS_OK) {
    error_set(error, "store %s: has no schema number: %s", dir, status_text(status));
    return STATUS_CORRUPT;
  }
  if (schema != STORE_SCHEMA) {
    error_set(error, "store %s: has schema %lld, this program reads %d", dir, (long long)schema, STORE_SCHEMA);
    return STATUS_VERSION;
  }
  return STATUS_OK;
}

// The slot for reading stays this process's until it closes the environment.
static enum status take_reader_slot(struct store *store, const char *dir, struct error *error)
{
  MDB_txn *txn = NULL;
  int code = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn);
  if (code != 0) {
    return store_fail(error, "cannot be read", dir, code);
  }
  mdb_txn_abort(txn);
  return STATUS_OK;
}

static enum status open_alone(struct store *store, const char *dir, struct error *error)
{
  enum status status = store_lock_opening(store);
  if (status != STATUS_OK) {
    error_set(error, "store %s: cannot be locked: %s", dir, status_text(status));
    return status;
  }
  status = open_environment(store, dir, error);
  status = status != STATUS_OK ? status : take_reader_slot(store, dir, error);
  store_unlock_opening(store);
  return status;
}

// Where nothing can be written what is there is read all the same.
static enum status open_unwritable(struct store *store, const char *dir, struct error *error)
{
  store->read_only = store->unwritable = true;
  store->lock_fd = openat(store->dir_fd, "writer", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (store->lock_fd < 0 && errno != ENOENT) {
    error_set(error, "store %s: writer: %s", dir, strerror(errno));
    return STATUS_IO;
  }
  enum status status = store_lock_writers_out(store);
  if (status != STATUS_OK) {
    error_set(error, "store %s: cannot be locked: %s", dir, status_text(status));
  }
  return status;
}

static enum status open_lock_file(struct store *store, const char *dir, enum store_mode mode, struct error *error)
{
  store->lock_fd = openat(store->dir_fd, "writer", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (store->lock_fd >= 0) {
    return STATUS_OK;
  }
  if (errno == EROFS && mode != STORE_CREATE) {
    return open_unwritable(store, dir, error);
  }
  error_set(error, "store %s: writer: %s", dir, strerror(errno));
  return status_of_write(errno);
}

static enum status open_files(struct store *store, const char *dir, enum store_mode mode, struct error *error)
{
  enum status status = open_directory(dir, mode, error, &store->dir_fd);
  if (status != STATUS_OK) {
    return status;
  }
  status = check_data_file(store->dir_fd, dir, mode, error);
  if (status != STATUS_OK) {
    return status;
  }
  status = open_lock_file(store, dir, mode, error);
  if (status != STATUS_OK) {
    return status;
  }
  if (mode == STORE_CREATE) {
    status = store_lock(store);
  }
  if (status != STATUS_OK) {
    return status;
  }
  status = open_alone(store, dir, error);
  return status != STATUS_OK ? status : store_tables_open(store, dir, mode == STORE_CREATE, error);
}

// Whoever calls this unlocks the store, also after a failure.
static enum status open_all(struct store *store, const char *dir, enum store_mode mode, struct error *error)
{
  enum status status = open_files(store, dir, mode, error);
  if (status == STATUS_VERSION) { // made by the version before
    status = upgrade(store, dir, error);
  }
  if (status != STATUS_OK) {
    return status;
  }
  status = check_schema(store, dir, mode, error);
  if (status != STATUS_OK) {
    return status;
  }
  if (!store->read_only) {
    keep_reserve(store);
  }
  return STATUS_OK;
}

// LMDB allocates 3 MB for each time that it is opened, and uses next to nothing of them: as they are mapped, only the
// pages that are touched cost anything. Left to itself, glibc takes them from the heap from the second time on, and
// calloc() writes zeros over them: 6 ms of a sign-in.
static void keep_large_blocks_mapped(void)
{
  (void)mallopt(M_MMAP_THRESHOLD, MAPPED_FROM_BYTES);
}

enum status store_open(const char *dir, enum store_mode mode, struct error *error, struct store **ret_store)
{
  struct store *store CLEANUP(store_close) = calloc(1, sizeof *store);
  if (store == NULL) {
    return STATUS_NO_MEMORY;
  }
  keep_large_blocks_mapped();
  store->dir_fd = store->lock_fd = -1;
  store->read_only = mode == STORE_READ_ONLY;
  enum status status = open_all(store, dir, mode, error);
  store_unlock(store);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_store = store;
  store = NULL;
  return STATUS_OK;
}

void store_close(struct store **store)
{
  if (*store == NULL) {
    return;
  }
  if ((*store)->env != NULL) {
    // Should the lock not be had this process goes without: it is done.
    bool alone = store_lock_opening(*store) == STATUS_OK;
    mdb_env_close((*store)->env);
    if (alone) {
      store_unlock_opening(*store);
    }
  }
  store_unlock(*store);
  cleanup_fd(&(*store)->lock_fd);
  cleanup_fd(&(*store)->dir_fd);
  free(*store);
  *store = NULL;
}

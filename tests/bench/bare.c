// SPDX-License-Identifier: Apache-2.0
#include "bare.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "store_ground.h"

enum { BARE_KEY = 16 };

static void lmdb_must(int code, const char *what)
{
  if (code != 0) {
    fail(what, mdb_strerror(code));
  }
}

static void put_bare(MDB_txn *txn, const struct bare *bare, uint64_t number, size_t length)
{
  static unsigned char data[1 << 16];
  char name[BARE_KEY + 1];
  (void)snprintf(name, sizeof name, "%016llx", (unsigned long long)number);
  MDB_val key = {BARE_KEY, name};
  MDB_val value = {length, data};
  lmdb_must(mdb_put(txn, bare->table, &key, &value, 0), "put");
}

struct bare open_bare(const char *dir)
{
  struct bare bare;
  MDB_txn *txn = NULL;
  lmdb_must(mdb_env_create(&bare.env), "create");
  lmdb_must(mdb_env_set_mapsize(bare.env, (size_t)4 << 30), "map size");
  lmdb_must(mdb_env_open(bare.env, dir, 0, 0600), dir);
  lmdb_must(mdb_txn_begin(bare.env, NULL, MDB_RDONLY, &txn), "begin");
  lmdb_must(mdb_dbi_open(txn, NULL, 0, &bare.table), "open");
  lmdb_must(mdb_txn_commit(txn), "commit");
  return bare;
}

void close_bare(const struct bare *bare)
{
  mdb_env_close(bare->env);
}

void load_bare(const char *dir, uint64_t count, size_t length)
{
  MDB_txn *txn = NULL;
  if (mkdir(dir, 0700) != 0) {
    fail(dir, strerror(errno));
  }
  const struct bare bare = open_bare(dir);
  lmdb_must(mdb_txn_begin(bare.env, NULL, 0, &txn), "begin");
  for (uint64_t i = 0; i < count; i++) {
    put_bare(txn, &bare, i << 20, length);
  }
  lmdb_must(mdb_txn_commit(txn), "commit");
  close_bare(&bare);
}

void insert_bare(const struct bare *bare, uint64_t number, size_t length)
{
  MDB_txn *txn = NULL;
  lmdb_must(mdb_txn_begin(bare->env, NULL, 0, &txn), "begin");
  put_bare(txn, bare, number, length);
  lmdb_must(mdb_txn_commit(txn), "commit");
}

void read_bare(const struct bare *bare, uint64_t number)
{
  MDB_txn *txn = NULL;
  MDB_val value;
  char name[BARE_KEY + 1];
  (void)snprintf(name, sizeof name, "%016llx", (unsigned long long)number);
  MDB_val key = {BARE_KEY, name};
  lmdb_must(mdb_txn_begin(bare->env, NULL, MDB_RDONLY, &txn), "begin");
  lmdb_must(mdb_get(txn, bare->table, &key, &value), name);
  mdb_txn_abort(txn);
}

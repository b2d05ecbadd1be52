// SPDX-License-Identifier: Apache-2.0
// What store.c, store_before.c, store_copy.c, store_open.c, store_tables.c, store_lock.c and change_log.c share; but
// for the last they are the only code that knows LMDB.
#pragma once
#include <lmdb.h>
#include <sched.h>
#include <signal.h>

#include "store/row_log.h"
#include "store/store.h"

struct store {
  MDB_env *env;
  MDB_dbi tables[TABLE_COUNT];
  int dir_fd;
  int lock_fd; // of the file whose bytes are the locks; -1 where there is none and nothing is written
  bool read_only;
  bool unwritable;   // the file system takes no writes
  bool locked;       // by store_lock()
  bool signals_held; // while it is
  sigset_t signals_before;
  bool hurries_opening;
  bool hurries; // until the lock is released; and how the process was scheduled before
  int policy_before;
  struct sched_param priority_before;
};

struct store_txn {
  struct store *store;
  MDB_txn *txn;
  uint64_t writes;
  int64_t at_s; // store_set_moment(); 0: not set
  struct logged_change *logged;
  size_t logged_count;
  size_t logged_capacity;
  bool logged_too_many;
  struct row_log row_log;
};

// What an LMDB or system error is called here.
enum status store_from_lmdb(int code);

// The lock around what opens and closes the environment, and takes the first slot for reading: whoever closes the last
// use of it destroys LMDB's mutexes (0.9.26 to 0.9.31, ITS#10095), and whoever takes a slot holds one of them.
// STATUS_BUSY and STATUS_IO as store_lock().
MUST_CHECK enum status store_lock_opening(struct store *store);
void store_unlock_opening(struct store *store);

// Of a store that is unwritable here: nobody changes it meanwhile. A file system that is read-only for this process may
// be for writing elsewhere, and LMDB has no slot here that would keep the pages that are read. Errors as store_lock().
MUST_CHECK enum status store_lock_writers_out(struct store *store);

// Says WHAT failed with the store in DIR, by the error CODE of LMDB's; what that is called here.
enum status store_fail(struct error *error, const char *what, const char *dir, int code);

// Opens all tables, or makes them. STATUS_VERSION: those that have come since the schema before are missing.
MUST_CHECK enum status store_tables_open(struct store *store, const char *dir, bool create, struct error *error);

// The schema of ENV, whichever it is. STATUS_CORRUPT, STATUS_IO, STATUS_NO_MEMORY.
MUST_CHECK enum status store_tables_schema(MDB_env *env, uint64_t *ret_schema);

// Writes the store as it is into a file beside it, "data.mdb.schema-N", for whoever wants to go back; an older one of
// that name is replaced once this one is whole. ERROR says what failed, such as a full disk. STATUS_IO.
MUST_CHECK enum status store_before_keep(const struct store *store, uint64_t schema, const char *dir,
                                         struct error *error);

// Brings STORE, whose lock is held, from the schema before to this one, in one transaction: adds the tables that have
// come since, and writes the records anew that are split. STATUS_VERSION for another schema; STATUS_FULL as
// store_put().
MUST_CHECK enum status store_tables_add(struct store *store);

// SPDX-License-Identifier: Apache-2.0
// What store.c, store_open.c and touched.c share; the first two are the only code that knows LMDB.
#pragma once
#include <lmdb.h>
#include <sched.h>
#include <signal.h>

#include "store/store.h"

struct store {
  MDB_env *env;
  MDB_dbi tables[TABLE_COUNT];
  int dir_fd;
  int lock_fd;
  bool read_only;
  bool signals_held; // while the lock is
  sigset_t signals_before;
  bool hurries; // until the lock is released; and how the process was scheduled before
  int policy_before;
  struct sched_param priority_before;
};

struct store_txn {
  struct store *store;
  MDB_txn *txn;
  uint64_t writes;
  struct touched *touched;
  size_t touched_count;
  size_t touched_capacity;
  bool touched_too_many;
};

// What an LMDB or system error is called here.
enum status store_from_lmdb(int code);

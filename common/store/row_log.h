// SPDX-License-Identifier: Apache-2.0
// Which rows a write transaction has written of the tables that hosts may share, and of this host's own, and what was
// there before: what a fleet is told of a change, and what goes with it (store/fleet_tables.h).
#pragma once
#include "store/store.h"

struct logged_row {
  enum store_table table;
  struct store_key key;
  bool was_there;
  struct bytes before; // "" where nothing was
  size_t order;        // in which it was written
};

struct row_log {
  bool on;
  bool with_own;
  struct logged_row *rows;
  size_t count;
  size_t capacity;
};

// From here on TXN notes them, those of this host's own where WITH_OWN was said once. Whatever was written before is
// not noted.
void row_log_begin(struct store_txn *txn, bool with_own);

// The rows of TXN, each once, as it was before its first write, in the order of tables and keys; valid until the next
// write.
void row_log_rows(struct store_txn *txn, const struct logged_row **ret_rows, size_t *ret_count);

// For store.c. Whether KEY of TABLE is to be noted before TXN writes it.
bool row_log_wants(const struct row_log *log, enum store_table table);

// Notes it: what is there, NULL for nothing. STATUS_NO_MEMORY.
MUST_CHECK enum status row_log_note(struct row_log *log, enum store_table table, const struct store_key *key,
                                    const void *before, size_t length);
void row_log_free(struct row_log *log);

// SPDX-License-Identifier: Apache-2.0
// What a change wrote of this host's own beside what hosts share (FLEET_TABLE_CARRIED), while the fleet is told of the
// rest: as it was, to be written again once that is so.
#pragma once
#include "store/row_log.h"
#include "store/store.h"

struct carried_row {
  enum store_table table;
  struct store_key key;
  bool was_there;
  bool is_there;
  struct bytes before; // "" where nothing was
  struct bytes after;  // likewise
};

struct carried_rows {
  struct carried_row *list;
  size_t count;
  size_t capacity;
  struct logged_change *shown; // of what the published map shows
  size_t shown_count;
  bool shows_all; // more than that: the map is made anew
};

// Adds what TXN has made of the row that LOGGED notes. Errors as store_get().
MUST_CHECK enum status carried_rows_add(struct carried_rows *rows, struct store_txn *txn,
                                        const struct logged_row *logged);

// Adds what TXN has noted for the published map. STATUS_NO_MEMORY.
MUST_CHECK enum status carried_rows_add_shown(struct carried_rows *rows, const struct store_txn *txn);

// Ids that were given are given: before anything is stored under one of them. STATUS_CORRUPT; errors as store_put().
MUST_CHECK enum status carried_rows_skip_ids(const struct carried_rows *rows, struct store_txn *txn);

// Writes them again. What went goes, whatever has become of it since; what was put is put where nobody else on this
// host has written since. ROWS_COME_LATER: those that hosts share are not stored with it, and what counts them
// (TABLE_META) is not counted yet. Errors as store_put().
MUST_CHECK enum status carried_rows_write(const struct carried_rows *rows, struct store_txn *txn, bool rows_come_later);
void carried_rows_done(struct carried_rows *rows);

// SPDX-License-Identifier: Apache-2.0
#include "store/row_log.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "store/fleet_tables.h"
#include "store/store_lmdb.h"

void row_log_begin(struct store_txn *txn, bool with_own)
{
  txn->row_log.on = true;
  txn->row_log.with_own = txn->row_log.with_own || with_own;
}

bool row_log_wants(const struct row_log *log, enum store_table table)
{
  if (!log->on) {
    return false;
  }
  enum fleet_table is = fleet_table_of(table);
  bool travels = is == FLEET_TABLE_SHARED || is == FLEET_TABLE_EVENTS;
  return travels || (log->with_own && is == FLEET_TABLE_CARRIED);
}

enum status row_log_note(struct row_log *log, enum store_table table, const struct store_key *key, const void *before,
                         size_t length)
{
  struct logged_row *room = grow_array(log->rows, log->count, sizeof *room, &log->capacity);
  if (room == NULL) {
    return STATUS_NO_MEMORY;
  }
  log->rows = room;
  struct logged_row *row = &log->rows[log->count];
  *row = (struct logged_row){.table = table, .key = *key, .order = log->count, .was_there = before != NULL};
  enum status status = before != NULL ? bytes_append(&row->before, before, length) : STATUS_OK;
  log->count += status == STATUS_OK ? 1 : 0;
  return status;
}

static int compare_keys(const struct logged_row *x, const struct logged_row *y)
{
  if (x->table != y->table) {
    return x->table < y->table ? -1 : 1;
  }
  size_t length = x->key.length < y->key.length ? x->key.length : y->key.length;
  int order = memcmp(x->key.data, y->key.data, length);
  if (order == 0 && x->key.length != y->key.length) {
    order = x->key.length < y->key.length ? -1 : 1;
  }
  return order;
}

static int compare_rows(const void *a, const void *b)
{
  const struct logged_row *x = a;
  const struct logged_row *y = b;
  int order = compare_keys(x, y);
  return order != 0 ? order : x->order < y->order ? -1 : 1;
}

void row_log_rows(struct store_txn *txn, const struct logged_row **ret_rows, size_t *ret_count)
{
  struct row_log *log = &txn->row_log;
  size_t kept = 0;
  if (log->count > 1) {
    qsort(log->rows, log->count, sizeof log->rows[0], compare_rows);
  }
  for (size_t i = 0; i < log->count; i++) {
    if (kept > 0 && compare_keys(&log->rows[kept - 1], &log->rows[i]) == 0) {
      bytes_done(&log->rows[i].before);
      continue;
    }
    struct logged_row row = log->rows[i];
    log->rows[i].before = (struct bytes)BYTES_EMPTY;
    log->rows[kept++] = row;
  }
  log->count = kept;
  *ret_rows = log->rows;
  *ret_count = kept;
}

void row_log_free(struct row_log *log)
{
  for (size_t i = 0; i < log->count; i++) {
    bytes_done(&log->rows[i].before);
  }
  free(log->rows);
  *log = (struct row_log){.on = false};
}

// SPDX-License-Identifier: Apache-2.0
#include "store/carried.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/endian.h"
#include "base/grow.h"

// *RET_THERE: whether there is a value, in RET_VALUE, which is empty.
static enum status look_up(struct store_txn *txn, enum store_table table, const struct store_key *key,
                           struct bytes *ret_value, bool *ret_there)
{
  enum status status = store_get(txn, table, key, ret_value);
  *ret_there = status == STATUS_OK;
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status take_values(struct carried_row *row, struct store_txn *txn, const struct logged_row *logged)
{
  enum status status = look_up(txn, row->table, &row->key, &row->after, &row->is_there);
  return status != STATUS_OK || !row->was_there
             ? status
             : bytes_append(&row->before, bytes_text(&logged->before), logged->before.length);
}

enum status carried_rows_add(struct carried_rows *rows, struct store_txn *txn, const struct logged_row *logged)
{
  struct carried_row *room = grow_array(rows->list, rows->count, sizeof *room, &rows->capacity);
  if (room == NULL) {
    return STATUS_NO_MEMORY;
  }
  rows->list = room;
  struct carried_row *row = &rows->list[rows->count++];
  *row = (struct carried_row){.table = logged->table, .key = logged->key, .was_there = logged->was_there};
  return take_values(row, txn, logged);
}

enum status carried_rows_add_shown(struct carried_rows *rows, const struct store_txn *txn)
{
  const struct logged_change *list = NULL;
  size_t count = 0;
  rows->shows_all = !store_change_log(txn, &list, &count);
  if (count == 0 || rows->shows_all) {
    return STATUS_OK;
  }
  rows->shown = calloc(count, sizeof *list);
  if (rows->shown == NULL) {
    return STATUS_NO_MEMORY;
  }
  memcpy(rows->shown, list, count * sizeof *list);
  rows->shown_count = count;
  return STATUS_OK;
}

static enum status write_one(const struct carried_row *row, struct store_txn *txn)
{
  struct bytes now CLEANUP(bytes_done) = BYTES_EMPTY;
  bool is_there = false;
  enum status status = look_up(txn, row->table, &row->key, &now, &is_there);
  if (status != STATUS_OK) {
    return status;
  }
  if (!row->is_there) {
    return is_there ? store_delete(txn, row->table, &row->key) : STATUS_OK;
  }
  bool untouched = is_there == row->was_there && bytes_equal(&now, &row->before);
  return untouched ? store_put(txn, row->table, &row->key, bytes_text(&row->after), row->after.length) : STATUS_OK;
}

static bool is_last_id(const struct carried_row *row)
{
  return row->table == TABLE_META && store_is_last_id(&row->key);
}

enum status carried_rows_skip_ids(const struct carried_rows *rows, struct store_txn *txn)
{
  for (size_t i = 0; i < rows->count; i++) {
    const struct bytes *after = &rows->list[i].after;
    if (is_last_id(&rows->list[i])) {
      bool whole = after->length == sizeof(int64_t);
      return whole ? store_skip_ids(txn, (int64_t)endian_get_u64((const unsigned char *)after->data)) : STATUS_CORRUPT;
    }
  }
  return STATUS_OK;
}

static enum status write_shown(const struct carried_rows *rows, struct store_txn *txn)
{
  for (size_t i = 0; i < rows->shown_count; i++) {
    enum status status = store_log_change(txn, &rows->shown[i]);
    if (status != STATUS_OK) {
      return status;
    }
  }
  return rows->shows_all ? store_log_all(txn) : STATUS_OK;
}

enum status carried_rows_write(const struct carried_rows *rows, struct store_txn *txn, bool rows_come_later)
{
  for (size_t i = 0; i < rows->count; i++) {
    const struct carried_row *row = &rows->list[i];
    bool left = is_last_id(row) || (rows_come_later && row->table == TABLE_META);
    enum status status = left ? STATUS_OK : write_one(row, txn);
    if (status != STATUS_OK) {
      return status;
    }
  }
  return write_shown(rows, txn);
}

void carried_rows_done(struct carried_rows *rows)
{
  for (size_t i = 0; i < rows->count; i++) {
    bytes_done(&rows->list[i].before);
    bytes_done(&rows->list[i].after);
  }
  free(rows->list);
  free(rows->shown);
  *rows = (struct carried_rows){.count = 0};
}

// SPDX-License-Identifier: Apache-2.0
#include "rows.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "fleet/engine.h"

enum {
  FULL = PROTOCOL_FLEET_VALUES_MAX / 4, // a message that holds so much is sent
  BYTEA_OID = 17,                       // pg_type.dat of PostgreSQL
};

void rows_done(struct rows *rows)
{
  record_done(protocol_record(MESSAGE_ROWS), &rows->message);
}

enum status rows_flush(struct rows *rows)
{
  if (rows->message.rows == 0) {
    return STATUS_OK;
  }
  rows->message.columns = rows->columns;
  enum status status = channel_send(rows->channel, MESSAGE_ROWS, &rows->message, rows->deadline_ms);
  rows->message.rows = 0;
  bytes_clear(&rows->message.values);
  return status;
}

// "\x0102" as its bytes (bytea_output = hex).
static enum status add_bytea(struct bytes *list, const char *text, size_t length)
{
  struct bytes data CLEANUP(bytes_done) = BYTES_EMPTY;
  if (length < 2 || length % 2 != 0 || text[0] != '\\' || text[1] != 'x') {
    return STATUS_CORRUPT;
  }
  size_t count = (length - 2) / 2;
  if (bytes_reserve(&data, count + 1) != STATUS_OK) {
    return STATUS_NO_MEMORY;
  }
  if (text_from_hex(text + 2, (unsigned char *)data.data, count) != STATUS_OK) {
    return STATUS_CORRUPT;
  }
  return value_list_add(list, &(struct engine_value){data.data, count, false});
}

static enum status add_value(struct bytes *list, const PGresult *result, int row, int column)
{
  if (PQgetisnull(result, row, column)) {
    return value_list_add(list, &(struct engine_value){NULL, 0, true});
  }
  const char *text = PQgetvalue(result, row, column);
  size_t length = (size_t)PQgetlength(result, row, column);
  return PQftype(result, column) == BYTEA_OID ? add_bytea(list, text, length)
                                              : value_list_add(list, &(struct engine_value){text, length, false});
}

static enum status add_row(struct rows *rows, const PGresult *result, int row)
{
  struct bytes list CLEANUP(bytes_done) = BYTES_EMPTY;
  enum status status = STATUS_OK;
  for (int column = 0; status == STATUS_OK && column < PQnfields(result); column++) {
    status = add_value(&list, result, row, column);
  }
  if (status != STATUS_OK) {
    return status;
  }
  rows->length += list.length;
  if (list.length > PROTOCOL_FLEET_VALUES_MAX || rows->length > ENGINE_ANSWER_MAX) {
    rows->is_too_large = true;
    return STATUS_OK;
  }
  if (rows->message.values.length + list.length > PROTOCOL_FLEET_VALUES_MAX) {
    status = rows_flush(rows);
  }
  status = status != STATUS_OK ? status : bytes_append(&rows->message.values, list.data, list.length);
  rows->message.rows++;
  rows->sent++;
  return status != STATUS_OK || rows->message.values.length < FULL ? status : rows_flush(rows);
}

enum status rows_add(struct rows *rows, const PGresult *result)
{
  enum status status = STATUS_OK;
  uint32_t columns = (uint32_t)PQnfields(result);
  if (rows->sent > 0 && columns != rows->columns) {
    return STATUS_CORRUPT;
  }
  rows->columns = columns;
  for (int row = 0; status == STATUS_OK && columns > 0 && row < PQntuples(result) && !rows->is_too_large; row++) {
    status = add_row(rows, result, row);
  }
  return status;
}

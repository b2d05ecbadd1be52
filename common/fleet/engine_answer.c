// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "fleet/engine.h"
#include "fleet/engine_parts.h"

_Static_assert(sizeof((struct message_done *)0)->message == ENGINE_MESSAGE_SIZE, "a message fits");

enum { SQLSTATE_LENGTH = 5 };

// What an SQLSTATE is to whoever asks: the first row that it begins with.
static const struct {
  const char *sqlstate;
  enum status status;
} STATUSES[] = {
    {"SF001", STATUS_REFUSED},   {"SF002", STATUS_NOT_FOUND}, {"SF003", STATUS_REFUSED},   {"SF004", STATUS_CORRUPT},
    {"SF005", STATUS_BUSY},      {"SF006", STATUS_REFUSED},   {"SF007", STATUS_EXISTS},    {"SF008", STATUS_EXISTS},
    {"SF009", STATUS_NOT_FOUND}, {"SF010", STATUS_REFUSED},   {"SF011", STATUS_INVALID},   {"22", STATUS_INVALID},
    {"23505", STATUS_EXISTS},    {"23", STATUS_INVALID},      {"25006", STATUS_READ_ONLY}, {"28", STATUS_REFUSED},
    {"40", STATUS_BUSY},         {"42501", STATUS_REFUSED},   {"53100", STATUS_NO_SPACE},  {"53300", STATUS_BUSY},
    {"54000", STATUS_TOO_LARGE}, {"55P03", STATUS_BUSY},      {"57014", STATUS_TIMEOUT},
};

enum status engine_answer_status(const char *sqlstate)
{
  if (sqlstate[0] == '\0') {
    return STATUS_OK;
  }
  for (size_t i = 0; i < COUNT_OF(STATUSES); i++) {
    if (strncmp(sqlstate, STATUSES[i].sqlstate, strlen(STATUSES[i].sqlstate)) == 0) {
      return STATUSES[i].status;
    }
  }
  return STATUS_IO;
}

void engine_answer_done(struct engine_answer *answer)
{
  free(answer->cells);
  bytes_done(&answer->values);
  *answer = (struct engine_answer){.columns = 0};
}

enum status engine_answer_add(struct engine_answer *answer, const struct message_rows *rows)
{
  size_t length = answer->values.length + rows->values.length;
  size_t cells = 0;
  bool same = answer->rows == 0 || answer->columns == rows->columns;
  if (!same || rows->columns == 0 || rows->rows == 0 || length > ENGINE_ANSWER_MAX) {
    return STATUS_CORRUPT;
  }
  answer->columns = rows->columns;
  // Each value has its length in front: more of them than that cannot be there.
  if (__builtin_add_overflow(answer->rows, rows->rows, &answer->rows) ||
      __builtin_mul_overflow(answer->rows, answer->columns, &cells) || cells > length / sizeof(uint32_t)) {
    return STATUS_CORRUPT;
  }
  return bytes_append(&answer->values, rows->values.data, rows->values.length);
}

static bool is_sqlstate(const char *text)
{
  static const char LEGAL[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  size_t length = strlen(text);
  return length == 0 || (length == SQLSTATE_LENGTH && strspn(text, LEGAL) == length);
}

// A helper that somebody has taken over says anything.
static void copy_printable(const char *from, char *text)
{
  for (; *from != '\0'; from++) {
    *text++ = *from >= ' ' && *from <= '~' ? *from : '?';
  }
  *text = '\0';
}

static enum status read_cells(struct engine_answer *answer)
{
  size_t count = answer->rows * answer->columns;
  answer->cells = calloc(count, sizeof *answer->cells);
  return answer->cells == NULL ? STATUS_NO_MEMORY : value_list_read(&answer->values, count, answer->cells);
}

enum status engine_answer_end(struct engine_answer *answer, const struct message_done *done)
{
  if (!is_sqlstate(done->sqlstate)) {
    return STATUS_CORRUPT;
  }
  if (done->sqlstate[0] == '\0' &&
      (done->rows != answer->rows || (answer->rows > 0 && done->columns != answer->columns))) {
    return STATUS_CORRUPT;
  }
  memcpy(answer->sqlstate, done->sqlstate, sizeof answer->sqlstate);
  copy_printable(done->message, answer->message);
  answer->columns = done->columns;
  answer->rows = done->sqlstate[0] == '\0' ? answer->rows : 0; // what came before an error counts for nothing
  return answer->rows == 0 ? STATUS_OK : read_cells(answer);
}

const struct engine_value *engine_cell(const struct engine_answer *answer, size_t row, size_t column)
{
  return &answer->cells[row * answer->columns + column];
}

enum status engine_cell_text(const struct engine_answer *answer, size_t row, size_t column, char *ret_text, size_t size)
{
  const struct engine_value *cell = engine_cell(answer, row, column);
  return cell->null ? STATUS_INVALID : text_copy_clean(cell->data, cell->length, ret_text, size);
}

enum status engine_cell_i64(const struct engine_answer *answer, size_t row, size_t column, int64_t *ret_number)
{
  char text[24];
  enum status status = engine_cell_text(answer, row, column, text, sizeof text);
  return status != STATUS_OK ? STATUS_INVALID : text_to_i64(text, INT64_MIN, INT64_MAX, ret_number);
}

enum status engine_cell_bool(const struct engine_answer *answer, size_t row, size_t column, bool *ret_value)
{
  char text[2];
  enum status status = engine_cell_text(answer, row, column, text, sizeof text);
  if (status != STATUS_OK || (strcmp(text, "t") != 0 && strcmp(text, "f") != 0)) {
    return STATUS_INVALID;
  }
  *ret_value = text[0] == 't';
  return STATUS_OK;
}

struct engine_value engine_text(const char *text)
{
  return (struct engine_value){text, text == NULL ? 0 : strlen(text), text == NULL};
}

// SPDX-License-Identifier: Apache-2.0
// What a command prints on standard output: a list or one thing, as a table (libsmartcols) or as JSON (cJSON).
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum column_type { COLUMN_TEXT, COLUMN_NUMBER, COLUMN_BOOL, COLUMN_DATE };

struct column {
  const char *key; // in JSON; the title of the table is made of it
  enum column_type type;
};

// One value: TEXT for COLUMN_TEXT (NULL is null), NUMBER for the others (a date of 0 is null).
struct cell {
  const char *text;
  int64_t number;
};

struct sheet {
  const struct column *columns;
  size_t column_count;
  struct cell *cells; // texts are copies
  size_t cell_count;
  size_t cell_capacity;
  bool failed; // out of memory while it was filled
};

// Nothing is owned yet.
struct sheet sheet_init(const struct column *columns, size_t column_count);
void sheet_done(struct sheet *sheet);

// Forgets all rows.
void sheet_clear(struct sheet *sheet);

// Adds a row of column_count cells; texts are copied. Running out of memory shows in sheet_print().
void sheet_add(struct sheet *sheet, const struct cell *cells);

// Prints all rows as a list: a table with a head, or a JSON array. STATUS_NO_MEMORY, STATUS_IO.
MUST_CHECK enum status sheet_print_list(const struct sheet *sheet, bool json);

// Prints each row on a line of its own: its values two spaces apart, or as a JSON object. STATUS_NO_MEMORY, STATUS_IO.
MUST_CHECK enum status sheet_print_lines(const struct sheet *sheet, bool json);

// Prints the first row, one line a value, or as a JSON object. STATUS_NO_MEMORY, STATUS_IO.
MUST_CHECK enum status sheet_print_one(const struct sheet *sheet, bool json);

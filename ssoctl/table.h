// SPDX-License-Identifier: Apache-2.0
// What a command prints on standard output: a list or one thing, as a table (libsmartcols) or as JSON (cJSON).
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { TABLE_COLUMNS_MAX = 48, TABLE_CHUNK = 1000 };

enum column_type { COLUMN_TEXT, COLUMN_WORDS, COLUMN_NAMES, COLUMN_NUMBER, COLUMN_BOOL, COLUMN_DATE, COLUMN_ROWS };

struct column {
  const char *key; // in JSON; the title of the table is made of it
  enum column_type type;
};

// One value: TEXT for COLUMN_TEXT (NULL is null) and COLUMN_WORDS (separated by single spaces; an array in JSON),
// for COLUMN_NAMES (as protocol/group_words.h has them; an array in JSON, or null for none), NUMBER for the others (a
// date of 0 is null).
struct cell {
  const char *text;
  int64_t number;
};

enum table_format { TABLE_WORDS, TABLE_JSON, TABLE_JSON_LINES };

struct table {
  const struct column *columns;
  size_t column_count;
  struct cell *cells; // texts are copies
  size_t cell_count;
  size_t cell_capacity;
  bool streams; // rows are printed as they come
  enum table_format format;
  const char *usual;                // columns that a terminal is shown, with blanks between; NULL: all
  uint8_t shown[TABLE_COLUMNS_MAX]; // those that are, in this order
  size_t shown_count;               // 0: all
  size_t terminal_width;            // of what is printed on; 0: no terminal, or one on which lines may be longer
  bool colors;                      // whether it has them
  bool begun;                       // some have been printed
  size_t widths[TABLE_COLUMNS_MAX]; // of the columns of the table printed so far
  enum status status;               // what went wrong while it was filled and printed
};

// One value of an object, under KEY. ROWS, for COLUMN_ROWS: a table whose rows are an array of objects in it.
struct result_field {
  const char *key;
  enum column_type type;
  const char *text;
  int64_t number;
  const struct table *rows;
};

#define RESULT_TEXT(name, value)                                                                                       \
  {                                                                                                                    \
    .key = (name), .type = COLUMN_TEXT, .text = (value)                                                                \
  }
#define RESULT_WORDS(name, value)                                                                                      \
  {                                                                                                                    \
    .key = (name), .type = COLUMN_WORDS, .text = (value)                                                               \
  }
#define RESULT_NUMBER(name, value)                                                                                     \
  {                                                                                                                    \
    .key = (name), .type = COLUMN_NUMBER, .number = (value)                                                            \
  }
#define RESULT_BOOL(name, value)                                                                                       \
  {                                                                                                                    \
    .key = (name), .type = COLUMN_BOOL, .number = (value)                                                              \
  }
#define RESULT_DATE(name, value)                                                                                       \
  {                                                                                                                    \
    .key = (name), .type = COLUMN_DATE, .number = (value)                                                              \
  }
#define RESULT_ROWS(name, value)                                                                                       \
  {                                                                                                                    \
    .key = (name), .type = COLUMN_ROWS, .rows = (value)                                                                \
  }

// Nothing is owned yet.
struct table table_init(const struct column *columns, size_t column_count);
void table_done(struct table *table);

// Forgets all rows.
void table_clear(struct table *table);

// Shows the column called so by the LENGTH characters of KEY, behind those shown already. False if there is none.
bool table_show(struct table *table, const char *key, size_t length);

// From now on rows are printed TABLE_CHUNK at a time, as the list that table_print_list() has to end, and forgotten.
// The columns of a table are as wide as the rows so far need; a wider one later shifts its own chunk and those behind
// it.
void table_stream(struct table *table, bool json);

// Adds a row of column_count cells; texts are copied. What goes wrong shows in table_status() and when it is printed.
void table_add_cells(struct table *table, const struct cell *cells);

// The same for the cells in braces, one for each of COLUMNS, which TABLE was made with: another number of them does not
// compile.
#define table_add(table, columns, ...)                                                                                 \
  do {                                                                                                                 \
    _Static_assert(sizeof((const struct cell[])__VA_ARGS__) / sizeof(struct cell) ==                                   \
                       sizeof(columns) / sizeof((columns)[0]),                                                         \
                   "a cell for each column");                                                                          \
    table_add_cells((table), (const struct cell[])__VA_ARGS__);                                                        \
  } while (0)

// TEXT as a value that may be missing: NULL for "".
const char *table_text_or_null(const char *text);

// What went wrong so far: a walk that fills a table ends there. STATUS_NO_MEMORY, STATUS_IO; STATUS_CLOSED when nobody
// reads what is printed any more.
MUST_CHECK enum status table_status(const struct table *table);

// Prints all rows that have not been printed yet, and the end of the list: a table with a head, or a JSON array with a
// row on each line, or a JSON object on each. Errors as table_status().
MUST_CHECK enum status table_print_list(struct table *table, bool json);

// Prints each row on a line of its own: its values two spaces apart, or as a JSON object. STATUS_NO_MEMORY, STATUS_IO.
MUST_CHECK enum status table_print_lines(const struct table *table, bool json);

// Prints the first row, one line a value, or as a JSON object. STATUS_NO_MEMORY, STATUS_IO.
MUST_CHECK enum status table_print_one(const struct table *table, bool json);

// Prints one object: its values a line each, or as JSON. STATUS_NO_MEMORY, STATUS_IO; STATUS_CLOSED.
MUST_CHECK enum status table_print_fields(const struct result_field *fields, size_t count, bool json);

// Prints an object as JSON up to its last value, the list KEY, which comes next: table_print_list() and a "}". Errors
// likewise.
MUST_CHECK enum status table_print_opening(const struct result_field *fields, size_t count, const char *key);

// Whether all that was printed on standard output until now has got there. STATUS_IO; STATUS_CLOSED when nobody reads
// it any more.
MUST_CHECK enum status table_flush_output(void);

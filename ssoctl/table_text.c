// SPDX-License-Identifier: Apache-2.0
#include <libsmartcols.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "table_parts.h"

enum { TITLE_SIZE = 64, SHORT_TEXT = 20 };

static void make_title(const char *key, char title[static TITLE_SIZE])
{
  size_t length = 0;
  for (; key[length] != '\0' && length + 1 < TITLE_SIZE; length++) {
    char c = key[length];
    title[length] = c == '_' ? ' ' : c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
  }
  title[length] = '\0';
}

static void free_table(struct libscols_table **scols)
{
  scols_unref_table(*scols);
}

// Whether a column may be cut where a line is wider than the terminal: none of single words, which would mean nothing.
static bool may_be_cut(const struct table *table, size_t column)
{
  enum column_type type = table->columns[column].type;
  bool is_text = type == COLUMN_TEXT || type == COLUMN_WORDS || type == COLUMN_NAMES;
  for (size_t i = column; is_text && i < table->cell_count; i += table->column_count) {
    const char *text = table->cells[i].text;
    if (text != NULL && strlen(text) > SHORT_TEXT) {
      return true;
    }
  }
  return false;
}

// Words that say how something is, in the columns that say so.
static const char *color_of(const char *key, const char *text)
{
  static const struct {
    const char *word;
    const char *color;
  } COLORS[] = {{"active", "green"},   {"verified", "green"}, {"open", "green"},     {"found", "green"},
                {"pending", "yellow"}, {"suspended", "red"},  {"locked", "red"},     {"expired", "red"},
                {"missing", "red"},    {"taken", "red"},      {"other-value", "red"}};
  bool says = strcmp(key, "status") == 0 || strcmp(key, "result") == 0;
  for (size_t i = 0; says && i < COUNT_OF(COLORS); i++) {
    if (strcmp(COLORS[i].word, text) == 0) {
      return COLORS[i].color;
    }
  }
  return NULL;
}

static enum status add_columns(const struct table *table, struct libscols_table *scols)
{
  for (size_t i = 0; i < table_shown_count(table); i++) {
    size_t at = table_shown_column(table, i);
    const struct column *column = &table->columns[at];
    bool is_cut = table->terminal_width > 0 && may_be_cut(table, at);
    int flags = column->type == COLUMN_NUMBER ? SCOLS_FL_RIGHT : is_cut ? SCOLS_FL_TRUNC : 0;
    char title[TITLE_SIZE];
    make_title(column->key, title);
    if (scols_table_new_column(scols, title, 0, flags) == NULL) {
      return STATUS_NO_MEMORY;
    }
  }
  return STATUS_OK;
}

static enum status add_lines(const struct table *table, struct libscols_table *scols)
{
  for (size_t i = 0; i < table->cell_count; i += table->column_count) {
    struct libscols_line *line = scols_table_new_line(scols, NULL);
    for (size_t k = 0; line != NULL && k < table_shown_count(table); k++) {
      size_t column = table_shown_column(table, k);
      char words[NUMBER_SIZE];
      const char *text = table_cell_text(table->columns[column].type, &table->cells[i + column], words);
      const char *color = table->colors ? color_of(table->columns[column].key, text) : NULL;
      if (scols_line_set_data(line, k, text) != 0 ||
          (color != NULL && scols_cell_set_color(scols_line_get_cell(line, k), color) != 0)) {
        return STATUS_NO_MEMORY;
      }
    }
    if (line == NULL) {
      return STATUS_NO_MEMORY;
    }
  }
  return STATUS_OK;
}

// It is known here what there is to print on: what is printed may go through a file first.
static enum status set_terminal(const struct table *table, struct libscols_table *scols)
{
  bool terminal = table->terminal_width > 0;
  bool set = scols_table_set_termforce(scols, terminal ? SCOLS_TERMFORCE_ALWAYS : SCOLS_TERMFORCE_NEVER) == 0 &&
             scols_table_enable_colors(scols, table->colors) == 0;
  if (set && terminal) {
    set = scols_table_set_termwidth(scols, table->terminal_width) == 0;
  }
  return set ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status print_table(struct libscols_table *scols)
{
  return scols_print_table(scols) != 0 ? STATUS_IO : table_flush_output();
}

// The columns of one chunk are at least as wide as those of the one before it.
static void widen_columns(const struct table *table, struct libscols_table *scols)
{
  for (size_t i = 0; i < table_shown_count(table); i++) {
    (void)scols_column_set_whint(scols_table_get_column(scols, i), (double)table->widths[i]);
  }
  (void)scols_table_enable_noheadings(scols, 1);
}

static void note_widths(struct table *table, struct libscols_table *scols)
{
  for (size_t i = 0; i < table_shown_count(table); i++) {
    table->widths[i] = scols_column_get_width(scols_table_get_column(scols, i));
  }
}

enum status table_print_chunk(struct table *table)
{
  struct libscols_table *scols CLEANUP(free_table) = scols_new_table();
  enum status status = scols != NULL ? add_columns(table, scols) : STATUS_NO_MEMORY;
  if (status != STATUS_OK) {
    return status;
  }
  status = add_lines(table, scols);
  status = status != STATUS_OK ? status : set_terminal(table, scols);
  if (status != STATUS_OK) {
    return status;
  }
  if (table->begun) {
    widen_columns(table, scols);
  }
  status = print_table(scols);
  if (status != STATUS_OK) {
    return status;
  }
  note_widths(table, scols);
  return STATUS_OK;
}

// Rows in it are for JSON alone.
enum status table_print_fields(const struct result_field *fields, size_t count, bool json)
{
  static const struct column PAIR[] = {{"key", COLUMN_TEXT}, {"value", COLUMN_TEXT}};
  if (json) {
    return table_print_fields_json(fields, count);
  }
  struct table pairs CLEANUP(table_done) = table_init(PAIR, COUNT_OF(PAIR));
  for (size_t i = 0; i < count; i++) {
    char words[NUMBER_SIZE];
    const struct cell cell = {fields[i].text, fields[i].number};
    if (fields[i].type != COLUMN_ROWS) {
      const struct cell pair[COUNT_OF(PAIR)] = {{fields[i].key, 0}, {table_cell_text(fields[i].type, &cell, words), 0}};
      table_put_row(&pairs, pair);
    }
  }
  struct libscols_table *scols CLEANUP(free_table) = scols_new_table();
  enum status status = scols != NULL && pairs.status == STATUS_OK ? add_columns(&pairs, scols) : STATUS_NO_MEMORY;
  if (status != STATUS_OK) {
    return status;
  }
  (void)scols_table_enable_noheadings(scols, 1);
  status = add_lines(&pairs, scols);
  return status != STATUS_OK ? status : print_table(scols);
}

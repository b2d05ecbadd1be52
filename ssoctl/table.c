// SPDX-License-Identifier: Apache-2.0
#include "table_parts.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"

enum { FIRST_CELLS = 64 };

struct table table_init(const struct column *columns, size_t column_count)
{
  return (struct table){.columns = columns, .column_count = column_count};
}

void table_clear(struct table *table)
{
  for (size_t i = 0; i < table->cell_count; i++) {
    free((void *)(uintptr_t)table->cells[i].text);
  }
  table->cell_count = 0;
}

void table_done(struct table *table)
{
  table_clear(table);
  free(table->cells);
  *table = (struct table){.columns = NULL};
}

static bool grow(struct table *table)
{
  if (table->cell_count + table->column_count <= table->cell_capacity) {
    return true;
  }
  size_t capacity = (table->cell_capacity + FIRST_CELLS) * 2;
  struct cell *cells = reallocarray(table->cells, capacity, sizeof *cells);
  if (cells == NULL) {
    return false;
  }
  table->cells = cells;
  table->cell_capacity = capacity;
  return true;
}

void table_stream(struct table *table, bool json)
{
  table->streams = true;
  table->format = json ? TABLE_JSON : table->format;
}

size_t table_shown_count(const struct table *table)
{
  return table->shown_count > 0 ? table->shown_count : table->column_count;
}

size_t table_shown_column(const struct table *table, size_t at)
{
  return table->shown_count > 0 ? table->shown[at] : at;
}

bool table_show(struct table *table, const char *key, size_t length)
{
  for (size_t i = 0; i < table->column_count && table->shown_count < TABLE_COLUMNS_MAX; i++) {
    if (strlen(table->columns[i].key) == length && memcmp(table->columns[i].key, key, length) == 0) {
      table->shown[table->shown_count++] = (uint8_t)i;
      return true;
    }
  }
  return false;
}

enum status table_status(const struct table *table)
{
  return table->status;
}

static void add_row(struct table *table, const struct cell *cells)
{
  if (!grow(table)) {
    table->status = STATUS_NO_MEMORY;
    return;
  }
  for (size_t i = 0; i < table->column_count; i++) {
    char *copy = cells[i].text != NULL ? strdup(cells[i].text) : NULL;
    if (cells[i].text != NULL && copy == NULL) {
      table->status = STATUS_NO_MEMORY;
    }
    table->cells[table->cell_count++] = (struct cell){copy, cells[i].number};
  }
}

static void cell_words(enum column_type type, const struct cell *cell, char words[static NUMBER_SIZE])
{
  char date[CLOCK_TEXT_SIZE];
  switch (type) {
  case COLUMN_TEXT:
  case COLUMN_ROWS:
  case COLUMN_NAMES:
  case COLUMN_WORDS: break;
  case COLUMN_NUMBER: (void)snprintf(words, NUMBER_SIZE, "%lld", (long long)cell->number); break;
  case COLUMN_BOOL: (void)snprintf(words, NUMBER_SIZE, "%s", cell->number != 0 ? "yes" : "no"); break;
  case COLUMN_DATE:
    clock_text(cell->number, date);
    (void)snprintf(words, NUMBER_SIZE, "%.30s", date);
    break;
  }
}

const char *table_cell_text(enum column_type type, const struct cell *cell, char words[static NUMBER_SIZE])
{
  if (type == COLUMN_TEXT || type == COLUMN_WORDS || type == COLUMN_NAMES) {
    return cell->text != NULL && cell->text[0] != '\0' ? cell->text : "-";
  }
  cell_words(type, cell, words);
  return words;
}

const char *table_text_or_null(const char *text)
{
  return text[0] != '\0' ? text : NULL;
}

static bool nobody_reads(void)
{
  struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};
  return poll(&output, 1, 0) > 0 && (output.revents & (POLLERR | POLLHUP)) != 0;
}

// What has failed may have failed earlier than now, when errno was another: the stream remembers that, and the
// descriptor why.
enum status table_flush_output(void)
{
  bool flushed = fflush(stdout) == 0;
  if (flushed && ferror(stdout) == 0) {
    return STATUS_OK;
  }
  return nobody_reads() ? STATUS_CLOSED : STATUS_IO;
}

// Prints the rows that are there and forgets them.
static void print_rows(struct table *table)
{
  if (table->status == STATUS_OK) {
    table->status = table->format == TABLE_WORDS ? table_print_chunk(table) : table_print_elements(table);
  }
  table->begun = table->begun || table->cell_count > 0;
  table_clear(table);
}

void table_add_cells(struct table *table, const struct cell *cells)
{
  if (table->status == STATUS_OK) {
    add_row(table, cells);
  }
  if (table->streams && table->cell_count == TABLE_CHUNK * table->column_count) {
    print_rows(table);
  }
}

enum status table_print_list(struct table *table, bool json)
{
  table->format = json ? TABLE_JSON : table->format;
  if (table->cell_count > 0 || !table->begun) {
    print_rows(table);
  }
  if (table->status == STATUS_OK && table->format == TABLE_JSON) {
    (void)printf("%s\n", table->begun ? "\n]" : "[]");
    table->status = table_flush_output();
  }
  return table->status;
}

static void print_row(const struct table *table, size_t row)
{
  for (size_t i = 0; i < table_shown_count(table); i++) {
    size_t column = table_shown_column(table, i);
    char words[NUMBER_SIZE];
    char shown[1024];
    const char *text =
        table_cell_text(table->columns[column].type, &table->cells[row * table->column_count + column], words);
    text_escape(text, strlen(text), shown, sizeof shown);
    (void)printf("%s%s", i > 0 ? "  " : "", shown);
  }
  (void)putchar('\n');
}

enum status table_print_lines(const struct table *table, bool json)
{
  enum status status = table->status;
  for (size_t i = 0; status == STATUS_OK && i < table->cell_count / table->column_count; i++) {
    if (json) {
      status = table_print_row_json(table, i);
    } else {
      print_row(table, i);
    }
  }
  return status == STATUS_OK ? table_flush_output() : status;
}

enum status table_print_one(const struct table *table, bool json)
{
  struct result_field fields[TABLE_COLUMNS_MAX];
  if (table->status != STATUS_OK || table->cell_count < table->column_count) {
    return table->status != STATUS_OK ? table->status : STATUS_NO_MEMORY;
  }
  for (size_t i = 0; i < table->column_count; i++) {
    fields[i] = (struct result_field){.key = table->columns[i].key,
                                      .type = table->columns[i].type,
                                      .text = table->cells[i].text,
                                      .number = table->cells[i].number};
  }
  return table_print_fields(fields, table->column_count, json);
}

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

void table_put_row(struct table *table, const struct cell *cells)
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

// SPDX-License-Identifier: Apache-2.0
#include "sheet.h"

#include <cjson/cJSON.h>
#include <libsmartcols.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"

enum { FIRST_CELLS = 64, TITLE_SIZE = 64, NUMBER_SIZE = 32 };

struct sheet sheet_init(const struct column *columns, size_t column_count)
{
  return (struct sheet){.columns = columns, .column_count = column_count};
}

void sheet_clear(struct sheet *sheet)
{
  for (size_t i = 0; i < sheet->cell_count; i++) {
    free((void *)(uintptr_t)sheet->cells[i].text);
  }
  sheet->cell_count = 0;
}

void sheet_done(struct sheet *sheet)
{
  sheet_clear(sheet);
  free(sheet->cells);
  *sheet = (struct sheet){.columns = NULL};
}

static bool grow(struct sheet *sheet)
{
  if (sheet->cell_count + sheet->column_count <= sheet->cell_capacity) {
    return true;
  }
  size_t capacity = (sheet->cell_capacity + FIRST_CELLS) * 2;
  struct cell *cells = reallocarray(sheet->cells, capacity, sizeof *cells);
  if (cells == NULL) {
    return false;
  }
  sheet->cells = cells;
  sheet->cell_capacity = capacity;
  return true;
}

void sheet_stream(struct sheet *sheet, bool json)
{
  sheet->streams = true;
  sheet->json = json;
}

enum status sheet_status(const struct sheet *sheet)
{
  return sheet->status;
}

static void add_row(struct sheet *sheet, const struct cell *cells)
{
  if (!grow(sheet)) {
    sheet->status = STATUS_NO_MEMORY;
    return;
  }
  for (size_t i = 0; i < sheet->column_count; i++) {
    char *copy = cells[i].text != NULL ? strdup(cells[i].text) : NULL;
    if (cells[i].text != NULL && copy == NULL) {
      sheet->status = STATUS_NO_MEMORY;
    }
    sheet->cells[sheet->cell_count++] = (struct cell){copy, cells[i].number};
  }
}

static void cell_words(enum column_type type, const struct cell *cell, char words[static NUMBER_SIZE])
{
  char date[CLOCK_TEXT_SIZE];
  switch (type) {
  case COLUMN_TEXT: break;
  case COLUMN_NUMBER: (void)snprintf(words, NUMBER_SIZE, "%lld", (long long)cell->number); break;
  case COLUMN_BOOL: (void)snprintf(words, NUMBER_SIZE, "%s", cell->number != 0 ? "yes" : "no"); break;
  case COLUMN_DATE:
    clock_text(cell->number, date);
    (void)snprintf(words, NUMBER_SIZE, "%.30s", date);
    break;
  }
}

static const char *cell_text(enum column_type type, const struct cell *cell, char words[static NUMBER_SIZE])
{
  if (type == COLUMN_TEXT) {
    return cell->text != NULL && cell->text[0] != '\0' ? cell->text : "-";
  }
  cell_words(type, cell, words);
  return words;
}

static cJSON *cell_json(enum column_type type, const struct cell *cell)
{
  char date[CLOCK_TEXT_SIZE];
  switch (type) {
  case COLUMN_TEXT: return cell->text != NULL ? cJSON_CreateString(cell->text) : cJSON_CreateNull();
  case COLUMN_NUMBER: return cJSON_CreateNumber((double)cell->number);
  case COLUMN_BOOL: return cJSON_CreateBool(cell->number != 0);
  case COLUMN_DATE:
    clock_text(cell->number, date);
    return cell->number > 0 ? cJSON_CreateString(date) : cJSON_CreateNull();
  }
  return NULL;
}

static void free_json(cJSON **json)
{
  cJSON_Delete(*json);
}

static cJSON *row_json(const struct sheet *sheet, size_t row)
{
  cJSON *object = cJSON_CreateObject();
  for (size_t i = 0; object != NULL && i < sheet->column_count; i++) {
    cJSON *value = cell_json(sheet->columns[i].type, &sheet->cells[row * sheet->column_count + i]);
    if (value == NULL || !cJSON_AddItemToObject(object, sheet->columns[i].key, value)) {
      cJSON_Delete(value);
      cJSON_Delete(object);
      return NULL;
    }
  }
  return object;
}

static bool nobody_reads(void)
{
  struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};
  return poll(&output, 1, 0) > 0 && (output.revents & (POLLERR | POLLHUP)) != 0;
}

// What has failed may have failed earlier than now, when errno was another: the stream remembers that, and the
// descriptor why.
enum status sheet_flush_output(void)
{
  bool flushed = fflush(stdout) == 0;
  if (flushed && ferror(stdout) == 0) {
    return STATUS_OK;
  }
  return nobody_reads() ? STATUS_CLOSED : STATUS_IO;
}

static enum status print_json(const cJSON *json)
{
  char *text CLEANUP(cleanup_free) = json != NULL ? cJSON_Print(json) : NULL;
  if (text == NULL) {
    return STATUS_NO_MEMORY;
  }
  (void)printf("%s\n", text);
  return sheet_flush_output();
}

static enum status print_element(const struct sheet *sheet, size_t row)
{
  cJSON *object CLEANUP(free_json) = row_json(sheet, row);
  char *text CLEANUP(cleanup_free) = object != NULL ? cJSON_PrintUnformatted(object) : NULL;
  if (text == NULL) {
    return STATUS_NO_MEMORY;
  }
  (void)printf("%s\n  %s", sheet->begun || row > 0 ? "," : "[", text);
  return STATUS_OK;
}

static enum status print_elements(const struct sheet *sheet)
{
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < sheet->cell_count / sheet->column_count; i++) {
    status = print_element(sheet, i);
  }
  return status == STATUS_OK ? sheet_flush_output() : status;
}

static void make_title(const char *key, char title[static TITLE_SIZE])
{
  size_t length = 0;
  for (; key[length] != '\0' && length + 1 < TITLE_SIZE; length++) {
    char c = key[length];
    title[length] = c == '_' ? ' ' : c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
  }
  title[length] = '\0';
}

static void free_table(struct libscols_table **table)
{
  scols_unref_table(*table);
}

static enum status add_columns(const struct sheet *sheet, struct libscols_table *table)
{
  for (size_t i = 0; i < sheet->column_count; i++) {
    char title[TITLE_SIZE];
    make_title(sheet->columns[i].key, title);
    int flags = sheet->columns[i].type == COLUMN_NUMBER ? SCOLS_FL_RIGHT : 0;
    if (scols_table_new_column(table, title, 0, flags) == NULL) {
      return STATUS_NO_MEMORY;
    }
  }
  return STATUS_OK;
}

static enum status add_lines(const struct sheet *sheet, struct libscols_table *table)
{
  for (size_t i = 0; i < sheet->cell_count; i += sheet->column_count) {
    struct libscols_line *line = scols_table_new_line(table, NULL);
    for (size_t k = 0; line != NULL && k < sheet->column_count; k++) {
      char words[NUMBER_SIZE];
      if (scols_line_set_data(line, k, cell_text(sheet->columns[k].type, &sheet->cells[i + k], words)) != 0) {
        return STATUS_NO_MEMORY;
      }
    }
    if (line == NULL) {
      return STATUS_NO_MEMORY;
    }
  }
  return STATUS_OK;
}

static enum status print_table(struct libscols_table *table)
{
  return scols_print_table(table) != 0 ? STATUS_IO : sheet_flush_output();
}

// The columns of one chunk are at least as wide as those of the one before it.
static void widen_columns(const struct sheet *sheet, struct libscols_table *table)
{
  for (size_t i = 0; i < sheet->column_count; i++) {
    (void)scols_column_set_whint(scols_table_get_column(table, i), (double)sheet->widths[i]);
  }
  (void)scols_table_enable_noheadings(table, 1);
}

static void note_widths(struct sheet *sheet, struct libscols_table *table)
{
  for (size_t i = 0; i < sheet->column_count; i++) {
    sheet->widths[i] = scols_column_get_width(scols_table_get_column(table, i));
  }
}

static enum status print_chunk(struct sheet *sheet)
{
  struct libscols_table *table CLEANUP(free_table) = scols_new_table();
  enum status status = table != NULL ? add_columns(sheet, table) : STATUS_NO_MEMORY;
  if (status == STATUS_OK) {
    status = add_lines(sheet, table);
  }
  if (status == STATUS_OK && sheet->begun) {
    widen_columns(sheet, table);
  }
  if (status == STATUS_OK) {
    status = print_table(table);
  }
  if (status == STATUS_OK) {
    note_widths(sheet, table);
  }
  return status;
}

// Prints the rows that are there and forgets them.
static void print_rows(struct sheet *sheet)
{
  if (sheet->status == STATUS_OK) {
    sheet->status = sheet->json ? print_elements(sheet) : print_chunk(sheet);
  }
  sheet->begun = sheet->begun || sheet->cell_count > 0;
  sheet_clear(sheet);
}

void sheet_add_cells(struct sheet *sheet, const struct cell *cells)
{
  if (sheet->status == STATUS_OK) {
    add_row(sheet, cells);
  }
  if (sheet->streams && sheet->cell_count == SHEET_CHUNK * sheet->column_count) {
    print_rows(sheet);
  }
}

enum status sheet_print_list(struct sheet *sheet, bool json)
{
  sheet->json = json;
  if (sheet->cell_count > 0 || !sheet->begun) {
    print_rows(sheet);
  }
  if (sheet->status == STATUS_OK && json) {
    (void)printf("%s\n", sheet->begun ? "\n]" : "[]");
    sheet->status = sheet_flush_output();
  }
  return sheet->status;
}

static enum status print_row_json(const struct sheet *sheet, size_t row)
{
  cJSON *object CLEANUP(free_json) = row_json(sheet, row);
  char *text CLEANUP(cleanup_free) = object != NULL ? cJSON_PrintUnformatted(object) : NULL;
  if (text == NULL) {
    return STATUS_NO_MEMORY;
  }
  (void)printf("%s\n", text);
  return STATUS_OK;
}

static void print_row(const struct sheet *sheet, size_t row)
{
  for (size_t i = 0; i < sheet->column_count; i++) {
    char words[NUMBER_SIZE];
    char shown[1024];
    const char *text = cell_text(sheet->columns[i].type, &sheet->cells[row * sheet->column_count + i], words);
    text_escape(text, strlen(text), shown, sizeof shown);
    (void)printf("%s%s", i > 0 ? "  " : "", shown);
  }
  (void)putchar('\n');
}

enum status sheet_print_lines(const struct sheet *sheet, bool json)
{
  enum status status = sheet->status;
  for (size_t i = 0; status == STATUS_OK && i < sheet->cell_count / sheet->column_count; i++) {
    if (json) {
      status = print_row_json(sheet, i);
    } else {
      print_row(sheet, i);
    }
  }
  return status == STATUS_OK ? sheet_flush_output() : status;
}

enum status sheet_print_one(const struct sheet *sheet, bool json)
{
  static const struct column PAIR[] = {{"key", COLUMN_TEXT}, {"value", COLUMN_TEXT}};
  if (sheet->status != STATUS_OK || sheet->cell_count < sheet->column_count) {
    return sheet->status != STATUS_OK ? sheet->status : STATUS_NO_MEMORY;
  }
  if (json) {
    cJSON *object CLEANUP(free_json) = row_json(sheet, 0);
    return print_json(object);
  }
  struct sheet pairs CLEANUP(sheet_done) = sheet_init(PAIR, COUNT_OF(PAIR));
  for (size_t i = 0; i < sheet->column_count; i++) {
    char words[NUMBER_SIZE];
    sheet_add_cells(&pairs, (const struct cell[]){{sheet->columns[i].key, 0},
                                                  {cell_text(sheet->columns[i].type, &sheet->cells[i], words), 0}});
  }
  struct libscols_table *table CLEANUP(free_table) = scols_new_table();
  enum status status = table != NULL && pairs.status == STATUS_OK ? add_columns(&pairs, table) : STATUS_NO_MEMORY;
  if (status == STATUS_OK) {
    (void)scols_table_enable_noheadings(table, 1);
    status = add_lines(&pairs, table);
  }
  return status != STATUS_OK ? status : print_table(table);
}

// SPDX-License-Identifier: Apache-2.0
#include "table.h"

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
  table->json = json;
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
  case COLUMN_WORDS: break;
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
  if (type == COLUMN_TEXT || type == COLUMN_WORDS) {
    return cell->text != NULL && cell->text[0] != '\0' ? cell->text : "-";
  }
  cell_words(type, cell, words);
  return words;
}

static cJSON *words_json(const char *text)
{
  cJSON *array = cJSON_CreateArray();
  for (const char *at = text != NULL ? text : ""; array != NULL && *at != '\0';) {
    size_t length = strcspn(at, " ");
    char *word = strndup(at, length);
    cJSON *item = word != NULL ? cJSON_CreateString(word) : NULL;
    free(word);
    if (item == NULL || !cJSON_AddItemToArray(array, item)) {
      cJSON_Delete(item);
      cJSON_Delete(array);
      return NULL;
    }
    at += length;
    at += *at == ' ';
  }
  return array;
}

static cJSON *cell_json(enum column_type type, const struct cell *cell)
{
  char date[CLOCK_TEXT_SIZE];
  switch (type) {
  case COLUMN_TEXT: return cell->text != NULL ? cJSON_CreateString(cell->text) : cJSON_CreateNull();
  case COLUMN_WORDS: return words_json(cell->text);
  case COLUMN_NUMBER: return cJSON_CreateNumber((double)cell->number);
  case COLUMN_BOOL: return cJSON_CreateBool(cell->number != 0);
  case COLUMN_DATE:
    clock_text(cell->number, date);
    return cell->number > 0 ? cJSON_CreateString(date) : cJSON_CreateNull();
  case COLUMN_ROWS: return NULL;
  }
  return NULL;
}

const char *table_text_or_null(const char *text)
{
  return text[0] != '\0' ? text : NULL;
}

static void free_json(cJSON **json)
{
  cJSON_Delete(*json);
}

static cJSON *row_json(const struct table *table, size_t row)
{
  cJSON *object = cJSON_CreateObject();
  for (size_t i = 0; object != NULL && i < table->column_count; i++) {
    cJSON *value = cell_json(table->columns[i].type, &table->cells[row * table->column_count + i]);
    if (value == NULL || !cJSON_AddItemToObject(object, table->columns[i].key, value)) {
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
enum status table_flush_output(void)
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
  return table_flush_output();
}

static enum status print_element(const struct table *table, size_t row)
{
  cJSON *object CLEANUP(free_json) = row_json(table, row);
  char *text CLEANUP(cleanup_free) = object != NULL ? cJSON_PrintUnformatted(object) : NULL;
  if (text == NULL) {
    return STATUS_NO_MEMORY;
  }
  (void)printf("%s\n  %s", table->begun || row > 0 ? "," : "[", text);
  return STATUS_OK;
}

static enum status print_elements(const struct table *table)
{
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < table->cell_count / table->column_count; i++) {
    status = print_element(table, i);
  }
  return status == STATUS_OK ? table_flush_output() : status;
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

static void free_table(struct libscols_table **scols)
{
  scols_unref_table(*scols);
}

static enum status add_columns(const struct table *table, struct libscols_table *scols)
{
  for (size_t i = 0; i < table->column_count; i++) {
    char title[TITLE_SIZE];
    make_title(table->columns[i].key, title);
    int flags = table->columns[i].type == COLUMN_NUMBER ? SCOLS_FL_RIGHT : 0;
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
    for (size_t k = 0; line != NULL && k < table->column_count; k++) {
      char words[NUMBER_SIZE];
      if (scols_line_set_data(line, k, cell_text(table->columns[k].type, &table->cells[i + k], words)) != 0) {
        return STATUS_NO_MEMORY;
      }
    }
    if (line == NULL) {
      return STATUS_NO_MEMORY;
    }
  }
  return STATUS_OK;
}

static enum status print_table(struct libscols_table *scols)
{
  return scols_print_table(scols) != 0 ? STATUS_IO : table_flush_output();
}

// The columns of one chunk are at least as wide as those of the one before it.
static void widen_columns(const struct table *table, struct libscols_table *scols)
{
  for (size_t i = 0; i < table->column_count; i++) {
    (void)scols_column_set_whint(scols_table_get_column(scols, i), (double)table->widths[i]);
  }
  (void)scols_table_enable_noheadings(scols, 1);
}

static void note_widths(struct table *table, struct libscols_table *scols)
{
  for (size_t i = 0; i < table->column_count; i++) {
    table->widths[i] = scols_column_get_width(scols_table_get_column(scols, i));
  }
}

static enum status print_chunk(struct table *table)
{
  struct libscols_table *scols CLEANUP(free_table) = scols_new_table();
  enum status status = scols != NULL ? add_columns(table, scols) : STATUS_NO_MEMORY;
  if (status != STATUS_OK) {
    return status;
  }
  status = add_lines(table, scols);
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

// Prints the rows that are there and forgets them.
static void print_rows(struct table *table)
{
  if (table->status == STATUS_OK) {
    table->status = table->json ? print_elements(table) : print_chunk(table);
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
  table->json = json;
  if (table->cell_count > 0 || !table->begun) {
    print_rows(table);
  }
  if (table->status == STATUS_OK && json) {
    (void)printf("%s\n", table->begun ? "\n]" : "[]");
    table->status = table_flush_output();
  }
  return table->status;
}

static enum status print_row_json(const struct table *table, size_t row)
{
  cJSON *object CLEANUP(free_json) = row_json(table, row);
  char *text CLEANUP(cleanup_free) = object != NULL ? cJSON_PrintUnformatted(object) : NULL;
  if (text == NULL) {
    return STATUS_NO_MEMORY;
  }
  (void)printf("%s\n", text);
  return STATUS_OK;
}

static void print_row(const struct table *table, size_t row)
{
  for (size_t i = 0; i < table->column_count; i++) {
    char words[NUMBER_SIZE];
    char shown[1024];
    const char *text = cell_text(table->columns[i].type, &table->cells[row * table->column_count + i], words);
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
      status = print_row_json(table, i);
    } else {
      print_row(table, i);
    }
  }
  return status == STATUS_OK ? table_flush_output() : status;
}

static cJSON *rows_json(const struct table *table)
{
  cJSON *array = table->status == STATUS_OK ? cJSON_CreateArray() : NULL;
  for (size_t i = 0; array != NULL && i < table->cell_count / table->column_count; i++) {
    cJSON *object = row_json(table, i);
    if (object == NULL || !cJSON_AddItemToArray(array, object)) {
      cJSON_Delete(object);
      cJSON_Delete(array);
      return NULL;
    }
  }
  return array;
}

static cJSON *fields_json(const struct result_field *fields, size_t count)
{
  cJSON *object = cJSON_CreateObject();
  for (size_t i = 0; object != NULL && i < count; i++) {
    const struct cell cell = {fields[i].text, fields[i].number};
    cJSON *value = fields[i].type == COLUMN_ROWS ? rows_json(fields[i].rows) : cell_json(fields[i].type, &cell);
    if (value == NULL || !cJSON_AddItemToObject(object, fields[i].key, value)) {
      cJSON_Delete(value);
      cJSON_Delete(object);
      return NULL;
    }
  }
  return object;
}

static enum status print_fields_json(const struct result_field *fields, size_t count)
{
  cJSON *object CLEANUP(free_json) = fields_json(fields, count);
  return print_json(object);
}

enum status table_print_opening(const struct result_field *fields, size_t count, const char *key)
{
  cJSON *object CLEANUP(free_json) = fields_json(fields, count);
  char *text CLEANUP(cleanup_free) = object != NULL ? cJSON_PrintUnformatted(object) : NULL;
  if (text == NULL) {
    return STATUS_NO_MEMORY;
  }
  (void)printf("%.*s,\"%s\":", (int)strlen(text) - 1, text, key);
  return STATUS_OK;
}

// Rows in it are for JSON alone.
enum status table_print_fields(const struct result_field *fields, size_t count, bool json)
{
  static const struct column PAIR[] = {{"key", COLUMN_TEXT}, {"value", COLUMN_TEXT}};
  if (json) {
    return print_fields_json(fields, count);
  }
  struct table pairs CLEANUP(table_done) = table_init(PAIR, COUNT_OF(PAIR));
  for (size_t i = 0; i < count; i++) {
    char words[NUMBER_SIZE];
    const struct cell cell = {fields[i].text, fields[i].number};
    if (fields[i].type != COLUMN_ROWS) {
      table_add(&pairs, PAIR, {{fields[i].key, 0}, {cell_text(fields[i].type, &cell, words), 0}});
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

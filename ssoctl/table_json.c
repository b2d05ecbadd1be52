// SPDX-License-Identifier: Apache-2.0
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "group_values.h"
#include "table_parts.h"

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
  case COLUMN_NAMES: return group_values_json(cell->text);
  case COLUMN_NUMBER: return cJSON_CreateNumber((double)cell->number);
  case COLUMN_BOOL: return cJSON_CreateBool(cell->number != 0);
  case COLUMN_DATE:
    clock_text(cell->number, date);
    return cell->number > 0 ? cJSON_CreateString(date) : cJSON_CreateNull();
  case COLUMN_ROWS: return NULL;
  }
  return NULL;
}

static void free_json(cJSON **json)
{
  cJSON_Delete(*json);
}

static cJSON *row_json(const struct table *table, size_t row)
{
  cJSON *object = cJSON_CreateObject();
  for (size_t i = 0; object != NULL && i < table_shown_count(table); i++) {
    size_t column = table_shown_column(table, i);
    cJSON *value = cell_json(table->columns[column].type, &table->cells[row * table->column_count + column]);
    if (value == NULL || !cJSON_AddItemToObject(object, table->columns[column].key, value)) {
      cJSON_Delete(value);
      cJSON_Delete(object);
      return NULL;
    }
  }
  return object;
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
  if (table->format == TABLE_JSON_LINES) {
    (void)printf("%s\n", text);
  } else {
    (void)printf("%s\n  %s", table->begun || row > 0 ? "," : "[", text);
  }
  return STATUS_OK;
}

enum status table_print_elements(const struct table *table)
{
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < table->cell_count / table->column_count; i++) {
    status = print_element(table, i);
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

enum status table_print_fields_json(const struct result_field *fields, size_t count)
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

enum status table_print_row_json(const struct table *table, size_t row)
{
  cJSON *object CLEANUP(free_json) = row_json(table, row);
  char *text CLEANUP(cleanup_free) = object != NULL ? cJSON_PrintUnformatted(object) : NULL;
  if (text == NULL) {
    return STATUS_NO_MEMORY;
  }
  (void)printf("%s\n", text);
  return STATUS_OK;
}

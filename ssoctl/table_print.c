// SPDX-License-Identifier: Apache-2.0
// How what a table holds gets to standard output: all at its end, or some as they come.
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "table_parts.h"

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
    table_put_row(table, cells);
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

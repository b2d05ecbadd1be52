// SPDX-License-Identifier: Apache-2.0
// What the files of a table share: its cells as words, and the two ways to print them.
#pragma once
#include "table.h"

enum { NUMBER_SIZE = 32 };

// How many columns are shown, and which is the AT-th of them.
size_t table_shown_count(const struct table *table);
size_t table_shown_column(const struct table *table, size_t at);

// Keeps copies of a row's cells; what goes wrong shows in table_status().
void table_put_row(struct table *table, const struct cell *cells);

// A cell as a person reads it: borrowed from it, or in WORDS.
const char *table_cell_text(enum column_type type, const struct cell *cell, char words[static NUMBER_SIZE]);

// Prints the rows that are there: of a table, with its head before the first; or as JSON. Errors as table_status().
MUST_CHECK enum status table_print_chunk(struct table *table);
MUST_CHECK enum status table_print_elements(const struct table *table);

// Prints one row, or one object, as JSON.
MUST_CHECK enum status table_print_row_json(const struct table *table, size_t row);
MUST_CHECK enum status table_print_fields_json(const struct result_field *fields, size_t count);

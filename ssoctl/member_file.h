// SPDX-License-Identifier: Apache-2.0
// A file of members for "member import": CSV whose first line names the columns (member_values.h), of which email must
// be there. An empty field says nothing.
#pragma once
#include "context.h"
#include "csv.h"
#include "email_set.h"
#include "member_values.h"

enum { MEMBER_FILE_ROWS_MAX = 10000000, MEMBER_FILE_DELEGATE_ROWS_MAX = 10000 };

struct member_file {
  const char *path; // as messages name it
  int fd;
  bool owned; // FD is ours to close
  off_t start;
  uint64_t size;     // bytes from there
  uint64_t size_max; // bytes that are legal of who imports, and rows
  uint64_t rows_max;
  uint64_t rows; // behind the header, right or wrong
  size_t column_count;
  const struct member_value *columns[CSV_FIELDS_MAX];
  struct csv csv;
  struct email_set emails;
};

#define MEMBER_FILE_EMPTY                                                                                              \
  {                                                                                                                    \
    .fd = -1                                                                                                           \
  }

// Opens PATH, reads the header and counts the rows; what cannot be read twice goes into an unlinked file beside the
// store first. EXIT_DONE; EXIT_FAILED after an error on standard error that names file and column.
// member_file_close() ends it in any case.
int member_file_open(const struct context *ctx, const char *path, struct member_file *ret_file);
void member_file_close(struct member_file *file);

// To the first row again. STATUS_IO, STATUS_INVALID.
MUST_CHECK enum status member_file_rewind(struct member_file *file, struct error *error);

// The next row into ROW, in which nothing is said of anybody yet; file->csv.line is its line. STATUS_INVALID for values
// that are not legal and STATUS_EXISTS for an address that was on a line before: ERROR says what is legal, ROW->email
// is the address if that much could be read, and the next call goes on behind it. STATUS_IO if the file is not what it
// was when it was opened; STATUS_NO_MEMORY.
MUST_CHECK enum status member_file_next(struct member_file *file, struct error *error, struct member_row *row);

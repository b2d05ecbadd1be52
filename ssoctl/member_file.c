// SPDX-License-Identifier: Apache-2.0
#include "member_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"

static const uint64_t SIZE_MAX_BYTES = (uint64_t)1 << 30;
static const uint64_t DELEGATE_SIZE_MAX_BYTES = 4 << 20;

void member_file_close(struct member_file *file)
{
  if (file->owned) {
    cleanup_fd(&file->fd);
  }
  email_set_clear(&file->emails);
  file->fd = -1;
}

static int fail_on(const struct member_file *file, const char *why)
{
  return fail(EXIT_FAILED, "%.500s: %s", file->path, why);
}

// What is stored in one transaction holds up everybody who signs in meanwhile: an org's own people get less of that.
static void set_limits(const struct context *ctx, struct member_file *file)
{
  bool delegate = ctx->in->actor->is_delegate;
  file->size_max = delegate ? DELEGATE_SIZE_MAX_BYTES : SIZE_MAX_BYTES;
  file->rows_max = delegate ? MEMBER_FILE_DELEGATE_ROWS_MAX : MEMBER_FILE_ROWS_MAX;
}

static int fail_too_large(const struct member_file *file)
{
  return fail(EXIT_FAILED, "%.500s: is longer than %llu bytes or %llu rows, which are legal", file->path,
              (unsigned long long)file->size_max, (unsigned long long)file->rows_max);
}

// Copies what comes from FD to where it can be read twice.
static int spool(const struct context *ctx, struct member_file *file)
{
  char data[CSV_BUFFER_SIZE];
  int copy CLEANUP(cleanup_fd) = context_temporary_file(ctx);
  if (copy < 0) {
    return EXIT_FAILED;
  }
  for (file->size = 0;;) {
    ssize_t got = read(file->fd, data, sizeof data);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0 || (got > 0 && file_write_all(copy, data, (size_t)got) != STATUS_OK)) {
      return fail_on(file, "cannot be read and copied");
    }
    if (got == 0) {
      break;
    }
    file->size += (uint64_t)got;
    if (file->size > file->size_max) {
      return fail_too_large(file);
    }
  }
  if (file->owned) {
    cleanup_fd(&file->fd);
  }
  file->fd = take_fd(&copy);
  file->owned = true;
  file->start = 0;
  return EXIT_DONE;
}

static int open_path(const struct context *ctx, struct member_file *file)
{
  struct stat st;
  file->owned = strcmp(file->path, "-") != 0;
  file->path = file->owned ? file->path : "standard input";
  file->fd = file->owned ? open(file->path, O_RDONLY | O_CLOEXEC | O_NOCTTY) : STDIN_FILENO;
  if (file->fd < 0 || fstat(file->fd, &st) != 0) {
    return fail_on(file, strerror(errno));
  }
  if (S_ISDIR(st.st_mode)) {
    return fail_on(file, "is a directory; a file of members is legal, or - for standard input");
  }
  if (!S_ISREG(st.st_mode)) {
    return spool(ctx, file);
  }
  file->start = lseek(file->fd, 0, SEEK_CUR);
  if (file->start < 0 || file->start > st.st_size) {
    return fail_on(file, "cannot be read twice");
  }
  file->size = (uint64_t)(st.st_size - file->start);
  return file->size > file->size_max ? fail_too_large(file) : EXIT_DONE;
}

static enum status take_column(struct member_file *file, size_t i, struct error *error)
{
  const char *name = file->csv.fields[i];
  const struct member_value *value = member_value_find(name);
  if (value == NULL) {
    error_set(error, "column \"%.60s\": is not email, role, status, name, login, shell, home or uid", name);
    return STATUS_INVALID;
  }
  for (size_t k = 0; k < file->column_count; k++) {
    if (file->columns[k] == value) {
      error_set(error, "column \"%.60s\": is there twice", name);
      return STATUS_INVALID;
    }
  }
  file->columns[file->column_count++] = value;
  return STATUS_OK;
}

static enum status read_header(struct member_file *file, struct error *error)
{
  bool has_email = false;
  file->column_count = 0;
  enum status status = csv_next(&file->csv, error);
  if (status == STATUS_NOT_FOUND) {
    error_set(error, "is empty; the first line names the columns, of which email must be there");
    return STATUS_INVALID;
  }
  for (size_t i = 0; status == STATUS_OK && i < file->csv.field_count; i++) {
    status = take_column(file, i, error);
  }
  for (size_t i = 0; status == STATUS_OK && i < file->column_count; i++) {
    has_email = has_email || file->columns[i] == &MEMBER_VALUES[MEMBER_EMAIL];
  }
  if (status != STATUS_OK) {
    return status;
  }
  if (!has_email) {
    error_set(error, "has no column \"email\"; the first line names the columns");
    return STATUS_INVALID;
  }
  return STATUS_OK;
}

enum status member_file_rewind(struct member_file *file, struct error *error)
{
  if (lseek(file->fd, file->start, SEEK_SET) != file->start) {
    error_set(error, "cannot be read twice");
    return STATUS_IO;
  }
  csv_init(&file->csv, file->fd);
  email_set_clear(&file->emails);
  return read_header(file, error);
}

static int count_rows(struct member_file *file)
{
  struct error error = {.text = ""};
  enum status status = STATUS_OK;
  for (file->rows = 0; status == STATUS_OK || status == STATUS_INVALID; file->rows++) {
    if (file->rows > file->rows_max) {
      return fail_too_large(file);
    }
    status = csv_next(&file->csv, &error);
  }
  file->rows--;
  return status == STATUS_NOT_FOUND ? EXIT_DONE : fail_on(file, "cannot be read");
}

int member_file_open(const struct context *ctx, const char *path, struct member_file *ret_file)
{
  struct member_file *file = ret_file;
  struct error error = {.text = ""};
  file->path = path;
  set_limits(ctx, file);
  int code = open_path(ctx, file);
  if (code != EXIT_DONE) {
    return code;
  }
  if (email_set_init(&file->emails) != STATUS_OK) {
    return fail_on(file, "the kernel gives no random numbers");
  }
  enum status status = member_file_rewind(file, &error);
  if (status != STATUS_OK) {
    return error.text[0] != '\0' ? fail(EXIT_FAILED, "%.500s:%llu: %s", path,
                                        (unsigned long long)(file->csv.line > 0 ? file->csv.line : 1), error.text)
                                 : fail_on(file, "cannot be read");
  }
  return count_rows(file);
}

static enum status take_values(struct member_file *file, struct error *error, struct member_row *row)
{
  enum status status = STATUS_OK;
  for (size_t i = 0; i < file->column_count; i++) {
    const struct member_value *value = file->columns[i];
    bool said = file->csv.fields[i][0] != '\0' || value == &MEMBER_VALUES[MEMBER_EMAIL];
    if (said && status == STATUS_OK) {
      status = value->take(value->column, file->csv.fields[i], row, error);
    } else if (said && value == &MEMBER_VALUES[MEMBER_EMAIL]) {
      // For who reads the error: whose line it is.
      (void)value->take(value->column, file->csv.fields[i], row, NULL);
    }
  }
  return status;
}

static enum status check_seen(struct member_file *file, struct error *error, const struct member_row *row)
{
  uint32_t before = 0;
  enum status status = email_set_note(&file->emails, row->email, (uint32_t)file->csv.line, &before);
  if (status != STATUS_OK) {
    return status;
  }
  if (before != 0) {
    error_set(error, "email \"%s\": is on line %u already; one line for each is legal", row->email, before);
    return STATUS_EXISTS;
  }
  return STATUS_OK;
}

enum status member_file_next(struct member_file *file, struct error *error, struct member_row *row)
{
  enum status status = csv_next(&file->csv, error);
  if (status == STATUS_NOT_FOUND || status == STATUS_IO) {
    error_set(error, "%s", status == STATUS_IO ? "cannot be read" : "was changed while it was read");
    return STATUS_IO;
  }
  if (status != STATUS_OK) {
    return status;
  }
  if (file->csv.field_count != file->column_count) {
    error_set(error, "has %zu fields, and the first line %zu", file->csv.field_count, file->column_count);
    return STATUS_INVALID;
  }
  status = take_values(file, error, row);
  return status != STATUS_OK ? status : check_seen(file, error, row);
}

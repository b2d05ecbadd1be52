// SPDX-License-Identifier: Apache-2.0
#include "csv.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

void csv_init(struct csv *csv, int fd)
{
  csv->fd = fd;
  csv->line = csv->bytes = 0;
  csv->field_count = csv->at = csv->filled = 0;
}

// More in the buffer, which is used up. STATUS_NOT_FOUND at the end.
static enum status fill(struct csv *csv)
{
  ssize_t got = -1;
  do {
    got = read(csv->fd, csv->buffer, sizeof csv->buffer);
  } while (got < 0 && errno == EINTR);
  csv->at = 0;
  csv->filled = got > 0 ? (size_t)got : 0;
  return got > 0 ? STATUS_OK : got == 0 ? STATUS_NOT_FOUND : STATUS_IO;
}

// One line without its LF into TEXT as far as it fits: *RET_LENGTH can be more. STATUS_NOT_FOUND if nothing is left.
static enum status read_line(struct csv *csv, size_t *ret_length)
{
  size_t length = 0;
  for (bool any = false;; any = true) {
    enum status status = csv->at < csv->filled ? STATUS_OK : fill(csv);
    if (status != STATUS_OK) {
      *ret_length = length;
      return status == STATUS_NOT_FOUND && any ? STATUS_OK : status;
    }
    const char *start = csv->buffer + csv->at;
    const char *end = memchr(start, '\n', csv->filled - csv->at);
    size_t run = end != NULL ? (size_t)(end - start) : csv->filled - csv->at;
    size_t room = length < sizeof csv->text - 1 ? sizeof csv->text - 1 - length : 0;
    memcpy(csv->text + (length < sizeof csv->text ? length : 0), start, run < room ? run : room);
    length += run;
    csv->at += run + (end != NULL ? 1 : 0);
    csv->bytes += run + (end != NULL ? 1 : 0);
    if (end != NULL) {
      *ret_length = length;
      return STATUS_OK;
    }
  }
}

static enum status complain(struct error *error, size_t column, const char *why)
{
  error_set(error, "column %zu: %s", column, why);
  return STATUS_INVALID;
}

static size_t sequence_length(unsigned char lead)
{
  return lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
}

static enum status check_text(const char *text, size_t length, struct error *error)
{
  if (text_is_clean(text, length)) {
    return STATUS_OK;
  }
  for (size_t i = 0; i < length;) {
    size_t step = sequence_length((unsigned char)text[i]);
    step = step < length - i ? step : length - i;
    if (!text_is_clean(text + i, step)) {
      error_set(error, "column %zu: byte 0x%02x: is not UTF-8, or begins a control character; other text is legal",
                i + 1, (unsigned char)text[i]);
      return STATUS_INVALID;
    }
    i += step;
  }
  return complain(error, 1, "is not UTF-8 without control characters");
}

// Unquotes the field at *AT in place, ends it with a NUL and leaves *AT behind it: at a comma or the end of the line.
static enum status take_quoted(struct csv *csv, char **at, struct error *error)
{
  char *from = *at + 1;
  char *to = *at;
  size_t column = (size_t)(*at - csv->text) + 1;
  for (;; from++) {
    if (*from == '\0') {
      return complain(error, column, "a quote that is not closed on its line");
    }
    if (*from == '"' && *++from != '"') {
      break;
    }
    *to++ = *from;
  }
  if (*from != ',' && *from != '\0') {
    return complain(error, (size_t)(from - csv->text) + 1,
                    "text behind a closing quote; a comma is legal, and within quotes a quote is written twice");
  }
  *to = '\0';
  *at = from;
  return STATUS_OK;
}

static enum status take_plain(struct csv *csv, char **at, struct error *error)
{
  char *end = *at + strcspn(*at, ",\"");
  if (*end == '"') {
    return complain(error, (size_t)(end - csv->text) + 1,
                    "a quote within a field; legal is a field in quotes with each quote written twice");
  }
  *at = end;
  return STATUS_OK;
}

// Takes the field at *AT and leaves *AT where the next one begins, or NULL.
static enum status take_field(struct csv *csv, char **at, struct error *error)
{
  const char *start = *at;
  size_t column = (size_t)(start - csv->text) + 1;
  if (csv->field_count == CSV_FIELDS_MAX) {
    error_set(error, "column %zu: more than %d fields", column, CSV_FIELDS_MAX);
    return STATUS_INVALID;
  }
  enum status status = **at == '"' ? take_quoted(csv, at, error) : take_plain(csv, at, error);
  if (status != STATUS_OK) {
    return status;
  }
  bool more = **at == ',';
  **at = '\0';
  *at = more ? *at + 1 : NULL;
  if (strnlen(start, CSV_FIELD_MAX + 1) > CSV_FIELD_MAX) {
    error_set(error, "column %zu: a field of more than %d bytes", column, CSV_FIELD_MAX);
    return STATUS_INVALID;
  }
  csv->fields[csv->field_count] = start;
  csv->columns[csv->field_count++] = column;
  return STATUS_OK;
}

static enum status parse(struct csv *csv, size_t length, struct error *error)
{
  if (length > CSV_LINE_MAX) {
    error_set(error, "column %d: a line of more than %d bytes", CSV_LINE_MAX + 1, CSV_LINE_MAX);
    return STATUS_INVALID;
  }
  enum status status = check_text(csv->text, length, error);
  for (char *at = csv->text; status == STATUS_OK && at != NULL;) {
    status = take_field(csv, &at, error);
  }
  return status;
}

// What is left of a line without its CR and, in front of the first, the byte order mark. One that does not fit is left
// as it is, too long.
static size_t trim(struct csv *csv, size_t length)
{
  static const char MARK[] = {'\xef', '\xbb', '\xbf'};
  if (length >= sizeof csv->text) {
    return length;
  }
  if (length > 0 && csv->text[length - 1] == '\r') {
    length--;
  }
  if (csv->line == 1 && length >= sizeof MARK && memcmp(csv->text, MARK, sizeof MARK) == 0) {
    length -= sizeof MARK;
    memmove(csv->text, csv->text + sizeof MARK, length);
  }
  csv->text[length] = '\0';
  return length;
}

enum status csv_next(struct csv *csv, struct error *error)
{
  size_t length = 0;
  csv->field_count = 0;
  do {
    enum status status = read_line(csv, &length);
    if (status != STATUS_OK) {
      return status;
    }
    csv->line++;
    length = trim(csv, length);
  } while (length == 0);
  return parse(csv, length, error);
}

enum status csv_append(char *text, size_t size, const char *value)
{
  size_t before = strnlen(text, size);
  size_t used = before;
  bool quoted =
      strpbrk(value, ",\"") != NULL || value[0] == ' ' || (value[0] != '\0' && value[strlen(value) - 1] == ' ');
  enum status status = STATUS_OK;
  for (const char *at = value; status == STATUS_OK && *at != '\0'; at++) {
    used += *at == '"' ? 2 : 1;
    status = used < size ? STATUS_OK : STATUS_TOO_LARGE;
  }
  if (status != STATUS_OK || used + (quoted ? 2 : 0) >= size) {
    return STATUS_TOO_LARGE;
  }
  char *to = text + before;
  if (quoted) {
    *to++ = '"';
  }
  for (const char *at = value; *at != '\0'; at++) {
    if (*at == '"') {
      *to++ = '"';
    }
    *to++ = *at;
  }
  if (quoted) {
    *to++ = '"';
  }
  *to = '\0';
  return STATUS_OK;
}

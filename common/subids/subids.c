// SPDX-License-Identifier: Apache-2.0
#include "subids/subids.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/grow.h"

// What stands in a line, as far as the newline; LEGAL: it is OWNER:FIRST:COUNT.
struct line {
  const char *text;
  size_t length;
  size_t owner_length;
  uint32_t first;
  uint32_t count;
  bool legal;
};

// The decimal number at *AT, and *AT behind it. With zeros in front shadow's programs would read an octal one.
static bool read_number(const char **at, uint32_t *ret_number)
{
  char *end = NULL;
  unsigned long number = strtoul(*at, &end, 10);
  bool legal = **at >= '0' && **at <= '9' && (**at != '0' || end == *at + 1);
  *at = end;
  *ret_number = (uint32_t)number;
  return legal && number <= UINT32_MAX;
}

// False behind the last line.
static bool next_line(const char **text, struct line *ret_line)
{
  struct line line = {.text = *text, .length = strcspn(*text, "\n"), .owner_length = strcspn(*text, ":\n")};
  const char *at = line.text + line.owner_length;
  line.legal = line.owner_length > 0 && *at++ == ':' && read_number(&at, &line.first) && *at++ == ':' &&
               read_number(&at, &line.count) && at == line.text + line.length;
  bool there = **text != '\0';
  *text += line.length + (line.text[line.length] == '\n' ? 1 : 0);
  *ret_line = line;
  return there;
}

static struct subid_range range_of(const struct line *line)
{
  uint64_t last = (uint64_t)line->first + line->count - 1;
  return (struct subid_range){line->first, last > UINT32_MAX ? UINT32_MAX : (uint32_t)last};
}

static bool is_owner(const struct line *line, const char *owner)
{
  return strlen(owner) == line->owner_length && memcmp(owner, line->text, line->owner_length) == 0;
}

enum status subids_find(const char *text, const char *login, uint32_t uid, struct subid_range *ret_range)
{
  struct line line;
  char number[16];
  (void)snprintf(number, sizeof number, "%u", uid);
  while (next_line(&text, &line)) {
    if (line.legal && line.count > 0 && (is_owner(&line, number) || is_owner(&line, login))) {
      *ret_range = range_of(&line);
      return STATUS_OK;
    }
  }
  return STATUS_NOT_FOUND;
}

enum status subids_append(struct bytes *text, uint32_t uid, const struct subid_range *range)
{
  char line[64];
  bool open = text->length > 0 && text->data[text->length - 1] != '\n';
  (void)snprintf(line, sizeof line, "%s%u:%u:%u\n", open ? "\n" : "", uid, range->first,
                 range->last - range->first + 1);
  return bytes_append_text(text, line);
}

void subids_taken_done(struct subids_taken *taken)
{
  free(taken->ranges);
  *taken = (struct subids_taken){.ranges = NULL};
}

enum status subids_take(struct subids_taken *taken, uint32_t first, uint32_t last)
{
  struct subid_range *ranges = grow_array(taken->ranges, taken->count, sizeof *ranges, &taken->capacity);
  if (ranges == NULL) {
    return STATUS_NO_MEMORY;
  }
  taken->ranges = ranges;
  taken->ranges[taken->count++] = (struct subid_range){first, last};
  return STATUS_OK;
}

enum status subids_take_lines(struct subids_taken *taken, const char *path, const char *text, struct error *error)
{
  struct line line;
  enum status status = STATUS_OK;
  for (size_t number = 1; status == STATUS_OK && next_line(&text, &line); number++) {
    if (line.legal && line.count > 0) {
      const struct subid_range range = range_of(&line);
      status = subids_take(taken, range.first, range.last);
    } else if (!line.legal && line.length > 0 && line.text[0] != '#') {
      error_set(error, "%s:%zu: \"%.*s\" is not OWNER:FIRST:COUNT with decimal numbers", path, number,
                (int)(line.length < 80 ? line.length : 80), line.text);
      status = STATUS_INVALID;
    }
  }
  return status;
}

static int compare(const void *a, const void *b)
{
  uint32_t one = ((const struct subid_range *)a)->first;
  uint32_t other = ((const struct subid_range *)b)->first;
  return (one > other) - (one < other);
}

enum status subids_choose(struct subids_taken *taken, const struct subid_range *window, uint32_t count,
                          struct subid_range *ret_range)
{
  uint64_t first = window->first;
  if (taken->count > 0) {
    qsort(taken->ranges, taken->count, sizeof *taken->ranges, compare);
  }
  for (size_t i = 0; i < taken->count && taken->ranges[i].first < first + count; i++) {
    uint64_t behind = (uint64_t)taken->ranges[i].last + 1;
    first = behind > first ? behind : first;
  }
  if (count == 0 || first + count - 1 > window->last) {
    return STATUS_NOT_FOUND;
  }
  *ret_range = (struct subid_range){(uint32_t)first, (uint32_t)(first + count - 1)};
  return STATUS_OK;
}

// The last line "KEY VALUE" counts, as with shadow's programs.
static bool read_key(const char *text, const char *key, uint32_t *number)
{
  size_t length = strlen(key);
  bool legal = true;
  for (; *text != '\0'; text += strcspn(text, "\n"), text += *text == '\n') {
    const char *at = text + strspn(text, " \t");
    if (strncmp(at, key, length) == 0 && (at[length] == ' ' || at[length] == '\t')) {
      at += length + strspn(at + length, " \t");
      legal = read_number(&at, number) && strchr(" \t\n", *at) != NULL;
    }
  }
  return legal;
}

enum status subids_window(const char *login_defs, struct subid_range *ret_window)
{
  static const char *const KEYS[] = {"SUB_UID_MIN", "SUB_UID_MAX", "SUB_GID_MIN", "SUB_GID_MAX"};
  uint32_t values[COUNT_OF(KEYS)] = {100000, 600100000, 100000, 600100000};
  for (size_t i = 0; i < COUNT_OF(KEYS); i++) {
    if (!read_key(login_defs, KEYS[i], &values[i])) {
      return STATUS_INVALID;
    }
  }
  ret_window->first = values[0] > values[2] ? values[0] : values[2];
  ret_window->last = values[1] < values[3] ? values[1] : values[3];
  return STATUS_OK;
}

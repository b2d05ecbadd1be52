// SPDX-License-Identifier: Apache-2.0
#include "map/numbers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

enum { NUMBER_MIN = 1000, DYNAMIC_FIRST = 61184, DYNAMIC_LAST = 65519, NOBODY = 65534, NO_NUMBER_16 = 65535 };

static const uint32_t NUMBER_MAX = 2147483647;

bool number_is_legal(uint32_t number)
{
  bool dynamic = number >= DYNAMIC_FIRST && number <= DYNAMIC_LAST;
  return number >= NUMBER_MIN && number <= NUMBER_MAX && !dynamic && number != NOBODY && number != NO_NUMBER_16;
}

struct range {
  uint32_t first;
  uint32_t size;
};

static enum status choose_in(struct range range, uint64_t start, number_taken *taken, void *context,
                             uint32_t *ret_number)
{
  for (uint32_t step = 0; step < range.size; step++) {
    uint32_t number = range.first + (uint32_t)((start + step) % range.size);
    bool in_use = true;
    if (!number_is_legal(number)) {
      continue;
    }
    enum status status = taken(context, number, &in_use);
    if (status != STATUS_OK) {
      return status;
    }
    if (!in_use) {
      *ret_number = number;
      return STATUS_OK;
    }
  }
  return STATUS_NOT_FOUND;
}

enum status number_choose(const unsigned char seed[static SIPHASH_SEED_SIZE], const char *name,
                          const struct map_settings *settings, number_taken *taken, void *context, uint32_t *ret_number)
{
  uint64_t start = siphash(seed, name, strlen(name));
  for (uint32_t i = 0; i + 1 < settings->ranges.count; i += 2) {
    uint32_t first = settings->ranges.values[i];
    uint32_t last = settings->ranges.values[i + 1];
    if (last < first || last > NUMBER_MAX) {
      return STATUS_INVALID;
    }
    struct range range = {first, last - first + 1};
    uint32_t used = i / 2 < settings->used.count ? settings->used.values[i / 2] : 0;
    if (used >= range.size / 2) {
      continue;
    }
    enum status status = choose_in(range, start, taken, context, ret_number);
    if (status != STATUS_NOT_FOUND) {
      return status;
    }
  }
  return STATUS_NOT_FOUND;
}

// The third field of a "name:x:number:..." line, in passwd as in group.
static bool line_has_number(const char *line, uint32_t number)
{
  const char *at = strchr(line, ':');
  at = at != NULL ? strchr(at + 1, ':') : NULL;
  if (at == NULL) {
    return false;
  }
  char *end = NULL;
  unsigned long value = strtoul(at + 1, &end, 10);
  return end != at + 1 && value == number;
}

static void close_file(FILE **file)
{
  if (*file != NULL) {
    (void)fclose(*file);
  }
}

static enum status file_has_number(const char *path, uint32_t number, bool *ret_has)
{
  FILE *file CLEANUP(close_file) = fopen(path, "re");
  char *line CLEANUP(cleanup_free) = NULL;
  size_t size = 0;
  if (file == NULL) {
    return errno == ENOENT ? STATUS_OK : STATUS_IO;
  }
  while (getline(&line, &size, file) >= 0) {
    if (line_has_number(line, number)) {
      *ret_has = true;
      return STATUS_OK;
    }
  }
  return ferror(file) != 0 ? STATUS_IO : STATUS_OK;
}

enum status number_is_local(uint32_t number, bool *ret_local)
{
  bool local = false;
  enum status status = file_has_number("/etc/passwd", number, &local);
  if (status == STATUS_OK && !local) {
    status = file_has_number("/etc/group", number, &local);
  }
  if (status == STATUS_OK) {
    *ret_local = local;
  }
  return status;
}

// The third field of NAME's line: "name:password:uid:...".
static bool read_uid(const char *line, uint32_t *ret_uid)
{
  const char *at = strchr(line, ':');
  at = at != NULL ? strchr(at + 1, ':') : NULL;
  uint64_t number = 0;
  size_t length = at != NULL ? strspn(at + 1, "0123456789") : 0;
  if (length == 0 || length > 10 || at[1 + length] != ':') {
    return false;
  }
  for (size_t i = 1; i <= length; i++) {
    number = number * 10 + (uint64_t)(at[i] - '0');
  }
  *ret_uid = (uint32_t)number;
  return number <= UINT32_MAX;
}

static bool find_local(const char *name, uint32_t *ret_uid, bool *ret_has_uid)
{
  FILE *file CLEANUP(close_file) = fopen("/etc/passwd", "re");
  char *line CLEANUP(cleanup_free) = NULL;
  size_t size = 0;
  size_t length = strlen(name);
  if (file == NULL || length == 0 || strchr(name, ':') != NULL) {
    return false;
  }
  while (getline(&line, &size, file) >= 0) {
    if (strncmp(line, name, length) == 0 && line[length] == ':') {
      *ret_has_uid = read_uid(line, ret_uid);
      return true;
    }
  }
  return false;
}

bool name_is_local(const char *name)
{
  uint32_t uid = 0;
  bool has_uid = false;
  return find_local(name, &uid, &has_uid);
}

bool name_is_local_with(const char *name, uint32_t uid)
{
  uint32_t found = 0;
  bool has_uid = false;
  return find_local(name, &found, &has_uid) && has_uid && found == uid;
}

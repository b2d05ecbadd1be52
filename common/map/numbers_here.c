// SPDX-License-Identifier: Apache-2.0
#include "map/numbers_here.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"

static void close_file(FILE **file)
{
  if (*file != NULL) {
    (void)fclose(*file);
  }
}

// How many of the numbers from NUMBER on a line "FIRST OUTSIDE COUNT" has.
static uint64_t count_from(const char *line, uint64_t number)
{
  char *end = NULL;
  uint64_t first = strtoull(line, &end, 10);
  (void)strtoull(end, &end, 10);
  uint64_t count = strtoull(end, NULL, 10);
  return number >= first && number - first < count ? count - (number - first) : 0;
}

// The lines are in any order, at most 340 of them.
static enum status file_maps(const char *path, uint32_t first, uint32_t last, bool *ret_maps)
{
  FILE *file CLEANUP(close_file) = fopen(path, "re");
  char *line CLEANUP(cleanup_free) = NULL;
  size_t size = 0;
  uint64_t next = first;
  uint64_t before = (uint64_t)last + 1;
  if (file == NULL) {
    return STATUS_IO;
  }
  while (next <= last && next != before) {
    before = next;
    rewind(file);
    while (getline(&line, &size, file) >= 0) {
      next += count_from(line, next);
    }
  }
  *ret_maps = next > last;
  return ferror(file) != 0 ? STATUS_IO : STATUS_OK;
}

enum status numbers_are_here(uint32_t first, uint32_t last, bool *ret_here)
{
  bool uids = false;
  bool gids = false;
  enum status status = file_maps("/proc/self/uid_map", first, last, &uids);
  status = status != STATUS_OK ? status : file_maps("/proc/self/gid_map", first, last, &gids);
  if (status == STATUS_OK) {
    *ret_here = uids && gids;
  }
  return status;
}

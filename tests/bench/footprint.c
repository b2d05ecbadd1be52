// SPDX-License-Identifier: Apache-2.0
#include "footprint.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

enum { TEXT_SIZE = 64 * 1024, DESCRIPTORS_MAX = 1024 };

// Not on the stack, which would be counted as it grows.
static char text[TEXT_SIZE];

static enum status read_text(const char *path)
{
  size_t length = 0;
  ssize_t got = 1;
  int fd CLEANUP(cleanup_fd) = open(path, O_RDONLY | O_CLOEXEC);
  while (fd >= 0 && got > 0 && length + 1 < sizeof text) {
    got = read(fd, text + length, sizeof text - length - 1);
    length += got > 0 ? (size_t)got : 0;
  }
  text[length] = '\0';
  return fd >= 0 && got == 0 ? STATUS_OK : STATUS_IO;
}

static long value_of(const char *name)
{
  const char *at = strstr(text, name);
  return at != NULL ? strtol(at + strlen(name), NULL, 10) : 0;
}

// A line of /proc/self/maps without a path names no file; this program's own mappings are there before and after.
static int count_data_mappings(void)
{
  int count = 0;
  for (char *line = text, *end = NULL; (end = strchr(line, '\n')) != NULL; line = end + 1) {
    *end = '\0';
    count += strchr(line, '/') != NULL && strstr(line, ".so") == NULL ? 1 : 0;
  }
  return count;
}

static int count_descriptors(void)
{
  int count = 0;
  for (int fd = 0; fd < DESCRIPTORS_MAX; fd++) {
    count += fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
  }
  return count;
}

enum status footprint_take(struct footprint *ret_footprint)
{
  struct footprint footprint = {.descriptors = count_descriptors()};
  enum status status = read_text("/proc/self/maps");
  if (status == STATUS_OK) {
    footprint.data_mappings = count_data_mappings();
    status = read_text("/proc/self/smaps_rollup");
  }
  if (status != STATUS_OK) {
    return status;
  }
  footprint.private_kib = value_of("Private_Clean:") + value_of("Private_Dirty:");
  footprint.anonymous_kib = value_of("Anonymous:");
  footprint.pss_kib = value_of("\nPss:");
  *ret_footprint = footprint;
  return STATUS_OK;
}

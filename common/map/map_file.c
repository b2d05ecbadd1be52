// SPDX-License-Identifier: Apache-2.0
#include "map/map_file.h"

#include <unistd.h>

enum status map_file_read(const struct map_reader *map, void *data, size_t length, uint64_t offset)
{
  ssize_t got = pread(map->fd, data, length, (off_t)offset);
  if (got < 0) {
    return STATUS_IO;
  }
  return (size_t)got == length ? STATUS_OK : STATUS_CORRUPT;
}

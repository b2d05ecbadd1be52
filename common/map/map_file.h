// SPDX-License-Identifier: Apache-2.0
// An open published map, and its bytes.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "map/map_format.h"

struct map_reader {
  int fd;
  bool recalled; // the header is that of a file seen before, taken for this one
  struct map_header header;
  struct map_state state;
};

#define MAP_READER_EMPTY                                                                                               \
  {                                                                                                                    \
    .fd = -1                                                                                                           \
  }

// Reads exactly LENGTH bytes at OFFSET. STATUS_CORRUPT if the file is shorter; STATUS_IO.
MUST_CHECK enum status map_file_read(const struct map_reader *map, void *data, size_t length, uint64_t offset);

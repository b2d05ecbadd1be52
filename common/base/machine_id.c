// SPDX-License-Identifier: Apache-2.0
#include "base/machine_id.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/files.h"

enum { FILE_MAX = 128, DIGITS = MACHINE_ID_SIZE - 1 };

enum status machine_id_read(char ret_id[static MACHINE_ID_SIZE])
{
  struct bytes text CLEANUP(bytes_done) = BYTES_EMPTY;
  int fd CLEANUP(cleanup_fd) = open("/etc/machine-id", O_RDONLY | O_CLOEXEC);
  bool read = fd >= 0 && file_read_all(fd, FILE_MAX, &text) == STATUS_OK;
  if (!read || strspn(bytes_text(&text), "0123456789abcdef") != DIGITS) {
    return STATUS_NOT_FOUND;
  }
  (void)snprintf(ret_id, MACHINE_ID_SIZE, "%.*s", DIGITS, bytes_text(&text));
  return STATUS_OK;
}

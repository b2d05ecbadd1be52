// SPDX-License-Identifier: Apache-2.0
// Files are opened first and then checked by descriptor.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/status.h"

// Opens PATH for reading (no symbolic link as its last part, close-on-exec) and checks that it is a regular file that
// belongs to root, or to the effective user, and is writable by nobody else. STATUS_NOT_FOUND, STATUS_PERMISSION,
// STATUS_IO; ERROR (may be NULL) says which. *RET_FD is the caller's to close.
MUST_CHECK enum status file_open_trusted(const char *path, struct error *error, int *ret_fd);

// Which file it is, also where its number was given again. KNOWN is false where the file system does not say when a
// file was made. Where clocks are coarse, two that were made in the same tick can pass for one.
struct file_identity {
  bool known;
  uint32_t device[2];
  uint64_t number;
  int64_t made_s;
  uint32_t made_ns;
};

// The same, and *RET_IDENTITY.
MUST_CHECK enum status file_open_identified(const char *path, struct error *error, int *ret_fd,
                                            struct file_identity *ret_identity);

// Appends the whole of FD, at most LIMIT bytes, to OUT. STATUS_TOO_LARGE, STATUS_IO, STATUS_NO_MEMORY.
MUST_CHECK enum status file_read_all(int fd, size_t limit, struct bytes *out);

// file_open_trusted() and file_read_all() in one.
MUST_CHECK enum status file_read_trusted(const char *path, size_t limit, struct error *error, struct bytes *out);

// Writes LENGTH bytes to FD. STATUS_IO.
MUST_CHECK enum status file_write_all(int fd, const void *data, size_t length);

// Fills DATA with LENGTH random bytes from the kernel. STATUS_IO.
MUST_CHECK enum status file_random(void *data, size_t length);

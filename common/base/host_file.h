// SPDX-License-Identifier: Apache-2.0
// Files of the host that other packages own: read whole, and replaced at once, never half.
#pragma once
#include <stdbool.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/status.h"

// So much that /etc/passwd of a large host is read, too.
enum { HOST_FILE_LIMIT = 64 * 1024 * 1024 };

// Appends the whole of PATH (at most HOST_FILE_LIMIT bytes, no NUL among them) to OUT; a symbolic link is followed.
// STATUS_NOT_FOUND, which fills in no ERROR; STATUS_IO, STATUS_TOO_LARGE, STATUS_INVALID, STATUS_NO_MEMORY.
MUST_CHECK enum status host_file_read(const char *path, struct error *error, struct bytes *out);

// Makes TEXT the contents of PATH, by a new file beside it that is made durable and takes its place: whoever reads PATH
// meanwhile, or after a crash, has the old contents or the new. Owner and mode stay; a new file is root's, 0644. A
// symbolic link stays one. STATUS_IO.
MUST_CHECK enum status host_file_replace(const char *path, const struct bytes *text, struct error *error);

// The same with MODE, of file permissions, for a new file.
MUST_CHECK enum status host_file_replace_with_mode(const char *path, unsigned mode, const struct bytes *text,
                                                   struct error *error);

// Removes PATH durably; nothing to do where it is gone. STATUS_IO.
MUST_CHECK enum status host_file_remove(const char *path, struct error *error);

// SPDX-License-Identifier: Apache-2.0
// Folders in /run that are root's alone, and the records in them, a file each: where the store takes no writes.
#pragma once
#include "base/record.h"
#include "base/status.h"

// Opens the folder at PATH, which ends with *RET_FD. STATUS_NOT_FOUND; STATUS_PERMISSION: it is not root's alone;
// STATUS_IO.
MUST_CHECK enum status run_folder_open(const char *path, int *ret_fd);

// The same, and makes it in /run/ssoorg where it is not there. Also STATUS_READ_ONLY, STATUS_NO_SPACE.
MUST_CHECK enum status run_folder_make(const char *path, int *ret_fd);

// Reads the record of TYPE in the file NAME into VALUE. STATUS_NOT_FOUND; STATUS_PERMISSION: it is no file of root's,
// or has another name elsewhere; STATUS_IO, and errors as record_decode().
MUST_CHECK enum status run_folder_read(int folder, const char *name, const struct record_type *type, void *value);

// Writes VALUE of TYPE into the new file NAME, which is not there after a failure. STATUS_READ_ONLY, STATUS_NO_SPACE,
// STATUS_IO, and errors as record_encode().
MUST_CHECK enum status run_folder_write(int folder, const char *name, const struct record_type *type,
                                        const void *value);

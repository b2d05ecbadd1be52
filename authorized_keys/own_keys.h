// SPDX-License-Identifier: Apache-2.0
// A person's ~/.ssh/authorized_keys, read as that person under the rules of sshd's StrictModes.
#pragma once
#include <pwd.h>

#include "base/bytes.h"

enum { OWN_KEYS_MAX = 1 << 20 };

// Becomes ENTRY's user for good and appends their keys to RET_KEYS. STATUS_NOT_FOUND for none; STATUS_PERMISSION if the
// file, .ssh or the home is somebody else's or others may write there, or this process cannot become the user;
// STATUS_TOO_LARGE over OWN_KEYS_MAX bytes; STATUS_IO, STATUS_NO_MEMORY.
MUST_CHECK enum status own_keys_read(const struct passwd *entry, struct bytes *ret_keys);

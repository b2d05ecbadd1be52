// SPDX-License-Identifier: Apache-2.0
// Puts an answer into the buffer that glibc gives. Only bytes of the answer are written.
#pragma once
#include <grp.h>
#include <pwd.h>
#include <stddef.h>

#include "base/status.h"
#include "map/map_records.h"

// STATUS_TOO_LARGE if SIZE bytes at BUFFER do not hold it: the caller answers ERANGE. Nothing else fails.
MUST_CHECK enum status fill_passwd(const struct map_account *account, struct passwd *entry, char *buffer, size_t size);
MUST_CHECK enum status fill_group(const struct map_group *group, struct group *entry, char *buffer, size_t size);

// SPDX-License-Identifier: Apache-2.0
// Groups of the host's own /etc/group.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

// The number of the group NAME. STATUS_NOT_FOUND if no line has it, or its line has no legal number; STATUS_IO.
MUST_CHECK enum status local_group_find(const char *name, uint32_t *ret_gid);

// Whether the group NAME has LOGIN among its members, or as its primary group GID; *RET_GID is its number. Read from
// the file: nothing is waited for. STATUS_NOT_FOUND as above; STATUS_IO, STATUS_NO_MEMORY.
MUST_CHECK enum status local_group_has(const char *name, const char *login, uint32_t gid, bool *ret_has,
                                       uint32_t *ret_gid);

// Whether who is in it can become root, or reads what only the system may: a number below 1000, or a name that Debian
// or usual software gives to such a group (base/names.h).
bool local_group_is_privileged(const char *name, uint32_t gid);

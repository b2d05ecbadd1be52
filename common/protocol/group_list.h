// SPDX-License-Identifier: Apache-2.0
// The names of a person's groups at a provider, one behind the other, each with its NUL: at most PROTOCOL_GROUP_COUNT,
// each of 1 to PROTOCOL_GROUP_SIZE - 1 clean bytes (base/text.h), none twice. They are compared byte for byte.
#pragma once
#include <stdbool.h>

#include "base/bytes.h"

// Whether LENGTH bytes may be such a name.
bool group_list_takes(const char *name, size_t length);

// Appends NAME unless it is there already. STATUS_INVALID for what is no name, STATUS_TOO_LARGE when the list is full,
// STATUS_NO_MEMORY.
MUST_CHECK enum status group_list_add(struct bytes *list, const char *name);

// The name behind AT, which is one of the list, or the first one for NULL. NULL at the end. Borrowed. For a sound list.
const char *group_list_next(const struct bytes *list, const char *at);

bool group_list_holds(const struct bytes *list, const char *name);

// Whether the bytes are a list as it is described above.
bool group_list_is_sound(const struct bytes *list);

// SPDX-License-Identifier: Apache-2.0
// Values as they travel between ssoorg-fleet and whoever asks it, one behind the other: {u32 length, bytes},
// little-endian, the length 0xffffffff for NULL.
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

// One value of SQL: text as PostgreSQL writes it, without a NUL; of bytea its bytes. Borrowed.
struct engine_value {
  const void *data;
  size_t length;
  bool null;
};

// Appends VALUE. STATUS_TOO_LARGE, STATUS_NO_MEMORY.
MUST_CHECK enum status value_list_add(struct bytes *list, const struct engine_value *value);

// Reads the COUNT values that LIST is into VALUES, which borrow from it. STATUS_CORRUPT: it is not just so many.
MUST_CHECK enum status value_list_read(const struct bytes *list, size_t count, struct engine_value *values);

// SPDX-License-Identifier: Apache-2.0
// Arrays as PostgreSQL reads them (its manual, 8.15.2), for parameters such as $1::bigint[] and $1::bytea[].
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

// Appends one more element to ARRAY, which is empty before the first: TEXT, of letters, digits, "-" and "_" alone,
// which need no quotes; a number; the LENGTH bytes of a bytea. STATUS_INVALID, STATUS_NO_MEMORY: the array is of no use
// then.
MUST_CHECK enum status engine_array_add(struct bytes *array, const char *text);
MUST_CHECK enum status engine_array_add_i64(struct bytes *array, int64_t number);
MUST_CHECK enum status engine_array_add_bytea(struct bytes *array, const void *data, size_t length);

// Ends it, also an empty one. Errors as above.
MUST_CHECK enum status engine_array_end(struct bytes *array);

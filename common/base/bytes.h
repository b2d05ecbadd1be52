// SPDX-License-Identifier: Apache-2.0
// A growing run of bytes that wipes itself: the only home of passwords, tokens, client secrets and codes, and the
// buffer that records and messages are packed into.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

// All zero is a valid empty value. DATA is owned; LENGTH bytes of it are in use. Whenever DATA is not NULL a NUL stands
// behind the last byte, so that contents known to hold no NUL can be used as a C string.
struct bytes {
  char *data;
  size_t length;
  size_t capacity;
};

#define BYTES_EMPTY                                                                                                    \
  {                                                                                                                    \
    NULL, 0, 0                                                                                                         \
  }

// Wipes and frees what B owns and leaves it empty.
void bytes_done(struct bytes *b);

// Wipes the contents and keeps the memory.
void bytes_clear(struct bytes *b);

// Appends LENGTH bytes. Old memory is wiped when the buffer moves. STATUS_NO_MEMORY leaves B unchanged.
MUST_CHECK enum status bytes_append(struct bytes *b, const void *data, size_t length);

// Appends the C string TEXT without its NUL. Errors as bytes_append().
MUST_CHECK enum status bytes_append_text(struct bytes *b, const char *text);

// Appends the COUNT C strings TEXTS, one behind the other. After a failure some may have been appended.
MUST_CHECK enum status bytes_append_texts(struct bytes *b, const char *const *texts, size_t count);

// Makes room for LENGTH more bytes, for a caller that writes behind data + length itself. Errors as bytes_append().
MUST_CHECK enum status bytes_reserve(struct bytes *b, size_t length);

// Moves what FROM owns to *TO, which must be empty, and leaves FROM empty.
void bytes_take(struct bytes *to, struct bytes *from);

// The contents as a C string, "" if empty. Borrowed.
const char *bytes_text(const struct bytes *b);

// Whether both have the same contents. Of secrets of whoever asks: bytes_equal_constant_time().
bool bytes_equal(const struct bytes *a, const struct bytes *b);

// Compares LENGTH bytes in time that depends on LENGTH alone.
bool bytes_equal_constant_time(const void *a, const void *b, size_t length);

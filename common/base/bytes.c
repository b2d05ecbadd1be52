// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

enum { BYTES_FIRST_CAPACITY = 64 };

void bytes_done(struct bytes *b)
{
  if (b->data != NULL) {
    explicit_bzero(b->data, b->capacity);
    free(b->data);
  }
  *b = (struct bytes)BYTES_EMPTY;
}

void bytes_clear(struct bytes *b)
{
  if (b->data != NULL) {
    explicit_bzero(b->data, b->capacity);
  }
  b->length = 0;
}

enum status bytes_reserve(struct bytes *b, size_t length)
{
  size_t needed;
  if (__builtin_add_overflow(b->length, length, &needed) || __builtin_add_overflow(needed, 1, &needed)) {
    return STATUS_TOO_LARGE;
  }
  if (needed <= b->capacity) {
    return STATUS_OK;
  }
  size_t capacity = b->capacity > 0 ? b->capacity : BYTES_FIRST_CAPACITY;
  while (capacity < needed) {
    if (__builtin_mul_overflow(capacity, 2, &capacity)) {
      return STATUS_TOO_LARGE;
    }
  }
  // Not realloc(): the memory left behind must be wiped.
  char *data = calloc(1, capacity);
  if (data == NULL) {
    return STATUS_NO_MEMORY;
  }
  size_t kept = b->length;
  if (kept > 0) {
    memcpy(data, b->data, kept);
  }
  bytes_done(b);
  *b = (struct bytes){data, kept, capacity};
  return STATUS_OK;
}

enum status bytes_append(struct bytes *b, const void *data, size_t length)
{
  enum status status = bytes_reserve(b, length);
  if (status != STATUS_OK) {
    return status;
  }
  if (length > 0) {
    memcpy(b->data + b->length, data, length);
  }
  b->length += length;
  b->data[b->length] = '\0';
  return STATUS_OK;
}

enum status bytes_append_text(struct bytes *b, const char *text)
{
  return bytes_append(b, text, strlen(text));
}

void bytes_take(struct bytes *to, struct bytes *from)
{
  *to = *from;
  *from = (struct bytes)BYTES_EMPTY;
}

const char *bytes_text(const struct bytes *b)
{
  return b->data != NULL ? b->data : "";
}

bool bytes_equal(const struct bytes *a, const struct bytes *b)
{
  return a->length == b->length && memcmp(bytes_text(a), bytes_text(b), a->length) == 0;
}

bool bytes_equal_constant_time(const void *a, const void *b, size_t length)
{
  const volatile unsigned char *left = a;
  const volatile unsigned char *right = b;
  unsigned char difference = 0;
  for (size_t i = 0; i < length; i++) {
    difference |= (unsigned char)(left[i] ^ right[i]);
  }
  return difference == 0;
}

enum status bytes_append_texts(struct bytes *b, const char *const *texts, size_t count)
{
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < count; i++) {
    status = bytes_append_text(b, texts[i]);
  }
  return status;
}

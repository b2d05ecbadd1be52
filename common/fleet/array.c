// SPDX-License-Identifier: Apache-2.0
#include "fleet/array.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static enum status begin_element(struct bytes *array)
{
  return bytes_append_text(array, array->length == 0 ? "{" : ",");
}

enum status engine_array_add(struct bytes *array, const char *text)
{
  static const char PLAIN[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
  size_t length = strspn(text, PLAIN);
  if (length == 0 || text[length] != '\0' || strcasecmp(text, "null") == 0) {
    return STATUS_INVALID;
  }
  enum status status = begin_element(array);
  return status != STATUS_OK ? status : bytes_append_text(array, text);
}

enum status engine_array_add_i64(struct bytes *array, int64_t number)
{
  char text[24];
  (void)snprintf(text, sizeof text, "%" PRId64, number);
  return engine_array_add(array, text);
}

// As "\\x0102": the array takes one of the two backslashes.
enum status engine_array_add_bytea(struct bytes *array, const void *data, size_t length)
{
  size_t size = 0;
  enum status status = begin_element(array);
  status = status != STATUS_OK ? status : bytes_append_text(array, "\"\\\\x");
  if (status != STATUS_OK || __builtin_mul_overflow(length, 2, &size) || __builtin_add_overflow(size, 2, &size)) {
    return status != STATUS_OK ? status : STATUS_NO_MEMORY;
  }
  status = bytes_reserve(array, size);
  if (status != STATUS_OK) {
    return status;
  }
  text_hex(data, length, array->data + array->length);
  array->length += 2 * length;
  return bytes_append_text(array, "\"");
}

enum status engine_array_end(struct bytes *array)
{
  return bytes_append_text(array, array->length == 0 ? "{}" : "}");
}

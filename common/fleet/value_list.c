// SPDX-License-Identifier: Apache-2.0
#include "fleet/value_list.h"

#include "base/endian.h"

static const uint32_t NULL_LENGTH = UINT32_MAX;

enum { LENGTH_SIZE = 4 };

enum status value_list_add(struct bytes *list, const struct engine_value *value)
{
  unsigned char head[LENGTH_SIZE];
  size_t length = value->null ? 0 : value->length;
  if (length >= NULL_LENGTH) {
    return STATUS_TOO_LARGE;
  }
  endian_put_u32(head, value->null ? NULL_LENGTH : (uint32_t)length);
  enum status status = bytes_reserve(list, sizeof head + length);
  status = status != STATUS_OK ? status : bytes_append(list, head, sizeof head);
  return status != STATUS_OK || length == 0 ? status : bytes_append(list, value->data, length);
}

enum status value_list_read(const struct bytes *list, size_t count, struct engine_value *values)
{
  size_t at = 0;
  for (size_t i = 0; i < count; i++) {
    if (list->length - at < LENGTH_SIZE) {
      return STATUS_CORRUPT;
    }
    uint32_t length = endian_get_u32((const unsigned char *)list->data + at);
    bool null = length == NULL_LENGTH;
    at += LENGTH_SIZE;
    if (!null && length > list->length - at) {
      return STATUS_CORRUPT;
    }
    values[i] = (struct engine_value){null ? NULL : list->data + at, null ? 0 : length, null};
    at += null ? 0 : length;
  }
  return at == list->length ? STATUS_OK : STATUS_CORRUPT;
}

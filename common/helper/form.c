// SPDX-License-Identifier: Apache-2.0
#include "helper/form.h"

#include <string.h>

static const char PLAIN[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
static const char DIGITS[] = "0123456789ABCDEF";

enum status form_encode(struct bytes *out, const char *data, size_t length)
{
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < length; i++) {
    unsigned char byte = (unsigned char)data[i];
    if (memchr(PLAIN, byte, sizeof PLAIN - 1) != NULL) {
      status = bytes_append(out, &data[i], 1);
    } else {
      const char coded[3] = {'%', DIGITS[byte >> 4], DIGITS[byte & 15]};
      status = bytes_append(out, coded, sizeof coded);
    }
  }
  return status;
}

enum status form_add(struct bytes *form, const char *name, const char *value)
{
  enum status status = form->length > 0 ? bytes_append(form, "&", 1) : STATUS_OK;
  if (status != STATUS_OK) {
    return status;
  }
  status = form_encode(form, name, strlen(name));
  if (status != STATUS_OK) {
    return status;
  }
  status = bytes_append(form, "=", 1);
  return status != STATUS_OK ? status : form_encode(form, value, strlen(value));
}

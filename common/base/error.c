// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"

#include <stdio.h>

void error_set(struct error *error, const char *format, ...)
{
  if (error == NULL) {
    return;
  }
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(error->text, sizeof error->text, format, arguments);
  va_end(arguments);
  for (char *at = error->text; *at != '\0'; at++) {
    if (*at < 0x20 || *at == 0x7f) {
      *at = '?';
    }
  }
}

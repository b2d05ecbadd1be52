// SPDX-License-Identifier: Apache-2.0
#include "exit_code.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

int fail(int code, const char *format, ...)
{
  char line[2 * ERROR_SIZE];
  char shown[2 * ERROR_SIZE];
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  text_escape(line, strlen(line), shown, sizeof shown);
  (void)fprintf(stderr, "ssoctl: %s\n", shown);
  return code;
}

int exit_code(enum status status)
{
  switch (status) {
  case STATUS_OK: return EXIT_DONE;
  case STATUS_REFUSED: return EXIT_REFUSED;
  case STATUS_NOT_FOUND: return EXIT_NO_SUCH;
  case STATUS_INVALID: return EXIT_USAGE;
  case STATUS_NO_MEMORY:
  case STATUS_EXISTS:
  case STATUS_IO:
  case STATUS_CORRUPT:
  case STATUS_TOO_LARGE:
  case STATUS_TIMEOUT:
  case STATUS_CLOSED:
  case STATUS_PROTOCOL:
  case STATUS_VERSION:
  case STATUS_PERMISSION:
  case STATUS_BUSY:
  case STATUS_FULL:
  case STATUS_READ_ONLY:
  case STATUS_NO_SPACE:
  case STATUS_TOLD: return EXIT_FAILED;
  }
  return EXIT_FAILED;
}

// SPDX-License-Identifier: Apache-2.0
#include "request_words.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "store/entities.h"

const char *request_wanted(uint8_t role)
{
  return role == ROLE_ADMIN ? "admin" : "access";
}

void request_wants(uint8_t role, int64_t for_s, char text[static REQUEST_WANTS_SIZE])
{
  char duration[24];
  text_of_duration(for_s, duration, sizeof duration);
  (void)snprintf(text, REQUEST_WANTS_SIZE, "%s for %s", role == ROLE_ADMIN ? "the role of an admin" : "access",
                 duration);
}

void request_line(char line[static REQUEST_LINE_SIZE], const char *format, ...)
{
  char text[1024] = "";
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  text_escape(text, strlen(text), line, REQUEST_LINE_SIZE);
}

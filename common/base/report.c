// SPDX-License-Identifier: Apache-2.0
#include "base/report.h"

#include <stdio.h>

void report_set(struct report *report, const char *format, ...)
{
  if (report == NULL) {
    return;
  }
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(report->text, sizeof report->text, format, arguments);
  va_end(arguments);
  for (char *at = report->text; *at != '\0'; at++) {
    if (*at < 0x20 || *at == 0x7f) {
      *at = '?';
    }
  }
}

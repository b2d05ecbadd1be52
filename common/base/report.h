// SPDX-License-Identifier: Apache-2.0
// One line that says what failed, on what, and what is legal; filled by library code that must not log itself.
#pragma once
#include <stdarg.h>

enum { REPORT_SIZE = 1024 };

// TEXT is ASCII without a newline; "" while nothing failed. All zero is a valid empty value.
struct report {
  char text[REPORT_SIZE];
};

// Replaces the text of REPORT; cut where it is too long; control characters become "?". REPORT may be NULL.
__attribute__((format(printf, 2, 3))) void report_set(struct report *report, const char *format, ...);

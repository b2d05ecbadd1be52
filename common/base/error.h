// SPDX-License-Identifier: Apache-2.0
// One line that says what failed, on what, and what is legal; filled by library code that must not log itself.
#pragma once
#include <stdarg.h>

enum { ERROR_SIZE = 1024 };

// TEXT is ASCII without a newline; "" while nothing failed. All zero is a valid empty value.
struct error {
  char text[ERROR_SIZE];
};

// Replaces the text of ERROR; cut where it is too long; control characters become "?". ERROR may be NULL.
__attribute__((format(printf, 2, 3))) void error_set(struct error *error, const char *format, ...);

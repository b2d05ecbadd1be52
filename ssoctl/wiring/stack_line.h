// SPDX-License-Identifier: Apache-2.0
// Lines of pam.d(5) as libpam reads them.
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum { STACK_WORD_SIZE = 256 };

// A line of a stack, and those that a backslash at its end adds to it.
struct stack_line {
  const char *text; // borrowed
  size_t length;    // with its newline
  unsigned number;  // from 1
  char type[16];    // "auth"; "@include"; "" for a comment
  char control[STACK_WORD_SIZE];
  char module[STACK_WORD_SIZE]; // of "@include" what it names
};

// The line at *AT, which is *NUMBER in its file and goes behind it, as NUMBER does. False at the end.
bool stack_line_next(const char **at, unsigned *number, struct stack_line *ret_line);

// The LENGTH of TEXT without the newline at its end.
size_t stack_line_bare(const char *text, size_t length);

// SPDX-License-Identifier: Apache-2.0
// Comma-separated values (RFC 4180) from a descriptor, line by line: memory is bounded whatever comes.
//
// Stricter than the RFC: UTF-8 without control characters, and no line break within quotes, so that a line is a record
// and one that is wrong costs no other. More lenient: lines end in LF or CRLF, the last one in anything; empty lines
// are left out, and so is a byte order mark in front.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/status.h"

enum { CSV_LINE_MAX = 4096, CSV_FIELD_MAX = 1023, CSV_FIELDS_MAX = 32, CSV_BUFFER_SIZE = 1 << 16 };

struct csv {
  int fd;         // borrowed
  uint64_t line;  // the number of the line read last, from 1
  uint64_t bytes; // taken so far
  size_t field_count;
  const char *fields[CSV_FIELDS_MAX]; // of that line, unquoted; valid until the next one is read
  size_t columns[CSV_FIELDS_MAX];     // where each begins: bytes from 1
  char text[CSV_LINE_MAX + 2];        // with a CR and a NUL
  char buffer[CSV_BUFFER_SIZE];
  size_t at; // in BUFFER
  size_t filled;
};

// Nothing is owned. FD is read from where it stands.
void csv_init(struct csv *csv, int fd);

// Reads the next line with anything in it. STATUS_NOT_FOUND at the end; STATUS_INVALID for a line that is not legal:
// ERROR says in which column and why, and the next call goes on behind it; STATUS_IO.
MUST_CHECK enum status csv_next(struct csv *csv, struct error *error);

// Appends VALUE to the C string TEXT of SIZE bytes as one field, quoted where it has to be. STATUS_TOO_LARGE leaves
// TEXT as it was.
MUST_CHECK enum status csv_append(char *text, size_t size, const char *value);

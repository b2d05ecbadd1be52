// SPDX-License-Identifier: Apache-2.0
// What people are told of requests.
#pragma once
#include <stdint.h>

enum { REQUEST_WANTS_SIZE = 56, REQUEST_LINE_SIZE = 480 };

// "admin" or "access", for the role that is asked for; static.
const char *request_wanted(uint8_t role);

// "the role of an admin for 2h" or "access for 2h".
void request_wants(uint8_t role, int64_t for_s, char text[static REQUEST_WANTS_SIZE]);

// A line for a terminal, as tell_sessions() takes it: printable ASCII, cut where it is too long.
__attribute__((format(printf, 2, 3))) void request_line(char line[static REQUEST_LINE_SIZE], const char *format, ...);

// SPDX-License-Identifier: Apache-2.0
// Foreign text: what may be kept, and how it is shown. The one validator for strings from providers (POLICY N7).
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

// Of the line at TEXT, with its newline if it has one.
size_t text_line_length(const char *text);

// True if the LENGTH bytes are well-formed UTF-8 (RFC 3629: shortest form, no surrogates) without control characters
// (C0, DEL, C1), without line or paragraph separators and without bidirectional overrides.
bool text_is_clean(const void *data, size_t length);

// Copies LENGTH bytes into TEXT of SIZE bytes as a C string, if text_is_clean() and it fits. STATUS_TOO_LARGE,
// STATUS_INVALID; TEXT is untouched on failure.
MUST_CHECK enum status text_copy_clean(const void *data, size_t length, char *text, size_t size);

// Copies the C string FROM into TEXT of SIZE bytes. STATUS_TOO_LARGE leaves TEXT untouched.
MUST_CHECK enum status text_copy(const char *from, char *text, size_t size);

// Writes the LENGTH bytes into TEXT as printable ASCII: every other byte and the backslash as \xNN; cut with "..."
// where SIZE is too small (SIZE at least 8). For logs and terminals.
void text_escape(const void *data, size_t length, char *text, size_t size);

// The whole of TEXT as a decimal number between MIN and MAX. STATUS_INVALID.
MUST_CHECK enum status text_to_i64(const char *text, int64_t min, int64_t max, int64_t *ret_value);

// A DURATION such as "90s", "15m", "12h", "7d", "2w", as seconds between MIN_S and MAX_S. STATUS_INVALID.
MUST_CHECK enum status text_to_duration(const char *text, int64_t min_s, int64_t max_s, int64_t *ret_seconds);

// The same, the other way round, in the largest unit that it is a whole number of.
void text_of_duration(int64_t seconds, char *text, size_t size);

// Cuts TEXT where text_is_clean() stops to hold, as after a character that was cut in the middle.
void text_end_clean(char *text);

// Lower-case ASCII letters; every other byte is copied. TEXT has SIZE bytes. STATUS_TOO_LARGE.
MUST_CHECK enum status text_fold_ascii(const char *from, char *text, size_t size);

// LENGTH bytes as lower-case hexadecimal into TEXT, which has 2 * LENGTH + 1 bytes.
void text_hex(const unsigned char *data, size_t length, char *text);

// Exactly 2 * LENGTH hexadecimal digits as LENGTH bytes. STATUS_INVALID.
MUST_CHECK enum status text_from_hex(const char *text, unsigned char *ret_data, size_t length);

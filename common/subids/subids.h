// SPDX-License-Identifier: Apache-2.0
// Ranges of subordinate numbers, which newuidmap(1) lets a person map into containers of their own: the lines
// OWNER:FIRST:COUNT of /etc/subuid and /etc/subgid (subuid(5)), an owner being a login or a number. Nothing here opens
// a file.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/status.h"

#define SUBIDS_UID_FILE "/etc/subuid"
#define SUBIDS_GID_FILE "/etc/subgid"

// Both numbers are in it.
struct subid_range {
  uint32_t first;
  uint32_t last;
};

// The first range of UID, or of LOGIN (may be ""), in TEXT, the lines of one file. STATUS_NOT_FOUND.
MUST_CHECK enum status subids_find(const char *text, const char *login, uint32_t uid, struct subid_range *ret_range);

// Appends the line for UID, behind a newline where the last line lacks its own. STATUS_NO_MEMORY.
MUST_CHECK enum status subids_append(struct bytes *text, uint32_t uid, const struct subid_range *range);

// What new ranges keep clear of. All zero is empty; RANGES is owned: subids_taken_done().
struct subids_taken {
  struct subid_range *ranges;
  size_t count;
  size_t capacity;
};
void subids_taken_done(struct subids_taken *taken);

// Adds FIRST to LAST. STATUS_NO_MEMORY.
MUST_CHECK enum status subids_take(struct subids_taken *taken, uint32_t first, uint32_t last);

// Adds the ranges of all lines of TEXT, the file PATH. A line that is neither one nor empty nor a comment is
// STATUS_INVALID, and named by ERROR: shadow's programs may read a range in it. STATUS_NO_MEMORY.
MUST_CHECK enum status subids_take_lines(struct subids_taken *taken, const char *path, const char *text,
                                         struct error *error);

// The lowest COUNT numbers (at least 1) in a row that are in WINDOW and free; sorts TAKEN. STATUS_NOT_FOUND.
MUST_CHECK enum status subids_choose(struct subids_taken *taken, const struct subid_range *window, uint32_t count,
                                     struct subid_range *ret_range);

// Where LOGIN_DEFS, the text of login.defs(5), has ranges for users and for groups both (SUB_UID_MIN, SUB_UID_MAX,
// SUB_GID_MIN, SUB_GID_MAX); nothing is in a window that ends before it begins. STATUS_INVALID: one of these is no
// decimal number.
MUST_CHECK enum status subids_window(const char *login_defs, struct subid_range *ret_window);

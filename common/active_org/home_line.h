// SPDX-License-Identifier: Apache-2.0
// A choice of a person's own: a line in ~/.config/ssoorg/NAME, theirs to change. A hint only: it opens nothing. These
// act as whoever calls them, and follow no link below the home (HOLES H07).
#pragma once
#include <sys/types.h>

#include "base/status.h"

enum { HOME_LINE_SIZE = 32 };

// Reads the first line of the file below HOME, without its end. STATUS_NOT_FOUND if there is none; STATUS_INVALID if
// it is not a plain file of UID's, or its line is empty, longer than fits or not in ASCII. TEXT is untouched then.
MUST_CHECK enum status home_line_load(const char *home, uid_t uid, const char *name, char text[static HOME_LINE_SIZE]);

// Writes it, and makes the folders. STATUS_IO.
MUST_CHECK enum status home_line_save(const char *home, const char *name, const char *text);

// Whose home it is, for root.
struct home_owner {
  const char *home;
  uid_t uid;
  gid_t gid;
};

// The same as that user: in a process of its own that has a second for it, so that a home that hangs holds nobody up
// (STATUS_TIMEOUT).
MUST_CHECK enum status home_line_load_as(const struct home_owner *owner, const char *name,
                                         char text[static HOME_LINE_SIZE]);
MUST_CHECK enum status home_line_save_as(const struct home_owner *owner, const char *name, const char *text);

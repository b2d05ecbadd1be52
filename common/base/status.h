// SPDX-License-Identifier: Apache-2.0
// The one status type of the project: what a function that can fail returns. 0 is success.
#pragma once
#include <stdbool.h>

#define MUST_CHECK __attribute__((warn_unused_result))

enum status {
  STATUS_OK = 0,
  STATUS_NO_MEMORY,  // an allocation failed; always a refusal, never "ignore"
  STATUS_INVALID,    // a value is not legal
  STATUS_NOT_FOUND,  // no such thing
  STATUS_EXISTS,     // such a thing is there already
  STATUS_REFUSED,    // policy forbids it
  STATUS_IO,         // the operating system refused a read, write or open
  STATUS_CORRUPT,    // stored or received bytes are not what they claim to be
  STATUS_TOO_LARGE,  // longer than the stated limit
  STATUS_TIMEOUT,    // the deadline passed
  STATUS_CLOSED,     // the other side closed the connection
  STATUS_PROTOCOL,   // a message that may not be sent now, or by that side
  STATUS_VERSION,    // written by a newer program
  STATUS_PERMISSION, // owner or mode of a file is not what it must be
  STATUS_BUSY,       // somebody else holds what is needed
  STATUS_FULL,       // the store has no room left at its present size
  STATUS_READ_ONLY,  // the file system takes no writes
  STATUS_NO_SPACE,   // the disk is full, or the quota used up
  STATUS_TOLD,       // refused, and the person and the log have been told why: whoever gets this says nothing more
};

// What a write, or an open to write, that failed with ERRNO of the system is: STATUS_READ_ONLY, STATUS_NO_SPACE, or
// STATUS_IO for all others.
enum status status_of_write(int number);

// Whether STATUS is that nothing can be written, now and for all that need it.
bool status_is_unwritable(enum status status);

// A short ASCII phrase for STATUS ("no such thing"), never NULL, static.
const char *status_text(enum status status);

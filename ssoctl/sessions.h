// SPDX-License-Identifier: Apache-2.0
// What runs on this host for somebody.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "context.h"

enum { SESSIONS_GRACE_MS = 3000 };

// Whose: every process whose real or effective uid is UID, 1000 or more, or one of those that its line in /etc/subuid
// gives to its containers; where GID is not 0 only those that have this group, as the sessions that opened its org do.
struct sessions_of {
  uint32_t uid;
  uint32_t gid;
};

// Asks them to go (SIGHUP, SIGTERM), and kills after SESSIONS_GRACE_MS what is still there or was started meanwhile.
// STATUS_INVALID for another uid; STATUS_IO: something stays. *RET_ENDED is the number of processes that were there.
MUST_CHECK enum status sessions_end(const struct sessions_of *of, size_t *ret_ended);

// How many there are. STATUS_INVALID, STATUS_IO.
MUST_CHECK enum status sessions_count(const struct sessions_of *of, size_t *ret_count);

// Ends what runs of LOGIN if --end-sessions was given, and says so. *RET_ENDED is untouched where it was not.
int sessions_end_if_asked(const struct context *ctx, const char *login, const struct sessions_of *of,
                          size_t *ret_ended);

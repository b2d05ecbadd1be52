// SPDX-License-Identifier: Apache-2.0
// What runs on this host for somebody.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { SESSIONS_GRACE_MS = 3000 };

// Asks every process whose real or effective uid is UID to go (SIGHUP, SIGTERM), and kills after SESSIONS_GRACE_MS what
// is still there or was started meanwhile. UID must be 1000 or more: STATUS_INVALID. STATUS_IO: something stays.
// *RET_ENDED is the number of processes that were there.
MUST_CHECK enum status sessions_end(uint32_t uid, size_t *ret_ended);

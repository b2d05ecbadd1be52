// SPDX-License-Identifier: Apache-2.0
// The program that started this one, known by the socket on descriptor 0. It must be root, or a process of our own
// user; it says one thing and then listens: when it closes or says more, this process has nothing left to do.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

// True if FD is a connected AF_UNIX stream socket whose other end was made by uid 0 or by our effective uid.
bool parent_is_allowed(int fd);

// True if the other end of FD has closed or has sent something nobody asked for. Does not wait.
bool parent_is_gone(int fd);

// Waits until UNTIL_MS on the monotonic clock. STATUS_OK when the time has come, STATUS_CLOSED as soon as
// parent_is_gone().
MUST_CHECK enum status parent_wait(int fd, int64_t until_ms);

// SPDX-License-Identifier: Apache-2.0
// One at a time among the threads of a process, in a way that cannot hang: the wait is bounded, and what a thread of
// the parent held while another one forked is the child's for the taking.
#pragma once
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/status.h"

// All zero is held by nobody.
struct fork_safe_lock {
  _Atomic(pid_t) owner; // the process one of whose threads is at it
};

// Waits about two seconds at most, then STATUS_BUSY: another thread is at it, or the same one is, interrupted by a
// signal. *RET_LEFT_OVER is true if it was taken from a process that this one was forked from: what it guards may be
// half changed.
MUST_CHECK enum status fork_safe_lock_take(struct fork_safe_lock *lock, bool *ret_left_over);
void fork_safe_lock_release(struct fork_safe_lock *lock);

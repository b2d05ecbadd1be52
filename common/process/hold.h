// SPDX-License-Identifier: Apache-2.0
// Locks between the programs, each a byte of a file that is root's alone, taken with fcntl(): they end with the
// process, a child has none of them, and the kernel knows whose they are. A process loses all its locks on a file when
// it closes any descriptor of that file, so one file is opened once.
//
// Whose caller can stop, freeze, slow down or starve it does not hold others up: past HOLDER_LIMIT_MS of one turn
// whoever waits kills it (holder.h). Neither do many of them: those of one user come one after the other, the next
// stands back behind whoever waited before, and all of them stand back behind a process that only root can hold up.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "process/holder.h"

// Who has this process in hand.
struct hold_caller {
  bool is_root; // only root can stop it: started by root's own sshd, by root, or by an operator of the host
  uint32_t uid; // of the user, if not
};

// Says so for all that this process takes from now on. Until then it is in somebody's hand, of uid 0.
void hold_set_caller(const struct hold_caller *caller);

// Takes the byte AT (0 to 15) of FD. STATUS_BUSY after WAIT_MS, STATUS_IO. *RET_LEFT: whoever had it before has not
// given it back, but died.
MUST_CHECK enum status hold_take(int fd, int64_t at, int64_t wait_ms, bool *ret_left);

// Holds the byte AT of FD, which is open to be read, beside others that do so, and against whoever takes it with
// hold_take(). Errors as there.
MUST_CHECK enum status hold_share(int fd, int64_t at, int64_t wait_ms);

void hold_release(int fd, int64_t at);

// For one who has just given the byte AT back and will take it again: waits until somebody else has it, or nobody
// waits for it any more; not for long.
void hold_give_way(int fd, int64_t at);

// What this process does with the byte that it holds is of another kind than HOLDER_BRIEF.
void hold_note_kind(int fd, int64_t at, enum holder_kind kind);

// SPDX-License-Identifier: Apache-2.0
// A wiring that is taken back unless somebody who has signed in since confirms it. It stands in a file, so that a
// reboot does not lose it.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/status.h"

struct pending {
  char boot[40];    // boot_id of the kernel that it was begun under
  int64_t begun_ms; // since that boot
  int64_t due_ms;   // likewise
  uint64_t rows;    // of wiring_table(), as bits: what was not wired before
};

// Milliseconds since the kernel booted, sleep included. -1 if the clock cannot be read.
int64_t pending_now_ms(void);

// Reads it. STATUS_NOT_FOUND: nothing waits. STATUS_CORRUPT: ERROR names the file. STATUS_IO.
MUST_CHECK enum status pending_read(struct error *error, struct pending *ret_pending);

// Notes it, durably, before anything is wired. BOOT and BEGUN_MS are filled in here. STATUS_IO, STATUS_NO_MEMORY.
MUST_CHECK enum status pending_write(struct pending *pending, struct error *error);

MUST_CHECK enum status pending_remove(struct error *error);

// Whether the time for it is over, or the host was booted since.
bool pending_is_due(const struct pending *pending);

// Milliseconds since boot at which the login began in which this process runs: of its nearest sshd or login. A channel
// of an older connection is that connection's. STATUS_NOT_FOUND where it is in none, such as under cron, in tmux, at
// boot.
MUST_CHECK enum status pending_login_ms(int64_t *ret_ms);

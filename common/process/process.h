// SPDX-License-Identifier: Apache-2.0
// Starts a helper program on one end of a socket pair: own session, clean environment, default signals, no descriptor
// but its socket as 0 and /dev/null as 1 and 2. Made to run inside somebody else's process: nothing is left open. The
// helper's end is a SIGCHLD for the caller, as that of every program is: execve() sees to that.
#pragma once
#include <stdbool.h>
#include <sys/types.h>

#include "base/status.h"

struct process {
  int fd;    // our end of the socket pair, -1 if not started
  int pidfd; // of the helper
};

#define PROCESS_NONE                                                                                                   \
  {                                                                                                                    \
    -1, -1                                                                                                             \
  }

// As whom a helper runs. DROP: uid and gid are set for good, without supplementary groups and new privileges.
struct process_user {
  bool drop;
  uid_t uid;
  gid_t gid;
};

// Starts the program at the absolute PATH. It dies when the calling thread does. STATUS_IO if it cannot be started
// (a missing program shows as STATUS_CLOSED on the socket). *RET_PROCESS is ended by process_end().
MUST_CHECK enum status process_start(const char *path, const struct process_user *user, struct process *ret_process);

// Closes our end, gives the helper GRACE_MS to go, kills it otherwise, and reaps it. PROCESS_NONE is legal.
void process_end(struct process *process, int grace_ms);

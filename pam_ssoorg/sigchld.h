// SPDX-License-Identifier: Apache-2.0
// Keeps the SIGCHLD of our helper away from the host program, whose handler knows nothing of it (HOLES H48). A helper
// cannot be started without one: execve() gives every child this exit signal.
#pragma once
#include <signal.h>

struct sigchld {
  sigset_t before;
};

// Holds SIGCHLD back for the calling thread.
struct sigchld sigchld_begin(void);

// To be called when the helper has been reaped: drops what it has sent, posts again what the host program's own
// children may have sent meanwhile, and lets SIGCHLD through as before.
void sigchld_end(const struct sigchld *hold);

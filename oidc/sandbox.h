// SPDX-License-Identifier: Apache-2.0
// What this process takes away from itself before it hears anything from anybody.
#pragma once
#include "base/status.h"

enum {
  SANDBOX_CPU_S = 5,    // 15 to 20 ms for a sign-in
  SANDBOX_START_S = 10, // of the clock: 10 ms is usual; out of memory liboauth2 waits and libseccomp spins for ever
  SANDBOX_DESCRIPTORS = 64,
  SANDBOX_MEMORY_MIB = 192, // 24 to 33 for a sign-in, under 48 with the largest document
};

// First thing in main(): refuses effective uid 0; umask 077, empty environment, not dumpable, no core file, no new
// privileges, killed with its parent, descriptors 0 to 2 alone and all of them open, limits on CPU, memory and
// descriptors, SIGPIPE ignored, no signal blocked. SANDBOX_START_S later SIGALRM ends the process unless sandbox_end()
// has done its work. STATUS_PERMISSION for uid 0, STATUS_IO.
MUST_CHECK enum status sandbox_begin(void);

// When the libraries are ready: from here on no byte is written to any file, and certificates and what the resolver
// needs are all that is left to be read. Of the system calls the few that a sign-in makes are left, anything else fails
// with EPERM: no program is started, no process forked, signalled or traced, nothing opened for writing, no thread, no
// more executable memory. STATUS_IO.
// *RET_LACKS is 0, or the errno, one of confinement_is_lack(), for which there is no Landlock: all else is in force
// then, and what is read is left to owners and modes. Whoever asked for this process says whether that will do.
MUST_CHECK enum status sandbox_end(int *ret_lacks);

// SPDX-License-Identifier: Apache-2.0
// What a helper that talks to the network takes away from itself.
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

enum { SANDBOX_START_S = 10 }; // of the clock: 10 ms is usual; out of memory liboauth2 waits and libseccomp spins

// What one of them keeps beyond what all keep.
struct sandbox {
  unsigned cpu_s; // 0: as much as it takes
  unsigned memory_mib;
  unsigned descriptors;
  bool pairs;       // of sockets, of its own
  const int *calls; // system calls, whatever their arguments are
  size_t call_count;
  const struct sandbox_option *options; // of sockets that are set
  size_t option_count;
};

struct sandbox_option {
  int level;
  int name;
};

// First thing in main(): refuses effective uid 0; umask 077, empty environment, not dumpable, no core file, no new
// privileges, killed with its parent, descriptors 0 to 2 alone and all of them open, limits on CPU, memory and
// descriptors, SIGPIPE ignored, no signal blocked. SANDBOX_START_S later SIGALRM ends the process unless sandbox_end()
// has done its work. STATUS_PERMISSION for uid 0, STATUS_IO.
MUST_CHECK enum status sandbox_begin(const struct sandbox *sandbox);

// When the libraries are ready: from here on no byte is written to any file, and certificates and what the resolver
// needs are all that is left to be read. Of the system calls the few that SANDBOX needs are left, anything else fails
// with EPERM: no program is started, no process forked, signalled or traced, nothing opened for writing, no thread, no
// more executable memory. STATUS_IO.
// *RET_LACKS is 0, or the errno, one of confinement_is_lack(), for which there is no Landlock: all else is in force
// then, and what is read is left to owners and modes. Whoever asked for this process says whether that will do.
MUST_CHECK enum status sandbox_end(const struct sandbox *sandbox, int *ret_lacks);

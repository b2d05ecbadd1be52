// SPDX-License-Identifier: Apache-2.0
// The system calls that are left when the libraries are ready (libseccomp). Anything else fails with EPERM: no program
// is started, no process forked, signalled or traced, nothing opened for writing, no thread, no more
// executable memory.
#pragma once
#include "base/status.h"

// Loads the filter for good. STATUS_IO if the kernel or the library refuses.
MUST_CHECK enum status filter_load(void);

// SPDX-License-Identifier: Apache-2.0
// The two parts of sandbox_end().
#pragma once
#include "helper/sandbox.h"

// Leaves the files to be read that are listed there, by Landlock (landlock(7)). 0 once it is in force, or the errno for
// which it is not.
MUST_CHECK int sandbox_limit_files(void);

// Leaves the system calls of SANDBOX (seccomp(2)). STATUS_IO.
MUST_CHECK enum status sandbox_limit_calls(const struct sandbox *sandbox);

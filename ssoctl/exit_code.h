// SPDX-License-Identifier: Apache-2.0
// How ssoctl ends: the exit codes of ssoctl(8), part of the contract with scripts, and the line that says why.
#pragma once
#include "base/status.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_REFUSED = 3, EXIT_NO_SUCH = 4, EXIT_PENDING = 5 };

// An error line "ssoctl: ..." on standard error; returns CODE.
__attribute__((format(printf, 2, 3))) int fail(int code, const char *format, ...);

// The exit code for STATUS.
int exit_code(enum status status);

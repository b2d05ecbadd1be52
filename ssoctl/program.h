// SPDX-License-Identifier: Apache-2.0
// Programs of the host that a command needs: by their absolute path, never through a shell.
#pragma once
#include <stdbool.h>

#include "base/bytes.h"
#include "base/status.h"

// Runs WORDS (the path first, NULL last) without an environment but PATH, with nothing to read, and waits for it. What
// it prints is thrown away if QUIET. *RET_CODE is how it exited; 128 and more where a signal ended it.
// STATUS_NOT_FOUND, STATUS_IO.
MUST_CHECK enum status program_run(const char *const *words, bool quiet, int *ret_code);

// The same, and what it prints on standard output, at most a megabyte, is appended to OUT. STATUS_TOO_LARGE besides.
MUST_CHECK enum status program_output(const char *const *words, struct bytes *out, int *ret_code);

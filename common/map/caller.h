// SPDX-License-Identifier: Apache-2.0
// Who loaded us.
#pragma once
#include <stdbool.h>

// True if its real and effective uid are 0.
bool caller_is_root(void);

// True if this process is root's sshd: real and effective uid 0, and its executable is one of SSHD_PATHS (separated by
// spaces).
bool caller_is_root_sshd(const char *sshd_paths);

// True if its executable is one of SSHD_PATHS, whoever runs it.
bool caller_is_sshd(const char *sshd_paths);

// True if the parent's is, whoever runs that. For a helper that dies with its parent.
bool caller_parent_is_sshd(const char *sshd_paths);

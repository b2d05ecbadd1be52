// SPDX-License-Identifier: Apache-2.0
// What a program inherits from whoever runs it, put in order before anything else: sudo hands much of it on.
#pragma once
#include "base/status.h"

// Descriptors 0 to 2 are open, no variable of the environment is left but the language and SUDO_UID; limits,
// scheduling, signals, umask and directory are such that nothing stops a change halfway. STATUS_IO, STATUS_NO_MEMORY.
MUST_CHECK enum status surroundings_settle(void);

// SPDX-License-Identifier: Apache-2.0
// The files that are left to be read: certificates and what the resolver needs (Landlock, see landlock(7)).
#pragma once
#include "base/status.h"

// Closes all other files and folders for good, for reading too. A kernel without Landlock leaves the rest to owners and
// modes and to filter.h: STATUS_OK. STATUS_IO if the kernel has it and refuses.
MUST_CHECK enum status readable_limit(void);

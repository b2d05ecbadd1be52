// SPDX-License-Identifier: Apache-2.0
// The uids and gids that there are where this process runs: a container without root, or one whose root is not the
// host's, has a part of them (user_namespaces(7)).
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

// Whether all from FIRST to LAST are there, as uids and as gids. STATUS_IO.
MUST_CHECK enum status numbers_are_here(uint32_t first, uint32_t last, bool *ret_here);

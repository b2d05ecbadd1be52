// SPDX-License-Identifier: Apache-2.0
// The ticket of a sign-in (POLICY K4) where the store takes no writes: a file in /run that is root's alone. It ends
// with the boot, is used once, and says no more than one in the store: who it was and how they signed in.
#pragma once
#include <stdint.h>

#include "store/entities.h"

// Keeps TICKET, whose id is 32 random hexadecimal digits, and sweeps those that have expired at NOW_S. STATUS_IO,
// STATUS_READ_ONLY, STATUS_NO_SPACE, STATUS_PERMISSION: the folder is not root's alone.
MUST_CHECK enum status run_ticket_put(const struct ticket *ticket, int64_t now_s);

// STATUS_NOT_FOUND: there is none of this id, or it has expired at NOW_S; STATUS_PERMISSION, STATUS_CORRUPT, STATUS_IO.
MUST_CHECK enum status run_ticket_get(const char *id, int64_t now_s, struct ticket *ret_ticket);

// Uses it up: of several that try one gets STATUS_OK. STATUS_NOT_FOUND, STATUS_PERMISSION, STATUS_IO.
MUST_CHECK enum status run_ticket_remove(const char *id);

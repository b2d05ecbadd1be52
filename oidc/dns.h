// SPDX-License-Identifier: Apache-2.0
// Asking name servers by c-ares: its channel, and waiting for it, for the files that ask for something.
#pragma once
#include <ares.h>
#include <stdint.h>

#include "base/address.h"
#include "base/status.h"

enum {
  DNS_TRY_MS = 1500, // for a server's first answer, and twice that for its second
  DNS_TRIES = 2,
};

// A channel to SERVER alone, or to those of resolv.conf if it is NULL; whole names only. FLAGS are more of
// ARES_FLAG_*. *RET_CHANNEL is closed by dns_close(). STATUS_NO_MEMORY.
MUST_CHECK enum status dns_open(const struct address *server, int flags, ares_channel *ret_channel);
void dns_close(ares_channel *channel);

// Waits for one event until DEADLINE_MS (monotonic) and lets c-ares have it, whose callbacks then run. STATUS_TIMEOUT,
// STATUS_CLOSED if the parent behind PARENT_FD is gone.
MUST_CHECK enum status dns_step(ares_channel channel, int parent_fd, int64_t deadline_ms);

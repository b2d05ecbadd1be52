// SPDX-License-Identifier: Apache-2.0
// Asking name servers by c-ares: its channel, and waiting for it, for the files that ask for something.
#pragma once
#include <ares.h>
#include <poll.h>
#include <stdint.h>

#include "base/address.h"
#include "base/status.h"

enum {
  DNS_TRY_MS = 1500, // for a server's first answer, and twice that for its second
  DNS_TRIES = 2,
};

enum { DNS_SOCKETS_MAX = ARES_GETSOCK_MAXNUM };

// A channel, and the sockets that it waits for. It stays where it is: the channel knows its place.
struct dns {
  ares_channel channel;
  nfds_t count;
  struct pollfd sockets[DNS_SOCKETS_MAX];
};

// A channel to SERVER alone, or to those of resolv.conf if it is NULL; whole names only. FLAGS are more of
// ARES_FLAG_*. *RET_DNS must be all zero, and is closed by dns_close(), also after a failure. STATUS_NO_MEMORY.
MUST_CHECK enum status dns_open(const struct address *server, int flags, struct dns *ret_dns);
void dns_close(struct dns *dns);

// Waits for one event until DEADLINE_MS (monotonic) and lets c-ares have it, whose callbacks then run. STATUS_TIMEOUT,
// STATUS_CLOSED if the parent behind PARENT_FD is gone.
MUST_CHECK enum status dns_step(struct dns *dns, int parent_fd, int64_t deadline_ms);

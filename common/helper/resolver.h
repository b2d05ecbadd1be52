// SPDX-License-Identifier: Apache-2.0
// The addresses of a host, from /etc/hosts and DNS (RFC 1034, RFC 3596), by c-ares: without a
// thread, and without the name service modules of the C library in this process.
#pragma once
#include <stdint.h>

#include "base/bytes.h"
#include "base/status.h"
#include "helper/failure.h"

enum {
  RESOLVER_ADDRESSES_MAX = 16, // of one host; what is beyond is left out
  RESOLVER_GRACE_MS = 300,     // for the other family, once one has answered
};

// Finds the addresses of HOST, IPv6 before IPv4, and appends them to RET_ADDRESSES with commas between them, those
// of IPv6 in brackets. STATUS_IO: there are none, or no server answered until DEADLINE_MS (monotonic); R says
// why (FAILURE_UNREACHABLE). STATUS_CLOSED: the parent behind PARENT_FD is gone. STATUS_NO_MEMORY.
MUST_CHECK enum status resolver_find(const char *host, int parent_fd, int64_t deadline_ms, struct failure *r,
                                     struct bytes *ret_addresses);

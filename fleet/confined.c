// SPDX-License-Identifier: Apache-2.0
#include "confined.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/cleanup.h"

enum { MEMORY_MIB = 256, DESCRIPTORS = 64 };

// As fleet/options.c asks libpq for them.
static const struct sandbox_option OPTIONS[] = {
    {IPPROTO_TCP, TCP_NODELAY},   {SOL_SOCKET, SO_KEEPALIVE}, {IPPROTO_TCP, TCP_KEEPIDLE},
    {IPPROTO_TCP, TCP_KEEPINTVL}, {IPPROTO_TCP, TCP_KEEPCNT}, {IPPROTO_TCP, TCP_USER_TIMEOUT},
};

// It lives as long as ssoorg-sync does.
const struct sandbox CONFINED = {
    .cpu_s = 0,
    .memory_mib = MEMORY_MIB,
    .descriptors = DESCRIPTORS,
    .options = OPTIONS,
    .option_count = COUNT_OF(OPTIONS),
};

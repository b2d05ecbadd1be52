// SPDX-License-Identifier: Apache-2.0
#include "confined.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <seccomp.h>

#include "base/cleanup.h"

static const int CALLS[] = {
    SCMP_SYS(dup),         SCMP_SYS(pipe2),      SCMP_SYS(eventfd2),   SCMP_SYS(select),
    SCMP_SYS(pselect6),    SCMP_SYS(epoll_ctl),  SCMP_SYS(epoll_wait), SCMP_SYS(epoll_create1),
    SCMP_SYS(epoll_pwait), SCMP_SYS(getdents64), SCMP_SYS(statfs),     SCMP_SYS(fstatfs),
};

static const struct sandbox_option OPTIONS[] = {{IPPROTO_TCP, TCP_NODELAY}};

const struct sandbox CONFINED = {
    .cpu_s = CONFINED_CPU_S,
    .memory_mib = CONFINED_MEMORY_MIB,
    .descriptors = CONFINED_DESCRIPTORS,
    .pairs = true,
    .calls = CALLS,
    .call_count = COUNT_OF(CALLS),
    .options = OPTIONS,
    .option_count = COUNT_OF(OPTIONS),
};

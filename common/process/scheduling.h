// SPDX-License-Identifier: Apache-2.0
// What a process inherits of how it is scheduled.
#pragma once

// Gives it all back that whoever started this process may have set (HOLES H65): policy, niceness, bounds of
// utilization and slice, processors, I/O class, timer slack, memory policy, execution domain, preference of the
// out-of-memory killer, and the group of processes that it shares a core with. What the kernel does not know or permit
// stays as it is; a cgroup does too. For a program that runs as root.
void scheduling_reset(void);

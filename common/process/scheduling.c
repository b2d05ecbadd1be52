// SPDX-License-Identifier: Apache-2.0
#include "process/scheduling.h"

#include <fcntl.h>
#include <linux/ioprio.h>
#include <linux/mempolicy.h>
#include <linux/sched.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"

enum { PROCESSORS_MAX = 8192, TIMER_SLACK_NS = 50000 };

// The argument of sched_setattr(2), for which older C libraries have no declaration.
struct attributes {
  uint32_t size;
  uint32_t policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime_ns;
  uint64_t deadline_ns;
  uint64_t period_ns;
  uint32_t util_min;
  uint32_t util_max;
};

// A kernel without bounds of utilization refuses the whole call with them.
static void reset_policy(void)
{
  struct attributes usual = {.size = sizeof usual,
                             .policy = SCHED_OTHER,
                             .flags = SCHED_FLAG_UTIL_CLAMP_MIN | SCHED_FLAG_UTIL_CLAMP_MAX,
                             .util_min = UINT32_MAX, // -1: the system's own
                             .util_max = UINT32_MAX};
  if (syscall(SYS_sched_setattr, 0, &usual, 0) != 0) {
    usual.flags = 0;
    usual.util_min = usual.util_max = 0;
    (void)syscall(SYS_sched_setattr, 0, &usual, 0);
  }
}

// Those that the system, or the cpuset of this process, has not are left out by the kernel.
static void reset_processors(void)
{
  unsigned char all[PROCESSORS_MAX / 8];
  memset(all, 0xff, sizeof all);
  (void)syscall(SYS_sched_setaffinity, 0, sizeof all, all);
}

static void reset_oom(void)
{
  static const char NONE[] = "0";
  int fd CLEANUP(cleanup_fd) = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd >= 0) {
    enum status status = file_write_all(fd, NONE, sizeof NONE - 1);
    (void)status;
  }
}

void scheduling_reset(void)
{
  reset_policy();
  (void)setpriority(PRIO_PROCESS, 0, 0);
  reset_processors();
  (void)syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_NONE, 0));
  (void)prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS, 0, 0, 0);
  (void)syscall(SYS_set_mempolicy, MPOL_DEFAULT, NULL, 0);
  (void)personality(PER_LINUX);
  reset_oom();
  // As the first process, which is in no such group.
  (void)prctl(PR_SCHED_CORE, PR_SCHED_CORE_SHARE_FROM, 1, PR_SCHED_CORE_SCOPE_THREAD, 0);
}

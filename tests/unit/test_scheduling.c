// SPDX-License-Identifier: Apache-2.0
// Each attribute of how a process is scheduled, set by whoever starts it, is what it would be without that after
// scheduling_reset() (HOLES H65). As root; a kernel that does not know one lets its test be skipped.
#include <fcntl.h>
#include <linux/ioprio.h>
#include <linux/mempolicy.h>
#include <linux/sched.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/scheduling.h"
#include "unit.h"

enum outcome { CHANGED_BACK, NOT_RESET, CANNOT_BE_SET };

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

static long read_oom(void)
{
  char text[32] = "";
  int fd CLEANUP(cleanup_fd) = open("/proc/self/oom_score_adj", O_RDONLY | O_CLOEXEC);
  return read(fd, text, sizeof text - 1) > 0 ? strtol(text, NULL, 10) : -1;
}

static bool set_oom(void)
{
  int fd CLEANUP(cleanup_fd) = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  return write(fd, "500", 3) == 3;
}

static long read_policy(void)
{
  return sched_getscheduler(0);
}

static bool set_idle(void)
{
  const struct sched_param none = {.sched_priority = 0};
  return sched_setscheduler(0, SCHED_IDLE, &none) == 0;
}

static bool set_batch(void)
{
  const struct sched_param none = {.sched_priority = 0};
  return sched_setscheduler(0, SCHED_BATCH | SCHED_RESET_ON_FORK, &none) == 0;
}

static long read_nice(void)
{
  return getpriority(PRIO_PROCESS, 0);
}

static bool set_nice(void)
{
  return setpriority(PRIO_PROCESS, 0, 19) == 0;
}

static struct attributes read_attributes(void)
{
  struct attributes now = {.size = sizeof now};
  (void)syscall(SYS_sched_getattr, 0, &now, sizeof now, 0);
  return now;
}

static long read_util_max(void)
{
  return (long)read_attributes().util_max;
}

static bool set_util_max(void)
{
  struct attributes low = {.size = sizeof low, .policy = SCHED_OTHER, .flags = SCHED_FLAG_UTIL_CLAMP_MAX};
  return syscall(SYS_sched_setattr, 0, &low, 0) == 0;
}

static long read_slice(void)
{
  return (long)read_attributes().runtime_ns;
}

static bool set_slice(void)
{
  struct attributes longer = {.size = sizeof longer, .policy = SCHED_OTHER, .runtime_ns = 90000000};
  return syscall(SYS_sched_setattr, 0, &longer, 0) == 0;
}

static long read_processors(void)
{
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : -1;
}

static bool set_processors(void)
{
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(0, &one);
  return sched_setaffinity(0, sizeof one, &one) == 0;
}

static long read_io(void)
{
  return syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, 0);
}

static bool set_io(void)
{
  return syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_IDLE, 7)) == 0;
}

static long read_slack(void)
{
  return prctl(PR_GET_TIMERSLACK);
}

static bool set_slack(void)
{
  return prctl(PR_SET_TIMERSLACK, 3000000000UL) == 0;
}

static long read_memory(void)
{
  int mode = -1;
  return syscall(SYS_get_mempolicy, &mode, NULL, 0, NULL, 0) == 0 ? mode : -1;
}

static bool set_memory(void)
{
  const unsigned long first = 1;
  return syscall(SYS_set_mempolicy, MPOL_BIND, &first, sizeof first * 8) == 0;
}

static long read_domain(void)
{
  return personality(0xffffffff);
}

static bool set_domain(void)
{
  return personality(ADDR_NO_RANDOMIZE | UNAME26) >= 0;
}

static long read_core(void)
{
  unsigned long cookie = 0;
  (void)prctl(PR_SCHED_CORE, PR_SCHED_CORE_GET, 0, PR_SCHED_CORE_SCOPE_THREAD, &cookie);
  return (long)cookie;
}

static bool set_core(void)
{
  return prctl(PR_SCHED_CORE, PR_SCHED_CORE_CREATE, 0, PR_SCHED_CORE_SCOPE_THREAD, 0) == 0;
}

static const struct attribute {
  const char *name;
  bool (*set)(void);
  long (*read)(void);
} ATTRIBUTES[] = {
    {"SCHED_IDLE", set_idle, read_policy},
    {"SCHED_BATCH", set_batch, read_policy},
    {"nice", set_nice, read_nice},
    {"utilization", set_util_max, read_util_max},
    {"slice", set_slice, read_slice},
    {"processors", set_processors, read_processors},
    {"I/O class", set_io, read_io},
    {"timer slack", set_slack, read_slack},
    {"out-of-memory killer", set_oom, read_oom},
    {"memory policy", set_memory, read_memory},
    {"execution domain", set_domain, read_domain},
    {"core", set_core, read_core},
};

// What the attribute is in a process that has been reset, and in one that had been set before.
static enum outcome try_attribute(const struct attribute *attribute)
{
  scheduling_reset();
  long usual = attribute->read();
  if (!attribute->set() || attribute->read() == usual) {
    return CANNOT_BE_SET;
  }
  scheduling_reset();
  return attribute->read() == usual ? CHANGED_BACK : NOT_RESET;
}

static void H65_what_the_caller_has_set_is_reset(void **state)
{
  const struct attribute *attribute = *state;
  int how = -1;
  pid_t pid = fork();
  if (pid == 0) {
    _exit(try_attribute(attribute));
  }
  assert_int_equal(waitpid(pid, &how, 0), pid);
  assert_true(WIFEXITED(how));
  if (WEXITSTATUS(how) == CANNOT_BE_SET) {
    skip();
  }
  assert_int_equal(WEXITSTATUS(how), CHANGED_BACK);
}

int main(void)
{
  struct CMUnitTest tests[COUNT_OF(ATTRIBUTES)];
  for (size_t i = 0; i < COUNT_OF(ATTRIBUTES); i++) {
    tests[i] = (struct CMUnitTest){ATTRIBUTES[i].name, H65_what_the_caller_has_set_is_reset, NULL, NULL,
                                   (void *)(uintptr_t)&ATTRIBUTES[i]};
  }
  return cmocka_run_group_tests(tests, NULL, NULL);
}

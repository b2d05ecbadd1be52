// SPDX-License-Identifier: Apache-2.0
#include "sigchld.h"

#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static sigset_t only_sigchld(void)
{
  sigset_t set;
  (void)sigemptyset(&set);
  (void)sigaddset(&set, SIGCHLD);
  return set;
}

struct sigchld sigchld_begin(void)
{
  struct sigchld hold;
  const sigset_t set = only_sigchld();
  (void)sigemptyset(&hold.before);
  (void)pthread_sigmask(SIG_BLOCK, &set, &hold.before);
  return hold;
}

void sigchld_end(const struct sigchld *hold)
{
  static const struct timespec AT_ONCE = {0, 0};
  const sigset_t set = only_sigchld();
  siginfo_t info = {.si_pid = 0};
  // Signals of one number are merged: one may stand for our helper and for a child of the host program.
  if (sigtimedwait(&set, NULL, &AT_ONCE) == SIGCHLD && waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
      info.si_pid != 0) {
    (void)kill(getpid(), SIGCHLD);
  }
  (void)pthread_sigmask(SIG_SETMASK, &hold->before, NULL);
}

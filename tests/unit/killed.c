// SPDX-License-Identifier: Apache-2.0
#include "killed.h"

#include <seccomp.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "unit.h"

// The process is stopped where it enters one of the system calls that change files, and nowhere else.
static bool stop_at_changes(void)
{
  static const int CALLS[] = {SCMP_SYS(write),     SCMP_SYS(pwrite64), SCMP_SYS(writev),    SCMP_SYS(pwritev),
                              SCMP_SYS(fdatasync), SCMP_SYS(fsync),    SCMP_SYS(ftruncate), SCMP_SYS(rename),
                              SCMP_SYS(renameat),  SCMP_SYS(unlink)};
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
  bool good = filter != NULL;
  for (size_t i = 0; good && i < COUNT_OF(CALLS); i++) {
    good = seccomp_rule_add(filter, SCMP_ACT_TRACE(0), CALLS[i], 0) == 0;
  }
  return good && seccomp_load(filter) == 0;
}

// Goes on to where the process enters the next of them, or leaves the one that it has entered.
static int go_on(pid_t pid, bool leaves)
{
  int how = 0;
  do {
    assert_int_equal(ptrace(leaves ? PTRACE_SYSCALL : PTRACE_CONT, pid, NULL, NULL), 0);
    assert_int_equal(waitpid(pid, &how, 0), pid);
  } while (WIFSTOPPED(how) && !leaves && how >> 8 != (SIGTRAP | PTRACE_EVENT_SECCOMP << 8));
  return how;
}

bool killed_at(void (*prepare)(void), void (*work)(unsigned number), unsigned number, unsigned stop)
{
  int how = 0;
  pid_t pid = fork();
  if (pid == 0) {
    prepare();
    if (stop_at_changes() && ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 && raise(SIGSTOP) == 0) {
      work(number);
    }
    _exit(0);
  }
  assert_int_equal(waitpid(pid, &how, 0), pid);
  assert_true(WIFSTOPPED(how));
  assert_int_equal(ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL), 0);
  for (unsigned i = 0; i < stop && WIFSTOPPED(how); i++) {
    how = go_on(pid, i % 2 == 1);
  }
  if (!WIFSTOPPED(how)) {
    return false;
  }
  assert_int_equal(kill(pid, SIGKILL), 0);
  assert_int_equal(waitpid(pid, &how, 0), pid);
  return true;
}

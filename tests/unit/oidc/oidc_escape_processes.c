// SPDX-License-Identifier: Apache-2.0
// The confinement of ssoorg-oidc: it starts nothing, reaches no other process, and stays what it is.
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "confined.h"
#include "escape.h"

static bool start_a_program(void)
{
  char *const words[] = {(char[]){"true"}, NULL};
  return execv("/bin/true", words) == 0;
}

static bool start_a_program_by_descriptor(void)
{
  char *const words[] = {(char[]){"true"}, NULL};
  int fd = open("/etc/hosts", O_RDONLY | O_CLOEXEC); // the file does not matter: the call must not be there
  return fd < 0 || syscall(SYS_execveat, fd, "", words, NULL, AT_EMPTY_PATH) == 0;
}

static bool fork_off(void)
{
  pid_t pid = fork();
  if (pid == 0) {
    _exit(0);
  }
  return pid > 0;
}

static bool clone_off(void)
{
  return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) >= 0;
}

static bool signal_the_parent(void)
{
  return kill(getppid(), 0) == 0;
}

static bool signal_itself_and_siblings(void)
{
  return kill(getpid(), 0) == 0 || kill(-1, 0) == 0 || syscall(SYS_tgkill, getpid(), getpid(), 0) == 0;
}

static bool let_the_kernel_signal(void)
{
  int fds[2];
  return socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0 || fcntl(fds[0], F_SETOWN, getppid()) == 0;
}

static bool trace(void)
{
  return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 || ptrace(PTRACE_SEIZE, getppid(), NULL, NULL) == 0;
}

static void *answer(void *nothing)
{
  return nothing;
}

static bool start_a_thread(void)
{
  pthread_t thread;
  errno = pthread_create(&thread, NULL, answer, NULL);
  return errno == 0;
}

static bool become_dumpable(void)
{
  return prctl(PR_SET_DUMPABLE, 1UL, 0UL, 0UL, 0UL) == 0;
}

static bool outlive_the_parent(void)
{
  return prctl(PR_SET_PDEATHSIG, 0UL, 0UL, 0UL, 0UL) == 0;
}

static bool raise_a_limit(void)
{
  const struct rlimit more = {1000, 1000};
  return setrlimit(RLIMIT_FSIZE, &more) == 0;
}

static bool become_somebody(void)
{
  return setuid(0) == 0 || setgid(0) == 0;
}

static bool ask_the_process_for_more(void)
{
  for (int option = 1; option < 80; option++) {
    if (syscall(SYS_prctl, option, 0UL, 0UL, 0UL, 0UL) >= 0) {
      return true;
    }
  }
  errno = EPERM;
  return false;
}

REFUSED(start_a_program)
REFUSED(start_a_program_by_descriptor)
REFUSED(fork_off)
REFUSED(clone_off)
REFUSED(signal_the_parent)
REFUSED(signal_itself_and_siblings)
REFUSED(let_the_kernel_signal)
REFUSED(trace)
REFUSED(start_a_thread)
REFUSED(become_dumpable)
REFUSED(outlive_the_parent)
REFUSED(raise_a_limit)
REFUSED(become_somebody)
REFUSED(ask_the_process_for_more)

// liboauth2 waits on a semaphore that nobody posts when it is short of memory; and whoever starts the program may have
// left it deaf.
static void may_not_wait_for_ever_at_its_start(void **state)
{
  (void)state;
  int how = 0;
  pid_t pid = fork();
  assert_true(pid >= 0);
  if (pid == 0) {
    sigset_t all;
    bool deaf =
        sigfillset(&all) == 0 && sigprocmask(SIG_SETMASK, &all, NULL) == 0 && signal(SIGALRM, SIG_IGN) != SIG_ERR;
    bool begun = deaf && setgid(NOBODY) == 0 && setuid(NOBODY) == 0 && sandbox_begin(&CONFINED) == STATUS_OK;
    unsigned left_s = begun ? alarm(1) : 0;
    while (left_s > 0 && left_s <= SANDBOX_START_S) {
      (void)pause();
    }
    _exit(NOT_CONFINED);
  }
  assert_int_equal(waitpid(pid, &how, 0), pid);
  assert_true(WIFSIGNALED(how) && WTERMSIG(how) == SIGALRM);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(may_not_start_a_program),
      cmocka_unit_test(may_not_start_a_program_by_descriptor),
      cmocka_unit_test(may_not_fork_off),
      cmocka_unit_test(may_not_clone_off),
      cmocka_unit_test(may_not_signal_the_parent),
      cmocka_unit_test(may_not_signal_itself_and_siblings),
      cmocka_unit_test(may_not_let_the_kernel_signal),
      cmocka_unit_test(may_not_trace),
      cmocka_unit_test(may_not_ask_the_process_for_more),
      cmocka_unit_test(may_not_start_a_thread),
      cmocka_unit_test(may_not_become_dumpable),
      cmocka_unit_test(may_not_outlive_the_parent),
      cmocka_unit_test(may_not_raise_a_limit),
      cmocka_unit_test(may_not_wait_for_ever_at_its_start),
      cmocka_unit_test(may_not_become_somebody),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
#include "process/process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"

enum { SOCKET_FD = 0, FIRST_CLOSED_FD = 3, CHILD_FAILED = 127 };

static void reset_signals(void)
{
  sigset_t none;
  const struct sigaction initial = {.sa_handler = SIG_DFL};
  for (int number = 1; number < NSIG; number++) {
    (void)sigaction(number, &initial, NULL); // fails for SIGKILL, SIGSTOP and the C library's own: they are default
  }
  (void)sigemptyset(&none);
  (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool become(const struct process_user *user)
{
  if (!user->drop) {
    return true;
  }
  return setgroups(0, NULL) == 0 && setresgid(user->gid, user->gid, user->gid) == 0 &&
         setresuid(user->uid, user->uid, user->uid) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

// Between clone and exec: async-signal-safe calls only.
static void run_child(const char *path, const struct process_user *user, int fd, pid_t parent)
{
  char *const arguments[] = {(char *)(uintptr_t)path, NULL};
  char *const environment[] = {NULL};
  reset_signals();
  if (setsid() < 0 || dup2(fd, SOCKET_FD) < 0) {
    _exit(CHILD_FAILED);
  }
  int null = open("/dev/null", O_RDWR);
  if (null < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0) {
    _exit(CHILD_FAILED);
  }
  if (close_range(FIRST_CLOSED_FD, ~0U, 0) != 0 || !become(user)) {
    _exit(CHILD_FAILED);
  }
  // After become(): changing the uid clears the parent-death signal.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || getppid() != parent) {
    _exit(CHILD_FAILED);
  }
  (void)execve(path, arguments, environment);
  _exit(CHILD_FAILED);
}

enum status process_start(const char *path, const struct process_user *user, struct process *ret_process)
{
  int pair[2];
  int pidfd = -1;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
    return STATUS_IO;
  }
  int ours CLEANUP(cleanup_fd) = pair[0];
  int theirs CLEANUP(cleanup_fd) = pair[1];
  pid_t parent = getpid();
  struct clone_args arguments = {.flags = CLONE_PIDFD, .pidfd = (uint64_t)(uintptr_t)&pidfd, .exit_signal = SIGCHLD};
  long pid = syscall(SYS_clone3, &arguments, sizeof arguments);
  if (pid < 0) {
    return STATUS_IO;
  }
  if (pid == 0) {
    run_child(path, user, theirs, parent);
  }
  *ret_process = (struct process){take_fd(&ours), pidfd};
  return STATUS_OK;
}

static bool has_ended(int pidfd, int wait_ms)
{
  struct pollfd entry = {.fd = pidfd, .events = POLLIN};
  int ready = 0;
  do {
    ready = poll(&entry, 1, wait_ms);
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

void process_end(struct process *process, int grace_ms)
{
  siginfo_t info;
  cleanup_fd(&process->fd);
  process->fd = -1;
  if (process->pidfd < 0) {
    return;
  }
  if (!has_ended(process->pidfd, grace_ms)) {
    (void)syscall(SYS_pidfd_send_signal, process->pidfd, SIGKILL, NULL, 0);
  }
  // SIGKILL cannot be refused: this wait is short.
  while (waitid(P_PIDFD, (id_t)process->pidfd, &info, WEXITED | __WALL) != 0 && errno == EINTR) {
  }
  cleanup_fd(&process->pidfd);
  process->pidfd = -1;
}

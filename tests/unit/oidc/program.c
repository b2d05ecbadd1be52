// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"

enum { NOBODY = 65534, STEP_US = 5000, SEND_MS = 60000, EXIT_NOT_STARTED = 99 };

// A sanitizer looks for leaks by tracing, which a process that is not dumpable does not allow.
static char *const ENVIRONMENT[] = {(char[]){"ASAN_OPTIONS=detect_leaks=0"}, NULL};
static char *const ARGUMENTS[] = {(char[]){"ssoorg-oidc"}, NULL};

static void become(uid_t uid)
{
  if (geteuid() == 0 && uid != 0 && (setgroups(0, NULL) != 0 || setgid(uid) != 0 || setuid(uid) != 0)) {
    _exit(EXIT_NOT_STARTED);
  }
}

static pid_t start(int fd, uid_t uid, const struct denials *denials)
{
  // Opened before the ids change: the build directory may lie where nobody else may look.
  int program CLEANUP(cleanup_fd) = open(SSOORG_OIDC, O_PATH | O_CLOEXEC);
  pid_t pid = fork();
  if (pid == 0) {
    become(uid);
    if (denials != NULL) {
      deny(denials);
    }
    if (dup2(fd, STDIN_FILENO) != STDIN_FILENO) {
      _exit(EXIT_NOT_STARTED);
    }
    (void)execveat(program, "", ARGUMENTS, ENVIRONMENT, AT_EMPTY_PATH);
    _exit(EXIT_NOT_STARTED);
  }
  if (pid < 0) {
    abort();
  }
  return pid;
}

struct program program_start_under(const struct denials *denials)
{
  int ends[2] = {-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    abort();
  }
  pid_t pid = start(ends[1], geteuid() == 0 ? NOBODY : geteuid(), denials);
  (void)close(ends[1]);
  return (struct program){pid, channel_init(ends[0], LINK_SIGNIN_OIDC, PARTY_SIGNIN)};
}

struct program program_start(void)
{
  return program_start_under(NULL);
}

static int status_of(int how)
{
  return WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
}

int program_run(int fd, uid_t uid)
{
  int how = 0;
  pid_t pid = start(fd, uid, NULL);
  return waitpid(pid, &how, 0) == pid ? status_of(how) : -1;
}

int program_end(struct program *p, int limit_ms)
{
  int how = 0;
  int64_t deadline_ms = clock_monotonic_ms() + limit_ms;
  pid_t ended = 0;
  (void)close(p->channel.fd);
  while ((ended = waitpid(p->pid, &how, WNOHANG)) == 0 && clock_monotonic_ms() < deadline_ms) {
    (void)usleep(STEP_US);
  }
  if (ended == p->pid) {
    return status_of(how);
  }
  (void)kill(p->pid, SIGKILL);
  (void)waitpid(p->pid, &how, 0);
  return -1;
}

int program_ask(struct program *p, enum message_type type, const struct message_sign_in *request)
{
  return (int)channel_send(&p->channel, type, request, clock_monotonic_ms() + SEND_MS);
}

int program_hear(struct program *p, int limit_ms, void **ret_value)
{
  enum message_type type = 0;
  enum status status = channel_receive(&p->channel, clock_monotonic_ms() + limit_ms, &type, ret_value);
  return status == STATUS_OK ? (int)type : 0;
}

// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BY_SIGNAL = 128 };

static int redirect(posix_spawn_file_actions_t *actions, bool quiet)
{
  int failed = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  if (quiet && failed == 0) {
    failed = posix_spawn_file_actions_addopen(actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    failed = failed != 0 ? failed : posix_spawn_file_actions_adddup2(actions, STDOUT_FILENO, STDERR_FILENO);
  }
  return failed;
}

enum status program_run(const char *const *words, bool quiet, int *ret_code)
{
  char *const environment[] = {(char[]){"PATH=/usr/sbin:/usr/bin:/sbin:/bin"}, NULL};
  posix_spawn_file_actions_t actions;
  pid_t pid = -1;
  int how = 0;
  if (posix_spawn_file_actions_init(&actions) != 0) {
    return STATUS_NO_MEMORY;
  }
  int failed = redirect(&actions, quiet);
  failed =
      failed != 0 ? failed : posix_spawn(&pid, words[0], &actions, NULL, (char *const *)(uintptr_t)words, environment);
  (void)posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) {
    return failed == ENOENT ? STATUS_NOT_FOUND : STATUS_IO;
  }
  if (waitpid(pid, &how, 0) != pid) {
    return STATUS_IO;
  }
  *ret_code = WIFEXITED(how) ? WEXITSTATUS(how) : BY_SIGNAL + WTERMSIG(how);
  return STATUS_OK;
}

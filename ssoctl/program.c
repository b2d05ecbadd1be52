// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"

enum { BY_SIGNAL = 128 };

// With OUTPUT -1 to nowhere; 1 is left as it is.
static int redirect(posix_spawn_file_actions_t *actions, int output)
{
  int failed = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  if (output == STDOUT_FILENO || failed != 0) {
    return failed;
  }
  failed = output < 0 ? posix_spawn_file_actions_addopen(actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
                      : posix_spawn_file_actions_adddup2(actions, output, STDOUT_FILENO);
  return failed != 0 ? failed : posix_spawn_file_actions_addopen(actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
}

static enum status run(const char *const *words, int output, int *ret_code)
{
  char *const environment[] = {(char[]){"PATH=/usr/sbin:/usr/bin:/sbin:/bin"}, NULL};
  posix_spawn_file_actions_t actions;
  pid_t pid = -1;
  int how = 0;
  if (posix_spawn_file_actions_init(&actions) != 0) {
    return STATUS_NO_MEMORY;
  }
  int failed = redirect(&actions, output);
  failed =
      failed != 0 ? failed : posix_spawn(&pid, words[0], &actions, NULL, (char *const *)(uintptr_t)words, environment);
  (void)posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) {
    return failed == ENOENT ? STATUS_NOT_FOUND : STATUS_IO;
  }
  pid_t got = -1;
  do {
    got = waitpid(pid, &how, 0);
  } while (got < 0 && errno == EINTR);
  if (got != pid) {
    return STATUS_IO;
  }
  *ret_code = WIFEXITED(how) ? WEXITSTATUS(how) : BY_SIGNAL + WTERMSIG(how);
  return STATUS_OK;
}

enum status program_run(const char *const *words, bool quiet, int *ret_code)
{
  return run(words, quiet ? -1 : STDOUT_FILENO, ret_code);
}

enum status program_output(const char *const *words, struct bytes *out, int *ret_code)
{
  enum { LIMIT = 1024 * 1024 };
  int fd CLEANUP(cleanup_fd) = memfd_create("output", MFD_CLOEXEC);
  if (fd < 0) {
    return STATUS_IO;
  }
  enum status status = run(words, fd, ret_code);
  if (status != STATUS_OK) {
    return status;
  }
  return lseek(fd, 0, SEEK_SET) == 0 ? file_read_all(fd, LIMIT, out) : STATUS_IO;
}

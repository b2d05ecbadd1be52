// SPDX-License-Identifier: Apache-2.0
#include "active_org/home_line.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"

enum { WAIT_MS = 1000, NEW_SIZE = 40, ANSWER_FD = 3 };

static const char *const FOLDERS[] = {".config", "ssoorg"};

// The folder of the files, made on the way if MAKE. -1 if it is not there.
static int open_folder(const char *home, bool make)
{
  int fd = open(home, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  for (size_t i = 0; fd >= 0 && i < COUNT_OF(FOLDERS); i++) {
    int above = fd;
    if (make && mkdirat(above, FOLDERS[i], 0700) != 0 && errno != EEXIST) {
      (void)close(above);
      return -1;
    }
    fd = openat(above, FOLDERS[i], O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    (void)close(above);
  }
  return fd;
}

static bool is_line(const char *text)
{
  size_t length = strlen(text);
  for (size_t i = 0; i < length; i++) {
    if (text[i] < 0x20 || text[i] > 0x7e) {
      return false;
    }
  }
  return length > 0 && length < HOME_LINE_SIZE;
}

enum status home_line_load(const char *home, uid_t uid, const char *name, char text[static HOME_LINE_SIZE])
{
  char found[HOME_LINE_SIZE + 1] = "";
  struct stat st;
  int folder CLEANUP(cleanup_fd) = open_folder(home, false);
  if (folder < 0) {
    return STATUS_NOT_FOUND;
  }
  int fd CLEANUP(cleanup_fd) = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0) {
    return errno == ENOENT ? STATUS_NOT_FOUND : STATUS_INVALID;
  }
  if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_uid != uid || read(fd, found, sizeof found - 1) <= 0) {
    return STATUS_INVALID;
  }
  found[strcspn(found, "\n")] = '\0';
  if (!is_line(found)) {
    return STATUS_INVALID;
  }
  memcpy(text, found, HOME_LINE_SIZE);
  return STATUS_OK;
}

enum status home_line_save(const char *home, const char *name, const char *text)
{
  char line[HOME_LINE_SIZE + 1];
  char new_name[NEW_SIZE];
  int length = snprintf(line, sizeof line, "%s\n", text);
  (void)snprintf(new_name, sizeof new_name, "%s.new", name);
  int folder CLEANUP(cleanup_fd) = open_folder(home, true);
  if (folder < 0 || (unlinkat(folder, new_name, 0) != 0 && errno != ENOENT)) {
    return STATUS_IO;
  }
  int fd CLEANUP(cleanup_fd) = openat(folder, new_name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  bool written = fd >= 0 && write(fd, line, (size_t)length) == (ssize_t)length;
  return written && renameat(folder, new_name, folder, name) == 0 ? STATUS_OK : STATUS_IO;
}

// What came of it, as the process that did it says it.
struct answer {
  int32_t status;
  char text[HOME_LINE_SIZE];
};

// What the process of its own does: it becomes the user for good, and answers on PIPE.
static void work_as(const struct home_owner *owner, const char *name, const char *save, int pipe)
{
  struct answer answer = {.status = STATUS_PERMISSION};
  // A home can hang for ever, and this process with it: locks and sockets of the one that started it are not its own
  // to keep (HOLES H64).
  bool alone = dup2(pipe, ANSWER_FD) == ANSWER_FD && close_range(0, ANSWER_FD - 1, 0) == 0 &&
               close_range(ANSWER_FD + 1, ~0U, 0) == 0;
  if (!alone) {
    _exit(1);
  }
  bool became = setgroups(0, NULL) == 0 && setresgid(owner->gid, owner->gid, owner->gid) == 0 &&
                setresuid(owner->uid, owner->uid, owner->uid) == 0;
  if (became) {
    answer.status = save != NULL ? home_line_save(owner->home, name, save)
                                 : home_line_load(owner->home, owner->uid, name, answer.text);
  }
  _exit(write(ANSWER_FD, &answer, sizeof answer) == (ssize_t)sizeof answer ? 0 : 1);
}

static enum status receive(int fd, struct answer *answer)
{
  struct pollfd entry = {.fd = fd, .events = POLLIN};
  ssize_t got = poll(&entry, 1, WAIT_MS) == 1 ? read(fd, answer, sizeof *answer) : -1;
  return got == (ssize_t)sizeof *answer ? STATUS_OK : STATUS_TIMEOUT;
}

static enum status do_as(const struct home_owner *owner, const char *name, const char *save, struct answer *answer)
{
  int ends[2];
  if (owner->uid == 0 || owner->gid == 0 || pipe2(ends, O_CLOEXEC) != 0) {
    return STATUS_IO;
  }
  pid_t pid = fork();
  if (pid == 0) {
    work_as(owner, name, save, ends[1]);
  }
  (void)close(ends[1]);
  enum status status = pid > 0 ? receive(ends[0], answer) : STATUS_IO;
  (void)close(ends[0]);
  if (pid > 0) { // whatever hangs in a home is not waited for
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, status == STATUS_TIMEOUT ? WNOHANG : 0);
  }
  return status;
}

// The user could have stopped that process and written into its answer: nothing of it is taken as it is.
enum status home_line_load_as(const struct home_owner *owner, const char *name, char text[static HOME_LINE_SIZE])
{
  struct answer answer;
  enum status status = do_as(owner, name, NULL, &answer);
  if (status != STATUS_OK) {
    return status;
  }
  if (answer.status != STATUS_OK) {
    return answer.status == STATUS_INVALID ? STATUS_INVALID : STATUS_NOT_FOUND;
  }
  answer.text[HOME_LINE_SIZE - 1] = '\0';
  if (!is_line(answer.text)) {
    return STATUS_INVALID;
  }
  memcpy(text, answer.text, HOME_LINE_SIZE);
  return STATUS_OK;
}

enum status home_line_save_as(const struct home_owner *owner, const char *name, const char *text)
{
  struct answer answer;
  enum status status = do_as(owner, name, text, &answer);
  return status == STATUS_OK && answer.status != STATUS_OK ? STATUS_IO : status;
}

// SPDX-License-Identifier: Apache-2.0
#include "active_org/active_org.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"

enum { WAIT_MS = 1000 };

static const char *const FOLDERS[] = {".config", "ssoorg"};
static const char FILE_NAME[] = "active-org";
static const char FILE_NEW[] = "active-org.new";

// The folder of the file, made on the way if MAKE. -1 if it is not there.
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

enum status active_org_load(const char *home, uid_t uid, char slug[static SLUG_SIZE])
{
  char text[SLUG_SIZE + 1] = "";
  struct stat st;
  int folder CLEANUP(cleanup_fd) = open_folder(home, false);
  int fd CLEANUP(cleanup_fd) =
      folder >= 0 ? openat(folder, FILE_NAME, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1;
  if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_uid != uid ||
      read(fd, text, sizeof text - 1) <= 0) {
    return STATUS_NOT_FOUND;
  }
  text[strcspn(text, "\n")] = '\0';
  return name_is_slug(text) && text_copy(text, slug, SLUG_SIZE) == STATUS_OK ? STATUS_OK : STATUS_NOT_FOUND;
}

enum status active_org_save(const char *home, const char *slug)
{
  char line[SLUG_SIZE + 1];
  int length = snprintf(line, sizeof line, "%s\n", slug);
  int folder CLEANUP(cleanup_fd) = open_folder(home, true);
  if (folder < 0 || (unlinkat(folder, FILE_NEW, 0) != 0 && errno != ENOENT)) {
    return STATUS_IO;
  }
  int fd CLEANUP(cleanup_fd) = openat(folder, FILE_NEW, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  bool written = fd >= 0 && write(fd, line, (size_t)length) == (ssize_t)length;
  return written && renameat(folder, FILE_NEW, folder, FILE_NAME) == 0 ? STATUS_OK : STATUS_IO;
}

// What the process of its own does: it becomes the user for good, and answers on PIPE.
static void work_as(const char *home, uid_t uid, gid_t gid, const char *save, int pipe)
{
  char slug[SLUG_SIZE] = "";
  bool became = setgroups(0, NULL) == 0 && setresgid(gid, gid, gid) == 0 && setresuid(uid, uid, uid) == 0;
  enum status status = !became        ? STATUS_PERMISSION
                       : save != NULL ? active_org_save(home, save)
                                      : active_org_load(home, uid, slug);
  char answer = status == STATUS_OK ? 'y' : 'n';
  bool said = write(pipe, &answer, 1) == 1 && write(pipe, slug, sizeof slug) == (ssize_t)sizeof slug;
  _exit(said ? 0 : 1);
}

static enum status receive(int fd, char slug[static SLUG_SIZE])
{
  char answer[1 + SLUG_SIZE] = "";
  struct pollfd entry = {.fd = fd, .events = POLLIN};
  size_t have = 0;
  while (have < sizeof answer) {
    ssize_t got = poll(&entry, 1, WAIT_MS) == 1 ? read(fd, answer + have, sizeof answer - have) : -1;
    if (got <= 0) {
      return STATUS_TIMEOUT;
    }
    have += (size_t)got;
  }
  if (answer[0] != 'y' || answer[sizeof answer - 1] != '\0') {
    return STATUS_NOT_FOUND;
  }
  memcpy(slug, answer + 1, SLUG_SIZE);
  return STATUS_OK;
}

static enum status do_as(const char *home, uid_t uid, gid_t gid, const char *save, char slug[static SLUG_SIZE])
{
  int ends[2];
  if (uid == 0 || gid == 0 || pipe2(ends, O_CLOEXEC) != 0) {
    return STATUS_IO;
  }
  pid_t pid = fork();
  if (pid == 0) {
    work_as(home, uid, gid, save, ends[1]);
  }
  (void)close(ends[1]);
  enum status status = pid > 0 ? receive(ends[0], slug) : STATUS_IO;
  (void)close(ends[0]);
  if (pid > 0) { // whatever hangs in a home is not waited for
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, status == STATUS_TIMEOUT ? WNOHANG : 0);
  }
  return status;
}

enum status active_org_load_as(const char *home, uid_t uid, gid_t gid, char slug[static SLUG_SIZE])
{
  char found[SLUG_SIZE] = "";
  enum status status = do_as(home, uid, gid, NULL, found);
  bool legal = status == STATUS_OK && name_is_slug(found);
  if (legal) {
    memcpy(slug, found, SLUG_SIZE);
  }
  return legal ? STATUS_OK : STATUS_NOT_FOUND;
}

enum status active_org_save_as(const char *home, uid_t uid, gid_t gid, const char *slug)
{
  char ignored[SLUG_SIZE];
  return do_as(home, uid, gid, slug, ignored);
}

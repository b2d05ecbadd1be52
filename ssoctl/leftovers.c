// SPDX-License-Identifier: Apache-2.0
#include "leftovers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"

static const char CRONTABS[] = "/var/spool/cron/crontabs";
static const char AT_JOBS[] = "/var/spool/cron/atjobs";
static const char LINGER[] = "/var/lib/systemd/linger";

enum { RENAME_NO_REPLACE = 1 }; // RENAME_NOREPLACE of <linux/fs.h>

static int open_folder(int at, const char *path)
{
  return openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

// The folder beside the home: made by root, and closed to everybody else, or not used.
static enum status open_aside(int parent, int *ret_fd)
{
  struct stat st;
  if (mkdirat(parent, LEFTOVERS_FOLDER, 0700) != 0 && errno != EEXIST) {
    return STATUS_IO;
  }
  int fd CLEANUP(cleanup_fd) = open_folder(parent, LEFTOVERS_FOLDER);
  if (fd < 0 || fstat(fd, &st) != 0) {
    return STATUS_IO;
  }
  if (st.st_uid != 0 || (st.st_mode & 077) != 0) {
    return STATUS_EXISTS;
  }
  *ret_fd = take_fd(&fd);
  return STATUS_OK;
}

static enum status move(int parent, const char *name, const struct account *account)
{
  struct stat st;
  char to[LOGIN_SIZE + 16];
  int aside CLEANUP(cleanup_fd) = -1;
  if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
    return errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO;
  }
  if (!S_ISDIR(st.st_mode) || st.st_uid != account->uid) {
    return STATUS_EXISTS;
  }
  enum status status = open_aside(parent, &aside);
  if (status != STATUS_OK) {
    return status;
  }
  (void)snprintf(to, sizeof to, "%s.%u", account->login, account->uid);
  return syscall(SYS_renameat2, parent, name, aside, to, RENAME_NO_REPLACE) == 0 ? STATUS_OK : STATUS_IO;
}

enum status leftovers_move_home(const struct account *account, struct leftovers *ret)
{
  char above[PATH_SIZE];
  memcpy(above, account->home, sizeof above);
  char *slash = strrchr(above, '/');
  if (slash == NULL || slash == above || slash[1] == '\0') {
    return STATUS_EXISTS;
  }
  *slash = '\0';
  int parent CLEANUP(cleanup_fd) = open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (parent < 0) {
    return errno == ENOENT ? STATUS_OK : STATUS_IO;
  }
  enum status status = move(parent, slash + 1, account);
  if (status == STATUS_OK) {
    (void)snprintf(ret->home, sizeof ret->home, "%s/%s/%s.%u", above, LEFTOVERS_FOLDER, account->login, account->uid);
  }
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

// cron reads crontabs by the names of users: under this one there is none.
static bool end_crontab(const struct account *account, struct leftovers *ret)
{
  char to[LOGIN_SIZE + 32];
  int folder CLEANUP(cleanup_fd) = open_folder(AT_FDCWD, CRONTABS);
  (void)snprintf(to, sizeof to, "%s.removed.%u", account->login, account->uid);
  if (folder < 0) {
    return errno == ENOENT;
  }
  bool moved = renameat(folder, account->login, folder, to) == 0;
  bool good = moved || errno == ENOENT;
  ret->jobs += moved;
  return good;
}

static bool end_at_jobs(const struct account *account, struct leftovers *ret)
{
  bool good = true;
  DIR *folder CLEANUP(cleanup_dir) = opendir(AT_JOBS);
  if (folder == NULL) {
    return errno == ENOENT;
  }
  for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
    struct stat st;
    bool theirs = fstatat(dirfd(folder), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
                  st.st_uid == account->uid;
    if (theirs) {
      good = unlinkat(dirfd(folder), entry->d_name, 0) == 0 && good;
      ret->jobs++;
    }
  }
  return good;
}

static bool end_lingering(const struct account *account, struct leftovers *ret)
{
  int folder CLEANUP(cleanup_fd) = open_folder(AT_FDCWD, LINGER);
  if (folder < 0) {
    return errno == ENOENT;
  }
  bool ended = unlinkat(folder, account->login, 0) == 0;
  bool good = ended || errno == ENOENT;
  ret->jobs += ended;
  return good;
}

enum status leftovers_end_jobs(const struct account *account, struct leftovers *ret)
{
  bool crontab = end_crontab(account, ret);
  bool at_jobs = end_at_jobs(account, ret);
  bool lingering = end_lingering(account, ret);
  return crontab && at_jobs && lingering ? STATUS_OK : STATUS_IO;
}

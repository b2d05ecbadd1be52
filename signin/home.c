// SPDX-License-Identifier: Apache-2.0
#include "home.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "base/cleanup.h"

enum { DEPTH_MAX = 16 }; // of a skeleton

static void close_folder(DIR **folder)
{
  if (*folder != NULL) {
    (void)closedir(*folder);
  }
}

bool home_is_anothers(const struct account *account)
{
  struct stat st;
  return account->mapped == 0 && stat(account->home, &st) == 0 && st.st_uid != account->uid && st.st_uid != 0;
}

// Whether ST is of root's alone, as what has not been given to the person yet.
static bool is_roots(const struct stat *st)
{
  return st->st_uid == 0 && (st->st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

static bool empty(int fd, dev_t device, int depth);

static bool remove_entry(int folder, const char *name, dev_t device, int depth)
{
  struct stat st;
  if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || st.st_uid != 0) {
    return false;
  }
  if (!S_ISDIR(st.st_mode)) {
    return unlinkat(folder, name, 0) == 0;
  }
  int fd = depth < DEPTH_MAX && st.st_dev == device
               ? openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
               : -1;
  return fd >= 0 && empty(fd, device, depth + 1) && unlinkat(folder, name, AT_REMOVEDIR) == 0;
}

// Takes FD.
static bool empty(int fd, dev_t device, int depth)
{
  DIR *folder CLEANUP(close_folder) = fdopendir(fd);
  if (folder == NULL) {
    (void)close(fd);
    return false;
  }
  for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
    bool self = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    if (!self && !remove_entry(dirfd(folder), entry->d_name, device, depth)) {
      return false;
    }
  }
  return true;
}

// The folder that HOME is in, if nobody but root can change what is in it; *RET_NAME is the last part of HOME.
static int open_above(const char *home, const char **ret_name)
{
  char above[PATH_MAX];
  struct stat st;
  const char *slash = strrchr(home, '/');
  if (slash == NULL || slash == home || slash[1] == '\0' || (size_t)(slash - home) >= sizeof above) {
    return -1;
  }
  (void)snprintf(above, sizeof above, "%.*s", (int)(slash - home), home);
  int fd CLEANUP(cleanup_fd) = open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0 || fstat(fd, &st) != 0 || st.st_uid != 0 || (st.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return -1;
  }
  *ret_name = slash + 1;
  return take_fd(&fd);
}

static bool remove_half_made(const char *home)
{
  const char *name = NULL;
  struct stat st;
  int above CLEANUP(cleanup_fd) = open_above(home, &name);
  int fd = above >= 0 ? openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
  if (fd < 0) {
    return false;
  }
  if (fstat(fd, &st) != 0 || !is_roots(&st)) {
    (void)close(fd);
    return false;
  }
  return empty(fd, st.st_dev, 0) && unlinkat(above, name, AT_REMOVEDIR) == 0;
}

void home_prepare(struct session *s, const struct account *account)
{
  struct stat st;
  if (account->mapped == 1 || lstat(account->home, &st) != 0 || !S_ISDIR(st.st_mode) || !is_roots(&st)) {
    return;
  }
  if (remove_half_made(account->home)) {
    session_log(LOG_NOTICE, "%s: what was left of a home that could not be made is removed: it is made anew",
                account->home);
    return;
  }
  session_log(LOG_ERR, "%s: is root's, and not empty of others' files: login=%s has no home", account->home,
              account->login);
  session_tell(s, MESSAGE_ERROR, "Your home directory is root's, and cannot be made anew - tell an admin.");
}

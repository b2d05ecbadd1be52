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
enum { FOLDER_FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

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

// A folder, and the one that it was copied from.
struct copied {
  int fd;
  int skeleton;
  dev_t device;
  int depth;
};

static bool empty(const struct copied *of);

static bool remove_entry(const struct copied *of, const char *name)
{
  struct stat st;
  struct stat model;
  if (fstatat(of->fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || st.st_uid != 0 ||
      fstatat(of->skeleton, name, &model, AT_SYMLINK_NOFOLLOW) != 0 ||
      (model.st_mode & S_IFMT) != (st.st_mode & S_IFMT)) {
    return false;
  }
  if (!S_ISDIR(st.st_mode)) {
    return unlinkat(of->fd, name, 0) == 0;
  }
  int fd CLEANUP(cleanup_fd) =
      of->depth < DEPTH_MAX && st.st_dev == of->device ? openat(of->fd, name, FOLDER_FLAGS) : -1;
  int skeleton CLEANUP(cleanup_fd) = openat(of->skeleton, name, FOLDER_FLAGS);
  const struct copied below = {fd, skeleton, of->device, of->depth + 1};
  return fd >= 0 && skeleton >= 0 && empty(&below) && unlinkat(of->fd, name, AT_REMOVEDIR) == 0;
}

static bool empty(const struct copied *of)
{
  int own = openat(of->fd, ".", FOLDER_FLAGS); // the stream's
  DIR *folder CLEANUP(close_folder) = own >= 0 ? fdopendir(own) : NULL;
  if (folder == NULL) {
    return false;
  }
  for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
    bool self = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    if (!self && !remove_entry(of, entry->d_name)) {
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

static bool is_usual(const struct session *s, const struct account *account)
{
  char usual[PATH_MAX];
  int length = snprintf(usual, sizeof usual, "%s/%s", s->config.map.home, account->login);
  return length > 0 && (size_t)length < sizeof usual && strcmp(usual, account->home) == 0;
}

static bool remove_half_made(const char *home)
{
  const char *name = NULL;
  struct stat st;
  int above CLEANUP(cleanup_fd) = open_above(home, &name);
  int fd CLEANUP(cleanup_fd) = above >= 0 ? openat(above, name, FOLDER_FLAGS) : -1;
  int skeleton CLEANUP(cleanup_fd) = open("/etc/skel", FOLDER_FLAGS);
  if (fd < 0 || skeleton < 0 || fstat(fd, &st) != 0 || !is_roots(&st)) {
    return false;
  }
  const struct copied of = {fd, skeleton, st.st_dev, 0};
  return empty(&of) && unlinkat(above, name, AT_REMOVEDIR) == 0;
}

void home_prepare(struct session *s, const struct account *account)
{
  struct stat st;
  if (account->mapped == 1 || lstat(account->home, &st) != 0 || !S_ISDIR(st.st_mode) || !is_roots(&st)) {
    return;
  }
  if (is_usual(s, account) && remove_half_made(account->home)) {
    session_log(LOG_NOTICE, "%s: what was left of a home that could not be made is removed: it is made anew",
                account->home);
    return;
  }
  session_log(LOG_ERR, "%s: is root's, and more than pam_mkhomedir leaves: login=%s has no home", account->home,
              account->login);
  session_tell(s, MESSAGE_ERROR, "Your home directory is root's, and cannot be made anew - tell an admin.");
}

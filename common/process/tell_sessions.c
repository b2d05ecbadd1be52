// SPDX-License-Identifier: Apache-2.0
#include "process/tell_sessions.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"

enum { UID_MIN = 1000, TERMINALS_MAX = 64, LOOKED_AT_MAX = 4096, PTS_MAJOR_FIRST = 136, PTS_MAJOR_LAST = 143 };

static bool is_terminal_of(const struct stat *st, uint32_t uid)
{
  return S_ISCHR(st->st_mode) && st->st_uid == uid && major(st->st_rdev) >= PTS_MAJOR_FIRST &&
         major(st->st_rdev) <= PTS_MAJOR_LAST;
}

// Opened first and then looked at once more: the name may have become another's.
static bool tell_one(int folder, const char *name, uint32_t uid, const char *text)
{
  struct stat st;
  if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !is_terminal_of(&st, uid)) {
    return false;
  }
  int fd CLEANUP(cleanup_fd) = openat(folder, name, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
  return fd >= 0 && fstat(fd, &st) == 0 && is_terminal_of(&st, uid) && write(fd, text, strlen(text)) > 0;
}

void tell_sessions(uint32_t uid, const char *line)
{
  char text[512];
  int told = 0;
  DIR *folder CLEANUP(cleanup_dir) = uid >= UID_MIN ? opendir("/dev/pts") : NULL;
  int length = snprintf(text, sizeof text, "\r\n%s\r\n", line);
  if (folder == NULL || length < 0 || (size_t)length >= sizeof text) {
    return;
  }
  const struct dirent *entry = readdir(folder);
  for (int i = 0; entry != NULL && i < LOOKED_AT_MAX && told < TERMINALS_MAX; i++) {
    told += tell_one(dirfd(folder), entry->d_name, uid, text);
    entry = readdir(folder);
  }
}

// SPDX-License-Identifier: Apache-2.0
#include "own_keys.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

enum { CHUNK = 4096 };

static bool become(const struct passwd *entry)
{
  bool root = entry->pw_uid == 0; // whose keys are root's to read
  return root || (initgroups(entry->pw_name, entry->pw_gid) == 0 &&
                  setresgid(entry->pw_gid, entry->pw_gid, entry->pw_gid) == 0 &&
                  setresuid(entry->pw_uid, entry->pw_uid, entry->pw_uid) == 0);
}

static bool is_safe(int fd, uid_t uid, mode_t type)
{
  struct stat st;
  return fstat(fd, &st) == 0 && (st.st_mode & S_IFMT) == type && (st.st_uid == uid || st.st_uid == 0) &&
         (st.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

// The same statuses as own_keys_read().
static enum status open_safe(int folder, const char *name, uid_t uid, mode_t type, int *ret_fd)
{
  int how = type == S_IFDIR ? O_DIRECTORY : O_NONBLOCK | O_NOCTTY;
  int fd CLEANUP(cleanup_fd) = openat(folder, name, O_RDONLY | O_CLOEXEC | how);
  if (fd < 0) {
    return errno == ENOENT || errno == ENOTDIR ? STATUS_NOT_FOUND : STATUS_PERMISSION;
  }
  if (!is_safe(fd, uid, type)) {
    return STATUS_PERMISSION;
  }
  *ret_fd = fd;
  fd = -1;
  return STATUS_OK;
}

static enum status read_all(int fd, struct bytes *ret_keys)
{
  char chunk[CHUNK];
  enum status status = STATUS_OK;
  ssize_t got = read(fd, chunk, sizeof chunk);
  while (status == STATUS_OK && got > 0) {
    status =
        ret_keys->length + (size_t)got > OWN_KEYS_MAX ? STATUS_TOO_LARGE : bytes_append(ret_keys, chunk, (size_t)got);
    got = status == STATUS_OK ? read(fd, chunk, sizeof chunk) : 0;
  }
  return got < 0 ? STATUS_IO : status;
}

enum status own_keys_read(const struct passwd *entry, struct bytes *ret_keys)
{
  int home CLEANUP(cleanup_fd) = -1;
  int folder CLEANUP(cleanup_fd) = -1;
  int file CLEANUP(cleanup_fd) = -1;
  if (!become(entry)) {
    return STATUS_PERMISSION;
  }
  enum status status = open_safe(AT_FDCWD, entry->pw_dir, entry->pw_uid, S_IFDIR, &home);
  if (status != STATUS_OK) {
    return status;
  }
  status = open_safe(home, ".ssh", entry->pw_uid, S_IFDIR, &folder);
  if (status != STATUS_OK) {
    return status;
  }
  status = open_safe(folder, "authorized_keys", entry->pw_uid, S_IFREG, &file);
  return status != STATUS_OK ? status : read_all(file, ret_keys);
}

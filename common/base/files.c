// SPDX-License-Identifier: Apache-2.0
#include "base/files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

enum { READ_STEP = 4096 };

static enum status check_trusted(const char *path, const struct statx *st, struct error *error)
{
  if (!S_ISREG(st->stx_mode)) {
    error_set(error, "%s: is not a regular file", path);
    return STATUS_PERMISSION;
  }
  if (st->stx_uid != 0 && st->stx_uid != geteuid()) {
    error_set(error, "%s: belongs to uid %u, must belong to root", path, st->stx_uid);
    return STATUS_PERMISSION;
  }
  if ((st->stx_mode & (S_IWGRP | S_IWOTH)) != 0) {
    error_set(error, "%s: has mode %04o, must not be writable by group or others", path, st->stx_mode & 07777U);
    return STATUS_PERMISSION;
  }
  return STATUS_OK;
}

// statx() is refused in some containers: then nobody knows when the file was made.
static bool look_at(int fd, struct statx *ret)
{
  struct stat st;
  if (statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_BTIME, ret) == 0) {
    return true;
  }
  if (fstat(fd, &st) != 0) {
    return false;
  }
  *ret = (struct statx){.stx_mode = (uint16_t)st.st_mode, .stx_uid = st.st_uid};
  return true;
}

static struct file_identity identity_of(const struct statx *st)
{
  return (struct file_identity){.known = (st->stx_mask & STATX_BTIME) != 0 && (st->stx_mask & STATX_INO) != 0,
                                .device = {st->stx_dev_major, st->stx_dev_minor},
                                .number = st->stx_ino,
                                .made_s = st->stx_btime.tv_sec,
                                .made_ns = st->stx_btime.tv_nsec};
}

enum status file_open_identified(const char *path, struct error *error, int *ret_fd, struct file_identity *ret_identity)
{
  struct statx st;
  int fd CLEANUP(cleanup_fd) = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
  if (fd < 0 || !look_at(fd, &st)) {
    error_set(error, "%s: %s", path, strerror(errno));
    return errno == ENOENT ? STATUS_NOT_FOUND : errno == ELOOP ? STATUS_PERMISSION : STATUS_IO;
  }
  enum status status = check_trusted(path, &st, error);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_identity = identity_of(&st);
  *ret_fd = take_fd(&fd);
  return STATUS_OK;
}

enum status file_open_trusted(const char *path, struct error *error, int *ret_fd)
{
  struct file_identity identity;
  return file_open_identified(path, error, ret_fd, &identity);
}

enum status file_read_all(int fd, size_t limit, struct bytes *out)
{
  size_t read_so_far = 0;
  for (;;) {
    enum status status = bytes_reserve(out, READ_STEP);
    if (status != STATUS_OK) {
      return status;
    }
    ssize_t got = read(fd, out->data + out->length, READ_STEP);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return STATUS_IO;
    }
    out->length += (size_t)got;
    out->data[out->length] = '\0';
    read_so_far += (size_t)got;
    if (got == 0) {
      return STATUS_OK;
    }
    if (read_so_far > limit) {
      return STATUS_TOO_LARGE;
    }
  }
}

enum status file_read_trusted(const char *path, size_t limit, struct error *error, struct bytes *out)
{
  int fd CLEANUP(cleanup_fd) = -1;
  enum status status = file_open_trusted(path, error, &fd);
  if (status != STATUS_OK) {
    return status;
  }
  status = file_read_all(fd, limit, out);
  if (status != STATUS_OK) {
    error_set(error, "%s: %s (at most %zu bytes are read)", path, status_text(status), limit);
  }
  return status;
}

enum status file_write_all(int fd, const void *data, size_t length)
{
  const char *at = data;
  while (length > 0) {
    ssize_t written = write(fd, at, length);
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written <= 0) {
      return written < 0 ? status_of_write(errno) : STATUS_IO;
    }
    at += written;
    length -= (size_t)written;
  }
  return STATUS_OK;
}

enum status file_random(void *data, size_t length)
{
  char *at = data;
  while (length > 0) {
    ssize_t got = getrandom(at, length, 0);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      return STATUS_IO;
    }
    at += got;
    length -= (size_t)got;
  }
  return STATUS_OK;
}

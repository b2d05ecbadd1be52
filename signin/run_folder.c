// SPDX-License-Identifier: Apache-2.0
#include "run_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "paths.h"

enum { RECORD_MAX = 4096 };

enum status run_folder_open(const char *path, int *ret_fd)
{
  struct stat st;
  int fd CLEANUP(cleanup_fd) = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) {
    return errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO;
  }
  if (fstat(fd, &st) != 0) {
    return STATUS_IO;
  }
  if (st.st_uid != geteuid() || (st.st_mode & 077) != 0) {
    return STATUS_PERMISSION;
  }
  *ret_fd = take_fd(&fd);
  return STATUS_OK;
}

enum status run_folder_make(const char *path, int *ret_fd)
{
  if ((mkdir(PATH_RUN, 0700) != 0 && errno != EEXIST) || (mkdir(path, 0700) != 0 && errno != EEXIST)) {
    return status_of_write(errno);
  }
  return run_folder_open(path, ret_fd);
}

enum status run_folder_read(int folder, const char *name, const struct record_type *type, void *value)
{
  struct bytes record CLEANUP(bytes_done) = BYTES_EMPTY;
  struct stat st;
  int fd CLEANUP(cleanup_fd) = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) {
    return errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO;
  }
  if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid() || st.st_nlink != 1) {
    return STATUS_PERMISSION;
  }
  enum status status = file_read_all(fd, RECORD_MAX, &record);
  return status != STATUS_OK ? status : record_decode(type, bytes_text(&record), record.length, value);
}

enum status run_folder_write(int folder, const char *name, const struct record_type *type, const void *value)
{
  struct bytes record CLEANUP(bytes_done) = BYTES_EMPTY;
  enum status status = record_encode(type, value, &record);
  if (status != STATUS_OK) {
    return status;
  }
  int fd CLEANUP(cleanup_fd) = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) {
    return status_of_write(errno);
  }
  status = file_write_all(fd, bytes_text(&record), record.length);
  if (status != STATUS_OK) {
    (void)unlinkat(folder, name, 0);
  }
  return status;
}

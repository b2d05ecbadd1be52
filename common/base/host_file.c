// SPDX-License-Identifier: Apache-2.0
#include "base/host_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"

enum status host_file_read(const char *path, struct error *error, struct bytes *out)
{
  int fd CLEANUP(cleanup_fd) = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (fd < 0) {
    if (errno == ENOENT) {
      return STATUS_NOT_FOUND;
    }
    error_set(error, "%s: %s", path, strerror(errno));
    return STATUS_IO;
  }
  struct stat st;
  if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
    error_set(error, "%s: is not a regular file", path);
    return STATUS_INVALID;
  }
  enum status status = file_read_all(fd, HOST_FILE_LIMIT, out);
  if (status != STATUS_OK) {
    error_set(error, "%s: %s (at most %d bytes are read)", path, status_text(status), HOST_FILE_LIMIT);
    return status;
  }
  if (memchr(bytes_text(out), '\0', out->length) != NULL) {
    error_set(error, "%s: has a NUL in it, and is no text", path);
    return STATUS_INVALID;
  }
  return STATUS_OK;
}

static enum status say(struct error *error, const char *path)
{
  error_set(error, "%s: %s", path, strerror(errno));
  return STATUS_IO;
}

// The folder of PATH, opened; *RET_NAME is its last part, borrowed.
static int open_folder(const char *path, const char **ret_name)
{
  char folder[PATH_MAX];
  const char *slash = strrchr(path, '/');
  if (slash == NULL || (size_t)(slash - path) >= sizeof folder) {
    errno = EINVAL;
    return -1;
  }
  (void)snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
  *ret_name = slash + 1;
  return open(folder[0] != '\0' ? folder : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static bool write_new(int fd, const struct stat *like, const struct bytes *text)
{
  return fchmod(fd, like->st_mode & 07777) == 0 && file_write_all(fd, bytes_text(text), text->length) == STATUS_OK &&
         fsync(fd) == 0;
}

// A new file of the group GID (/etc/shadow has one): made so, since nothing of ours gives a file to anybody (HOLES
// H07).
static int make_new(int folder, const char *name, gid_t gid)
{
  int before = setfsgid(gid);
  int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  int failed = errno;
  (void)setfsgid((gid_t)before);
  errno = failed;
  return fd;
}

enum status host_file_replace(const char *path, const struct bytes *text, struct error *error)
{
  return host_file_replace_with_mode(path, 0644, text, error);
}

enum status host_file_replace_with_mode(const char *path, unsigned mode, const struct bytes *text, struct error *error)
{
  char real[PATH_MAX];
  char beside[NAME_MAX + 1];
  const char *name = NULL;
  struct stat like = {.st_mode = mode, .st_uid = geteuid(), .st_gid = getegid()};
  if (realpath(path, real) == NULL) {
    if (errno != ENOENT || strlen(path) >= sizeof real) {
      return say(error, path);
    }
    (void)snprintf(real, sizeof real, "%s", path);
  } else if (stat(real, &like) != 0) {
    return say(error, real);
  }
  int folder CLEANUP(cleanup_fd) = open_folder(real, &name);
  // One name, so that what a killed run left is taken up by the next, and nothing piles up.
  int length = snprintf(beside, sizeof beside, ".%s.ssoorg-new", name != NULL ? name : "");
  if (folder < 0 || length < 0 || (size_t)length >= sizeof beside) {
    return say(error, real);
  }
  if (unlinkat(folder, beside, 0) != 0 && errno != ENOENT) {
    return say(error, real);
  }
  if (like.st_uid != geteuid()) {
    error_set(error, "%s: belongs to uid %u; a file of the host's settings must be root's", real, like.st_uid);
    return STATUS_IO;
  }
  int fd CLEANUP(cleanup_fd) = make_new(folder, beside, like.st_gid);
  if (fd < 0) {
    return say(error, real);
  }
  if (!write_new(fd, &like, text) || renameat(folder, beside, folder, name) != 0) {
    enum status status = say(error, real);
    (void)unlinkat(folder, beside, 0);
    return status;
  }
  return fsync(folder) == 0 ? STATUS_OK : say(error, real);
}

enum status host_file_remove(const char *path, struct error *error)
{
  const char *name = NULL;
  int folder CLEANUP(cleanup_fd) = open_folder(path, &name);
  if (folder < 0) {
    return errno == ENOENT ? STATUS_OK : say(error, path);
  }
  if (unlinkat(folder, name, 0) != 0 && errno != ENOENT) {
    return say(error, path);
  }
  return fsync(folder) == 0 ? STATUS_OK : say(error, path);
}

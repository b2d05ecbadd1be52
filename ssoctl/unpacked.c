// SPDX-License-Identifier: Apache-2.0
#include "unpacked.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

// A store of the schema before has left a copy beside it, too.
static void empty_folder(int dir_fd)
{
  int own = fcntl(dir_fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  DIR *dir CLEANUP(cleanup_dir) = own >= 0 ? fdopendir(own) : NULL;
  if (dir == NULL && own >= 0) {
    (void)close(own);
  }
  for (const struct dirent *entry = dir != NULL ? readdir(dir) : NULL; entry != NULL; entry = readdir(dir)) {
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
      (void)unlinkat(dir_fd, entry->d_name, 0);
    }
  }
}

void unpacked_done(struct unpacked *unpacked)
{
  store_abort(&unpacked->txn);
  store_close(&unpacked->store);
  if (unpacked->dir_fd < 0) {
    return;
  }
  empty_folder(unpacked->dir_fd);
  if (rmdir(unpacked->dir) != 0) {
    (void)fail(EXIT_FAILED, "%s: %s; it holds secrets, remove it by hand", unpacked->dir, strerror(errno));
  }
  cleanup_fd(&unpacked->dir_fd);
}

int unpacked_make(const struct context *ctx, const char *what, struct unpacked *unpacked)
{
  int length = snprintf(unpacked->dir, sizeof unpacked->dir, "%s.%s", ctx->store_dir, what);
  if (length < 0 || (size_t)length >= sizeof unpacked->dir) {
    return fail(EXIT_USAGE, "--store: a shorter path is legal");
  }
  if (mkdir(unpacked->dir, 0700) != 0 && errno != EEXIST) {
    return fail(EXIT_FAILED, "%s: %s", unpacked->dir, strerror(errno));
  }
  int fd CLEANUP(cleanup_fd) = open(unpacked->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0) {
    return fail(EXIT_FAILED, "%s: %s; is another %s at work?", unpacked->dir, strerror(errno), what);
  }
  unpacked->dir_fd = take_fd(&fd);
  return EXIT_DONE;
}

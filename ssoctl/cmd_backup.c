// SPDX-License-Identifier: Apache-2.0
// ssoctl backup: the store in one file, taken while people sign in.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup_file.h"
#include "base/cleanup.h"
#include "context.h"
#include "store/store_copy.h"

// What is there already is replaced if it is a backup, and left alone if it is anything else.
static int check_target(const char *path)
{
  struct error error = {.text = ""};
  struct backup_head head;
  struct stat st;
  int fd CLEANUP(cleanup_fd) = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW);
  if (fd < 0) {
    return errno == ENOENT ? EXIT_DONE : fail(EXIT_FAILED, "%s: %s", path, strerror(errno));
  }
  bool empty = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 0;
  if (empty || backup_read_head(fd, &error, &head) != STATUS_CORRUPT) {
    return EXIT_DONE;
  }
  return fail(EXIT_FAILED, "%s: is there and %s; it is left alone, name another file", path, error.text);
}

static int write_backup(const struct backup_head *head, int store_fd, const char *path)
{
  char beside[PATH_MAX];
  int length = snprintf(beside, sizeof beside, "%s.part", path);
  if (length < 0 || (size_t)length >= sizeof beside) {
    return fail(EXIT_USAGE, "%.80s...: a path of at most %d characters is legal", path, PATH_MAX - 8);
  }
  if (unlink(beside) != 0 && errno != ENOENT) {
    return fail(EXIT_FAILED, "%s: %s", beside, strerror(errno));
  }
  int fd CLEANUP(cleanup_fd) = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) {
    return fail(EXIT_FAILED, "%s: %s", beside, strerror(errno));
  }
  if (fchmod(fd, 0600) != 0 || backup_write(head, store_fd, fd) != STATUS_OK || fsync(fd) != 0 ||
      rename(beside, path) != 0) {
    int code = fail(EXIT_FAILED, "%s: %s", path, strerror(errno));
    (void)unlink(beside);
    return code;
  }
  return EXIT_DONE;
}

static int copy_store(struct context *ctx, int fd)
{
  enum status status = store_copy(ctx->store, fd);
  return status == STATUS_OK ? EXIT_DONE
                             : fail(EXIT_FAILED, "store %s: cannot be copied: %s", ctx->store_dir, status_text(status));
}

int cmd_backup(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct backup_head head;
  const char *path = in->arguments[0];
  bool to_output = strcmp(path, "-") == 0;
  int code = context_open(in, &ctx);
  code = code != EXIT_DONE || to_output ? code : check_target(path);
  if (code != EXIT_DONE) {
    return code;
  }
  int copy CLEANUP(cleanup_fd) = context_temporary_file(&ctx);
  if (copy < 0) {
    return EXIT_FAILED;
  }
  code = copy_store(&ctx, copy);
  if (code != EXIT_DONE) {
    return code;
  }
  backup_head_here(&head);
  if (backup_measure(copy, &head) != STATUS_OK) {
    return fail(EXIT_FAILED, "store %s: its copy cannot be read", ctx.store_dir);
  }
  if (to_output) {
    return backup_write(&head, copy, STDOUT_FILENO) == STATUS_OK
               ? EXIT_DONE
               : fail(EXIT_FAILED, "standard output cannot be written");
  }
  code = write_backup(&head, copy, path);
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(&ctx, "backup written: %s, %lld bytes; whoever reads it knows every secret of the store", path,
               (long long)head.length);
  return context_result(&ctx, true, RESULT_TEXT("file", path), RESULT_NUMBER("length", head.length),
                        RESULT_TEXT("sha256", head.digest));
}

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
#include "base/files.h"
#include "context.h"
#include "store/refresh.h"
#include "store/store_copy.h"
#include "unpacked.h"

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

static enum status find_token(void *context, const struct refresh *refresh)
{
  (void)context;
  return refresh->token.length > 0 ? STATUS_EXISTS : STATUS_OK;
}

static int has_tokens(struct context *ctx, bool *ret_any)
{
  int code = context_read(ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = refresh_each(ctx->txn, 0, find_token, NULL);
  context_end_read(ctx);
  *ret_any = status == STATUS_EXISTS;
  return status == STATUS_OK || *ret_any
             ? EXIT_DONE
             : fail(EXIT_FAILED, "store %s: cannot be read: %s", ctx->store_dir, status_text(status));
}

static enum status copy_file(int from, int to)
{
  char part[65536];
  ssize_t length = lseek(from, 0, SEEK_SET) == 0 ? read(from, part, sizeof part) : -1;
  for (; length > 0; length = read(from, part, sizeof part)) {
    if (file_write_all(to, part, (size_t)length) != STATUS_OK) {
      return STATUS_IO;
    }
  }
  explicit_bzero(part, sizeof part);
  return length == 0 ? STATUS_OK : STATUS_IO;
}

static enum status wipe(struct unpacked *unpacked, struct error *error)
{
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  enum status status = store_open(unpacked->dir, STORE_READ_WRITE, error, &unpacked->store);
  status = status != STATUS_OK ? status : store_lock(unpacked->store);
  status = status != STATUS_OK ? status : store_begin(unpacked->store, true, &txn);
  status = status != STATUS_OK ? status : refresh_wipe_all(txn);
  return status != STATUS_OK ? status : store_commit(&txn);
}

// A token that somebody takes from a backup asks the provider as well as the host does, and replaces the host's. COPY
// is written anew from what is left: what was wiped is not in it, nor in room that is free.
static int leave_out_tokens(struct context *ctx, int copy)
{
  struct unpacked unpacked CLEANUP(unpacked_done) = {.dir_fd = -1};
  struct error error = {.text = ""};
  int code = unpacked_make(ctx, "backup", &unpacked);
  if (code != EXIT_DONE) {
    return code;
  }
  (void)unlinkat(unpacked.dir_fd, "data.mdb", 0);
  int to CLEANUP(cleanup_fd) =
      openat(unpacked.dir_fd, "data.mdb", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  enum status status = to >= 0 ? copy_file(copy, to) : STATUS_IO;
  status = status != STATUS_OK ? status : wipe(&unpacked, &error);
  if (status == STATUS_OK) {
    status = ftruncate(copy, 0) == 0 && lseek(copy, 0, SEEK_SET) == 0 ? store_copy(unpacked.store, copy) : STATUS_IO;
  }
  return status == STATUS_OK ? EXIT_DONE
                             : fail(EXIT_FAILED, "%s: tokens cannot be left out: %s; --with-tokens keeps them",
                                    unpacked.dir, error.text[0] != '\0' ? error.text : status_text(status));
}

static int make_copy(struct context *ctx, int fd)
{
  bool tokens = false;
  int code = copy_store(ctx, fd);
  if (code != EXIT_DONE || ctx->in->options[OPTION_WITH_TOKENS] != NULL) {
    return code;
  }
  code = has_tokens(ctx, &tokens);
  return code == EXIT_DONE && tokens ? leave_out_tokens(ctx, fd) : code;
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
  code = make_copy(&ctx, copy);
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

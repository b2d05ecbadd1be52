// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <termios.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "context.h"

enum { SECRET_LIMIT = 4096, ROOM_MIN = 16 << 20 };

// One line from FD without its newline, byte by byte so that nothing is read ahead.
static int read_line(int fd, struct bytes *line)
{
  char c = 0;
  for (;;) {
    ssize_t got = read(fd, &c, 1);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0 || c == '\n') {
      return got < 0 ? EXIT_FAILED : EXIT_DONE;
    }
    if (line->length >= SECRET_LIMIT || bytes_append(line, &c, 1) != STATUS_OK) {
      return EXIT_FAILED;
    }
  }
}

// Shows QUESTION with what is expected and reads the answer. *RET_ASKED is false where nobody is to be asked.
static int ask(const struct context *ctx, const char *question, const char *expected, struct bytes *ret_answer,
               bool *ret_asked)
{
  *ret_asked = false;
  if (ctx->in->options[OPTION_YES] != NULL || ctx->in->options[OPTION_DRY_RUN] != NULL) {
    return EXIT_DONE;
  }
  if (!isatty(STDIN_FILENO)) {
    return fail(EXIT_FAILED, "asks \"%s\" and there is no terminal to answer: give --yes", question);
  }
  (void)fprintf(stderr, "%s %s ", question, expected);
  *ret_asked = true;
  return read_line(STDIN_FILENO, ret_answer) == EXIT_DONE ? EXIT_DONE : fail(EXIT_FAILED, "the answer cannot be read");
}

int context_read_answer(const char *question, struct bytes *ret_answer)
{
  if (!isatty(STDIN_FILENO)) {
    return fail(EXIT_FAILED, "asks \"%s\" and there is no terminal to answer", question);
  }
  (void)fprintf(stderr, "%s ", question);
  return read_line(STDIN_FILENO, ret_answer) == EXIT_DONE ? EXIT_DONE : fail(EXIT_FAILED, "the answer cannot be read");
}

static int conclude(int code, bool yes)
{
  return code != EXIT_DONE || yes ? code : fail(EXIT_FAILED, "not confirmed, nothing was changed");
}

int context_confirm_word(const struct context *ctx, const char *question, const char *word)
{
  struct bytes answer CLEANUP(bytes_done) = BYTES_EMPTY;
  char expected[128];
  bool asked = false;
  (void)snprintf(expected, sizeof expected, "Type %s to go on:", word);
  int code = ask(ctx, question, expected, &answer, &asked);
  return conclude(code, !asked || strcmp(bytes_text(&answer), word) == 0);
}

int context_confirm(const struct context *ctx, const char *question)
{
  struct bytes answer CLEANUP(bytes_done) = BYTES_EMPTY;
  bool asked = false;
  int code = ask(ctx, question, "[y/N]", &answer, &asked);
  bool yes = !asked || strcmp(bytes_text(&answer), "y") == 0 || strcmp(bytes_text(&answer), "yes") == 0;
  return conclude(code, yes);
}

// Types without echo; the terminal is as before whatever happens in between.
static int type_secret(int tty, const char *prompt, struct bytes *ret_secret)
{
  struct termios before;
  if (tcgetattr(tty, &before) != 0) {
    return EXIT_FAILED;
  }
  struct termios silent = before;
  silent.c_lflag &= ~(tcflag_t)ECHO;
  (void)dprintf(tty, "%s", prompt);
  if (tcsetattr(tty, TCSAFLUSH, &silent) != 0) {
    return EXIT_FAILED;
  }
  int code = read_line(tty, ret_secret);
  (void)tcsetattr(tty, TCSAFLUSH, &before);
  (void)dprintf(tty, "\n");
  return code;
}

int context_read_secret(bool from_stdin, const char *prompt, bool twice, struct bytes *ret_secret)
{
  struct bytes again CLEANUP(bytes_done) = BYTES_EMPTY;
  if (from_stdin) {
    return read_line(STDIN_FILENO, ret_secret) == EXIT_DONE
               ? EXIT_DONE
               : fail(EXIT_FAILED, "standard input: no line of at most %d bytes", SECRET_LIMIT);
  }
  int tty CLEANUP(cleanup_fd) = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  if (tty < 0) {
    return fail(EXIT_FAILED, "there is no terminal to type a password on: give --stdin");
  }
  int code = type_secret(tty, prompt, ret_secret);
  if (code == EXIT_DONE && twice) {
    code = type_secret(tty, "Once more: ", &again);
  }
  if (code != EXIT_DONE) {
    return fail(EXIT_FAILED, "the password cannot be read from the terminal");
  }
  bool same = !twice || (again.length == ret_secret->length &&
                         bytes_equal_constant_time(bytes_text(&again), bytes_text(ret_secret), again.length));
  return same ? EXIT_DONE : fail(EXIT_FAILED, "the two are not the same, nothing was changed");
}

static bool has_room(int fd)
{
  struct statvfs fs;
  return fstatvfs(fd, &fs) == 0 && (uint64_t)fs.f_bavail * fs.f_frsize >= ROOM_MIN;
}

static int file_beside_store(const char *store_dir)
{
  char path[4096];
  int fd = open(store_dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  int length = snprintf(path, sizeof path, "%s/temporary.XXXXXX", store_dir);
  // Not every file system has files that never had a name.
  if (fd < 0 && length > 0 && (size_t)length < sizeof path) {
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0) {
      (void)unlink(path);
    }
  }
  return fd;
}

// What is only read is read also where the disk takes no writes.
int context_temporary_file(const struct context *ctx)
{
  int fd CLEANUP(cleanup_fd) = file_beside_store(ctx->store_dir);
  bool unwritable = fd < 0 ? status_is_unwritable(status_of_write(errno)) : !has_room(fd);
  if (unwritable) {
    cleanup_fd(&fd);
    fd = memfd_create("ssoctl", MFD_CLOEXEC);
  }
  if (fd < 0) {
    (void)fail(EXIT_FAILED, "%.500s: no temporary file: %s", ctx->store_dir, strerror(errno));
  }
  return take_fd(&fd);
}

int context_read_file(const char *path, size_t limit, struct bytes *ret_contents)
{
  int fd CLEANUP(cleanup_fd) = -1;
  bool standard = strcmp(path, "-") == 0;
  if (!standard) {
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  }
  if (!standard && fd < 0) {
    return fail(EXIT_FAILED, "%.500s: %s", path, strerror(errno));
  }
  enum status status = file_read_all(standard ? STDIN_FILENO : fd, limit, ret_contents);
  return status == STATUS_OK
             ? EXIT_DONE
             : fail(EXIT_FAILED, "%.500s: %s (at most %zu bytes are legal)", path, status_text(status), limit);
}

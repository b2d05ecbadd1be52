// SPDX-License-Identifier: Apache-2.0
// ssoctl eject: the way out. Every account becomes a local user with the same number, home, shell and groups.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <shadow.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/host_file.h"
#include "eject_lines.h"

// passwd(5), shadow(5), group(5), gshadow(5); what is added to each.
static const struct {
  const char *name;
  mode_t mode;
} NAMES[EJECT_FILES] = {{"passwd", 0644}, {"shadow", 0600}, {"group", 0644}, {"gshadow", 0600}};

static enum status read_passwd(struct ejecting *e, struct error *error)
{
  enum status status = host_file_read("/etc/passwd", error, &e->passwd);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static int write_new(const char *folder, size_t i, const struct bytes *lines)
{
  char path[PATH_MAX];
  int length = snprintf(path, sizeof path, "%s/%s", folder, NAMES[i].name);
  if (length < 0 || (size_t)length >= sizeof path) {
    return fail(EXIT_USAGE, "%.80s...: a shorter path is legal", folder);
  }
  int fd CLEANUP(cleanup_fd) = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) {
    return fail(EXIT_FAILED, "%s: %s", path, strerror(errno));
  }
  bool written = file_write_all(fd, bytes_text(lines), lines->length) == STATUS_OK && fchmod(fd, NAMES[i].mode) == 0 &&
                 fsync(fd) == 0;
  return written ? EXIT_DONE : fail(EXIT_FAILED, "%s: cannot be written", path);
}

static int write_folder(const struct ejecting *e, const char *folder)
{
  if (mkdir(folder, 0700) != 0) {
    return fail(EXIT_FAILED, "%s: %s; name a folder that is not there yet", folder, strerror(errno));
  }
  for (size_t i = 0; i < EJECT_FILES; i++) {
    int code = write_new(folder, i, &e->lines[i]);
    if (code != EXIT_DONE) {
      return code;
    }
  }
  return EXIT_DONE;
}

// Whether a line of TEXT begins with the name that LINE does, of LENGTH characters.
static bool has_name(const char *text, const char *line, size_t length)
{
  char name[LOGIN_SIZE];
  (void)snprintf(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : sizeof name - 1), line);
  return eject_find_line(text, name) != NULL;
}

// What an eject left that was interrupted says of people what they were then: who left meanwhile would get in by it.
static int check_leftovers(const struct ejecting *e)
{
  struct bytes shadow CLEANUP(bytes_done) = BYTES_EMPTY;
  struct error error = {.text = ""};
  if (host_file_read("/etc/shadow", &error, &shadow) != STATUS_OK) {
    return fail(EXIT_FAILED, "/etc/shadow: %s", error.text[0] != '\0' ? error.text : "is not there");
  }
  for (const char *at = bytes_text(&e->lines[EJECT_SHADOW]); *at != '\0'; at += strcspn(at, "\n"), at += *at == '\n') {
    size_t length = strcspn(at, ":");
    if (has_name(bytes_text(&shadow), at, length) && !has_name(bytes_text(&e->passwd), at, length)) {
      return fail(EXIT_FAILED,
                  "/etc/shadow: has %.*s, whom /etc/passwd does not have: an eject was interrupted; 'pwck' "
                  "takes such lines out, 'grpck' those of the groups",
                  (int)length, at);
    }
  }
  return EXIT_DONE;
}

// What is there already stays as it is, so that to do it again adds nobody twice.
static enum status append_new(const char *lines, struct bytes *text)
{
  if (text->length > 0 && text->data[text->length - 1] != '\n') {
    enum status status = bytes_append_text(text, "\n");
    if (status != STATUS_OK) {
      return status;
    }
  }
  size_t before = text->length;
  char *old CLEANUP(cleanup_free) = strndup(bytes_text(text), before);
  if (old == NULL) {
    return STATUS_NO_MEMORY;
  }
  for (const char *at = lines; *at != '\0';) {
    size_t length = strcspn(at, "\n") + 1;
    enum status status = has_name(old, at, strcspn(at, ":")) ? STATUS_OK : bytes_append(text, at, length);
    if (status != STATUS_OK) {
      return status;
    }
    at += length;
  }
  return STATUS_OK;
}

static int add_to_host(const struct bytes *lines, size_t i)
{
  struct bytes text CLEANUP(bytes_done) = BYTES_EMPTY;
  struct error error = {.text = ""};
  char path[32];
  (void)snprintf(path, sizeof path, "/etc/%s", NAMES[i].name);
  enum status status = host_file_read(path, &error, &text);
  if (status == STATUS_NOT_FOUND && i == EJECT_GSHADOW) {
    return EXIT_DONE;
  }
  status = status != STATUS_OK ? status : append_new(bytes_text(lines), &text);
  status = status != STATUS_OK ? status : host_file_replace(path, &text, &error);
  return status == STATUS_OK
             ? EXIT_DONE
             : fail(EXIT_FAILED, "%s: %s", path, error.text[0] != '\0' ? error.text : status_text(status));
}

// Numbers before names: who is in passwd has a password and groups by then.
static int add_all_to_host(const struct ejecting *e)
{
  static const size_t ORDER[EJECT_FILES] = {EJECT_GROUP, EJECT_GSHADOW, EJECT_SHADOW, EJECT_PASSWD};
  int code = EXIT_DONE;
  if (lckpwdf() != 0) {
    return fail(EXIT_FAILED, "/etc/passwd: another program changes users now (lckpwdf): try again");
  }
  for (size_t i = 0; code == EXIT_DONE && i < EJECT_FILES; i++) {
    code = add_to_host(&e->lines[ORDER[i]], ORDER[i]);
  }
  (void)ulckpwdf();
  return code;
}

static int carry_out(struct ejecting *e, const struct invocation *in)
{
  const char *folder = in->arguments[0];
  bool does = in->options[OPTION_DO] != NULL;
  if (does == (folder != NULL)) {
    return fail(EXIT_USAGE, "eject: name a folder for the files, or give --do, which adds them to this host's own");
  }
  if (in->options[OPTION_DRY_RUN] != NULL) {
    return EXIT_DONE;
  }
  if (!does) {
    return write_folder(e, folder);
  }
  int code = check_leftovers(e);
  code = code != EXIT_DONE ? code : context_confirm(e->ctx, "Every account becomes a local user of this host. Go on?");
  return code != EXIT_DONE ? code : add_all_to_host(e);
}

int cmd_eject(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct ejecting e CLEANUP(ejecting_done) = {.ctx = &ctx};
  int code = context_open(in, &ctx);
  code = code != EXIT_DONE ? code : context_read(&ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  struct error error = {.text = ""};
  enum status status = read_passwd(&e, &error);
  status = status != STATUS_OK ? status : ejecting_fill(&e);
  context_end_read(&ctx);
  if (status != STATUS_OK) {
    return fail(EXIT_FAILED, "store: %s", status_text(status));
  }
  code = carry_out(&e, in);
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(&ctx, "%llu users and %llu groups %s; %llu of them may not come in, and are expired",
               (unsigned long long)e.accounts, (unsigned long long)e.groups,
               in->options[OPTION_DO] != NULL ? "are local ones now; 'ssoctl host disable' comes next"
                                              : "written; 'vipw' and 'vigr', each once more with -s, take them",
               (unsigned long long)e.kept_out);
  return context_result(&ctx, true, RESULT_NUMBER("users", (int64_t)e.accounts),
                        RESULT_NUMBER("groups", (int64_t)e.groups), RESULT_NUMBER("expired", (int64_t)e.kept_out));
}

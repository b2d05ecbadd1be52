// SPDX-License-Identifier: Apache-2.0
#include "host_services.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/host_file.h"
#include "base/text.h"
#include "paths.h"
#include "program.h"

#define ROW(i) ((host_rows)1 << (i))

static int complain(const char *typed)
{
  char legal[512] = "";
  size_t count = 0;
  const struct wiring *rows = wiring_table(&count);
  for (size_t i = 0; i < count; i++) {
    size_t used = strlen(legal);
    (void)snprintf(legal + used, sizeof legal - used, "%s%s", i > 0 ? ", " : "", rows[i].name);
  }
  return fail(EXIT_USAGE, "\"%.40s\": is nothing that is wired; legal are %s", typed, legal);
}

static host_rows row_named(const char *name)
{
  size_t count = 0;
  const struct wiring *rows = wiring_table(&count);
  for (size_t i = 0; i < count; i++) {
    if (strcmp(rows[i].name, name) == 0) {
      return ROW(i);
    }
  }
  return 0;
}

// What goes with the service NAME: settings that it needs; what every service needs only where it is wired.
static host_rows rows_with(const char *name, bool wires)
{
  size_t count = 0;
  host_rows with = 0;
  const struct wiring *rows = wiring_table(&count);
  for (size_t i = 0; i < count; i++) {
    bool needed = rows[i].service[0] == '\0' ? wires : strcmp(rows[i].service, name) == 0;
    with |= needed ? ROW(i) : 0;
  }
  return with;
}

int host_rows_typed(const struct invocation *in, bool wires, host_rows *ret_rows)
{
  size_t count = 0;
  host_rows rows = 0;
  (void)wiring_table(&count);
  for (size_t i = 0; i < ARGUMENTS_MAX && in->arguments[i] != NULL; i++) {
    host_rows row = row_named(in->arguments[i]);
    if (row == 0) {
      return complain(in->arguments[i]);
    }
    rows |= row | rows_with(in->arguments[i], wires);
  }
  *ret_rows = rows != 0 ? rows : ROW(count) - 1;
  return EXIT_DONE;
}

int host_wiring_values(const struct context *ctx, struct wiring_values *ret_values)
{
  // What came with OpenSSH 9.8 is there where its session program is.
  *ret_values = (struct wiring_values){.sign_in_timeout_s = ctx->config.sign_in_timeout_s,
                                       .max_sign_ins = ctx->config.max_sign_ins,
                                       .has_penalties = access("/usr/lib/openssh/sshd-session", X_OK) == 0};
  return context_sudo_rules(ctx, &ret_values->sudo_rules);
}

void host_result_done(struct host_result *result)
{
  for (size_t i = 0; i < COUNT_OF(result->plans); i++) {
    wiring_plan_done(&result->plans[i]);
  }
}

host_rows host_rows_changed(const struct host_result *result)
{
  host_rows rows = 0;
  for (size_t i = 0; i < COUNT_OF(result->plans); i++) {
    rows |= result->plans[i].changes ? ROW(i) : 0;
  }
  return rows;
}

int host_plan(host_rows rows, const struct wiring_values *values, bool wanted, struct host_result *ret_result)
{
  size_t count = 0;
  int code = EXIT_DONE;
  const struct wiring *table = wiring_table(&count);
  for (size_t i = 0; i < count; i++) {
    struct error error = {.text = ""};
    if ((rows & ROW(i)) == 0) {
      continue;
    }
    enum status status = wiring_plan(&table[i], values, wanted, &error, &ret_result->plans[i]);
    if (status != STATUS_OK) {
      code = fail(exit_code(status), "%s", error.text[0] != '\0' ? error.text : status_text(status));
      continue;
    }
    ret_result->looked_at |= ROW(i);
    ret_result->changed |= ret_result->plans[i].changes ? ROW(i) : 0;
  }
  return code;
}

static int file_of(const struct bytes *text)
{
  int fd CLEANUP(cleanup_fd) = memfd_create("ssoctl", MFD_CLOEXEC);
  if (fd < 0 || file_write_all(fd, bytes_text(text), text->length) != STATUS_OK) {
    return -1;
  }
  return take_fd(&fd);
}

// What makes AFTER of BEFORE, as diff -u writes it, under the name PATH.
static enum status print_diff(const char *path, const struct bytes *before, const struct bytes *after)
{
  char label[PATH_MAX];
  char old_path[64];
  char new_path[64];
  int code = -1;
  int old_fd CLEANUP(cleanup_fd) = file_of(before);
  int new_fd CLEANUP(cleanup_fd) = file_of(after);
  if (old_fd < 0 || new_fd < 0 || fflush(stdout) != 0) {
    return STATUS_IO;
  }
  (void)snprintf(label, sizeof label, "--label=%.4000s", path);
  (void)snprintf(old_path, sizeof old_path, "/proc/%d/fd/%d", (int)getpid(), old_fd);
  (void)snprintf(new_path, sizeof new_path, "/proc/%d/fd/%d", (int)getpid(), new_fd);
  const char *const words[] = {"/usr/bin/diff", "-u", label, label, old_path, new_path, NULL};
  // 1 says that they differ.
  return program_run(words, false, &code) == STATUS_OK && code <= 1 ? STATUS_OK : STATUS_IO;
}

int host_print_diffs(const struct host_result *result)
{
  size_t count = 0;
  (void)wiring_table(&count);
  for (size_t i = 0; i < count; i++) {
    const struct wiring_plan *plan = &result->plans[i];
    if ((result->changed & ROW(i)) != 0 && print_diff(plan->row->path, &plan->before, &plan->after) != STATUS_OK) {
      return fail(EXIT_FAILED, "%s: the difference cannot be shown: diff(1) failed", plan->row->path);
    }
  }
  return EXIT_DONE;
}

static bool sshd_takes_its_settings(void)
{
  static const char *const WORDS[] = {"/usr/sbin/sshd", "-t", NULL};
  int code = 1;
  return program_run(WORDS, true, &code) == STATUS_OK && code == 0;
}

// The sshd that waits for connections; 0 where none does.
static pid_t sshd_pid(void)
{
  char exe[64];
  int64_t pid = 0;
  struct bytes text CLEANUP(bytes_done) = BYTES_EMPTY;
  if (host_file_read("/run/sshd.pid", NULL, &text) != STATUS_OK) {
    return 0;
  }
  text.data[strcspn(text.data, "\n")] = '\0';
  if (text_to_i64(bytes_text(&text), 2, INT32_MAX, &pid) != STATUS_OK) {
    return 0;
  }
  char path[4096];
  (void)snprintf(exe, sizeof exe, "/proc/%lld/exe", (long long)pid);
  ssize_t length = readlink(exe, path, sizeof path - 1);
  path[length > 0 ? length : 0] = '\0';
  return strstr(path, "/sshd") != NULL ? (pid_t)pid : 0;
}

// sshd reads its settings when it is told to.
static void reload_sshd(void)
{
  static const char *const WORDS[] = {"/usr/bin/systemctl", "try-reload-or-restart", "ssh.service", NULL};
  int code = 1;
  if (access("/run/systemd/system", F_OK) == 0) {
    if (program_run(WORDS, true, &code) != STATUS_OK || code != 0) {
      (void)fail(EXIT_DONE, "sshd was not reloaded: run 'systemctl reload ssh'");
    }
    return;
  }
  pid_t pid = sshd_pid();
  if (pid > 0 && kill(pid, SIGHUP) != 0) {
    (void)fail(EXIT_DONE, "sshd (process %d) was not reloaded: send it SIGHUP", (int)pid);
  }
}

// Puts PLAN's drop-in in place if sshd takes it. Whether it took its settings before says whose fault it is.
static int write_drop_in(const struct wiring_plan *plan)
{
  struct error error = {.text = ""};
  bool was_good = sshd_takes_its_settings();
  if (wiring_write(plan, &error) != STATUS_OK) {
    return fail(EXIT_FAILED, "%s", error.text);
  }
  bool is_good = sshd_takes_its_settings();
  if (is_good) {
    reload_sshd();
    return EXIT_DONE;
  }
  // Told to read them it would end.
  if (!was_good) {
    return fail(EXIT_DONE, "'sshd -t' fails, as it did before: run it to see why; sshd was not reloaded");
  }
  enum status back = plan->before.length > 0 ? host_file_replace(plan->row->path, &plan->before, &error)
                                             : host_file_remove(plan->row->path, &error);
  return fail(EXIT_FAILED, "%s: this host's sshd does not take it ('sshd -t' says why); %s", plan->row->path,
              back == STATUS_OK ? "it is as it was before" : error.text);
}

static int write_row(const struct wiring_plan *plan)
{
  struct error error = {.text = ""};
  if (plan->row->kind == WIRING_SSHD) {
    return write_drop_in(plan);
  }
  return wiring_write(plan, &error) == STATUS_OK ? EXIT_DONE : fail(EXIT_FAILED, "%s", error.text);
}

int host_write(const struct host_result *result, bool wanted)
{
  size_t count = 0;
  int code = EXIT_DONE;
  (void)wiring_table(&count);
  // Unwired in the other order: names stay as long as something asks for them.
  for (size_t n = 0; n < count; n++) {
    size_t i = wanted ? n : count - 1 - n;
    int one = (result->changed & ROW(i)) != 0 ? write_row(&result->plans[i]) : EXIT_DONE;
    code = code == EXIT_DONE ? one : code;
    if (one != EXIT_DONE && wanted) {
      return code;
    }
  }
  return code;
}

static bool is_wired_after(const struct wiring_plan *plan, bool wanted)
{
  return plan->changes ? wanted : plan->state == WIRING_WIRED;
}

static int print_json(struct context *ctx, const struct host_result *result, bool wanted)
{
  static const struct column COLUMNS[] = {
      {"service", COLUMN_TEXT}, {"file", COLUMN_TEXT}, {"before", COLUMN_TEXT}, {"state", COLUMN_TEXT}};
  struct table services CLEANUP(table_done) = table_init(COLUMNS, COUNT_OF(COLUMNS));
  size_t count = 0;
  (void)wiring_table(&count);
  for (size_t i = 0; i < count; i++) {
    const struct wiring_plan *plan = &result->plans[i];
    if ((result->looked_at & ROW(i)) == 0) {
      continue;
    }
    enum wiring_state after = plan->changes ? WIRING_OPEN : plan->state;
    after = is_wired_after(plan, wanted) ? WIRING_WIRED : after;
    table_add(&services, COLUMNS,
              {{plan->row->name, 0},
               {plan->row->path, 0},
               {wiring_state_name(plan->state), 0},
               {wiring_state_name(after), 0}});
  }
  return context_result(ctx, result->changed != 0, RESULT_ROWS("services", &services));
}

static void say_row(const struct context *ctx, const struct wiring_plan *plan, bool wanted)
{
  const char *name = plan->row->name;
  if (plan->changes) {
    context_done(ctx, "%s %s: %s", name, wanted ? "wired" : "unwired", plan->row->path);
  } else if (plan->state == WIRING_BY_HAND) {
    context_done(ctx, "%s left alone: %s names pam_ssoorg.so by lines that are not ours; take them away first", name,
                 plan->row->path);
  } else if (plan->state == WIRING_THROUGH && wanted) {
    context_done(ctx, "%s is wired through %s", name, plan->through);
  }
}

int host_say(struct context *ctx, const struct host_result *result, bool wanted)
{
  size_t count = 0;
  (void)wiring_table(&count);
  for (size_t i = 0; i < count; i++) {
    if ((result->looked_at & ROW(i)) != 0) {
      say_row(ctx, &result->plans[i], wanted);
    }
  }
  return ctx->in->options[OPTION_JSON] != NULL ? print_json(ctx, result, wanted) : EXIT_DONE;
}

int host_take_turn(bool waits, int *ret_fd)
{
  static const char PATH[] = PATH_RUN "/host";
  if (mkdir(PATH_RUN, 0700) != 0 && errno != EEXIST) {
    return fail(EXIT_FAILED, "%s: %s", PATH_RUN, strerror(errno));
  }
  int fd CLEANUP(cleanup_fd) = open(PATH, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) {
    return fail(EXIT_FAILED, "%s: %s", PATH, strerror(errno));
  }
  if (flock(fd, waits ? LOCK_EX : LOCK_EX | LOCK_NB) != 0) {
    return fail(EXIT_FAILED, "another 'ssoctl host' is at work: try again when it is done");
  }
  *ret_fd = take_fd(&fd);
  return EXIT_DONE;
}

int host_check_product(void)
{
  static const char *const NEEDED[] = {PATH_PAM_MODULE, PATH_NSS_MODULE, PATH_SIGNIN, PATH_OIDC};
  for (size_t i = 0; i < COUNT_OF(NEEDED); i++) {
    if (access(NEEDED[i], R_OK) != 0) {
      return fail(EXIT_FAILED,
                  "%s: %s; nothing is wired before it is there: install the packages ssoorg, "
                  "libpam-ssoorg and libnss-ssoorg",
                  NEEDED[i], strerror(errno));
    }
  }
  return EXIT_DONE;
}

enum status host_read_pending(struct error *error, struct pending *ret_pending)
{
  size_t count = 0;
  enum status status = pending_read(error, ret_pending);
  if (status == STATUS_CORRUPT) {
    (void)wiring_table(&count);
    *ret_pending = (struct pending){.rows = ROW(count) - 1};
    status = STATUS_OK;
  }
  return status;
}

int host_forget_pending(host_rows rows)
{
  struct error error = {.text = ""};
  struct pending pending;
  enum status status = host_read_pending(&error, &pending);
  if (status == STATUS_NOT_FOUND) {
    return EXIT_DONE;
  }
  if (status == STATUS_OK && (pending.rows & rows) == 0) {
    return EXIT_DONE;
  }
  if (status == STATUS_OK) {
    pending.rows &= ~rows;
    status = pending.rows == 0 ? pending_remove(&error) : pending_write(&pending, &error);
  }
  return status == STATUS_OK ? EXIT_DONE : fail(EXIT_FAILED, "%s", error.text);
}

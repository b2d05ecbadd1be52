// SPDX-License-Identifier: Apache-2.0
// ssoctl host show, enable, disable, confirm, revert.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "context.h"
#include "host_services.h"
#include "paths.h"
#include "program.h"
#include "wiring/pending.h"

enum { SHORTEST_S = 60, LONGEST_S = 86400, MS = 1000 };

static int begin(const struct invocation *in, struct context *ctx)
{
  struct error error = {.text = ""};
  int code = context_begin(in, ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  return config_load(ctx->config_path, &error, &ctx->config) == STATUS_OK ? EXIT_DONE
                                                                          : fail(EXIT_FAILED, "%s", error.text);
}

static int check_product(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  int code = host_check_product();
  return code == EXIT_DONE ? context_open(in, &ctx) : code;
}

static int choose_deadline(const struct invocation *in, int64_t *ret_seconds)
{
  const char *typed = in->options[OPTION_CONFIRM_WITHIN];
  *ret_seconds = 0;
  if (typed == NULL || text_to_duration(typed, SHORTEST_S, LONGEST_S, ret_seconds) == STATUS_OK) {
    return EXIT_DONE;
  }
  return fail(EXIT_USAGE, "--confirm-within \"%.40s\": is not 1m to 24h, such as 10m", typed);
}

// The process that waits for the time to be over: a unit where there is systemd, else one of our own.
static int start_waiting(void)
{
  static const char *const UNIT[] = {"/usr/bin/systemctl", "restart", "--no-block", "ssoorg-revert-due.service", NULL};
  int code = 1;
  if (access("/run/systemd/system", F_OK) == 0) {
    return program_run(UNIT, true, &code) == STATUS_OK && code == 0
               ? EXIT_DONE
               : fail(EXIT_FAILED, "ssoorg-revert-due.service: cannot be started; nothing was wired");
  }
  pid_t child = fork();
  if (child == 0) {
    static const char *const WORDS[] = {"ssoctl", "host", "revert", "when-due", NULL};
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    bool apart = setsid() > 0 && null >= 0 && dup2(null, 0) == 0 && dup2(null, 1) == 1 && dup2(null, 2) == 2;
    if (apart) {
      (void)execv("/proc/self/exe", (char *const *)(uintptr_t)WORDS);
    }
    _exit(EXIT_FAILED);
  }
  return child > 0 ? EXIT_DONE
                   : fail(EXIT_FAILED, "no process can be started that would take it back: %s", strerror(errno));
}

// Notes that what changes is to be taken back in SECONDS, beside what waits for that already.
static int note_pending(const struct host_result *result, int64_t seconds)
{
  struct error error = {.text = ""};
  struct pending before = {.rows = 0};
  enum status status = pending_read(&error, &before);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return fail(EXIT_FAILED, "%s", error.text);
  }
  struct pending pending = {.rows = before.rows | host_rows_changed(result), .due_ms = pending_now_ms() + seconds * MS};
  return pending_write(&pending, &error) == STATUS_OK ? start_waiting() : fail(EXIT_FAILED, "%s", error.text);
}

// From now on logins count that confirm it.
static int note_done(void)
{
  struct error error = {.text = ""};
  struct pending pending;
  if (pending_read(&error, &pending) != STATUS_OK || pending_write(&pending, &error) != STATUS_OK) {
    return fail(EXIT_FAILED, "%s", error.text);
  }
  return EXIT_DONE;
}

static int enable(struct context *ctx, const struct host_result *result, int64_t seconds)
{
  int code = seconds > 0 && result->changed != 0 ? note_pending(result, seconds) : EXIT_DONE;
  if (code != EXIT_DONE) {
    return code;
  }
  code = seconds == 0 ? host_forget_pending(result->looked_at) : EXIT_DONE;
  code = code != EXIT_DONE ? code : host_write(result, true);
  if (code == EXIT_DONE) {
    context_renew_sudo_rules(ctx); // an org may have been changed since they were read
  }
  if (code == EXIT_DONE && seconds > 0 && result->changed != 0) {
    code = note_done();
  }
  if (code != EXIT_DONE) {
    return code;
  }
  code = host_say(ctx, result, true);
  if (result->changed == 0) {
    context_done(ctx, "nothing had to be changed");
  } else if (seconds > 0) {
    context_done(ctx,
                 "it is taken back in %s unless you sign in anew, over ssh or at the console, and run "
                 "'ssoctl host confirm' there; keep this shell open",
                 ctx->in->options[OPTION_CONFIRM_WITHIN]);
  } else {
    context_done(ctx, "keep this shell open until you have signed in once more elsewhere");
  }
  return code;
}

int cmd_host_enable(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct host_result result CLEANUP(host_result_done) = {.changed = 0};
  int turn CLEANUP(cleanup_fd) = -1;
  host_rows rows = 0;
  int64_t seconds = 0;
  int code = begin(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = host_rows_typed(in, true, &rows);
  code = code != EXIT_DONE ? code : choose_deadline(in, &seconds);
  code = code != EXIT_DONE ? code : check_product(in);
  code = code != EXIT_DONE ? code : host_take_turn(false, &turn);
  if (code != EXIT_DONE) {
    return code;
  }
  struct wiring_values values CLEANUP(wiring_values_done) = {.sudo_rules = BYTES_EMPTY};
  code = host_wiring_values(&ctx, &values);
  code = code != EXIT_DONE ? code : host_plan(rows, &values, true, &result);
  if (code != EXIT_DONE) {
    return fail(code, "nothing was changed");
  }
  if (in->options[OPTION_DRY_RUN] != NULL) {
    code = in->options[OPTION_JSON] == NULL ? host_print_diffs(&result) : EXIT_DONE;
    return code != EXIT_DONE ? code : host_say(&ctx, &result, true);
  }
  return enable(&ctx, &result, seconds);
}

// Takes ROWS' lines out.
static int unwire(const struct context *ctx, host_rows rows, struct host_result *result)
{
  const struct wiring_values values = {.sudo_rules = BYTES_EMPTY}; // of no interest for what there is without
  // What cannot be read, or written, keeps nothing else wired.
  int code = host_plan(rows, &values, false, result);
  if (ctx->in->options[OPTION_DRY_RUN] != NULL) {
    return code;
  }
  int written = host_write(result, false);
  return code != EXIT_DONE ? code : written;
}

int cmd_host_disable(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct host_result result CLEANUP(host_result_done) = {.changed = 0};
  int turn CLEANUP(cleanup_fd) = -1;
  host_rows rows = 0;
  int code = begin(in, &ctx);
  code = code != EXIT_DONE ? code : host_rows_typed(in, false, &rows);
  code = code != EXIT_DONE ? code : host_take_turn(false, &turn);
  code = code != EXIT_DONE ? code : unwire(&ctx, rows, &result);
  if (code == EXIT_DONE && in->options[OPTION_DRY_RUN] == NULL) {
    code = host_forget_pending(result.looked_at);
  }
  if (code != EXIT_DONE) {
    return code;
  }
  if (in->options[OPTION_DRY_RUN] != NULL && in->options[OPTION_JSON] == NULL) {
    code = host_print_diffs(&result);
  }
  code = code != EXIT_DONE ? code : host_say(&ctx, &result, false);
  if (code == EXIT_DONE && result.changed == 0) {
    context_done(&ctx, "nothing had to be changed");
  }
  return code;
}

int cmd_host_show(const struct invocation *in)
{
  static const struct column COLUMNS[] = {
      {"service", COLUMN_TEXT}, {"state", COLUMN_TEXT}, {"file", COLUMN_TEXT}, {"what", COLUMN_TEXT}};
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  size_t count = 0;
  int code = begin(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  const struct wiring *rows = wiring_table(&count);
  struct wiring_values values CLEANUP(wiring_values_done) = {.sudo_rules = BYTES_EMPTY};
  code = host_wiring_values(&ctx, &values);
  if (code != EXIT_DONE) {
    return code;
  }
  struct table table CLEANUP(table_done) = table_init(COLUMNS, COUNT_OF(COLUMNS));
  for (size_t i = 0; i < count; i++) {
    struct wiring_plan plan CLEANUP(wiring_plan_done) = WIRING_PLAN_EMPTY;
    struct error error = {.text = ""};
    if (wiring_plan(&rows[i], &values, false, &error, &plan) != STATUS_OK) {
      return fail(EXIT_FAILED, "%s", error.text);
    }
    char state[STACK_SERVICE_SIZE + 16];
    (void)snprintf(state, sizeof state, "%s%s%s", wiring_state_name(plan.state), plan.through[0] != '\0' ? " " : "",
                   plan.through);
    table_add(&table, COLUMNS, {{rows[i].name, 0}, {state, 0}, {rows[i].path, 0}, {rows[i].what, 0}});
  }
  return context_print_list(&ctx, &table);
}

// Whoever says that it works has signed in since it was wired.
static int check_login(const struct pending *pending)
{
  int64_t began_ms = 0;
  if (pending_login_ms(&began_ms) != STATUS_OK) {
    return fail(EXIT_REFUSED, "confirm from a login over ssh or at the console, outside of tmux and screen: this shell "
                              "is in none, so it shows nothing");
  }
  if (began_ms <= pending->begun_ms) {
    return fail(EXIT_REFUSED,
                "this login was made before the host was wired, so it shows nothing: sign in anew (over ssh "
                "with -o ControlPath=none), and confirm there");
  }
  return EXIT_DONE;
}

int cmd_host_confirm(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct error error = {.text = ""};
  struct pending pending;
  int turn CLEANUP(cleanup_fd) = -1;
  int code = begin(in, &ctx);
  code = code != EXIT_DONE ? code : host_take_turn(false, &turn);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = pending_read(&error, &pending);
  if (status == STATUS_NOT_FOUND) {
    context_done(&ctx, "nothing waits to be confirmed");
    return context_result(&ctx, false, RESULT_BOOL("waits", false));
  }
  code = status == STATUS_OK ? check_login(&pending) : fail(EXIT_FAILED, "%s", error.text);
  if (code != EXIT_DONE) {
    return code;
  }
  if (in->options[OPTION_DRY_RUN] == NULL && pending_remove(&error) != STATUS_OK) {
    return fail(EXIT_FAILED, "%s", error.text);
  }
  context_done(&ctx, "confirmed: the host stays as it is");
  return context_result(&ctx, true, RESULT_BOOL("waits", false));
}

// Waits until what is pending is due. False where it was confirmed meanwhile.
static bool wait_until_due(void)
{
  struct pending pending;
  struct error error;
  for (;;) {
    enum status status = pending_read(&error, &pending);
    if (status == STATUS_NOT_FOUND) {
      return false;
    }
    // What is damaged says nothing else than that somebody wired and did not confirm.
    if (status == STATUS_CORRUPT || (status == STATUS_OK && pending_is_due(&pending))) {
      return true;
    }
    (void)nanosleep(&(const struct timespec){.tv_sec = 1}, NULL);
  }
}

// What waits, if it is due now: by the time that the lock is had it may have been confirmed, or wired once more.
static int read_due(bool only_due, struct pending *ret_pending, bool *ret_waits)
{
  struct error error = {.text = ""};
  enum status status = host_read_pending(&error, ret_pending);
  *ret_waits = status == STATUS_OK && (!only_due || pending_is_due(ret_pending));
  bool known = status == STATUS_OK || status == STATUS_NOT_FOUND;
  return known ? EXIT_DONE : fail(EXIT_FAILED, "%s", error.text);
}

static int revert(struct context *ctx, const struct pending *pending)
{
  struct host_result result CLEANUP(host_result_done) = {.changed = 0};
  struct error error = {.text = ""};
  int code = unwire(ctx, pending->rows, &result);
  if (code != EXIT_DONE || ctx->in->options[OPTION_DRY_RUN] != NULL) {
    return code;
  }
  syslog(LOG_WARNING, "what 'ssoctl host enable' wired is taken back: nobody has confirmed it");
  code = host_say(ctx, &result, false);
  return pending_remove(&error) == STATUS_OK ? code : fail(EXIT_FAILED, "%s", error.text);
}

int cmd_host_revert(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct pending pending;
  int turn CLEANUP(cleanup_fd) = -1;
  const char *when = in->arguments[0];
  bool waits = when != NULL && strcmp(when, "when-due") == 0;
  if (when != NULL && !waits && strcmp(when, "if-due") != 0) {
    return fail(EXIT_USAGE,
                "\"%.40s\": legal are when-due, which waits for the time that 'host enable' gave, and if-due", when);
  }
  if (waits && !wait_until_due()) {
    return EXIT_DONE;
  }
  openlog("ssoctl", LOG_PID, LOG_AUTHPRIV);
  // Settings that cannot be read must not keep a host wired that nobody gets into.
  ctx.in = in;
  config_init(&ctx.config);
  bool due = false;
  int code = read_due(when != NULL, &pending, &due);
  if (code == EXIT_DONE && due) {
    code = host_take_turn(true, &turn);
    code = code != EXIT_DONE ? code : read_due(when != NULL, &pending, &due);
  }
  if (code != EXIT_DONE) {
    return code;
  }
  if (!due) {
    context_done(&ctx, "nothing waits to be confirmed");
    return context_result(&ctx, false, RESULT_BOOL("waits", false));
  }
  return revert(&ctx, &pending);
}

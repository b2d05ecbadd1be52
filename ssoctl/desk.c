// SPDX-License-Identifier: Apache-2.0
#include "desk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "claim.h"
#include "paths.h"
#include "store/accounts.h"

int desk_fail(int code, const char *format, ...)
{
  char line[2 * REPORT_SIZE];
  char shown[2 * REPORT_SIZE];
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  text_escape(line, strlen(line), shown, sizeof shown);
  (void)fprintf(stderr, "ssoctl: %s\n", shown);
  return code;
}

int desk_exit_code(enum status status)
{
  switch (status) {
  case STATUS_OK: return EXIT_DONE;
  case STATUS_REFUSED: return EXIT_REFUSED;
  case STATUS_NOT_FOUND: return EXIT_NO_SUCH;
  case STATUS_INVALID: return EXIT_USAGE;
  case STATUS_NO_MEMORY:
  case STATUS_EXISTS:
  case STATUS_IO:
  case STATUS_CORRUPT:
  case STATUS_TOO_LARGE:
  case STATUS_TIMEOUT:
  case STATUS_CLOSED:
  case STATUS_PROTOCOL:
  case STATUS_VERSION:
  case STATUS_PERMISSION:
  case STATUS_BUSY:
  case STATUS_FULL: return EXIT_FAILED;
  }
  return EXIT_FAILED;
}

int desk_begin(const struct invocation *in, struct desk *desk)
{
  desk->in = in;
  desk->store_dir = in->options[OPTION_STORE] != NULL ? in->options[OPTION_STORE] : PATH_STORE;
  desk->config_path = in->options[OPTION_CONFIG] != NULL ? in->options[OPTION_CONFIG] : PATH_CONF;
  bool own = in->options[OPTION_STORE] != NULL;
  int length = own ? snprintf(desk->map_path, sizeof desk->map_path, "%s/accounts.map", desk->store_dir)
                   : snprintf(desk->map_path, sizeof desk->map_path, "%s", PATH_MAP);
  return length > 0 && (size_t)length < sizeof desk->map_path
             ? EXIT_DONE
             : desk_fail(EXIT_USAGE, "--store: a path of at most %zu characters is legal", sizeof desk->map_path - 16);
}

int desk_open(const struct invocation *in, struct desk *desk)
{
  struct report report = {.text = ""};
  int code = desk_begin(in, desk);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = config_load(desk->config_path, &report, &desk->config);
  if (status == STATUS_OK) {
    status = store_open(desk->store_dir, STORE_READ_WRITE, &report, &desk->store);
  }
  if (status != STATUS_OK) {
    return desk_fail(EXIT_FAILED, "%s", report.text);
  }
  return EXIT_DONE;
}

void desk_close(struct desk *desk)
{
  desk_end_read(desk);
  store_close(&desk->store);
}

int desk_read(struct desk *desk)
{
  enum status status = store_begin(desk->store, false, &desk->txn);
  return status == STATUS_OK ? EXIT_DONE : desk_fail(EXIT_FAILED, "store: %s", status_text(status));
}

void desk_end_read(struct desk *desk)
{
  store_abort(&desk->txn);
}

int desk_find_org(struct desk *desk, const char *slug, struct org *ret_org)
{
  enum status status = org_by_slug(desk->txn, slug, ret_org);
  if (status == STATUS_NOT_FOUND) {
    return desk_fail(EXIT_NO_SUCH, "org \"%.64s\": no such org; 'ssoctl org list' shows them", slug);
  }
  return status == STATUS_OK ? EXIT_DONE : desk_fail(EXIT_FAILED, "org \"%.64s\": %s", slug, status_text(status));
}

int desk_find_claim(struct desk *desk, const char *slug, const char *domain, struct org *ret_org,
                    struct domain *ret_domain)
{
  int code = desk_find_org(desk, slug, ret_org);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = domain_get(desk->txn, ret_org->id, domain, ret_domain);
  if (status == STATUS_NOT_FOUND) {
    return desk_fail(EXIT_NO_SUCH, "domain \"%s\": org \"%s\" has no such claim; 'ssoctl domain add' makes one", domain,
                     ret_org->slug);
  }
  return status == STATUS_OK ? EXIT_DONE : desk_fail(EXIT_FAILED, "domain \"%s\": %s", domain, status_text(status));
}

int desk_open_org(const struct invocation *in, struct desk *desk, struct org *ret_org)
{
  int code = desk_open(in, desk);
  if (code == EXIT_DONE) {
    code = desk_read(desk);
  }
  return code == EXIT_DONE ? desk_find_org(desk, in->arguments[0], ret_org) : code;
}

bool desk_sees_org(const struct desk *desk, const struct org *org)
{
  const struct actor *actor = desk->in->actor;
  bool sees = false;
  return !actor->is_delegate || (delegate_sees_org(desk->txn, &actor->delegate, org, &sees) == STATUS_OK && sees);
}

bool desk_sees_person(const struct desk *desk, const char *person)
{
  const struct actor *actor = desk->in->actor;
  bool sees = false;
  return !actor->is_delegate || (delegate_sees(desk->txn, &actor->delegate, person, &sees) == STATUS_OK && sees);
}

struct change_host desk_host(const struct desk *desk)
{
  return (struct change_host){.store = desk->store,
                              .config = &desk->config,
                              .map_path = desk->map_path,
                              .dry_run = desk->in->options[OPTION_DRY_RUN] != NULL};
}

struct change_by desk_by(const struct desk *desk)
{
  const struct actor *actor = desk->in->actor;
  return (struct change_by){.actor = actor->name,
                            .rhost = "",
                            .service = "ssoctl",
                            .delegate = actor->is_delegate ? &actor->delegate : NULL,
                            .right = actor->right};
}

int desk_change(struct desk *desk, struct change change)
{
  struct report report = {.text = ""};
  const struct change_host host = desk_host(desk);
  const struct change_by by = desk_by(desk);
  enum status status = change_run(&host, &by, change, &report);
  if (status == STATUS_REFUSED) {
    actor_log_refusal(desk->in, report.text);
  }
  return status == STATUS_OK ? EXIT_DONE : desk_fail(desk_exit_code(status), "%s", report.text);
}

// That nobody reads any more is no news to anybody.
static int from_print(enum status status)
{
  if (status == STATUS_CLOSED) {
    return EXIT_FAILED;
  }
  return status == STATUS_OK ? EXIT_DONE : desk_fail(EXIT_FAILED, "printing: %s", status_text(status));
}

int desk_hold_output(struct desk *desk)
{
  int held CLEANUP(cleanup_fd) = desk_temporary_file(desk);
  if (held < 0) {
    return EXIT_FAILED;
  }
  int output CLEANUP(cleanup_fd) = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (output < 0 || fflush(stdout) != 0 || dup2(held, STDOUT_FILENO) < 0) {
    return desk_fail(EXIT_FAILED, "standard output: %s", strerror(errno));
  }
  desk->held = take_fd(&held);
  desk->output = take_fd(&output);
  desk->holds_output = true;
  return EXIT_DONE;
}

static enum status copy_held(int from)
{
  char part[65536];
  ssize_t length = lseek(from, 0, SEEK_SET) == 0 ? read(from, part, sizeof part) : -1;
  for (; length > 0; length = read(from, part, sizeof part)) {
    if (file_write_all(STDOUT_FILENO, part, (size_t)length) != STATUS_OK) {
      return errno == EPIPE ? STATUS_CLOSED : STATUS_IO;
    }
  }
  return length == 0 ? STATUS_OK : STATUS_IO;
}

enum status desk_release_output(struct desk *desk)
{
  enum status status = table_flush_output();
  desk_end_read(desk);
  if (!desk->holds_output) {
    return status;
  }
  if (dup2(desk->output, STDOUT_FILENO) < 0) {
    status = STATUS_IO;
  }
  if (status == STATUS_OK) {
    status = copy_held(desk->held);
  }
  cleanup_fd(&desk->held);
  cleanup_fd(&desk->output);
  desk->holds_output = false;
  return status;
}

int desk_stream(struct desk *desk, struct table *table)
{
  table_stream(table, desk->in->options[OPTION_JSON] != NULL);
  return desk_hold_output(desk);
}

int desk_print_list(struct desk *desk, struct table *table)
{
  if (!desk->holds_output) {
    desk_end_read(desk);
  }
  enum status status = table_print_list(table, desk->in->options[OPTION_JSON] != NULL);
  if (desk->holds_output) {
    enum status released = desk_release_output(desk);
    status = status == STATUS_OK ? released : status;
  }
  return from_print(status);
}

int desk_print_one(struct desk *desk, const struct table *table)
{
  desk_end_read(desk);
  return from_print(table_print_one(table, desk->in->options[OPTION_JSON] != NULL));
}

void desk_done(const struct desk *desk, const char *format, ...)
{
  char line[REPORT_SIZE];
  char shown[REPORT_SIZE];
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  text_escape(line, strlen(line), shown, sizeof shown);
  (void)fprintf(stderr, "%s%s\n", desk->in->options[OPTION_DRY_RUN] != NULL ? "dry run, nothing stored: " : "", shown);
}

int desk_email(const char *typed, char to[static EMAIL_SIZE])
{
  if (claim_email_from_typed(typed, to) != STATUS_OK) {
    return desk_fail(EXIT_USAGE,
                     "email \"%.260s\": is not LOCAL@DOMAIN with a local part of 1 to 64 of [a-z0-9._+-] "
                     "that does not begin with \"-\" or \".\"",
                     typed);
  }
  return EXIT_DONE;
}

int desk_text(const char *what, const char *typed, char *to, size_t size)
{
  enum status status = text_copy_clean(typed, strlen(typed), to, size);
  if (status == STATUS_OK && typed[0] != '\0') {
    return EXIT_DONE;
  }
  return desk_fail(EXIT_USAGE, "%s \"%.100s\": is not 1 to %zu bytes of UTF-8 without control characters", what, typed,
                   size - 1);
}

int desk_slug(const char *typed, char to[static SLUG_SIZE])
{
  return text_copy(typed, to, SLUG_SIZE) == STATUS_OK && typed[0] != '\0'
             ? EXIT_DONE
             : desk_fail(EXIT_USAGE, "slug \"%.60s\": is not [a-z][a-z0-9-]{1,22}", typed);
}

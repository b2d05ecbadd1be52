// SPDX-License-Identifier: Apache-2.0
#include "context.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "domain_name.h"
#include "list_options.h"
#include "paths.h"
#include "store/accounts.h"
#include "sudo_rules.h"

enum { FIELDS_MAX = 32 };

int context_begin(const struct invocation *in, struct context *ctx)
{
  ctx->in = in;
  ctx->store_dir = in->options[OPTION_STORE] != NULL ? in->options[OPTION_STORE] : PATH_STORE;
  ctx->config_path = in->options[OPTION_CONFIG] != NULL ? in->options[OPTION_CONFIG] : PATH_CONF;
  bool own = in->options[OPTION_STORE] != NULL;
  int length = own ? snprintf(ctx->map_path, sizeof ctx->map_path, "%s/accounts.map", ctx->store_dir)
                   : snprintf(ctx->map_path, sizeof ctx->map_path, "%s", PATH_MAP);
  return length > 0 && (size_t)length < sizeof ctx->map_path
             ? EXIT_DONE
             : fail(EXIT_USAGE, "--store: a path of at most %zu characters is legal", sizeof ctx->map_path - 16);
}

int context_open(const struct invocation *in, struct context *ctx)
{
  struct error error = {.text = ""};
  int code = context_begin(in, ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = config_load(ctx->config_path, &error, &ctx->config);
  return status == STATUS_OK ? context_open_store(ctx) : fail(EXIT_FAILED, "%s", error.text);
}

int context_open_store(struct context *ctx)
{
  struct error error = {.text = ""};
  enum status status = store_open(ctx->store_dir, STORE_READ_WRITE, &error, &ctx->store);
  return status == STATUS_OK ? EXIT_DONE : fail(EXIT_FAILED, "%s", error.text);
}

void context_close(struct context *ctx)
{
  context_end_read(ctx);
  store_close(&ctx->store);
}

int context_read(struct context *ctx)
{
  enum status status = store_begin(ctx->store, false, &ctx->txn);
  return status == STATUS_OK ? EXIT_DONE : fail(EXIT_FAILED, "store: %s", status_text(status));
}

void context_end_read(struct context *ctx)
{
  store_abort(&ctx->txn);
}

int context_find_org(struct context *ctx, const char *slug, struct org *ret_org)
{
  enum status status = org_by_slug(ctx->txn, slug, ret_org);
  if (status == STATUS_NOT_FOUND) {
    return fail(EXIT_NO_SUCH, "org \"%.64s\": no such org; 'ssoctl org list' shows them", slug);
  }
  return status == STATUS_OK ? EXIT_DONE : fail(EXIT_FAILED, "org \"%.64s\": %s", slug, status_text(status));
}

int context_find_claim(struct context *ctx, const char *slug, const char *domain, struct org *ret_org,
                       struct domain *ret_domain)
{
  int code = context_find_org(ctx, slug, ret_org);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = domain_get(ctx->txn, ret_org->id, domain, ret_domain);
  if (status == STATUS_NOT_FOUND) {
    return fail(EXIT_NO_SUCH, "domain \"%s\": org \"%s\" has no such claim; 'ssoctl domain add' makes one", domain,
                ret_org->slug);
  }
  return status == STATUS_OK ? EXIT_DONE : fail(EXIT_FAILED, "domain \"%s\": %s", domain, status_text(status));
}

int context_open_org(const struct invocation *in, struct context *ctx, struct org *ret_org)
{
  int code = context_open(in, ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_read(ctx);
  return code == EXIT_DONE ? context_find_org(ctx, in->arguments[0], ret_org) : code;
}

bool context_sees_org(const struct context *ctx, const struct org *org)
{
  const struct actor *actor = ctx->in->actor;
  bool sees = false;
  return !actor->is_delegate || (delegate_sees_org(ctx->txn, &actor->delegate, org, &sees) == STATUS_OK && sees);
}

bool context_sees_person(const struct context *ctx, const char *person)
{
  const struct actor *actor = ctx->in->actor;
  bool sees = false;
  return !actor->is_delegate || (delegate_sees(ctx->txn, &actor->delegate, person, &sees) == STATUS_OK && sees);
}

struct change_host context_host(const struct context *ctx)
{
  return (struct change_host){.store = ctx->store,
                              .config = &ctx->config,
                              .map_path = ctx->map_path,
                              .dry_run = ctx->in->options[OPTION_DRY_RUN] != NULL};
}

struct change_by context_by(const struct context *ctx)
{
  const struct actor *actor = ctx->in->actor;
  return (struct change_by){.actor = actor->name,
                            .rhost = "",
                            .service = "ssoctl",
                            .delegate = actor->is_delegate ? &actor->delegate : NULL,
                            .right = actor->right};
}

int context_sudo_rules(const struct context *ctx, struct bytes *out)
{
  struct store *store CLEANUP(store_close) = NULL;
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  struct error error = {.text = ""};
  enum status status = STATUS_OK;
  if (ctx->txn != NULL) { // a process has the store open once, and reads it in one transaction at a time
    status = sudo_rules_of(ctx->txn, out);
    return status == STATUS_OK ? EXIT_DONE : fail(exit_code(status), "store: %s", status_text(status));
  }
  if (ctx->store == NULL && access(ctx->store_dir, F_OK) != 0) {
    return EXIT_DONE;
  }
  status = ctx->store == NULL ? store_open(ctx->store_dir, STORE_READ_ONLY, &error, &store) : STATUS_OK;
  status = status != STATUS_OK ? status : store_begin(store != NULL ? store : ctx->store, false, &txn);
  status = status != STATUS_OK ? status : sudo_rules_of(txn, out);
  return status == STATUS_OK ? EXIT_DONE
                             : fail(exit_code(status), "%s", error.text[0] != '\0' ? error.text : status_text(status));
}

void context_renew_sudo_rules(const struct context *ctx)
{
  struct store *store CLEANUP(store_close) = NULL;
  struct error error = {.text = ""};
  enum status status = STATUS_OK;
  bool ours = strcmp(ctx->store_dir, PATH_STORE) == 0 && ctx->in->options[OPTION_DRY_RUN] == NULL;
  if (!ours || (ctx->store == NULL && access(ctx->store_dir, F_OK) != 0)) {
    return;
  }
  status = ctx->store == NULL ? store_open(ctx->store_dir, STORE_READ_WRITE, &error, &store) : STATUS_OK;
  status = status != STATUS_OK ? status : sudo_rules_follow(store != NULL ? store : ctx->store, &error);
  if (status != STATUS_OK) {
    (void)fail(EXIT_DONE, "done, but sudo's rules are not as they should be: %s; run 'ssoctl host enable sudo'",
               error.text);
  }
}

// That nobody reads any more is no news to anybody.
static int from_print(enum status status)
{
  if (status == STATUS_CLOSED) {
    return EXIT_FAILED;
  }
  return status == STATUS_OK ? EXIT_DONE : fail(EXIT_FAILED, "printing: %s", status_text(status));
}

int context_hold_output(struct context *ctx)
{
  int held CLEANUP(cleanup_fd) = context_temporary_file(ctx);
  if (held < 0) {
    return EXIT_FAILED;
  }
  int output CLEANUP(cleanup_fd) = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (output < 0 || fflush(stdout) != 0 || dup2(held, STDOUT_FILENO) < 0) {
    return fail(EXIT_FAILED, "standard output: %s", strerror(errno));
  }
  ctx->held = take_fd(&held);
  ctx->output = take_fd(&output);
  ctx->holds_output = true;
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

enum status context_release_output(struct context *ctx)
{
  enum status status = table_flush_output();
  context_end_read(ctx);
  if (!ctx->holds_output) {
    return status;
  }
  if (dup2(ctx->output, STDOUT_FILENO) < 0) {
    status = STATUS_IO;
  }
  status = status != STATUS_OK ? status : copy_held(ctx->held);
  cleanup_fd(&ctx->held);
  cleanup_fd(&ctx->output);
  ctx->holds_output = false;
  return status;
}

int context_stream(struct context *ctx, struct table *table)
{
  table_stream(table, ctx->in->options[OPTION_JSON] != NULL);
  int code = list_options_apply(ctx->in, table);
  return code == EXIT_DONE ? context_hold_output(ctx) : code;
}

int context_print_list(struct context *ctx, struct table *table)
{
  int code = EXIT_DONE;
  if (!ctx->holds_output) {
    context_end_read(ctx);
    code = list_options_apply(ctx->in, table);
  }
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = table_print_list(table, ctx->in->options[OPTION_JSON] != NULL);
  if (ctx->holds_output) {
    enum status released = context_release_output(ctx);
    status = status == STATUS_OK ? released : status;
  }
  return from_print(status);
}

int context_print_one(struct context *ctx, const struct table *table)
{
  context_end_read(ctx);
  return from_print(table_print_one(table, ctx->in->options[OPTION_JSON] != NULL));
}

int context_print_result(struct context *ctx, bool changed, const struct result_field *fields, size_t count)
{
  return ctx->in->options[OPTION_JSON] != NULL ? context_print_fields(ctx, changed, fields, count) : EXIT_DONE;
}

int context_print_fields(struct context *ctx, bool changed, const struct result_field *fields, size_t count)
{
  struct result_field all[FIELDS_MAX] = {RESULT_BOOL("changed", changed), RESULT_BOOL("dry_run", true)};
  bool json = ctx->in->options[OPTION_JSON] != NULL;
  size_t first = !json ? 0 : ctx->in->options[OPTION_DRY_RUN] != NULL ? 2 : 1;
  if (first + count > FIELDS_MAX) {
    return from_print(STATUS_TOO_LARGE);
  }
  memcpy(all + first, fields, count * sizeof *fields);
  context_end_read(ctx);
  return from_print(table_print_fields(all, first + count, json));
}

static const struct column VALUE_COLUMNS[] = {{"key", COLUMN_TEXT}, {"old", COLUMN_TEXT}, {"new", COLUMN_TEXT}};

struct table context_values(void)
{
  return table_init(VALUE_COLUMNS, COUNT_OF(VALUE_COLUMNS));
}

void context_add_value(struct table *values, const char *key, const char *before, const char *after)
{
  table_add(values, VALUE_COLUMNS, {{key, 0}, {before, 0}, {after, 0}});
}

void context_done(const struct context *ctx, const char *format, ...)
{
  char line[ERROR_SIZE];
  char shown[ERROR_SIZE];
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  text_escape(line, strlen(line), shown, sizeof shown);
  (void)fprintf(stderr, "%s%s\n", ctx->in->options[OPTION_DRY_RUN] != NULL ? "dry run, nothing stored: " : "", shown);
}

int context_email(const char *typed, char to[static EMAIL_SIZE])
{
  if (domain_name_parse_email(typed, to) != STATUS_OK) {
    return fail(EXIT_USAGE,
                "email \"%.260s\": is not LOCAL@DOMAIN with a local part of 1 to 64 of [a-z0-9._+-] "
                "that does not begin with \"-\" or \".\"",
                typed);
  }
  return EXIT_DONE;
}

int context_person(const char *typed, char to[static EMAIL_SIZE])
{
  if (strchr(typed, '@') != NULL) {
    return context_email(typed, to);
  }
  int code = context_text("email, login or number", typed, to, EMAIL_SIZE);
  for (char *at = to; code == EXIT_DONE && *at != '\0'; at++) {
    *at = *at >= 'A' && *at <= 'Z' ? (char)(*at - 'A' + 'a') : *at;
  }
  if (code == EXIT_DONE && to[strspn(to, "abcdefghijklmnopqrstuvwxyz0123456789._+-")] != '\0') {
    return fail(EXIT_USAGE, "\"%.100s\": is no email, login or number; letters, digits and ._+- are legal", typed);
  }
  return code;
}

int context_text(const char *what, const char *typed, char *to, size_t size)
{
  enum status status = text_copy_clean(typed, strlen(typed), to, size);
  if (status == STATUS_OK && typed[0] != '\0') {
    return EXIT_DONE;
  }
  return fail(EXIT_USAGE, "%s \"%.100s\": is not 1 to %zu bytes of UTF-8 without control characters", what, typed,
              size - 1);
}

int context_slug(const char *typed, char to[static SLUG_SIZE])
{
  return text_copy(typed, to, SLUG_SIZE) == STATUS_OK && typed[0] != '\0'
             ? EXIT_DONE
             : fail(EXIT_USAGE, "slug \"%.60s\": is not [a-z][a-z0-9-]{1,22}", typed);
}

void context_say_managed(const struct org *org)
{
  if (org->enforcement == ENFORCEMENT_SSO_ONLY) {
    (void)fprintf(stderr, "ssoctl: org %s: access is managed at its provider (sso-only); nobody is invited here\n",
                  org->slug);
  }
}

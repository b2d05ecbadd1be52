// SPDX-License-Identifier: Apache-2.0
// ssoctl mail: the mail server that codes and invitations are sent through (POLICY V2).
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "base/url.h"
#include "ca_file.h"
#include "change/mail_server.h"
#include "mail_values.h"
#include "mailer.h"
#include "paths.h"
#include "store/mail_server.h"

static int take_server(const char *typed, struct mail_server *server)
{
  if (typed == NULL) {
    return server->server[0] != '\0' ? EXIT_DONE : fail(EXIT_USAGE, "--server: must be given for a new mail server");
  }
  if (!url_is_mail_server(typed) || text_copy(typed, server->server, sizeof server->server) != STATUS_OK) {
    return fail(EXIT_USAGE, "--server \"%.200s\": is not smtps://HOST[:PORT] or smtp://HOST[:PORT]", typed);
  }
  return EXIT_DONE;
}

static int take_sender(const char *typed, struct mail_server *server)
{
  if (typed == NULL) {
    return server->from[0] != '\0' ? EXIT_DONE : fail(EXIT_USAGE, "--from: must be given for a new mail server");
  }
  return context_email(typed, server->from);
}

// "" is nobody: without authentication.
static int take_user(const char *typed, struct mail_server *server)
{
  if (typed == NULL) {
    return EXIT_DONE;
  }
  if (typed[0] == '\0') {
    bytes_done(&server->password);
    server->user[0] = '\0';
    return EXIT_DONE;
  }
  for (const char *at = typed; *at != '\0'; at++) {
    if (*at <= ' ' || *at > '~') {
      return fail(EXIT_USAGE, "--user \"%.100s\": is not printable ASCII without spaces", typed);
    }
  }
  if (text_copy(typed, server->user, sizeof server->user) != STATUS_OK) {
    return fail(EXIT_USAGE, "--user: is longer than %zu characters", sizeof server->user - 1);
  }
  return EXIT_DONE;
}

static int take_password(const char *path, struct mail_server *server)
{
  struct bytes password CLEANUP(bytes_done) = BYTES_EMPTY;
  if (path == NULL) {
    return EXIT_DONE;
  }
  int code = context_read_file(path, PROTOCOL_SECRET_MAX, &password);
  if (code != EXIT_DONE) {
    return code;
  }
  while (password.length > 0 && strchr("\r\n", password.data[password.length - 1]) != NULL) {
    password.data[--password.length] = '\0';
  }
  if (password.length == 0 || !text_is_clean(password.data, password.length)) {
    return fail(EXIT_USAGE, "--password-file: is empty, or holds more than one line of text");
  }
  bytes_done(&server->password);
  bytes_take(&server->password, &password);
  return EXIT_DONE;
}

// A password that was stored for one server, or for one user, is not shown to another.
static void forget_password(const struct mail_server *before, struct mail_server *server)
{
  bool same = strcmp(before->server, server->server) == 0 && strcmp(before->user, server->user) == 0;
  if (!same) {
    bytes_done(&server->password);
  }
}

int mail_values_set(const struct invocation *in, struct mail_server *server)
{
  struct mail_server before = *server; // borrows
  const char *ca_file = in->options[OPTION_CA_FILE];
  int code = take_server(in->options[OPTION_SERVER], server);
  code = code != EXIT_DONE ? code : take_sender(in->options[OPTION_FROM], server);
  code = code != EXIT_DONE ? code : take_user(in->options[OPTION_USER], server);
  if (code != EXIT_DONE) {
    return code;
  }
  forget_password(&before, server);
  code = take_password(in->options[OPTION_PASSWORD_FILE], server);
  code = code == EXIT_DONE && ca_file != NULL ? ca_file_read(ca_file, &server->ca_pem) : code;
  if (code != EXIT_DONE) {
    return code;
  }
  if ((server->user[0] != '\0') != (server->password.length > 0)) {
    return fail(EXIT_USAGE, "--user and --password-file: go together, and once more for another --server");
  }
  return EXIT_DONE;
}

static int load(struct context *ctx, struct mail_server *server)
{
  int code = context_read(ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = mail_server_get(ctx->txn, server);
  context_end_read(ctx);
  return status == STATUS_OK || status == STATUS_NOT_FOUND
             ? EXIT_DONE
             : fail(EXIT_FAILED, "store: the mail server cannot be read: %s", status_text(status));
}

int cmd_mail_set(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct mail_server server CLEANUP(cleanup_mail_server) = {.set_at_s = 0};
  const struct mail_server_set set = {&server};
  struct change_done result;
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = load(&ctx, &server);
  if (code != EXIT_DONE) {
    return code;
  }
  code = mail_values_set(in, &server);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_change(&ctx, change_mail_server_set(&set, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(&ctx, "mail goes to %s as %s; next: ssoctl mail test ADDRESS", server.server, server.from);
  return context_result(&ctx, result.changed, RESULT_TEXT("server", server.server), RESULT_TEXT("from", server.from),
                        RESULT_TEXT("user", table_text_or_null(server.user)),
                        RESULT_BOOL("password_set", server.password.length > 0),
                        RESULT_BOOL("own_ca", server.ca_pem.length > 0));
}

static const struct column COLUMNS[] = {
    {"server", COLUMN_TEXT}, {"from", COLUMN_TEXT},     {"user", COLUMN_TEXT},           {"password_set", COLUMN_BOOL},
    {"own_ca", COLUMN_BOOL}, {"template", COLUMN_TEXT}, {"template_error", COLUMN_TEXT}, {"set_at", COLUMN_DATE}};

int cmd_mail_show(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct mailer mailer CLEANUP(mailer_done) = MAILER_EMPTY;
  struct table table CLEANUP(table_done) = table_init(COLUMNS, COUNT_OF(COLUMNS));
  struct error error = {.text = ""};
  const struct mail_server *server = &mailer.server;
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = mailer_open(&ctx, &mailer);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status checked = mail_text_check(PATH_MAIL_TEMPLATE, &error);
  table_add(&table, COLUMNS,
            {{server->server, 0},
             {server->from, 0},
             {table_text_or_null(server->user), 0},
             {NULL, server->password.length > 0},
             {NULL, server->ca_pem.length > 0},
             {PATH_MAIL_TEMPLATE, 0},
             {checked != STATUS_OK ? error.text : NULL, 0},
             {NULL, server->set_at_s}});
  return context_print_one(&ctx, &table);
}

int cmd_mail_test(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct mailer mailer CLEANUP(mailer_done) = MAILER_EMPTY;
  struct error error = {.text = ""};
  char to[EMAIL_SIZE];
  const struct mailing mailing = {.to = to, .part = MAIL_TEST};
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_email(in->arguments[0], to);
  if (code != EXIT_DONE) {
    return code;
  }
  code = mailer_open(&ctx, &mailer);
  if (code != EXIT_DONE) {
    return code;
  }
  if (mail_text_check(PATH_MAIL_TEMPLATE, &error) != STATUS_OK) {
    return fail(EXIT_FAILED, "%s", error.text);
  }
  code = mailer_send(&mailer, &mailing);
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(&ctx, "mail to %s: %s has taken it: %s", to, mailer.server.server, mailer.reply);
  return EXIT_DONE;
}

int cmd_mail_remove(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct change_done result;
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_change_confirmed(&ctx, change_mail_server_remove(&result),
                                  "Nobody will sign in by a code by email any more. Go on?");
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(&ctx, "the mail server is removed");
  return context_print_result(&ctx, result.changed, NULL, 0);
}

// SPDX-License-Identifier: Apache-2.0
// ssoctl account set, and shell, for oneself.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "change/account.h"
#include "change/account_values.h"
#include "context.h"
#include "member_args.h"
#include "member_values.h"

enum { KEY_SIZE = 16 };

static int take_reason(const struct invocation *in, char to[static REASON_SIZE])
{
  const char *typed = in->options[OPTION_REASON];
  bool legal = typed != NULL && typed[0] != '\0' && text_copy_clean(typed, strlen(typed), to, REASON_SIZE) == STATUS_OK;
  return legal ? EXIT_DONE
               : fail(EXIT_USAGE, "--reason: 1 to %zu bytes of text that say how you know", (size_t)REASON_SIZE - 1);
}

static int prove(struct context *ctx, const char *typed)
{
  char reason[REASON_SIZE];
  const struct account_prove prove = {typed, reason};
  struct account_changed result;
  if (ctx->in->arguments[2] != NULL) {
    return fail(EXIT_USAGE, "email=proven: is said alone");
  }
  int code = take_reason(ctx->in, reason);
  if (code != EXIT_DONE) {
    return code;
  }
  code =
      context_change_confirmed(ctx, change_account_prove(&prove, &result),
                               "Whoever proves this address at its organization gets this account with all that is in "
                               "it. Go on?");
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(ctx, "account %s: its address counts as proven", result.account.login);
  return context_result(ctx, result.changed, RESULT_TEXT("login", result.account.login),
                        RESULT_TEXT("email", result.account.email), RESULT_NUMBER("uid", result.account.uid),
                        RESULT_BOOL("email_proven", true));
}

// "shell=/bin/sh" into ROW, and where it is in VALUES.
static int take_value(const char *typed, struct member_row *row, struct account_values *values)
{
  char key[KEY_SIZE] = "";
  struct error error = {.text = ""};
  const char *equals = strchr(typed, '=');
  const struct {
    const char *key;
    const char **value;
    const char *text;
  } legal[] = {
      {"name", &values->name, row->name}, {"home", &values->home, row->home}, {"shell", &values->shell, row->shell}};
  if (equals != NULL && equals - typed < KEY_SIZE) {
    memcpy(key, typed, (size_t)(equals - typed));
  }
  for (size_t i = 0; i < COUNT_OF(legal); i++) {
    if (strcmp(legal[i].key, key) != 0) {
      continue;
    }
    if (*legal[i].value != NULL) {
      return fail(EXIT_USAGE, "%s: is there twice", key);
    }
    if (member_value_find(key)->take(key, equals + 1, row, &error) != STATUS_OK) {
      return fail(EXIT_USAGE, "%s", error.text);
    }
    *legal[i].value = legal[i].text;
    return EXIT_DONE;
  }
  return fail(EXIT_USAGE, "\"%.60s\": is not name=TEXT, home=PATH, shell=PATH, or email=proven alone", typed);
}

static int print_values(struct context *ctx, const struct account_values_set *result)
{
  const struct account *before = &result->before;
  const struct account *after = &result->after;
  struct table values CLEANUP(table_done) = context_values();
  const struct {
    const char *key;
    const char *before;
    const char *after;
  } all[] = {
      {"name", before->name, after->name}, {"home", before->home, after->home}, {"shell", before->shell, after->shell}};
  for (size_t i = 0; i < COUNT_OF(all); i++) {
    if (strcmp(all[i].before, all[i].after) != 0) {
      context_add_value(&values, all[i].key, all[i].before, all[i].after);
    }
  }
  return context_result(ctx, result->changed, RESULT_TEXT("login", after->login), RESULT_TEXT("email", after->email),
                        RESULT_NUMBER("uid", after->uid), RESULT_ROWS("values", &values));
}

static int set_values(struct context *ctx, const char *account)
{
  struct member_row row = {.uid = 0};
  struct account_values values = {.account = account};
  struct account_values_set result;
  for (size_t i = 1; i < ARGUMENTS_MAX && ctx->in->arguments[i] != NULL; i++) {
    int code = take_value(ctx->in->arguments[i], &row, &values);
    if (code != EXIT_DONE) {
      return code;
    }
  }
  if (ctx->in->options[OPTION_REASON] != NULL) {
    return fail(EXIT_USAGE, "--reason: is for email=proven");
  }
  int code = context_change(ctx, change_account_values_set(&values, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(ctx, "account %s: %s", result.after.login,
               result.changed ? "changed, for the sessions to come" : "is so already");
  if (strcmp(result.before.home, result.after.home) != 0) {
    context_done(ctx, "what is in %s stays there: move it, if it is to come along", result.before.home);
  }
  return print_values(ctx, &result);
}

int cmd_account_set(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  char account[EMAIL_SIZE];
  int code = member_args_open_account(&ctx, in, account);
  if (code != EXIT_DONE) {
    return code;
  }
  return strcmp(in->arguments[1], "email=proven") == 0 ? prove(&ctx, account) : set_values(&ctx, account);
}

// Whether root lets people choose PATH: shells(5), by getusershell(3).
static bool is_offered(const char *path)
{
  bool found = false;
  setusershell();
  for (const char *shell = getusershell(); shell != NULL && !found; shell = getusershell()) {
    found = strcmp(shell, path) == 0;
  }
  endusershell();
  return found;
}

static int set_own_shell(struct context *ctx, const char *shell)
{
  struct account self;
  struct account_values_set result;
  int code = member_args_self(ctx, &self);
  if (code != EXIT_DONE) {
    return code;
  }
  if (!is_offered(self.shell)) { // as chsh(1): it may be there to hold somebody
    record_done(&ACCOUNT_RECORD, &self);
    return fail(EXIT_REFUSED, "your shell is not one of /etc/shells: an operator of this host changes it");
  }
  const struct account_values values = {self.login, NULL, NULL, shell};
  code = context_change(ctx, change_account_values_set(&values, &result));
  record_done(&ACCOUNT_RECORD, &self);
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(ctx, "%s is your shell%s", shell, result.changed ? " from the next session on" : " already");
  return print_values(ctx, &result);
}

int cmd_shell(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  if (!is_offered(in->arguments[0])) {
    return fail(EXIT_USAGE, "\"%.100s\": is not in /etc/shells", in->arguments[0]);
  }
  return set_own_shell(&ctx, in->arguments[0]);
}

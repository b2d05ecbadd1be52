// SPDX-License-Identifier: Apache-2.0
#include "authorize.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "change/settings.h"
#include "context.h"

static int refuse(const struct invocation *in, const char *why)
{
  actor_log_refusal(in, why);
  return fail(EXIT_REFUSED, "%s", why);
}

static int refuse_operators_only(const struct invocation *in)
{
  char why[ERROR_SIZE];
  (void)snprintf(why, sizeof why, "%s%s%s: as it was typed this takes %s (POLICY %s; see DELEGATION in ssoctl(8))",
                 in->command->noun, in->command->verb[0] != '\0' ? " " : "", in->command->verb, right_whom(RIGHT_HOST),
                 right_row(RIGHT_HOST));
  return refuse(in, why);
}

static int check_org(struct context *ctx, const char *slug)
{
  const struct actor *actor = ctx->in->actor;
  struct error error = {.text = ""};
  enum status status = delegate_check(ctx->txn, &actor->delegate, actor->right, slug, &error);
  if (status == STATUS_REFUSED) {
    return refuse(ctx->in, error.text);
  }
  return status == STATUS_OK ? EXIT_DONE : fail(EXIT_FAILED, "store: %s", status_text(status));
}

static int check_person(const struct context *ctx, const char *person)
{
  char why[ERROR_SIZE];
  if (context_sees_person(ctx, person)) {
    return EXIT_DONE;
  }
  (void)snprintf(why, sizeof why, "\"%.255s\": is nobody of an org of yours that this session has opened (POLICY %s)",
                 person, right_row(RIGHT_SEE));
  return refuse(ctx->in, why);
}

// Whoever sets the password of an operator is one: that an org is in control of the account is not enough.
static int check_account(const struct context *ctx, const char *account)
{
  char why[ERROR_SIZE];
  char email[EMAIL_SIZE];
  int code = context_person(account, email); // as the command will read it: capitals and other letters are folded
  if (code != EXIT_DONE || !actor_is_operator(ctx->txn, &ctx->config, email)) {
    return code;
  }
  (void)snprintf(why, sizeof why,
                 "account \"%.255s\": is an operator of this host, and only another one changes this "
                 "(POLICY %s)",
                 account, right_row(RIGHT_HOST));
  return refuse(ctx->in, why);
}

static int check_org_option(struct context *ctx)
{
  const char *slug = ctx->in->options[OPTION_ORG];
  int code = slug != NULL ? check_org(ctx, slug) : fail(EXIT_USAGE, "--org SLUG is needed");
  return code == EXIT_DONE ? check_account(ctx, ctx->in->arguments[0]) : code;
}

// The slug that an argument of IN is; NULL where none is, or it is left out.
static const char *named_org(const struct invocation *in)
{
  return in->command->place == PLACE_ORG         ? in->arguments[0]
         : in->command->place == PLACE_ORG_THIRD ? in->arguments[2]
                                                 : NULL;
}

// What a command is about, by what stands where it names it.
static int check_place(struct context *ctx)
{
  const struct invocation *in = ctx->in;
  switch (in->command->place) {
  case PLACE_HOST: return refuse_operators_only(in);
  case PLACE_ORG:
  case PLACE_ORG_THIRD: return check_org(ctx, named_org(in));
  case PLACE_ORG_OPTION: return check_org_option(ctx);
  case PLACE_ACCOUNT: return check_account(ctx, in->arguments[0]);
  case PLACE_PERSON: return check_person(ctx, in->arguments[0]);
  case PLACE_SELF:
  case PLACE_ANYBODY: return EXIT_DONE;
  }
  return refuse_operators_only(in);
}

static enum right more(enum right a, enum right b)
{
  return a > b ? a : b;
}

// What one KEY=VALUE of 'org set' takes; what is no setting is an operator's.
static enum right setting_right(const char *typed)
{
  size_t length = strcspn(typed, "=");
  const struct org_setting *setting = org_setting_find(typed, length);
  if (setting == NULL) {
    return RIGHT_HOST;
  }
  bool only_host =
      setting->host_value != NULL && typed[length] == '=' && strcmp(typed + length + 1, setting->host_value) == 0;
  return only_host ? RIGHT_HOST : setting->right;
}

// What IN takes as it was typed: the command's right, or more for an option or setting that takes more.
static enum right right_taken(const struct invocation *in)
{
  enum right right = in->command->right;
  bool names_org = in->command->place == PLACE_ORG || in->command->place == PLACE_ORG_THIRD;
  if (names_org && named_org(in) == NULL) {
    right = RIGHT_HOST;
  }
  for (size_t i = 0; i < OPTION_COUNT; i++) {
    const char *typed = in->options[i];
    right = typed != NULL ? more(right, option_right((enum option)i, typed)) : right;
  }
  bool settings = in->command->run == cmd_org_set;
  for (size_t i = 1; settings && i < ARGUMENTS_MAX && in->arguments[i] != NULL; i++) {
    right = more(right, setting_right(in->arguments[i]));
  }
  return right;
}

// Whether an option or argument of IN is the path of a file; "-" is none.
static bool names_file(const struct invocation *in)
{
  const char *file = in->command->run == cmd_member_import ? in->arguments[1] : NULL;
  bool path = file != NULL && strcmp(file, "-") != 0;
  for (size_t i = 0; i < OPTION_COUNT; i++) {
    const char *typed = option_is_file((enum option)i) ? in->options[i] : NULL;
    path = path || (typed != NULL && typed[0] != '\0' && strcmp(typed, "-") != 0);
  }
  return path;
}

static int check_delegate(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  if (!rights_allow(in->actor->right, STANDING_OWNER)) {
    return refuse_operators_only(in);
  }
  if (names_file(in)) {
    return refuse(in, "a path is legal for an operator of this host only; give - and the contents on standard input "
                      "(POLICY W7)");
  }
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_read(&ctx);
  return code == EXIT_DONE ? check_place(&ctx) : code;
}

int authorize_command(const struct invocation *in, struct actor *ret_actor)
{
  if (in->command->place == PLACE_ANYBODY) {
    *ret_actor = (struct actor){.right = RIGHT_OWN};
    return EXIT_DONE;
  }
  int code = actor_identify(ret_actor);
  if (code != EXIT_DONE) {
    return code;
  }
  ret_actor->right = right_taken(in);
  if (ret_actor->is_delegate) {
    return check_delegate(in);
  }
  return rights_allow(ret_actor->right, STANDING_OPERATOR)
             ? EXIT_DONE
             : fail(EXIT_REFUSED,
                    "%s%s%s: is about the account of the person who runs it through sudo; no account "
                    "runs this",
                    in->command->noun, in->command->verb[0] != '\0' ? " " : "", in->command->verb);
}

// SPDX-License-Identifier: Apache-2.0
#include "member_args.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/when.h"
#include "program.h"

enum { UNTIL_MIN_S = 60, UNTIL_MAX_S = 3650 * 86400 };

int member_args_open(struct context *ctx, const struct invocation *in, struct member_args *ret_words)
{
  int code = context_open(in, ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_text("slug", in->arguments[0], ret_words->org, sizeof ret_words->org);
  return code == EXIT_DONE ? context_email(in->arguments[1], ret_words->email) : code;
}

int member_args_open_known(struct context *ctx, const struct invocation *in, struct member_args *ret_words)
{
  int code = context_open(in, ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_text("slug", in->arguments[0], ret_words->org, sizeof ret_words->org);
  return code == EXIT_DONE ? context_person(in->arguments[1], ret_words->email) : code;
}

int member_args_open_account(struct context *ctx, const struct invocation *in, char ret_name[static EMAIL_SIZE])
{
  int code = context_open(in, ctx);
  return code == EXIT_DONE ? context_person(in->arguments[0], ret_name) : code;
}

int member_args_role(const char *what, const char *typed, enum role *ret_role)
{
  uint8_t role = ROLE_VIEWER;
  if (role_from(typed, &role) != STATUS_OK || role == ROLE_OWNER) {
    return fail(EXIT_USAGE, "%s \"%.40s\": is not viewer or admin", what, typed);
  }
  *ret_role = (enum role)role;
  return EXIT_DONE;
}

int member_args_ending(const struct invocation *in, struct ending *ret_ending)
{
  const char *until = in->options[OPTION_UNTIL];
  const char *reason = in->options[OPTION_REASON];
  int64_t now_s = clock_now_s();
  int64_t seconds = 0;
  *ret_ending = (struct ending){0, reason};
  if (until == NULL || reason == NULL || reason[0] == '\0') {
    return until == NULL && reason == NULL
               ? EXIT_DONE
               : fail(EXIT_USAGE, "--until and --reason: what ends by itself has both, and a reason is not empty");
  }
  if (text_to_duration(until, UNTIL_MIN_S, UNTIL_MAX_S, &seconds) == STATUS_OK) {
    ret_ending->until_s = now_s + seconds;
    return EXIT_DONE;
  }
  bool legal = when_parse(until, now_s, &ret_ending->until_s) == STATUS_OK && ret_ending->until_s > now_s &&
               ret_ending->until_s <= now_s + UNTIL_MAX_S;
  return legal
             ? EXIT_DONE
             : fail(EXIT_USAGE,
                    "--until \"%.40s\": is not a duration of 60s to 3650d, as in 2h or 30d, nor a day or date to come, "
                    "as in 2027-01-31 or 2027-01-31T18:00:00Z",
                    until);
}

int member_args_local_user(const struct invocation *in, char to[static LOGIN_SIZE])
{
  const char *typed = in->options[OPTION_LOCAL_USER];
  to[0] = '\0';
  if (typed == NULL) {
    return EXIT_DONE;
  }
  if (in->options[OPTION_LOGIN] != NULL || in->options[OPTION_HOME] != NULL || in->options[OPTION_SHELL] != NULL ||
      in->options[OPTION_UID] != NULL) {
    return fail(EXIT_USAGE, "--local-user: login, home, shell and uid are the local user's; --login, --home, "
                            "--shell and --uid are not legal with it");
  }
  return context_text("--local-user", typed, to, LOGIN_SIZE);
}

static bool run_usermod(const char *login)
{
  const char *const words[] = {"/usr/sbin/usermod", "-L", "--", login, NULL};
  int code = 1;
  return program_run(words, false, &code) == STATUS_OK && code == 0;
}

int member_args_lock_local_user(const struct context *ctx, const char *local_user, const struct account *account)
{
  bool needed = local_user[0] != '\0' && account->mapped == 1 && ctx->in->options[OPTION_DRY_RUN] == NULL;
  if (!needed || run_usermod(account->login)) {
    return EXIT_DONE;
  }
  return fail(EXIT_FAILED,
              "local user \"%s\": is mapped, but other services still take its password: run "
              "'usermod -L %s'",
              account->login, account->login);
}

int member_args_self(struct context *ctx, struct account *ret_account)
{
  int code = context_read(ctx);
  if (code == EXIT_DONE && account_get(ctx->txn, ctx->in->actor->delegate.account_id, ret_account) != STATUS_OK) {
    code = fail(EXIT_FAILED, "store: your account cannot be read");
  }
  context_end_read(ctx);
  return code;
}

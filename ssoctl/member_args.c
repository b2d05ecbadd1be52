// SPDX-License-Identifier: Apache-2.0
#include "member_args.h"

#include <stdio.h>

#include "program.h"

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

// SPDX-License-Identifier: Apache-2.0
// ssoctl account remove, retire, set: an account's end, and what its address is worth.
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "change/account.h"
#include "groups_left.h"
#include "leftovers.h"
#include "member_args.h"
#include "sessions.h"

// A process that lives on would write into a home that it still has open, and nothing of it may go on.
static int end_processes(const struct context *ctx, const struct account *account)
{
  size_t ended = 0;
  const struct sessions_of of = {account->uid, 0};
  if (sessions_end(&of, &ended) != STATUS_OK) {
    return fail(EXIT_FAILED,
                "%s: what runs under uid %u could not be ended; end it by hand, its home stays where it is",
                account->login, account->uid);
  }
  if (ended > 0) {
    context_done(ctx, "%s: %zu processes ended", account->login, ended);
  }
  return EXIT_DONE;
}

static void tell_processes(const struct context *ctx, const struct account *account)
{
  size_t left = 0;
  const struct sessions_of of = {account->uid, 0};
  if (sessions_count(&of, &left) == STATUS_OK && left > 0) {
    context_done(ctx, "%s: %zu processes of uid %u go on; --end-sessions ends them", account->login, left,
                 account->uid);
  }
}

static int move_home(const struct context *ctx, const struct account *account)
{
  struct leftovers leftovers = {.jobs = 0};
  enum status status = leftovers_move_home(account, &leftovers);
  if (status == STATUS_EXISTS) {
    context_done(ctx, "home %s: is not a directory of uid %u, and is left as it is", account->home, account->uid);
  } else if (status != STATUS_OK) {
    return fail(EXIT_FAILED, "home %s: could not be moved away: %m; nobody else's session enters it", account->home);
  } else if (leftovers.home[0] != '\0') {
    context_done(ctx, "home %s is now %s", account->home, leftovers.home);
  }
  return EXIT_DONE;
}

// What is left of a local user is theirs, and what --keep-home was given for stays.
static int take_away(const struct context *ctx, const struct account *account, bool ends)
{
  struct leftovers leftovers = {.jobs = 0};
  const struct invocation *in = ctx->in;
  if (in->options[OPTION_DRY_RUN] != NULL || account->mapped == 1) {
    return EXIT_DONE;
  }
  int code = ends ? end_processes(ctx, account) : EXIT_DONE;
  if (!ends) {
    tell_processes(ctx, account);
  }
  bool ended = code == EXIT_DONE;
  if (leftovers_end_jobs(account, &leftovers) != STATUS_OK) {
    code = fail(EXIT_FAILED, "%s: crontab, at jobs or lingering manager could not be taken away", account->login);
  }
  if (leftovers.jobs > 0) {
    context_done(ctx, "%s: %zu jobs taken away", account->login, leftovers.jobs);
  }
  if (ended && in->options[OPTION_KEEP_HOME] == NULL) {
    int moved = move_home(ctx, account);
    code = code == EXIT_DONE ? moved : code;
  }
  return code;
}

static int take_away_and_print(struct context *ctx, const struct account_changed *result, bool ends)
{
  const struct account *account = &result->account;
  struct bytes groups CLEANUP(bytes_done) = BYTES_EMPTY;
  int code = take_away(ctx, account, ends);
  if (account->mapped == 0) { // a local user stays
    groups_left_tell(ctx, account->login, &groups);
  }
  int printed = context_result(ctx, result->changed, RESULT_TEXT("login", account->login),
                               RESULT_TEXT("email", account->email), RESULT_NUMBER("uid", account->uid),
                               RESULT_TEXT("home", account->home), RESULT_WORDS("local_groups", bytes_text(&groups)));
  return code != EXIT_DONE ? code : printed;
}

typedef struct change account_end(const struct account_name *name, struct account_changed *ret_result);

static int end(struct context *ctx, const struct invocation *in, account_end *what, const char *question,
               struct account_changed *ret_result)
{
  char typed[EMAIL_SIZE];
  const struct account_name name = {typed};
  int code = member_args_open_account(ctx, in, typed);
  return code == EXIT_DONE ? context_change_confirmed(ctx, what(&name, ret_result), question) : code;
}

int cmd_account_remove(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct account_changed result;
  int code = end(&ctx, in, change_account_remove,
                 "The account, its memberships and its identities go; its home is moved aside unless --keep-home is "
                 "given, its number is not given again. Go on?",
                 &result);
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(&ctx, "account %s is removed", result.account.login);
  return take_away_and_print(&ctx, &result, in->options[OPTION_END_SESSIONS] != NULL);
}

int cmd_account_retire(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct account_changed result;
  int code = end(&ctx, in, change_account_retire,
                 "The account ends with all that runs and all that it may do; its home is moved aside, its number is "
                 "not given again, and the person signs in as somebody new. Go on?",
                 &result);
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(&ctx, "account %s is retired; whoever proves %s next is somebody new", result.account.login,
               result.account.email);
  return take_away_and_print(&ctx, &result, true);
}

// SPDX-License-Identifier: Apache-2.0
// ssoctl member: its changes.
#include "base/cleanup.h"
#include "member_args.h"
#include "member_values.h"
#include "sessions.h"

// What was said by options.
static int take_options(const struct invocation *in, struct member_row *row)
{
  struct error error = {.text = ""};
  for (size_t i = 0; i < COUNT_OF(MEMBER_VALUES); i++) {
    const struct member_value *value = &MEMBER_VALUES[i];
    const char *typed = value->option != OPTION_COUNT ? in->options[value->option] : NULL;
    char what[32];
    (void)snprintf(what, sizeof what, "--%s", value->column);
    if (typed != NULL && value->take(what, typed, row, &error) != STATUS_OK) {
      return fail(EXIT_USAGE, "%s", error.text);
    }
  }
  return EXIT_DONE;
}

static int tell_added(struct context *ctx, const struct member_add *add, const struct member_added *result)
{
  const char *already = result->changed ? "" : " already";
  const char *role = role_word((uint8_t)add->role);
  // Which number it would be tells of others.
  if (ctx->in->actor->is_delegate && ctx->in->options[OPTION_DRY_RUN] != NULL) {
    context_done(ctx, "%s is a member of org %s as %s%s", add->email, add->org, role, already);
    return context_result(ctx, result->changed, RESULT_TEXT("org", add->org), RESULT_TEXT("email", add->email),
                          RESULT_TEXT("role", role));
  }
  context_done(ctx, "%s is a member of org %s as %s%s, login %s, uid %u", add->email, add->org, role, already,
               result->account.login, result->account.uid);
  return context_result(ctx, result->changed, RESULT_TEXT("org", add->org), RESULT_TEXT("email", add->email),
                        RESULT_TEXT("login", result->account.login), RESULT_NUMBER("uid", result->account.uid),
                        RESULT_TEXT("role", role));
}

int cmd_member_add(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct member_args words;
  struct member_row row = {.email = ""};
  char local_user[LOGIN_SIZE];
  struct member_added result;
  int code = member_args_open(&ctx, in, &words);
  if (code != EXIT_DONE) {
    return code;
  }
  code = take_options(in, &row);
  if (code != EXIT_DONE) {
    return code;
  }
  code = member_args_local_user(in, local_user);
  if (code != EXIT_DONE) {
    return code;
  }
  struct member_add add = member_row_add(&row, words.org, local_user);
  add.email = words.email;
  code = member_args_ending(in, &add.ending);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_change(&ctx, change_member_add(&add, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  int locked = member_args_lock_local_user(&ctx, local_user, &result.account);
  code = tell_added(&ctx, &add, &result);
  return locked != EXIT_DONE ? locked : code;
}

// What is asked before a change, NULL for nothing, and said after it.
struct wording {
  const char *question;
  const char *done;
};

// WHAT is about those whom WORDS name.
static int change(struct context *ctx, const struct member_args *words, struct change what,
                  const struct member_changed *result, const struct wording *wording)
{
  int code = context_change_confirmed(ctx, what, wording->question);
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(ctx, "%s %s in org %s%s", words->email, wording->done, words->org, result->changed ? "" : " already");
  // What opened other orgs only is not an org's to end (POLICY W3).
  const struct sessions_of of = {result->uid, ctx->in->actor->is_delegate ? result->gid : 0};
  size_t ended = 0;
  int ending = sessions_end_if_asked(ctx, result->login, &of, &ended);
  code = context_result(ctx, result->changed, RESULT_TEXT("org", words->org), RESULT_TEXT("email", result->email),
                        RESULT_TEXT("login", result->login), RESULT_NUMBER("uid", result->uid),
                        RESULT_NUMBER("processes_ended", (int64_t)ended));
  return ending != EXIT_DONE ? ending : code;
}

int cmd_member_remove(const struct invocation *in)
{
  static const struct wording WORDING = {"The member loses this org; the account stays. Go on?",
                                         "is no longer a member"};
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct member_args words;
  struct member_changed result;
  int code = member_args_open_known(&ctx, in, &words);
  const struct member_name name = {words.org, words.email};
  return code != EXIT_DONE ? code : change(&ctx, &words, change_member_remove(&name, &result), &result, &WORDING);
}

int cmd_member_suspend(const struct invocation *in)
{
  static const struct wording WORDING = {NULL, "is suspended"};
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct member_args words;
  struct member_changed result;
  int code = member_args_open_known(&ctx, in, &words);
  const struct member_name name = {words.org, words.email};
  return code != EXIT_DONE ? code : change(&ctx, &words, change_member_suspend(&name, &result), &result, &WORDING);
}

int cmd_member_resume(const struct invocation *in)
{
  static const struct wording WORDING = {NULL, "is active"};
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct member_args words;
  struct member_changed result;
  struct member_resume resume = {.org = words.org, .email = words.email};
  int code = member_args_ending(in, &resume.ending);
  code = code != EXIT_DONE ? code : member_args_open_known(&ctx, in, &words);
  return code != EXIT_DONE ? code : change(&ctx, &words, change_member_resume(&resume, &result), &result, &WORDING);
}

int cmd_member_role(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct member_args words;
  struct member_role role = {.org = words.org, .email = words.email};
  struct member_changed result;
  int code = member_args_open_known(&ctx, in, &words);
  if (code != EXIT_DONE) {
    return code;
  }
  code = member_args_role("role", in->arguments[2], &role.role);
  if (code != EXIT_DONE) {
    return code;
  }
  code = member_args_ending(in, &role.ending);
  if (code == EXIT_DONE && role.ending.until_s != 0 && role.role == ROLE_VIEWER) {
    code = fail(EXIT_USAGE, "--until: a viewer's role is what is left of others, and has no end; see 'member resume'");
  }
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_change(&ctx, change_member_role(&role, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(&ctx, "%s is %s in org %s%s", words.email, role_word((uint8_t)role.role), words.org,
               result.changed ? "" : " already");
  struct table values CLEANUP(table_done) = context_values();
  if (result.changed &&
      strcmp(result.before, in->arguments[2]) != 0) { // else it was a provider group's, and is kept now
    context_add_value(&values, "role", result.before, in->arguments[2]);
  }
  return context_result(&ctx, result.changed, RESULT_TEXT("org", words.org), RESULT_TEXT("email", result.email),
                        RESULT_TEXT("login", result.login), RESULT_NUMBER("uid", result.uid),
                        RESULT_TEXT("role", in->arguments[2]), RESULT_ROWS("values", &values));
}

// SPDX-License-Identifier: Apache-2.0
// ssoctl member: its changes.
#include "base/cleanup.h"
#include "member_values.h"
#include "people.h"

// What was said by options.
static int take_options(const struct invocation *in, struct operation *op)
{
  struct report report = {.text = ""};
  for (size_t i = 0; i < COUNT_OF(MEMBER_VALUES); i++) {
    const struct member_value *value = &MEMBER_VALUES[i];
    const char *typed = value->option != OPTION_COUNT ? in->options[value->option] : NULL;
    char what[32];
    (void)snprintf(what, sizeof what, "--%s", value->column);
    if (typed != NULL && value->take(what, typed, op, &report) != STATUS_OK) {
      return desk_fail(EXIT_USAGE, "%s", report.text);
    }
  }
  return EXIT_DONE;
}

int cmd_member_add(const struct invocation *in)
{
  struct desk desk CLEANUP(desk_close) = DESK_EMPTY;
  struct operation op;
  struct operation_result result;
  int code = people_start(&desk, in, OPERATION_MEMBER_ADD, &op);
  if (code == EXIT_DONE) {
    code = take_options(in, &op);
  }
  if (code == EXIT_DONE) {
    code = people_local_user(in, &op);
  }
  if (code == EXIT_DONE) {
    code = desk_operate(&desk, &op, &result);
  }
  if (code == EXIT_DONE) {
    code = people_lock_local(&desk, op.local_user, &result.account);
  }
  bool tells =
      !in->actor->is_delegate || in->options[OPTION_DRY_RUN] == NULL; // which number it would be tells of others
  if (code == EXIT_DONE && !tells) {
    desk_done(&desk, "%s is a member of org %s as %s%s", op.email, op.org, role_word(op.value),
              result.changed ? "" : " already");
  }
  if (code == EXIT_DONE && tells) {
    desk_done(&desk, "%s is a member of org %s as %s%s, login %s, uid %u", op.email, op.org, role_word(op.value),
              result.changed ? "" : " already", result.account.login, result.account.uid);
  }
  return code;
}

static int change(const struct invocation *in, enum operation_kind kind, const char *question, const char *words)
{
  struct desk desk CLEANUP(desk_close) = DESK_EMPTY;
  struct operation op;
  struct operation_result result;
  int code = people_start(&desk, in, kind, &op);
  if (code == EXIT_DONE) {
    code = people_carry_out(&desk, &op, question, &result);
  }
  if (code != EXIT_DONE) {
    return code;
  }
  desk_done(&desk, "%s %s in org %s%s", op.email, words, op.org, result.changed ? "" : " already");
  // What opened other orgs only is not an org's to end (POLICY W3).
  const struct sessions_of of = {result.account.uid, in->actor->is_delegate ? result.gid : 0};
  return people_end_sessions(&desk, result.account.login, &of);
}

int cmd_member_remove(const struct invocation *in)
{
  return change(in, OPERATION_MEMBER_REMOVE, "The member loses this org; the account stays. Go on?",
                "is no longer a member");
}

int cmd_member_suspend(const struct invocation *in)
{
  return change(in, OPERATION_MEMBER_SUSPEND, NULL, "is suspended");
}

int cmd_member_resume(const struct invocation *in)
{
  return change(in, OPERATION_MEMBER_RESUME, NULL, "is active");
}

int cmd_member_role(const struct invocation *in)
{
  struct desk desk CLEANUP(desk_close) = DESK_EMPTY;
  struct operation op;
  struct operation_result result;
  int code = people_start(&desk, in, OPERATION_MEMBER_ROLE, &op);
  if (code == EXIT_DONE) {
    code = people_role("role", in->arguments[2], &op);
  }
  if (code == EXIT_DONE) {
    code = desk_operate(&desk, &op, &result);
  }
  if (code == EXIT_DONE) {
    desk_done(&desk, "%s is %s in org %s%s", op.email, role_word(op.value), op.org, result.changed ? "" : " already");
  }
  return code;
}

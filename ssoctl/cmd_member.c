// SPDX-License-Identifier: Apache-2.0
// ssoctl member: its changes.
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "people.h"

static int set_paths(const struct invocation *in, struct operation *op)
{
  static const struct {
    enum option option;
    const char *name;
  } PATHS[] = {{OPTION_HOME, "--home"}, {OPTION_SHELL, "--shell"}};
  for (size_t i = 0; i < COUNT_OF(PATHS); i++) {
    const char *typed = in->options[PATHS[i].option];
    if (typed == NULL) {
      continue;
    }
    bool legal = typed[0] == '/' && typed[1] != '\0' && strpbrk(typed, ": \t") == NULL &&
                 strstr(typed, "/../") == NULL && text_is_clean(typed, strlen(typed));
    size_t length = strlen(typed);
    legal = legal && length < 256 && (length < 3 || strcmp(typed + length - 3, "/..") != 0);
    if (!legal) {
      return desk_fail(EXIT_USAGE,
                       "%s \"%.100s\": is not an absolute path of at most 255 characters without \"..\", "
                       "spaces and colons",
                       PATHS[i].name, typed);
    }
    memcpy(PATHS[i].option == OPTION_HOME ? op->home : op->shell, typed, length + 1);
  }
  return EXIT_DONE;
}

static int set_name(const struct invocation *in, struct operation *op)
{
  const char *typed = in->options[OPTION_NAME];
  if (typed == NULL) {
    return EXIT_DONE;
  }
  if (strpbrk(typed, ":,=\\\"") != NULL) {
    return desk_fail(EXIT_USAGE, "--name \"%.100s\": holds one of : , = \\ \"", typed);
  }
  return desk_text("--name", typed, op->name, sizeof op->name);
}

int cmd_member_add(const struct invocation *in)
{
  struct desk desk CLEANUP(desk_close) = DESK_EMPTY;
  struct operation op;
  struct operation_result result;
  int code = people_start(&desk, in, OPERATION_MEMBER_ADD, &op);
  if (code == EXIT_DONE && in->options[OPTION_ROLE] != NULL) {
    code = people_role("--role", in->options[OPTION_ROLE], &op);
  }
  if (code == EXIT_DONE) {
    code = set_name(in, &op);
  }
  if (code == EXIT_DONE) {
    code = set_paths(in, &op);
  }
  if (code == EXIT_DONE && in->options[OPTION_LOGIN] != NULL) {
    code = desk_text("--login", in->options[OPTION_LOGIN], op.login, sizeof op.login);
  }
  if (code == EXIT_DONE) {
    code = people_local_user(in, &op);
  }
  if (code == EXIT_DONE) {
    code = desk_operate(&desk, &op, &result);
  }
  if (code == EXIT_DONE) {
    code = people_lock_local(&desk, &op, &result);
  }
  if (code == EXIT_DONE) {
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
  return people_end_sessions(&desk, result.account.login, result.account.uid);
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

// SPDX-License-Identifier: Apache-2.0
#include "people.h"

#include "sessions.h"

int people_start(struct desk *desk, const struct invocation *in, enum operation_kind kind, struct operation *ret_op)
{
  int code = desk_open(in, desk);
  *ret_op = desk_operation(desk, kind);
  if (code == EXIT_DONE) {
    code = desk_text("slug", in->arguments[0], ret_op->org, sizeof ret_op->org);
  }
  return code == EXIT_DONE ? desk_email(in->arguments[1], ret_op->email) : code;
}

int people_role(const char *what, const char *typed, struct operation *op)
{
  bool legal = role_from(typed, &op->value) == STATUS_OK && op->value != ROLE_OWNER;
  return legal ? EXIT_DONE : desk_fail(EXIT_USAGE, "%s \"%.40s\": is not viewer or admin", what, typed);
}

int people_end_sessions(const struct desk *desk, const char *login, uint32_t uid)
{
  size_t ended = 0;
  if (desk->in->options[OPTION_END_SESSIONS] == NULL || desk->in->options[OPTION_DRY_RUN] != NULL) {
    return EXIT_DONE;
  }
  if (sessions_end(uid, &ended) != STATUS_OK) {
    return desk_fail(EXIT_FAILED, "%s: what runs under uid %u could not be ended", login, uid);
  }
  desk_done(desk, "%s: %zu processes ended", login, ended);
  return EXIT_DONE;
}

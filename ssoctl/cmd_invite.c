// SPDX-License-Identifier: Apache-2.0
// ssoctl invite.
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "people.h"

enum { EXPIRES_MIN_S = 60, EXPIRES_DEFAULT_S = 7 * 86400, EXPIRES_MAX_S = 90 * 86400 };

int cmd_invite_create(const struct invocation *in)
{
  struct desk desk CLEANUP(desk_close) = DESK_EMPTY;
  struct operation op;
  struct operation_result result;
  int64_t seconds = EXPIRES_DEFAULT_S;
  const char *typed = in->options[OPTION_EXPIRES];
  int code = people_start(&desk, in, OPERATION_INVITE_CREATE, &op);
  if (code == EXIT_DONE && in->options[OPTION_ROLE] != NULL) {
    code = people_role("--role", in->options[OPTION_ROLE], &op);
  }
  if (code == EXIT_DONE && typed != NULL &&
      text_to_duration(typed, EXPIRES_MIN_S, EXPIRES_MAX_S, &seconds) != STATUS_OK) {
    code = desk_fail(EXIT_USAGE, "--expires \"%.40s\": is not 60s to 90d, as in 90s, 15m, 12h, 7d", typed);
  }
  op.expires_at_s = clock_now_s() + seconds;
  if (code == EXIT_DONE) {
    code = desk_operate(&desk, &op, &result);
  }
  if (code == EXIT_DONE) {
    char until[CLOCK_TEXT_SIZE];
    clock_text(op.expires_at_s, until);
    desk_done(&desk, "%s is invited to org %s as %s until %s; they sign in with that name", op.email, op.org,
              role_word(op.value), until);
  }
  return code;
}

int cmd_invite_cancel(const struct invocation *in)
{
  struct desk desk CLEANUP(desk_close) = DESK_EMPTY;
  struct operation op;
  struct operation_result result;
  int code = people_start(&desk, in, OPERATION_INVITE_CANCEL, &op);
  if (code == EXIT_DONE) {
    code = desk_operate(&desk, &op, &result);
  }
  if (code == EXIT_DONE) {
    desk_done(&desk, "invite of %s to org %s cancelled", op.email, op.org);
  }
  return code;
}

static enum status add_invite(void *context, const struct invite *invite)
{
  struct sheet *sheet = context;
  bool open = invite->expires_at_s > clock_now_s();
  sheet_add(sheet, (const struct cell[]){{invite->email, 0},
                                         {role_word(invite->role), 0},
                                         {open ? "open" : "expired", 0},
                                         {invite->invited_by, 0},
                                         {NULL, invite->created_at_s},
                                         {NULL, invite->expires_at_s}});
  return STATUS_OK;
}

int cmd_invite_list(const struct invocation *in)
{
  static const struct column COLUMNS[] = {{"email", COLUMN_TEXT},      {"role", COLUMN_TEXT},
                                          {"status", COLUMN_TEXT},     {"invited_by", COLUMN_TEXT},
                                          {"created_at", COLUMN_DATE}, {"expires_at", COLUMN_DATE}};
  struct desk desk CLEANUP(desk_close) = DESK_EMPTY;
  struct sheet sheet CLEANUP(sheet_done) = sheet_init(COLUMNS, COUNT_OF(COLUMNS));
  struct org org;

  int code = desk_open_org(in, &desk, &org);
  if (code == EXIT_DONE && invite_each(desk.txn, org.id, add_invite, &sheet) != STATUS_OK) {
    code = desk_fail(EXIT_FAILED, "store: invites cannot be read");
  }
  return code == EXIT_DONE ? desk_print_list(&desk, &sheet) : code;
}

// SPDX-License-Identifier: Apache-2.0
// ssoctl member, ssoctl invite.
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "desk.h"
#include "store/accounts.h"

enum { EXPIRES_MIN_S = 60, EXPIRES_DEFAULT_S = 7 * 86400, EXPIRES_MAX_S = 90 * 86400 };

static int set_role(const struct invocation *in, struct operation *op)
{
  const char *typed = in->options[OPTION_ROLE];
  if (typed == NULL) {
    return EXIT_DONE;
  }
  bool legal = role_from(typed, &op->value) == STATUS_OK && op->value != ROLE_OWNER;
  return legal ? EXIT_DONE : desk_fail(EXIT_USAGE, "--role \"%.40s\": is not viewer or admin", typed);
}

static int start(struct desk *desk, const struct invocation *in, enum operation_kind kind, struct operation *ret_op)
{
  int code = desk_open(in, desk);
  *ret_op = desk_operation(desk, kind);
  if (code == EXIT_DONE) {
    code = desk_text("slug", in->arguments[0], ret_op->org, sizeof ret_op->org);
  }
  return code == EXIT_DONE ? desk_email(in->arguments[1], ret_op->email) : code;
}

int cmd_invite_create(const struct invocation *in)
{
  struct desk desk CLEANUP(desk_close) = DESK_EMPTY;
  struct operation op;
  struct operation_result result;
  int64_t seconds = EXPIRES_DEFAULT_S;
  const char *typed = in->options[OPTION_EXPIRES];
  int code = start(&desk, in, OPERATION_INVITE_CREATE, &op);
  if (code == EXIT_DONE) {
    code = set_role(in, &op);
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
  int code = start(&desk, in, OPERATION_INVITE_CANCEL, &op);
  if (code == EXIT_DONE) {
    code = desk_operate(&desk, &op, &result);
  }
  if (code == EXIT_DONE) {
    desk_done(&desk, "invite of %s to org %s cancelled", op.email, op.org);
  }
  return code;
}

struct walk {
  struct desk *desk;
  struct sheet *sheet;
  const struct org *org;
  const char *source;
  const char *role;
};

static enum status add_invite(void *context, const struct invite *invite)
{
  const struct walk *walk = context;
  bool open = invite->expires_at_s > clock_now_s();
  sheet_add(walk->sheet, (const struct cell[]){{invite->email, 0},
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
  struct walk walk = {&desk, &sheet, &org, NULL, NULL};
  int code = desk_open_org(in, &desk, &org);
  if (code == EXIT_DONE && invite_each(desk.txn, org.id, add_invite, &walk) != STATUS_OK) {
    code = desk_fail(EXIT_FAILED, "store: invites cannot be read");
  }
  return code == EXIT_DONE ? desk_print_list(&desk, &sheet) : code;
}

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
  int code = start(&desk, in, OPERATION_MEMBER_ADD, &op);
  if (code == EXIT_DONE) {
    code = set_role(in, &op);
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
    code = desk_operate(&desk, &op, &result);
  }
  if (code == EXIT_DONE) {
    desk_done(&desk, "%s is a member of org %s as %s, login %s, uid %u", op.email, op.org, role_word(op.value),
              result.account.login, result.account.uid);
  }
  return code;
}

int cmd_member_remove(const struct invocation *in)
{
  struct desk desk CLEANUP(desk_close) = DESK_EMPTY;
  struct operation op;
  struct operation_result result;
  int code = start(&desk, in, OPERATION_MEMBER_REMOVE, &op);
  if (code == EXIT_DONE) {
    code = desk_confirm(&desk, "The member loses this org; the account stays. Go on?");
  }
  if (code == EXIT_DONE) {
    code = desk_operate(&desk, &op, &result);
  }
  if (code == EXIT_DONE) {
    desk_done(&desk, "%s is no longer a member of org %s", op.email, op.org);
  }
  return code;
}

static enum status add_member(void *context, const struct membership *membership)
{
  const struct walk *walk = context;
  struct account account;
  bool source = walk->source == NULL || strcmp(walk->source, source_word(membership->source)) == 0;
  bool role = walk->role == NULL || strcmp(walk->role, role_word(membership->role)) == 0;
  if (!source || !role) {
    return STATUS_OK;
  }
  enum status status = account_get(walk->desk->txn, membership->account_id, &account);
  if (status != STATUS_OK) {
    return status;
  }
  sheet_add(walk->sheet, (const struct cell[]){{walk->org->slug, 0},
                                               {account.login, 0},
                                               {account.email, 0},
                                               {account.name, 0},
                                               {role_word(membership->role), 0},
                                               {source_word(membership->source), 0},
                                               {member_status_word(membership->status), 0},
                                               {NULL, account.uid},
                                               {NULL, membership->joined_at_s},
                                               {NULL, account.last_sign_in_at_s}});
  record_done(&ACCOUNT_RECORD, &account);
  return STATUS_OK;
}

static enum status add_org_members(void *context, const struct org *org)
{
  struct walk *walk = context;
  walk->org = org;
  return membership_each(walk->desk->txn, org->id, add_member, walk);
}

static int check_filters(const struct walk *walk)
{
  uint8_t value = 0;
  if (walk->source != NULL && source_from(walk->source, &value) != STATUS_OK) {
    return desk_fail(EXIT_USAGE, "--source \"%.40s\": is not sso, invitation, owner or manual", walk->source);
  }
  if (walk->role != NULL && role_from(walk->role, &value) != STATUS_OK) {
    return desk_fail(EXIT_USAGE, "--role \"%.40s\": is not viewer, admin or owner", walk->role);
  }
  return EXIT_DONE;
}

int cmd_member_list(const struct invocation *in)
{
  static const struct column COLUMNS[] = {
      {"org", COLUMN_TEXT},       {"login", COLUMN_TEXT},           {"email", COLUMN_TEXT},  {"name", COLUMN_TEXT},
      {"role", COLUMN_TEXT},      {"source", COLUMN_TEXT},          {"status", COLUMN_TEXT}, {"uid", COLUMN_NUMBER},
      {"joined_at", COLUMN_DATE}, {"last_sign_in_at", COLUMN_DATE},
  };
  struct desk desk CLEANUP(desk_close) = DESK_EMPTY;
  struct sheet sheet CLEANUP(sheet_done) = sheet_init(COLUMNS, COUNT_OF(COLUMNS));
  struct walk walk = {&desk, &sheet, NULL, in->options[OPTION_SOURCE], in->options[OPTION_ROLE]};
  struct org org;
  int code = check_filters(&walk);
  if (code == EXIT_DONE) {
    code = desk_open(in, &desk);
  }
  if (code == EXIT_DONE) {
    code = desk_read(&desk);
  }
  if (code == EXIT_DONE && in->arguments[0] != NULL) {
    code = desk_find_org(&desk, in->arguments[0], &org);
  }
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status =
      in->arguments[0] != NULL ? add_org_members(&walk, &org) : org_each(desk.txn, add_org_members, &walk);
  return status == STATUS_OK ? desk_print_list(&desk, &sheet)
                             : desk_fail(EXIT_FAILED, "store: members cannot be read: %s", status_text(status));
}

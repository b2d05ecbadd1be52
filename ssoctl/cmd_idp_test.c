// SPDX-License-Identifier: Apache-2.0
// ssoctl idp test: a whole sign-in through the connection, or only what the provider says of itself.
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "desk.h"
#include "flow.h"
#include "operations/situation.h"
#include "protocol/group_list.h"

enum { GROUPS_SIZE = 2048 };

static int print_found(const struct flow *f, const struct message_found *found)
{
  static const struct column COLUMNS[] = {
      {"issuer", COLUMN_TEXT},
      {"device_authorization_endpoint", COLUMN_TEXT},
      {"token_endpoint", COLUMN_TEXT},
      {"jwks_uri", COLUMN_TEXT},
      {"userinfo_endpoint", COLUMN_TEXT},
      {"keys", COLUMN_NUMBER},
  };
  struct sheet sheet CLEANUP(sheet_done) = sheet_init(COLUMNS, COUNT_OF(COLUMNS));
  sheet_add(&sheet, (const struct cell[]){{found->issuer, 0},
                                          {found->device_authorization_endpoint, 0},
                                          {found->token_endpoint, 0},
                                          {found->jwks_uri, 0},
                                          {found->userinfo_endpoint, 0},
                                          {NULL, found->keys}});
  return desk_print_one(f->desk, &sheet);
}

static const char *email_words(uint8_t state)
{
  switch ((enum email_state)state) {
  case EMAIL_ABSENT: return "no email";
  case EMAIL_UNSTATED: return "email_verified is not stated";
  case EMAIL_VERIFIED: return "verified";
  case EMAIL_UNVERIFIED: return "not verified";
  case EMAIL_ILLEGAL: return "not legal here";
  }
  return "?";
}

// Where this answer would lead if the person typed the email it names as their login.
static int foresee(const struct flow *f, const struct message_authorized *a, struct policy_decision *ret_decision)
{
  struct policy_question question = {.stage = STAGE_ANSWER};
  struct situation situation;
  int code = desk_read(f->desk);
  if (code != EXIT_DONE) {
    return code;
  }
  if (!desk_sees_person(f->desk, a->email)) { // what the provider says is no way to ask who is here
    desk_end_read(f->desk);
    return EXIT_DONE;
  }
  const struct situation_of of = {a->email, "", "", clock_now_s()};
  enum status status = situation_load(f->desk->txn, &of, &situation);
  if (status == STATUS_OK) {
    question.person = situation.person;
    status = situation_answer(f->desk->txn, &situation, &f->connection, a, &question.answer);
  }
  desk_end_read(f->desk);
  if (status != STATUS_OK) {
    return desk_fail(EXIT_FAILED, "store: %s", status_text(status));
  }
  policy_decide(&question, ret_decision);
  return EXIT_DONE;
}

// As the provider calls them, separated by commas; as many as there is room for.
static void list_groups(const struct bytes *groups, char text[static GROUPS_SIZE])
{
  size_t used = 0;
  text[0] = '\0';
  for (const char *at = group_list_next(groups, NULL); at != NULL; at = group_list_next(groups, at)) {
    if (used + strlen(at) + sizeof ", ..." > GROUPS_SIZE) {
      (void)snprintf(text + used, GROUPS_SIZE - used, ", ...");
      return;
    }
    used += (size_t)snprintf(text + used, GROUPS_SIZE - used, "%s%s", used > 0 ? ", " : "", at);
  }
}

static int print_authorized(const struct flow *f, const struct message_authorized *a)
{
  static const struct column COLUMNS[] = {
      {"issuer", COLUMN_TEXT},    {"client_id", COLUMN_TEXT},   {"subject", COLUMN_TEXT},
      {"email", COLUMN_TEXT},     {"email_state", COLUMN_TEXT}, {"name", COLUMN_TEXT},
      {"acr", COLUMN_TEXT},       {"amr", COLUMN_TEXT},         {"algorithm", COLUMN_TEXT},
      {"key_id", COLUMN_TEXT},    {"requests", COLUMN_NUMBER},  {"connections", COLUMN_NUMBER},
      {"code_ms", COLUMN_NUMBER}, {"seconds", COLUMN_NUMBER},   {"row", COLUMN_TEXT},
      {"result", COLUMN_TEXT},    {"groups", COLUMN_TEXT},
  };
  struct sheet sheet CLEANUP(sheet_done) = sheet_init(COLUMNS, COUNT_OF(COLUMNS));
  struct policy_decision decision = {.row = "-", .notice = NOTICE_SOMEBODY_ELSE};
  char groups[GROUPS_SIZE];
  int code = foresee(f, a, &decision);
  if (code != EXIT_DONE) {
    return code;
  }
  list_groups(&a->groups, groups);
  bool granted = decision.outcome == OUTCOME_GRANTED;
  sheet_add(&sheet, (const struct cell[]){{a->issuer, 0},
                                          {a->client_id, 0},
                                          {a->subject, 0},
                                          {a->email, 0},
                                          {email_words(a->email_state), 0},
                                          {a->name, 0},
                                          {a->acr, 0},
                                          {a->amr, 0},
                                          {a->algorithm, 0},
                                          {a->key_id, 0},
                                          {NULL, a->requests},
                                          {NULL, a->connections},
                                          {NULL, f->code_ms},
                                          {NULL, (clock_monotonic_ms() - f->started_ms) / 1000},
                                          {decision.row, 0},
                                          {granted ? "would sign in" : notice_sentence(decision.notice), 0},
                                          {f->wants_groups ? groups : NULL, 0}});
  return desk_print_one(f->desk, &sheet);
}

static int note_success(const struct flow *f)
{
  struct operation op = desk_operation(f->desk, OPERATION_IDP_TRIED);
  struct operation_result result;
  memcpy(op.org, f->org.slug, sizeof op.org);
  op.connection = &f->connection;
  int code = desk_operate(f->desk, &op, &result);
  if (code == EXIT_DONE) {
    desk_done(f->desk, "org %s: a sign-in through the connection succeeded", f->org.slug);
  }
  return code;
}

static int answered(void *context, enum message_type type, const void *value)
{
  const struct flow *f = context;
  if (type == MESSAGE_FOUND) {
    return print_found(f, value);
  }
  int code = print_authorized(f, value);
  return code == EXIT_DONE ? note_success(f) : code;
}

int cmd_idp_test(const struct invocation *in)
{
  struct desk desk CLEANUP(desk_close) = DESK_EMPTY;
  struct flow f CLEANUP(flow_done) = {.desk = &desk, .what = "idp test", .oidc = OIDC_NONE};
  int code = desk_open(in, &desk);
  if (code == EXIT_DONE) {
    code = flow_load(&f, in->arguments[0], true);
  }
  enum message_type asks = in->options[OPTION_NO_SIGNIN] != NULL ? MESSAGE_DISCOVER : MESSAGE_SIGN_IN;
  return code == EXIT_DONE ? flow_run(&f, asks, answered, &f) : code;
}

// SPDX-License-Identifier: Apache-2.0
// ssoctl idp test: a whole sign-in through the connection, or only what the provider says of itself.
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "desk.h"
#include "idp_advice.h"
#include "operations/situation.h"
#include "paths.h"
#include "process/oidc.h"

enum { MARGIN_MS = 5000 };

struct test {
  struct desk *desk;
  struct org org;
  struct connection connection;
  struct oidc_request request;
  struct oidc oidc;
  int64_t started_ms;
  int64_t code_ms; // from the start until the codes were there
  int64_t deadline_ms;
};

static void test_done(struct test *t)
{
  oidc_end(&t->oidc);
  cleanup_connection(&t->connection);
}

static int report_failure(const struct test *t, const struct message_failed *failed)
{
  return desk_fail(EXIT_FAILED, "idp test %s: %s: %s", t->org.slug, idp_advice(failed->reason, failed->detail),
                   failed->detail);
}

static int print_found(const struct test *t, const struct message_found *found)
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
  return desk_print_one(t->desk, &sheet);
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
static int foresee(const struct test *t, const struct message_authorized *a, struct policy_decision *ret_decision)
{
  struct policy_question question = {.stage = STAGE_ANSWER};
  struct situation situation;
  int code = desk_read(t->desk);
  if (code != EXIT_DONE) {
    return code;
  }
  if (!desk_sees_person(t->desk, a->email)) { // what the provider says is no way to ask who is here
    desk_end_read(t->desk);
    return EXIT_DONE;
  }
  const struct situation_of of = {a->email, "", "", clock_now_s()};
  enum status status = situation_load(t->desk->txn, &of, &situation);
  if (status == STATUS_OK) {
    question.person = situation.person;
    status = situation_answer(t->desk->txn, &situation, &t->connection, a, &question.answer);
  }
  desk_end_read(t->desk);
  if (status != STATUS_OK) {
    return desk_fail(EXIT_FAILED, "store: %s", status_text(status));
  }
  policy_decide(&question, ret_decision);
  return EXIT_DONE;
}

static int print_authorized(const struct test *t, const struct message_authorized *a)
{
  static const struct column COLUMNS[] = {
      {"issuer", COLUMN_TEXT},    {"client_id", COLUMN_TEXT},   {"subject", COLUMN_TEXT},
      {"email", COLUMN_TEXT},     {"email_state", COLUMN_TEXT}, {"name", COLUMN_TEXT},
      {"acr", COLUMN_TEXT},       {"amr", COLUMN_TEXT},         {"algorithm", COLUMN_TEXT},
      {"key_id", COLUMN_TEXT},    {"requests", COLUMN_NUMBER},  {"connections", COLUMN_NUMBER},
      {"code_ms", COLUMN_NUMBER}, {"seconds", COLUMN_NUMBER},   {"row", COLUMN_TEXT},
      {"result", COLUMN_TEXT},
  };
  struct sheet sheet CLEANUP(sheet_done) = sheet_init(COLUMNS, COUNT_OF(COLUMNS));
  struct policy_decision decision = {.row = "-", .notice = NOTICE_SOMEBODY_ELSE};
  int code = foresee(t, a, &decision);
  if (code != EXIT_DONE) {
    return code;
  }
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
                                          {NULL, t->code_ms},
                                          {NULL, (clock_monotonic_ms() - t->started_ms) / 1000},
                                          {decision.row, 0},
                                          {granted ? "would sign in" : notice_sentence(decision.notice), 0}});
  return desk_print_one(t->desk, &sheet);
}

static int show_code(const struct message_code *code)
{
  (void)fprintf(stderr, "Open %s and enter the code %s", code->verification_uri, code->user_code);
  if (code->verification_uri_complete[0] != '\0') {
    (void)fprintf(stderr, ", or open %s", code->verification_uri_complete);
  }
  (void)fprintf(stderr, "\nWaiting for the approval...\n");
  return EXIT_DONE;
}

static int note_success(struct test *t)
{
  struct operation op = desk_operation(t->desk, OPERATION_IDP_TRIED);
  struct operation_result result;
  memcpy(op.org, t->org.slug, sizeof op.org);
  op.connection = &t->connection;
  int code = desk_operate(t->desk, &op, &result);
  if (code == EXIT_DONE) {
    desk_done(t->desk, "org %s: a sign-in through the connection succeeded", t->org.slug);
  }
  return code;
}

static int handle(struct test *t, enum message_type type, const void *value)
{
  bool sound = (type != MESSAGE_CODE || oidc_code_is_clean(value, &t->request)) &&
               (type != MESSAGE_AUTHORIZED || oidc_identity_is_sound(value, &t->connection));
  if (!sound) {
    return desk_fail(EXIT_FAILED, "%s: sent what it must never send; has it been taken over?", PATH_OIDC);
  }
  if (type == MESSAGE_CODE) {
    t->code_ms = clock_monotonic_ms() - t->started_ms;
    return show_code(value);
  }
  if (type == MESSAGE_FOUND) {
    return print_found(t, value);
  }
  if (type == MESSAGE_FAILED) {
    return report_failure(t, value);
  }
  int code = print_authorized(t, value);
  return code == EXIT_DONE ? note_success(t) : code;
}

static int run_test(struct test *t)
{
  int code = EXIT_DONE;
  while (code == EXIT_DONE && t->oidc.channel.phase != PHASE_ENDED) {
    enum message_type type;
    void *value = NULL;
    enum status status = channel_receive(&t->oidc.channel, t->deadline_ms, &type, &value);
    if (status != STATUS_OK) {
      return desk_fail(EXIT_FAILED, "%s: %s", PATH_OIDC, status_text(status));
    }
    code = handle(t, type, value);
    channel_free_message(type, value);
  }
  return code;
}

// The connection that waits for its test, or else the one in effect.
static int load(struct test *t, const char *slug)
{
  int code = desk_read(t->desk);
  if (code == EXIT_DONE) {
    code = desk_find_org(t->desk, slug, &t->org);
  }
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = connection_get(t->desk->txn, t->org.id, CONNECTION_STAGED, &t->connection);
  if (status == STATUS_NOT_FOUND) {
    status = connection_get(t->desk->txn, t->org.id, CONNECTION_ACTIVE, &t->connection);
  }
  desk_end_read(t->desk);
  return status == STATUS_OK ? EXIT_DONE
                             : desk_fail(desk_exit_code(status),
                                         "org \"%s\": has no connection; 'ssoctl idp set' "
                                         "makes one",
                                         t->org.slug);
}

int cmd_idp_test(const struct invocation *in)
{
  struct desk desk CLEANUP(desk_close) = DESK_EMPTY;
  struct test t CLEANUP(test_done) = {.desk = &desk, .oidc = OIDC_NONE};
  struct report report = {.text = ""};
  int code = desk_open(in, &desk);
  if (code == EXIT_DONE) {
    code = load(&t, in->arguments[0]);
  }
  if (code != EXIT_DONE) {
    return code;
  }
  t.request = (struct oidc_request){in->options[OPTION_NO_SIGNIN] != NULL ? MESSAGE_DISCOVER : MESSAGE_SIGN_IN,
                                    &t.connection,
                                    (uint32_t)desk.config.sign_in_timeout_s,
                                    desk.config.allow_loopback_http,
                                    false,
                                    &t.org};
  t.started_ms = clock_monotonic_ms();
  t.deadline_ms = t.started_ms + desk.config.sign_in_timeout_s * 1000 + MARGIN_MS;
  store_close(&desk.store); // the store is closed before anything is started
  if (oidc_start(PATH_OIDC, &t.request, &report, &t.oidc) != STATUS_OK) {
    return desk_fail(EXIT_FAILED, "%s", report.text);
  }
  struct report reopened = {.text = ""};
  if (store_open(desk.store_dir, STORE_READ_WRITE, &reopened, &desk.store) != STATUS_OK) {
    return desk_fail(EXIT_FAILED, "%s", reopened.text);
  }
  return run_test(&t);
}

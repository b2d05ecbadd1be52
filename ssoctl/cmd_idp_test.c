// SPDX-License-Identifier: Apache-2.0
// ssoctl idp test: a whole sign-in through the connection, or only what the provider says of itself.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "change/connection.h"
#include "change/password_hash.h"
#include "context.h"
#include "device_flow.h"
#include "facts/gate.h"
#include "idp_advice.h"
#include "idp_answer.h"
#include "protocol/group_list.h"

enum { GROUPS_SIZE = 2048, ADVICE_SIZE = 512 };

// Which way worked where it was left to the test: a login takes it from now on.
static int note_auth(const struct device_flow *f, uint8_t method)
{
  const struct connection_found found = {f->org.slug, f->fingerprint, method};
  struct change_done result;
  if (f->connection.client_auth != CLIENT_AUTH_AUTO || f->connection.client_secret.length == 0 ||
      f->connection.auth_found == method + 1) {
    return EXIT_DONE;
  }
  int code = context_change(f->ctx, change_connection_found(&found, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(f->ctx, "org %s: the provider takes this client by %s, which logins will use", f->org.slug,
               client_auth_word(method));
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

// Whether the answer names one of the groups that the org lets in (POLICY S16). NULL: it lets in whoever it likes.
static const char *gate_word(const struct message_authorized *a, const char *required, bool passed)
{
  if (required[0] == '\0') {
    return NULL;
  }
  bool cut = a->groups_state == GROUPS_OVERAGE || a->groups_state == GROUPS_CUT;
  return passed ? "passed" : cut ? "unknown" : "failed";
}

// RESULT: where this answer leads; of somebody whom a delegate may not look at, nothing is said.
static int print_authorized(const struct device_flow *f, const struct message_authorized *a,
                            const struct connection_try *result)
{
  static const struct column COLUMNS[] = {
      {"issuer", COLUMN_TEXT},
      {"client_id", COLUMN_TEXT},
      {"subject", COLUMN_TEXT},
      {"email", COLUMN_TEXT},
      {"email_state", COLUMN_TEXT},
      {"name", COLUMN_TEXT},
      {"acr", COLUMN_TEXT},
      {"amr", COLUMN_TEXT},
      {"algorithm", COLUMN_TEXT},
      {"key_id", COLUMN_TEXT},
      {"requests", COLUMN_NUMBER},
      {"connections", COLUMN_NUMBER},
      {"code_ms", COLUMN_NUMBER},
      {"seconds", COLUMN_NUMBER},
      {"row", COLUMN_TEXT},
      {"result", COLUMN_TEXT},
      {"groups", COLUMN_TEXT},
      {"auth", COLUMN_TEXT},
      {"required_groups", COLUMN_NAMES},
      {"gate", COLUMN_TEXT},
      {"passed_by", COLUMN_TEXT},
  };
  struct table table CLEANUP(table_done) = table_init(COLUMNS, COUNT_OF(COLUMNS));
  char groups[GROUPS_SIZE];
  char by[PROTOCOL_GROUP_SIZE];
  const struct policy_decision *decision = &result->decision;
  bool passed = gate_passed_by(result->required_groups, &a->groups, by);
  list_groups(&a->groups, groups);
  bool granted = decision->verdict == VERDICT_GRANTED;
  table_add(&table, COLUMNS,
            {{a->issuer, 0},
             {a->client_id, 0},
             {a->subject, 0},
             {a->email, 0},
             {idp_answer_email(a->email_state), 0},
             {a->name, 0},
             {a->acr, 0},
             {a->amr, 0},
             {a->algorithm, 0},
             {a->key_id, 0},
             {NULL, a->requests},
             {NULL, a->connections},
             {NULL, f->code_ms},
             {NULL, (clock_monotonic_ms() - f->started_ms) / 1000},
             {decision->row, 0},
             {granted ? "would sign in" : notice_sentence(decision->notice), 0},
             {f->wants_groups ? groups : NULL, 0},
             {client_auth_word(a->client_auth), 0},
             {result->required_groups, 0},
             {gate_word(a, result->required_groups, passed), 0},
             {passed ? by : NULL, 0}});
  return context_print_one(f->ctx, &table);
}

// Row S8: the account's password may be typed at the test; PASSWORD is its hash then. A delegate types their own.
static int ask_password(const struct device_flow *f, const struct account *account,
                        char password[static PASSWORD_HASH_SIZE])
{
  struct bytes typed CLEANUP(bytes_done) = BYTES_EMPTY;
  char text[LOGIN_SIZE + 64];
  const struct actor *actor = f->ctx->in->actor;
  bool may = !actor->is_delegate || actor->delegate.account_id == account->id;
  if (!may || isatty(STDIN_FILENO) == 0) {
    return EXIT_REFUSED;
  }
  (void)snprintf(text, sizeof text, "Password of account %s: ", account->login);
  int code = context_read_secret(false, text, false, &typed);
  if (code == EXIT_DONE && password_matches(&typed, account->password)) {
    memcpy(password, account->password, PASSWORD_HASH_SIZE);
  }
  return code;
}

// What a sign-in with this answer would have led to is decided where it is noted that the connection lets people in.
static int note(const struct device_flow *f, const struct message_authorized *authorized, struct error *error,
                struct connection_try *result)
{
  char password[PASSWORD_HASH_SIZE] = "";
  const struct connection_tried tried = {f->org.slug, {&f->connection, authorized, f->fingerprint}, password};
  enum status status = context_run(f->ctx, change_connection_tried(&tried, result), error);
  if (status == STATUS_REFUSED && result->decision.ask == ASK_PASSWORD &&
      ask_password(f, &result->account, password) == EXIT_DONE) {
    record_done(&ACCOUNT_RECORD, &result->account);
    *result = (struct connection_try){.changed = false};
    status = context_run(f->ctx, change_connection_tried(&tried, result), error);
  }
  explicit_bzero(password, sizeof password);
  record_done(&ACCOUNT_RECORD, &result->account);
  return exit_code(status);
}

static bool is_seen(const struct device_flow *f, const char *email)
{
  bool seen = context_read(f->ctx) == EXIT_DONE && context_sees_person(f->ctx, email);
  context_end_read(f->ctx);
  return seen;
}

// What of the answer is worth a word, beside whether it lets somebody in.
static void warn(const struct device_flow *f, const struct message_authorized *authorized, bool let_in)
{
  if (f->connection.offline == 1 && authorized->refresh_token.length == 0) {
    (void)fprintf(stderr, "ssoctl: the provider gave no refresh token, so that nobody can be asked about again "
                          "(keys=live, 'ssoctl account recheck'); let this client have refresh tokens there\n");
  }
  if (authorized->groups_state == GROUPS_OVERAGE) {
    (void)fprintf(stderr,
                  "ssoctl: the person is in more groups than the provider says in a token, so that none is given; "
                  "let it say only those assigned to this client\n");
  }
  if (authorized->groups_state == GROUPS_CUT) {
    (void)fprintf(
        stderr,
        "ssoctl: the person is in more than %d groups, of which the first so many count; let the provider say "
        "only those assigned to this client\n",
        PROTOCOL_GROUP_COUNT);
  }
  if (let_in && authorized->email_state == EMAIL_UNVERIFIED) {
    (void)fprintf(stderr,
                  "ssoctl: the provider says that the address is not verified, which --unverified-mail accepts\n");
  }
}

static int tell_refused(const struct device_flow *f, int code, const struct message_authorized *authorized,
                        enum notice notice, const struct error *error)
{
  char advice[ADVICE_SIZE];
  bool unsaid = authorized->groups_state == GROUPS_UNSAID;
  const struct refused_try refused = {notice, &f->connection, unsaid};
  idp_advice_refused(&refused, advice, sizeof advice);
  return fail(code, "%s%s", error->text, advice);
}

static int note_and_print(const struct device_flow *f, const struct message_authorized *authorized)
{
  static const struct connection_try NOTHING = {.decision = {.row = "-", .notice = NOTICE_SOMEBODY_ELSE}};
  struct connection_try result = {.changed = false};
  struct error error = {.text = ""};
  int code = note(f, authorized, &error, &result);
  bool shown = result.decision.row != NULL && is_seen(f, authorized->email);
  int printed = print_authorized(f, authorized, shown ? &result : &NOTHING);
  warn(f, authorized, code == EXIT_DONE);
  if (code != EXIT_DONE) {
    return tell_refused(f, code, authorized, shown ? result.decision.notice : NOTICE_NONE, &error);
  }
  context_done(f->ctx, "org %s: a sign-in through the connection succeeded", f->org.slug);
  return printed;
}

static int answered(void *context, enum message_type type, const void *value)
{
  const struct device_flow *f = context;
  const struct message_authorized *authorized = value;
  if (type == MESSAGE_FOUND) {
    return idp_answer_print_found(f, value); // codes alone show nothing of what the token endpoint takes
  }
  int code = note_auth(f, authorized->client_auth);
  return code == EXIT_DONE ? note_and_print(f, authorized) : code;
}

int cmd_idp_test(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct device_flow f CLEANUP(device_flow_done) = {.ctx = &ctx, .what = "idp test", .oidc = OIDC_NONE};
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = device_flow_load(&f, in->arguments[0], true);
  enum message_type asks = in->options[OPTION_NO_SIGNIN] != NULL ? MESSAGE_DISCOVER : MESSAGE_SIGN_IN;
  return code == EXIT_DONE ? device_flow_run(&f, asks, answered, &f) : code;
}

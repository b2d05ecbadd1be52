// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "operations/password.h"
#include "phases.h"
#include "sso.h"

enum { TYPING_MS = 300000 };

// When and from where the last sign-in was (POLICY K7).
static void tell_last(struct session *s, const struct operation_result *result)
{
  char at[CLOCK_TEXT_SIZE];
  char from[4 * sizeof result->last_sign_in_from];
  char line[sizeof at + sizeof from + 32];
  if (result->last_sign_in_at_s == 0) {
    return;
  }
  clock_text(result->last_sign_in_at_s, at);
  text_escape(result->last_sign_in_from, strlen(result->last_sign_in_from), from, sizeof from);
  (void)snprintf(line, sizeof line, "Last sign-in: %s%s%s", at, from[0] != '\0' ? " from " : "", from);
  session_tell(s, MESSAGE_INFO, line);
}

static void grant(struct session *s, const struct operation_result *result, struct message_verdict *verdict)
{
  const struct account *account = &result->account;
  session_log(LOG_INFO, "signed in: login=%s uid=%u org=%s service=%s rhost=%s row=%s way=%s", account->login,
              account->uid, result->org, s->request->service, s->request->rhost, result->row,
              way_word(result->ticket.way));
  tell_last(s, result);
  memcpy(verdict->ticket, result->ticket.id, sizeof verdict->ticket);
  verdict->uid = account->uid;
  verdict->gid = account->gid;
  verdict->verdict = VERDICT_GRANTED;
}

static void note_refused(struct session *s, const struct policy_decision *decision)
{
  struct operation op = session_operation(s, OPERATION_SIGN_IN_REFUSED);
  struct operation_result result;
  memcpy(op.org, s->org, sizeof op.org);
  (void)snprintf(op.row, sizeof op.row, "%s", decision->row);
  (void)snprintf(op.reason, sizeof op.reason, "%s, by password", notice_name(decision->notice));
  if (session_operate(s, &op, &result) != STATUS_OK) {
    session_log(LOG_WARNING, "the refusal below could not be added to the audit trail");
  }
}

// Right: the store decides once more, with the hash that matched. Wrong: the caller may ask again.
static void check_password(struct session *s, const struct situation *situation, const struct bytes *typed,
                           struct message_verdict *verdict)
{
  struct operation op = session_operation(s, OPERATION_PASSWORD_SIGN_IN);
  struct operation_result result;
  if (session_try(s, TRY_PASSWORD, "", policy_is_owner(&situation->person)) != STATUS_OK) {
    return;
  }
  bool matches = password_matches(typed, situation->account.password);
  if (!matches || !s->decision.offer_password) {
    // Without a word: a stranger to this host hears none from the other modules either (POLICY M).
    session_log(LOG_NOTICE, "refused: login=%s org=%s service=%s rhost=%s row=%s reason=%s", s->request->login, s->org,
                s->request->service, s->request->rhost, s->decision.row,
                notice_name(s->decision.offer_password ? NOTICE_WRONG_PASSWORD : s->decision.notice));
    session_count_refusal(s, NOTICE_WRONG_PASSWORD);
    verdict->verdict = VERDICT_TRY_AGAIN;
    return;
  }
  memcpy(op.password, situation->account.password, sizeof op.password);
  enum status status = session_operate(s, &op, &result);
  explicit_bzero(op.password, sizeof op.password);
  if (status == STATUS_OK) {
    grant(s, &result, verdict);
    return;
  }
  bool refused = status == STATUS_REFUSED;
  if (refused) { // the password was right: that it was refused is for the audit (row L4)
    note_refused(s, &result.decision);
  }
  session_refuse(s, refused ? result.decision.row : s->decision.row, refused ? result.decision.notice : NOTICE_INTERNAL,
                 "");
}

static void run_sso(struct session *s, const struct situation *situation, struct message_verdict *verdict)
{
  struct operation_result result;
  enum status status = sso_sign_in(s, situation, s->decision.sso_org_id, &result);
  if (status == STATUS_OK) {
    grant(s, &result, verdict);
  } else if (status != STATUS_REFUSED && status != STATUS_CLOSED) {
    session_refuse(s, s->decision.row, NOTICE_INTERNAL, status_text(status));
  }
}

static void ask_password(struct session *s, const struct situation *situation, struct message_verdict *verdict)
{
  struct bytes typed CLEANUP(bytes_done) = BYTES_EMPTY;
  const char *text = s->decision.offer_sso ? "Password (empty for SSO): " : "Password: ";
  enum status status = session_ask(s, false, text, clock_monotonic_ms() + TYPING_MS, &typed);
  if (status == STATUS_REFUSED) {
    session_refuse(s, s->decision.row, NOTICE_NEEDS_TERMINAL, "");
  } else if (status == STATUS_OK && typed.length == 0 && s->decision.offer_sso) {
    run_sso(s, situation, verdict);
  } else if (status == STATUS_OK) {
    check_password(s, situation, &typed, verdict);
  }
}

void phase_auth(struct session *s, struct message_verdict *verdict)
{
  struct situation situation;
  struct policy_question question = {.stage = STAGE_LOGIN};
  session_load(s, &situation);
  question.person = situation.person;
  policy_decide(&question, &s->decision);
  switch (s->decision.outcome) {
  case OUTCOME_NOT_OURS: verdict->verdict = VERDICT_NOT_OURS; break;
  case OUTCOME_UNAVAILABLE:
    session_refuse(s, s->decision.row, s->decision.notice, "");
    verdict->verdict = VERDICT_UNAVAILABLE;
    break;
  case OUTCOME_OFFER:
    if (s->decision.offer_password) {
      ask_password(s, &situation, verdict);
    } else {
      run_sso(s, &situation, verdict);
    }
    break;
  case OUTCOME_REFUSED:
  case OUTCOME_GRANTED:
    if (situation.person.known) { // an account that nothing can be offered looks like any name with a password
      ask_password(s, &situation, verdict);
    } else {
      session_refuse(s, s->decision.row, s->decision.notice, "");
    }
    break;
  }
  record_done(&ACCOUNT_RECORD, &situation.account);
}

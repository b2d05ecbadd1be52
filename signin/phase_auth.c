// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "active_org_prompt.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "change/password_hash.h"
#include "greeting.h"
#include "invites.h"
#include "joins.h"
#include "late_notes.h"
#include "mail_code.h"
#include "phases.h"
#include "policy/person.h"
#include "process/tell_sessions.h"
#include "recovery_prompt.h"
#include "sso.h"
#include "sudo_words.h"
#include "unrecorded.h"
#include "ways.h"

enum { TYPING_MS = 300000, CHOOSING_MS = 200000 };

// What may be chosen by whoever is in: orgs to join, and the one to be active.
static void ask_more(struct session *s, const struct signed_in *result)
{
  struct facts now;
  s->choose_until_ms = clock_monotonic_ms() + CHOOSING_MS;
  session_load(s, &now);
  if (!result->asked && invites_offer(s, result, &now)) {
    session_load(s, &now);
  }
  if (joins_offer(s, result, &now)) {
    session_load(s, &now);
  }
  active_org_choose(s, result, &now);
  record_done(&ACCOUNT_RECORD, &now.account);
}

// Whoever has the person's sessions open hears of one that somebody else may have got them to approve (HOLES H73).
static void tell_others(const struct session *s, const struct signed_in *result)
{
  char from[4 * sizeof s->request->rhost];
  char line[sizeof from + LOGIN_SIZE + 128];
  if (!s->config.notify_sessions || policy_service_of(s->request->service) != SERVICE_LOGIN) {
    return;
  }
  text_escape(s->request->rhost, strlen(s->request->rhost), from, sizeof from);
  (void)snprintf(line, sizeof line,
                 "ssoorg: %s has just signed in here from %.100s. If that was not you, tell an admin.",
                 result->account.login, from[0] != '\0' ? from : "the console");
  tell_sessions(result->account.uid, line);
}

static void grant(struct session *s, const struct signed_in *result, struct message_verdict *verdict)
{
  const struct account *account = &result->account;
  session_log(LOG_INFO, "signed in: login=%s uid=%u org=%s service=%s rhost=%s row=%s way=%s", account->login,
              account->uid, result->org, s->request->service, s->request->rhost, result->row,
              way_word(result->ticket.way));
  greeting_tell(s, result);
  if (result->overage) {
    session_log(LOG_WARNING, "login=%s org=%s: in more groups than the provider says in a token; none is given",
                account->login, result->org);
    session_tell(s, MESSAGE_INFO, "You are in more groups than your organization says here, so none of them is given.");
  }
  tell_others(s, result);
  if (result->changed) { // where nothing could be stored no choice can
    late_notes_catch_up(s);
    ask_more(s, result);
  }
  memcpy(verdict->ticket, result->ticket.id, sizeof verdict->ticket);
  verdict->uid = account->uid;
  verdict->gid = account->gid;
  verdict->verdict = VERDICT_GRANTED;
}

static void note_refused(struct session *s, const struct policy_decision *decision, const char *how)
{
  char reason[REASON_SIZE];
  (void)snprintf(reason, sizeof reason, "%s, by %s", notice_name(decision->notice), how);
  session_note_refused(s, s->org, decision->row, reason);
}

// Without a word: a stranger to this host hears none from the other modules either (POLICY M).
static void refuse_typed(struct session *s, struct message_verdict *verdict)
{
  bool offered = s->decision.offer_password || s->decision.offer_code || s->decision.offer_recovery;
  session_log(LOG_NOTICE, "refused: login=%s org=%s service=%s rhost=%s row=%s reason=%s", s->request->login, s->org,
              s->request->service, s->request->rhost, s->decision.row,
              notice_name(offered ? NOTICE_WRONG_PASSWORD : s->decision.notice));
  session_count_refusal(s, NOTICE_WRONG_PASSWORD, "", "");
  verdict->verdict = VERDICT_TRY_AGAIN;
}

// What was typed is right, and the store has decided once more: HOW it was not let in, if it was not, is for the audit
// (row L4).
static void conclude(struct session *s, enum status status, const struct signed_in *result, const char *how,
                     struct message_verdict *verdict)
{
  if (status == STATUS_OK) {
    grant(s, result, verdict);
    return;
  }
  if (status != STATUS_REFUSED) {
    session_refuse(s, s->decision.row, session_notice_of(status), status_text(status));
    return;
  }
  note_refused(s, &result->decision, how);
  session_refuse(s, result->decision.row, result->decision.notice, "");
}

static void sign_in_by_password(struct session *s, const struct facts *facts, struct message_verdict *verdict)
{
  const struct password_sign_in in = {s->request->login, facts->account.password, session_with_key(s)};
  struct signed_in result;
  enum status status = session_change(s, change_password_sign_in(&in, &result));
  if (status_is_unwritable(status)) {
    status = unrecorded_sign_in(s, facts->account.password, status, &result);
  }
  conclude(s, status, &result, "password", verdict);
}

static void sign_in_by_recovery(struct session *s, const struct typed_recovery *typed, struct message_verdict *verdict)
{
  const struct recovery_sign_in in = {s->request->login, typed->prefix, typed->hash, session_with_key(s)};
  struct signed_in result;
  enum status status = session_change(s, change_recovery_sign_in(&in, &result));
  if (status == STATUS_OK) {
    recovery_prompt_tell(s, &result);
  }
  conclude(s, status, &result, "recovery code", verdict);
}

static void sign_in_by_code(struct session *s, const struct facts *facts, const struct bytes *typed,
                            struct message_verdict *verdict)
{
  struct open_invites invites = {.count = 0};
  struct signed_in result;
  if (invites_load(s, facts->email, &invites) != STATUS_OK) {
    session_refuse(s, s->decision.row, NOTICE_INTERNAL, s->error.text);
    return;
  }
  const struct open_invite *invite = invites_find(&invites, typed);
  if (invite == NULL) {
    refuse_typed(s, verdict);
    return;
  }
  enum status status = invites_sign_in(s, facts, invite, &result);
  if (status == STATUS_OK) {
    grant(s, &result, verdict);
  } else if (!session_is_over(status)) {
    session_refuse(s, s->decision.row, session_notice_of(status), status_text(status));
  }
}

// A wrong one: the caller may ask again.
static void check_typed(struct session *s, const struct facts *facts, const struct bytes *typed,
                        struct message_verdict *verdict)
{
  if (session_try(s, TRY_PASSWORD, "", policy_is_owner(&facts->person)) != STATUS_OK) {
    return;
  }
  struct typed_recovery recovery;
  bool matches = password_matches(typed, facts->account.password);
  if (matches && s->decision.offer_password) {
    sign_in_by_password(s, facts, verdict);
  } else if (s->decision.offer_code) {
    sign_in_by_code(s, facts, typed, verdict);
  } else if (recovery_prompt_matches(s, facts, typed, &recovery) && s->decision.offer_recovery) {
    sign_in_by_recovery(s, &recovery, verdict);
  } else {
    refuse_typed(s, verdict);
  }
}

static void run_way(struct session *s, const struct facts *facts, const struct way_to *way,
                    struct message_verdict *verdict)
{
  struct signed_in result;
  enum status status = way->way == WAY_MAIL ? mail_code_sign_in(s, facts, &result)
                                            : sso_sign_in(s, facts, (struct sso_through){way->way, way->id}, &result);
  if (status == STATUS_OK) {
    grant(s, &result, verdict);
  } else if (!session_is_over(status)) {
    session_refuse(s, s->decision.row, session_notice_of(status), status_text(status));
  }
}

// Where nothing but signing in through a provider is offered.
static void run_ways(struct session *s, const struct facts *facts, struct message_verdict *verdict)
{
  struct bytes nothing CLEANUP(bytes_done) = BYTES_EMPTY;
  struct way_list ways;
  enum status status = ways_load(s, &ways);
  const struct way_to *way = &ways.list[0];
  // No mail is sent before somebody has said so.
  if (status == STATUS_OK && (ways.count != 1 || way->way == WAY_MAIL)) {
    status = ways.count > 0 ? ways_ask(s, &ways, false, &way, &nothing) : STATUS_NOT_FOUND;
  }
  if (status == STATUS_OK) {
    run_way(s, facts, way, verdict);
  } else if (!session_is_over(status)) {
    session_refuse(s, s->decision.row, session_notice_of(status), status_text(status));
  }
}

// Where a password and a social connection are offered, and maybe orgs: all in one prompt (POLICY V4).
static void ask_ways(struct session *s, const struct facts *facts, struct message_verdict *verdict)
{
  struct bytes typed CLEANUP(bytes_done) = BYTES_EMPTY;
  struct way_list ways;
  const struct way_to *way = NULL;
  enum status status = ways_load(s, &ways);
  if (status == STATUS_OK) {
    status = ways_ask(s, &ways, true, &way, &typed);
  }
  if (status != STATUS_OK) {
    if (!session_is_over(status)) {
      session_refuse(s, s->decision.row, session_notice_of(status), status_text(status));
    }
    return;
  }
  if (way != NULL) {
    run_way(s, facts, way, verdict);
  } else {
    check_typed(s, facts, &typed, verdict);
  }
}

static void ask_password(struct session *s, const struct facts *facts, struct message_verdict *verdict)
{
  struct bytes typed CLEANUP(bytes_done) = BYTES_EMPTY;
  bool sso = s->decision.sso_count > 0;
  const char *text = sso ? "Password (empty for SSO): " : "Password: ";
  enum status status = session_ask(s, false, text, clock_monotonic_ms() + TYPING_MS, &typed);
  if (status == STATUS_REFUSED) {
    session_refuse(s, s->decision.row, NOTICE_NEEDS_TERMINAL, "");
  } else if (status == STATUS_OK && typed.length == 0 && sso) {
    run_ways(s, facts, verdict);
  } else if (status == STATUS_OK) {
    check_typed(s, facts, &typed, verdict);
  }
}

static void offer(struct session *s, const struct facts *facts, struct message_verdict *verdict)
{
  bool secret = s->decision.offer_password || s->decision.offer_code || s->decision.offer_recovery;
  if (sudo_caller_asks_nobody(s->request->service)) { // a code would be asked for, and counted, that nobody sees
    session_refuse(s, s->decision.row, NOTICE_NEEDS_TERMINAL, "sudo was told to ask nobody");
  } else if (secret && (s->decision.offer_social || s->decision.offer_mail)) {
    ask_ways(s, facts, verdict);
  } else if (secret) {
    ask_password(s, facts, verdict);
  } else {
    run_ways(s, facts, verdict);
  }
}

// Whether a refusal may be told at the first prompt: only where a sign-in through the provider would tell as much, that
// this name is managed here (POLICY M), and to whom typed capitals.
static bool may_be_told(const struct session *s, const struct facts *facts)
{
  const struct policy_person *person = &facts->person;
  bool managed = person->governing.id != 0 && person->governing.has_connection;
  bool why = s->decision.notice == NOTICE_NETWORK || s->decision.notice == NOTICE_KEY_NEEDED;
  return s->decision.notice == NOTICE_LOWER_CASE || (managed && (!person->known || why));
}

// Only for whoever the calling process belongs to: an account that su would become has to sign in (POLICY K6).
static int64_t reauth_of(const struct session *s, const struct facts *facts)
{
  bool same = facts->person.known && s->request->caller_uid == facts->account.uid;
  return (s->request->flags & REQUEST_REAUTH) != 0 && same ? s->config.reauth_s : 0;
}

void phase_auth(struct session *s, struct message_verdict *verdict)
{
  struct facts facts;
  struct policy_question question = {.stage = STAGE_LOGIN,
                                     .service = policy_service_of(s->request->service),
                                     .made = {.with_key = (s->request->flags & REQUEST_WITH_KEY) != 0}};
  if ((s->request->flags & REQUEST_AFTER_PASSWORD) != 0) { // nothing that is done here could open a session
    session_refuse(s, "-", NOTICE_PASSWORD_METHOD, "");
    return;
  }
  session_load(s, &facts);
  question.person = facts.person;
  question.reauth_s = reauth_of(s, &facts);
  policy_decide(&question, &s->decision);
  switch (s->decision.verdict) {
  case VERDICT_NOT_OURS: verdict->verdict = VERDICT_NOT_OURS; break;
  case VERDICT_UNAVAILABLE:
    session_refuse(s, s->decision.row, s->decision.notice, "");
    verdict->verdict = VERDICT_UNAVAILABLE;
    break;
  case VERDICT_OFFER: offer(s, &facts, verdict); break;
  case VERDICT_GRANTED:
    session_log(LOG_INFO, "signed in: login=%s uid=%u service=%s rhost=%s row=%s", s->request->login, facts.account.uid,
                s->request->service, s->request->rhost, s->decision.row);
    verdict->verdict = VERDICT_GRANTED;
    break;
  case VERDICT_TRY_AGAIN:
  case VERDICT_REFUSED:
    if (may_be_told(s, &facts)) {
      session_refuse(s, s->decision.row, s->decision.notice, "");
    } else { // an account that nothing can be offered looks like any name with a password
      ask_password(s, &facts, verdict);
    }
    break;
  }
  record_done(&ACCOUNT_RECORD, &facts.account);
}

// SPDX-License-Identifier: Apache-2.0
#include "unrecorded.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "base/clock.h"
#include "base/files.h"
#include "base/text.h"
#include "late_notes.h"
#include "paths.h"
#include "policy/person.h"
#include "run_ticket.h"

static enum status refuse(const struct policy_decision *decision, struct signed_in *ret_result)
{
  *ret_result = (struct signed_in){.decision = *decision};
  return STATUS_REFUSED;
}

static enum status keep_ticket(const struct session *s, const struct facts *facts, struct ticket *ret_ticket)
{
  unsigned char random[16];
  int64_t now_s = clock_now_s();
  struct ticket ticket = {.account_id = facts->account.id,
                          .way = WAY_PASSWORD,
                          .with_key = session_with_key(s) ? 1 : 0,
                          .expires_at_s = now_s + TICKET_LIFETIME_S};
  enum status status = file_random(random, sizeof random);
  if (status != STATUS_OK) {
    return status;
  }
  text_hex(random, sizeof random, ticket.id);
  status = run_ticket_put(&ticket, now_s);
  if (status != STATUS_OK) {
    session_log(LOG_ERR, PATH_RUN "/tickets: a ticket cannot be kept there either: %s", status_text(status));
    return status;
  }
  *ret_ticket = ticket;
  return STATUS_OK;
}

static enum status sign_in(struct session *s, const struct facts *facts, const char *hash, struct signed_in *ret_result)
{
  struct policy_question question = {.stage = STAGE_LOGIN, .person = facts->person};
  struct policy_decision login;
  struct policy_decision session;
  policy_decide(&question, &login);
  bool offered = login.verdict == VERDICT_OFFER && login.offer_password;
  if (!offered || strcmp(facts->account.password, hash) != 0) { // changed while it was typed; both are hashes
    return refuse(&(struct policy_decision){.row = login.row, .notice = NOTICE_WRONG_PASSWORD}, ret_result);
  }
  question.stage = STAGE_SESSION;
  question.service = policy_service_of(s->request->service);
  question.made = (struct policy_made){.way = WAY_PASSWORD, .with_key = session_with_key(s)};
  policy_decide(&question, &session);
  if (session.verdict != VERDICT_GRANTED) {
    return refuse(&session, ret_result);
  }
  struct signed_in result = {.decision = login, .account = facts->account};
  explicit_bzero(result.account.password, sizeof result.account.password);
  (void)snprintf(result.row, sizeof result.row, "%s", login.row);
  memcpy(result.org, facts->governing.slug, sizeof result.org);
  result.last_sign_in_at_s = facts->here.last_sign_in_at_s;
  memcpy(result.last_sign_in_from, facts->here.last_sign_in_from, sizeof result.last_sign_in_from);
  enum status status = keep_ticket(s, facts, &result.ticket);
  if (status == STATUS_OK) {
    *ret_result = result;
  }
  return status;
}

enum status unrecorded_sign_in(struct session *s, const char *hash, enum status why, struct signed_in *ret_result)
{
  struct facts facts;
  session_load(s, &facts);
  enum status status = policy_is_owner(&facts.person) ? sign_in(s, &facts, hash, ret_result) : why;
  if (status == STATUS_OK) {
    bool kept = late_notes_keep(s, ret_result) == STATUS_OK;
    session_log(LOG_WARNING, "login=%s: the store cannot be written (%s): this sign-in is in no audit trail%s",
                s->request->login, status_text(why),
                kept ? " until it can be added" : ", and is not added later: the next line is all there is of it");
  }
  record_done(&ACCOUNT_RECORD, &facts.account);
  return status;
}

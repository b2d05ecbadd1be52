// SPDX-License-Identifier: Apache-2.0
// Whether a connection has let somebody in as it is now, by a test (POLICY E2, E3).
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "change/connection.h"
#include "change/context.h"
#include "change/covered.h"
#include "change/staged.h"
#include "facts/gate.h"
#include "store/here.h"

// Whose sign-in the test was: the identity's account, else that of the email. STATUS_NOT_FOUND: nobody's yet.
static enum status find_account(struct change_context *c, const struct connection *connection,
                                const struct message_authorized *authorized, struct account *ret_account)
{
  struct identity identity;
  enum status status = identity_get(c->txn, connection, authorized->subject, &identity);
  if (status == STATUS_OK) {
    return account_get(c->txn, identity.account_id, ret_account);
  }
  return status == STATUS_NOT_FOUND ? account_by_email(c->txn, authorized->email, ret_account) : status;
}

// Somebody new is called by the email.
static enum status load_tested(struct change_context *c, const struct connection *connection,
                               const struct message_authorized *authorized, struct facts *ret_facts)
{
  struct account account;
  enum status status = find_account(c, connection, authorized, &account);
  if (status == STATUS_NOT_FOUND) {
    return change_load_facts(c, authorized->email, ret_facts);
  }
  if (status != STATUS_OK) {
    return status;
  }
  status = change_load_facts(c, account.login, ret_facts);
  record_done(&ACCOUNT_RECORD, &account);
  return status;
}

// A delegate learns nothing of accounts that no org of theirs has.
static enum status tell_refused(struct change_context *c, const struct connection_tried *in,
                                const struct policy_decision *decision)
{
  bool sees = c->by->delegate == NULL;
  enum status status = sees ? STATUS_OK : delegate_sees(c->txn, c->by->delegate, in->answered.authorized->email, &sees);
  if (status != STATUS_OK) {
    return status;
  }
  error_set(c->error, "org \"%s\": the test sign-in would have been refused: %s (POLICY %s)", in->org,
            sees ? notice_sentence(decision->notice) : "the address is nobody's whom the org knows",
            sees ? decision->row : "S2");
  return STATUS_REFUSED;
}

// A signin-from that takes effect with the test must have room for where whoever made it has signed in from last.
static enum status shuts_out(const struct change_context *c, const struct account *account, const struct org *org,
                             bool *ret_out)
{
  struct account_here here;
  enum status status = account_here_get(c->txn, account->id, &here);
  if (status != STATUS_OK) {
    return status;
  }
  const struct facts_query of = {"", "", here.last_sign_in_from, c->now_s, "", NULL};
  *ret_out = query_is_barred(&of, org->requirements.signin_from);
  return STATUS_OK;
}

// What a sign-in of FACTS with this answer leads to; invites are said yes to.
static void decide(const struct connection_tried *in, const struct facts *facts, struct policy_question *question,
                   struct connection_try *result)
{
  question->person = facts->person;
  question->answer.password_given = change_knows_password(&facts->account, in->password);
  for (size_t i = 0; i < question->person.invite_count; i++) {
    question->person.invites[i].consent = CONSENT_YES;
  }
  policy_decide(question, &result->decision);
  result->account = facts->account;
}

static enum status load_and_decide(struct change_context *c, const struct connection_tried *in, const struct org *org,
                                   const struct connection *connection, struct connection_try *result)
{
  const struct message_authorized *authorized = in->answered.authorized;
  const struct facts_query of = change_query(c, authorized->email);
  struct policy_question question = {.stage = STAGE_ANSWER};
  struct facts facts;
  enum status status = load_tested(c, connection, authorized, &facts);
  if (status != STATUS_OK) {
    return status;
  }
  status = facts_answer(c->txn, &of, connection, authorized, &facts, &question.answer);
  status = status != STATUS_OK ? status : gate_required(c->txn, org, facts.person.guarded, result->required_groups);
  if (status == STATUS_OK) {
    decide(in, &facts, &question, result);
    change_name_login(c, facts.account.login);
  }
  record_done(&ACCOUNT_RECORD, &facts.account);
  return status;
}

// Only a sign-in that this policy would have let in shows that people get in (POLICY E2).
static enum status check_let_in(struct change_context *c, const struct connection_tried *in, const struct org *org,
                                const struct connection *connection, struct connection_try *result)
{
  bool out = false;
  enum status status = load_and_decide(c, in, org, connection, result);
  status = status != STATUS_OK ? status : shuts_out(c, &result->account, org, &out);
  if (status != STATUS_OK) {
    return status;
  }
  if (result->decision.verdict == VERDICT_GRANTED && out) {
    result->decision = (struct policy_decision){.row = "E3", .notice = NOTICE_NETWORK};
  }
  return result->decision.verdict == VERDICT_GRANTED ? STATUS_OK : tell_refused(c, in, &result->decision);
}

// What was tested is kept if it is still what is stored.
static enum status find_tested(struct change_context *c, const struct connection_tried *in, const struct org *org,
                               enum connection_slot *ret_slot, struct connection *ret_stored)
{
  bool unchanged = false;
  enum status status = staged_or_active(c, org->id, ret_slot, ret_stored);
  if (status != STATUS_OK) {
    return status;
  }
  status = covered_is_unchanged(c, org->id, *ret_slot, in->answered.fingerprint, &unchanged);
  if (status != STATUS_OK) {
    return status;
  }
  if (!unchanged || !connection_is_same(ret_stored, in->answered.connection)) {
    error_set(c->error, "org \"%s\": the connection was changed during the test; test it again", org->slug);
    return STATUS_REFUSED;
  }
  return STATUS_OK;
}

static enum status tried(struct change_context *c, const void *input, void *ret_result)
{
  const struct connection_tried *in = input;
  struct org org;
  struct connection stored CLEANUP(cleanup_connection) = {.org_id = 0};
  enum connection_slot slot = CONNECTION_ACTIVE;
  enum status status = change_find_org(c, in->org, &org);
  if (status != STATUS_OK) {
    return status;
  }
  status = find_tested(c, in, &org, &slot, &stored);
  if (status != STATUS_OK) {
    return status;
  }
  bool staged = slot == CONNECTION_STAGED;
  (void)snprintf(c->event.detail, sizeof c->event.detail, "%s", staged ? "now in effect" : "");
  status = staged ? staged_promote(c, &org, &stored) : STATUS_OK;
  status = status != STATUS_OK ? status : connection_here_tried(c->txn, &stored, c->now_s);
  return status != STATUS_OK ? status : check_let_in(c, in, &org, &stored, ret_result);
}

static const struct change_kind TRIED = {"idp.test", CHANGE_SITE, CHANGE_OF_ORG, tried, sizeof(struct connection_try),
                                         false};

struct change change_connection_tried(const struct connection_tried *in, struct connection_try *ret_result)
{
  return (struct change){&TRIED, in, ret_result, &ret_result->changed, in->org, ""};
}

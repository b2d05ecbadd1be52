// SPDX-License-Identifier: Apache-2.0
// Whether a connection has let somebody in as it is now: by a test, or by a sign-in (POLICY E2, E3).
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "change/covered.h"
#include "change/staged.h"
#include "operations/sign_in.h"

// The connection that answered must still be the org's, as it was when it was asked: nobody weakens it for a moment.
enum status sign_in_check_connection(struct change_context *a, const struct answered *answered,
                                     struct policy_decision *ret_decision)
{
  struct connection now CLEANUP(cleanup_connection) = {.org_id = 0};
  bool unchanged = false;
  enum status status = connection_get(a->txn, answered->connection->org_id, CONNECTION_ACTIVE, &now);
  if (status == STATUS_OK) {
    status = covered_is_unchanged(a, now.org_id, CONNECTION_ACTIVE, answered->fingerprint, &unchanged);
  }
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_REFUSED : status;
  }
  bool same = now.registration == answered->connection->registration &&
              now.generation == answered->connection->generation &&
              strcmp(now.issuer, answered->authorized->issuer) == 0 &&
              strcmp(now.client_id, answered->authorized->client_id) == 0;
  if (!same || !unchanged || answered->authorized->subject[0] == '\0') {
    report_set(a->report, "the answer is not of this connection as it is now; sign in once more");
    *ret_decision = (struct policy_decision){.row = "-", .notice = same ? NOTICE_CHANGED : NOTICE_BAD_TOKEN};
    return STATUS_REFUSED;
  }
  return STATUS_OK;
}

// A sign-in that was let in shows that the connection lets people in (POLICY E2); one from inside a signin-from that
// waits meets it (E3).
enum status sign_in_note_tried(struct change_context *a, int64_t org_id, const char *login)
{
  struct connection now CLEANUP(cleanup_connection) = {.org_id = 0};
  struct connection staged CLEANUP(cleanup_connection) = {.org_id = 0};
  struct org org;
  enum status status = connection_get(a->txn, org_id, CONNECTION_ACTIVE, &now);
  if (status == STATUS_OK && now.tried == 0) {
    now.tried = 1;
    now.tried_at_s = a->now_s;
    status = connection_put(a->txn, CONNECTION_ACTIVE, &now);
  }
  if (status == STATUS_OK) {
    status = org_get(a->txn, now.org_id, &org);
  }
  if (status == STATUS_OK) {
    status = connection_get(a->txn, now.org_id, CONNECTION_STAGED, &staged);
  }
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  const struct facts_query of = change_query(a, login);
  if (!staged_waits_for_network(&org, &now, &staged) || query_is_barred(&of, staged.signin_from)) {
    return STATUS_OK;
  }
  staged.tried = now.tried;
  staged.tried_at_s = now.tried_at_s;
  return staged_promote(a, &org, &staged);
}

// Whose sign-in the test was: the identity's account, else that of the email; somebody new is called by the email.
static enum status find_tested(struct change_context *a, const struct connection *connection, struct facts *ret_facts)
{
  const struct message_authorized *authorized = a->op->authorized;
  struct identity identity;
  struct account account;
  enum status status = identity_get(a->txn, connection, authorized->subject, &identity);
  if (status == STATUS_OK) {
    status = account_get(a->txn, identity.account_id, &account);
  } else if (status == STATUS_NOT_FOUND) {
    status = account_by_email(a->txn, authorized->email, &account);
  }
  if (status == STATUS_NOT_FOUND) {
    return change_load_facts(a, authorized->email, ret_facts);
  }
  if (status == STATUS_OK) {
    status = change_load_facts(a, account.login, ret_facts);
  }
  record_done(&ACCOUNT_RECORD, &account);
  return status;
}

// A delegate learns nothing of accounts that no org of theirs has.
static enum status tell_refused(struct change_context *a, const struct policy_decision *decision)
{
  bool sees = a->by->delegate == NULL;
  enum status status = sees ? STATUS_OK : delegate_sees(a->txn, a->by->delegate, a->op->authorized->email, &sees);
  a->result->decision = *decision;
  if (status == STATUS_OK) {
    report_set(a->report, "org \"%s\": the test sign-in would have been refused: %s (POLICY %s)", a->op->org,
               sees ? notice_sentence(decision->notice) : "the address is nobody's whom the org knows",
               sees ? decision->row : "S2");
    status = STATUS_REFUSED;
  }
  return status;
}

// A signin-from that takes effect with the test must have room for where whoever made it has signed in from last.
static bool shuts_out(const struct change_context *a, const struct org *org)
{
  const struct facts_query of = {"", "", a->result->account.last_sign_in_from, a->now_s, ""};
  return query_is_barred(&of, org->signin_from);
}

// Only a sign-in that this policy would have let in shows that people get in (POLICY E2); invites are said yes to.
static enum status check_let_in(struct change_context *a, const struct org *org, const struct connection *connection)
{
  struct facts facts;
  struct policy_question question = {.stage = STAGE_ANSWER};
  struct policy_decision decision;
  enum status status = find_tested(a, connection, &facts);
  if (status != STATUS_OK) {
    return status;
  }
  const struct facts_query of = change_query(a, a->op->authorized->email);
  status = facts_answer(a->txn, &of, connection, a->op->authorized, &facts, &question.answer);
  question.person = facts.person;
  for (size_t i = 0; i < question.person.invite_count; i++) {
    question.person.invites[i].consent = CONSENT_YES;
  }
  question.answer.password_given = change_knows_password(&facts.account, a->op->password);
  (void)snprintf(a->event.login, sizeof a->event.login, "%s", facts.account.login);
  a->result->account = facts.account;
  record_done(&ACCOUNT_RECORD, &facts.account);
  if (status != STATUS_OK) {
    return status;
  }
  policy_decide(&question, &decision);
  if (decision.outcome == OUTCOME_GRANTED && shuts_out(a, org)) {
    decision = (struct policy_decision){.row = "E3", .notice = NOTICE_NETWORK};
  }
  a->result->decision = decision;
  return decision.outcome == OUTCOME_GRANTED ? STATUS_OK : tell_refused(a, &decision);
}

// A test sign-in has succeeded: what was tested takes effect, if it is still what is stored.
enum status apply_idp_tried(struct change_context *a)
{
  struct org org;
  struct connection stored CLEANUP(cleanup_connection) = {.org_id = 0};
  bool unchanged = false;
  enum status status = change_find_org(a, a->op->org, &org);
  if (status != STATUS_OK) {
    return status;
  }
  status = connection_get(a->txn, org.id, CONNECTION_STAGED, &stored);
  bool staged = status == STATUS_OK;
  if (status == STATUS_NOT_FOUND) {
    status = connection_get(a->txn, org.id, CONNECTION_ACTIVE, &stored);
  }
  if (status == STATUS_OK) {
    status =
        covered_is_unchanged(a, org.id, staged ? CONNECTION_STAGED : CONNECTION_ACTIVE, a->op->fingerprint, &unchanged);
  }
  if (status != STATUS_OK) {
    return status;
  }
  if (!unchanged || !connection_is_same(&stored, a->op->connection)) {
    report_set(a->report, "org \"%s\": the connection was changed during the test; test it again", org.slug);
    return STATUS_REFUSED;
  }
  stored.tried = 1;
  stored.tried_at_s = a->now_s;
  status = staged ? staged_promote(a, &org, &stored) : connection_put(a->txn, CONNECTION_ACTIVE, &stored);
  if (status == STATUS_OK) {
    status = check_let_in(a, &org, &stored);
  }
  (void)snprintf(a->event.detail, sizeof a->event.detail, "%s", staged ? "now in effect" : "");
  return status;
}

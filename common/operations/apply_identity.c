// SPDX-License-Identifier: Apache-2.0
// Identities linked and unlinked by an admin, or linked by the person themself (POLICY S6, W1, W5).
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "change/settings.h"
#include "operations/apply.h"
#include "operations/sign_in.h"
#include "store/expectations.h"

struct linking {
  struct change_context *a;
  struct org org;
  struct connection connection;
  struct facts facts; // of the account
  struct policy_answer answer;
};

static void linking_done(struct linking *l)
{
  cleanup_connection(&l->connection);
  record_done(&ACCOUNT_RECORD, &l->facts.account);
}

static enum status refuse(const struct linking *l, enum status status, const char *why)
{
  report_set(l->a->report, "account \"%s\": %s", l->a->op->email, why);
  return status;
}

// Org, connection and account that the operation names.
static enum status find(struct linking *l)
{
  struct change_context *a = l->a;
  struct account account;
  enum status status = change_find_org(a, a->op->org, &l->org);
  if (status == STATUS_OK) {
    status = change_find_account(a, a->op->email, &account);
  }
  if (status != STATUS_OK) {
    return status;
  }
  status = change_load_facts(a, account.login, &l->facts);
  memcpy(a->event.login, account.login, sizeof a->event.login);
  record_done(&ACCOUNT_RECORD, &account);
  a->result->account = l->facts.account;
  explicit_bzero(a->result->account.password, sizeof a->result->account.password);
  return status;
}

static enum status find_connection(struct linking *l)
{
  enum status status = connection_get(l->a->txn, l->org.id, CONNECTION_ACTIVE, &l->connection);
  if (status == STATUS_NOT_FOUND) {
    report_set(l->a->report, "org \"%s\": has no connection; 'ssoctl idp set' makes one", l->org.slug);
  }
  return status;
}

// The same rules for whoever links: nobody else's, and one for each account (rows S2, S5).
static enum status check_free(const struct linking *l)
{
  if (l->answer.identity_known && !l->answer.identity_own) {
    return refuse(l, STATUS_REFUSED,
                  "that identity is linked to another account; 'ssoctl identity unlink' comes first");
  }
  if (l->answer.other_identity) {
    return refuse(l, STATUS_REFUSED,
                  "has another identity at the org's provider already; 'ssoctl identity unlink' comes first");
  }
  return STATUS_OK;
}

// What an unlinked identity leads to, by what is known of the one that AUTHORIZED describes.
static enum status judge(struct linking *l, const struct message_authorized *authorized)
{
  const struct facts_query of = change_query(l->a, l->facts.account.login);
  enum status status = facts_answer(l->a->txn, &of, &l->connection, authorized, &l->facts, &l->answer);
  return status == STATUS_OK ? check_free(l) : status;
}

static bool owns(const struct policy_person *person)
{
  for (size_t i = 0; i < person->membership_count; i++) {
    if (person->memberships[i].role == ROLE_OWNER) {
      return true;
    }
  }
  return false;
}

// On-link, as in rows S6 and S7.
static enum status follow_on_link(struct linking *l)
{
  struct account *account = &l->facts.account;
  const struct policy_person *person = &l->facts.person;
  bool drops = l->answer.in_control && l->org.on_link == ON_LINK_SSO_ONLY && !person->guarded && !owns(person);
  if (!drops || account->password[0] == '\0') {
    return STATUS_OK;
  }
  explicit_bzero(account->password, sizeof account->password);
  account->password_tried = 0;
  return account_update(l->a->txn, account);
}

static enum status store_identity(struct linking *l, const char *subject, const char *email)
{
  bool any = false;
  struct identity identity = {.account_id = l->facts.account.id,
                              .org_id = l->org.id,
                              .registration = l->connection.registration,
                              .generation = l->connection.generation,
                              .linked_at_s = l->a->now_s};
  memcpy(identity.issuer, l->connection.issuer, sizeof identity.issuer);
  memcpy(identity.client_id, l->connection.client_id, sizeof identity.client_id);
  (void)snprintf(identity.subject, sizeof identity.subject, "%s", subject);
  (void)snprintf(identity.email, sizeof identity.email, "%s", email);
  if (l->answer.identity_known) { // theirs, after check_free()
    l->a->result->changed = false;
    return STATUS_OK;
  }
  text_escape(subject, strlen(subject), l->a->event.detail, sizeof l->a->event.detail);
  enum status status = identity_put(l->a->txn, &identity);
  if (status == STATUS_OK) {
    status = expectation_drop(l->a->txn, identity.account_id, l->org.id, &any);
  }
  return status == STATUS_OK ? follow_on_link(l) : status;
}

static enum status link_subject(struct linking *l)
{
  const struct operation *op = l->a->op;
  struct message_authorized named = {.email_state = EMAIL_ABSENT};
  memcpy(named.subject, op->subject, sizeof named.subject);
  enum status status = judge(l, &named);
  return status == STATUS_OK ? store_identity(l, op->subject, "") : status;
}

// For the first answer of the provider with that address (row S6).
static enum status expect(struct linking *l)
{
  const struct operation *op = l->a->op;
  const struct message_authorized nobody = {.email_state = EMAIL_ABSENT};
  struct expectation expectation = {
      .org_id = l->org.id,
      .account_id = l->facts.account.id,
      .created_at_s = l->a->now_s,
      .expires_at_s = l->a->now_s + (l->org.invite_lifetime_s > 0 ? l->org.invite_lifetime_s : INVITE_LIFETIME_S)};
  memcpy(expectation.email, op->idp_email, sizeof expectation.email);
  (void)snprintf(expectation.expected_by, sizeof expectation.expected_by, "%s", l->a->by->actor);
  enum status status = judge(l, &nobody);
  if (status != STATUS_OK) {
    return status;
  }
  status = expectation_put(l->a->txn, &expectation);
  if (status == STATUS_EXISTS) {
    return refuse(l, STATUS_REFUSED,
                  "that address is expected for another account; 'ssoctl identity unlink' comes first");
  }
  (void)snprintf(l->a->event.detail, sizeof l->a->event.detail, "expects %.200s", expectation.email);
  l->a->result->expires_at_s = expectation.expires_at_s;
  return status;
}

// By the person, who has just signed in there: their org must let its provider vouch for people at all (trust).
static enum status link_own(struct linking *l)
{
  const struct message_authorized *authorized = l->a->op->authorized;
  if (l->org.trust == TRUST_LINKED) {
    return refuse(l, STATUS_REFUSED, "only an admin links identities of this org (trust linked)");
  }
  enum status status = sign_in_check_connection(
      l->a, &(struct answered){l->a->op->connection, authorized, l->a->op->fingerprint}, &l->a->result->decision);
  if (status == STATUS_OK) {
    status = judge(l, authorized);
  }
  if (status == STATUS_OK && !l->answer.identity_known && l->answer.email_is_another) {
    return refuse(l, STATUS_REFUSED, "you signed in as somebody else: that address is another account's");
  }
  return status == STATUS_OK ? store_identity(l, authorized->subject, authorized->email) : status;
}

enum status apply_identity_link(struct change_context *a)
{
  struct linking l __attribute__((cleanup(linking_done))) = {.a = a};
  enum status status = find(&l);
  if (status == STATUS_OK) {
    status = find_connection(&l);
  }
  if (status != STATUS_OK) {
    return status;
  }
  if (a->op->authorized != NULL) {
    return link_own(&l);
  }
  return a->op->subject[0] != '\0' ? link_subject(&l) : expect(&l);
}

// Whether the account is offered anything now.
static enum status look_for_a_way(const struct linking *l, bool *ret_way)
{
  struct policy_question question = {.stage = STAGE_LOGIN};
  struct policy_decision decision;
  struct facts now;
  enum status status = change_load_facts(l->a, l->facts.account.login, &now);
  if (status != STATUS_OK) {
    return status;
  }
  question.person = now.person;
  policy_decide(&question, &decision);
  record_done(&ACCOUNT_RECORD, &now.account);
  *ret_way = decision.outcome == OUTCOME_OFFER;
  return STATUS_OK;
}

// Also those of earlier issuers and clients, which might come back.
enum status apply_identity_unlink(struct change_context *a)
{
  struct linking l __attribute__((cleanup(linking_done))) = {.a = a};
  bool expected = false;
  bool linked = false;
  bool way = true;
  enum status status = find(&l);
  if (status == STATUS_OK) {
    status = identity_drop_org(a->txn, l.facts.account.id, l.org.id, &linked);
  }
  if (status == STATUS_OK) {
    status = expectation_drop(a->txn, l.facts.account.id, l.org.id, &expected);
  }
  if (status == STATUS_OK) {
    status = look_for_a_way(&l, &way);
  }
  a->result->changed = linked || expected;
  a->result->no_way = !way;
  return status;
}

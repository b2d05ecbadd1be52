// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "change/granted_groups.h"
#include "operations/apply.h"
#include "operations/confirm.h"
#include "operations/sign_in.h"
#include "store/expectations.h"

enum { TICKET_LIFETIME_S = 300 };

enum status sign_in_refuse(struct change_context *a, const struct policy_decision *decision)
{
  a->result->decision = *decision;
  report_set(a->report, "%s: %s", decision->row, notice_name(decision->notice));
  return STATUS_REFUSED;
}

static enum status new_ticket(struct sign_in *s)
{
  struct change_context *a = s->a;
  unsigned char random[16];
  struct ticket ticket = {.account_id = s->account.id,
                          .way = (uint8_t)s->way,
                          .org_id = s->way_org_id,
                          .with_key = a->op->with_key ? 1 : 0,
                          .expires_at_s = a->now_s + TICKET_LIFETIME_S};
  enum status status = file_random(random, sizeof random);
  if (status == STATUS_OK) {
    text_hex(random, sizeof random, ticket.id);
    status = ticket_sweep(a->txn, a->now_s);
  }
  if (status == STATUS_OK) {
    status = ticket_put(a->txn, &ticket);
  }
  if (status == STATUS_OK) {
    a->result->ticket = ticket;
  }
  return status;
}

static enum status note_sign_in(struct sign_in *s)
{
  struct change_context *a = s->a;
  struct membership membership;
  enum status status = membership_get(a->txn, s->account.id, s->way_org_id, &membership);
  if (status == STATUS_OK) {
    membership.last_sign_in_at_s = a->now_s;
    status = membership_put(a->txn, &membership);
  }
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  a->result->last_sign_in_at_s = s->account.last_sign_in_at_s;
  memcpy(a->result->last_sign_in_from, s->account.last_sign_in_from, sizeof a->result->last_sign_in_from);
  s->account.last_sign_in_at_s = a->now_s;
  s->account.last_sso_at_s = s->way == WAY_SSO ? a->now_s : s->account.last_sso_at_s;
  (void)snprintf(s->account.last_sign_in_from, sizeof s->account.last_sign_in_from, "%s", a->by->rhost);
  return account_update(a->txn, &s->account);
}

// What the session would open now, with all that was stored so far; nothing opened is a refusal (POLICY K2).
enum status sign_in_finish(struct sign_in *s, const char *row)
{
  struct change_context *a = s->a;
  struct policy_question question = {.stage = STAGE_SESSION,
                                     .service = policy_service_of(a->by->service),
                                     .made = {s->way, s->way_org_id, a->op->with_key}};
  struct policy_decision session;
  struct facts now;
  enum status status = change_load_facts(a, s->account.login, &now);
  if (status != STATUS_OK) {
    return status;
  }
  question.person = now.person;
  policy_decide(&question, &session);
  if (session.outcome != OUTCOME_GRANTED) {
    return sign_in_refuse(a, &session);
  }
  status = change_file_event(a, s->account.id);
  if (status == STATUS_OK) {
    status = note_sign_in(s);
  }
  const struct settled_try settled = {s->way == WAY_SSO ? TRY_SIGN_IN : TRY_PASSWORD, a->op->login,
                                      a->result->decision.create};
  if (status == STATUS_OK) {
    status = change_settle_try(a, &settled);
  }
  if (status == STATUS_OK && s->way == WAY_SSO && a->op->password[0] != '\0') { // typed beside it (S8)
    status = change_settle_try(a, &(struct settled_try){TRY_PASSWORD, a->op->login, false});
  }
  if (status == STATUS_OK) {
    status = new_ticket(s);
  }
  memcpy(a->event.login, s->account.login, sizeof a->event.login);
  (void)stpncpy(a->event.row, row, sizeof a->event.row - 1);
  (void)stpncpy(a->event.detail, way_word((uint8_t)s->way), sizeof a->event.detail - 1);
  memcpy(a->result->row, a->event.row, sizeof a->result->row);
  memcpy(a->result->org, a->event.org, sizeof a->result->org);
  a->result->account = s->account;
  return status;
}

enum status apply_password_sign_in(struct change_context *a)
{
  struct sign_in s = {.a = a, .way = WAY_PASSWORD};
  struct policy_question question = {.stage = STAGE_LOGIN};
  struct policy_decision *decision = &a->result->decision;
  enum status status = change_load_facts(a, a->op->login, &s.facts);
  if (status != STATUS_OK) {
    return status;
  }
  question.person = s.facts.person;
  policy_decide(&question, decision);
  if (decision->outcome != OUTCOME_OFFER || !decision->offer_password) {
    decision->outcome = OUTCOME_REFUSED;
    return sign_in_refuse(a, &(struct policy_decision){.row = decision->row, .notice = NOTICE_WRONG_PASSWORD});
  }
  s.account = s.facts.account;
  if (strcmp(s.account.password, a->op->password) != 0) { // changed while it was typed; both are hashes
    return sign_in_refuse(a, &(struct policy_decision){.row = decision->row, .notice = NOTICE_WRONG_PASSWORD});
  }
  s.account.password_tried = 1;
  return sign_in_finish(&s, decision->row);
}

// A name from a provider as it may be stored (POLICY N7); anything else is no name.
static void keep_name(struct account *account, const char *name)
{
  char kept[DISPLAY_SIZE];
  bool legal = strpbrk(name, ":,=\\\"") == NULL && text_copy_clean(name, strlen(name), kept, sizeof kept) == STATUS_OK;
  if (legal && kept[0] != '\0') {
    memcpy(account->name, kept, sizeof account->name);
  }
}

enum status sign_in_create_account(struct sign_in *s, int64_t org_id)
{
  struct change_context *a = s->a;
  enum status status = apply_new_account(a, a->op->login, s->facts.email, org_id, &s->account);
  if (status == STATUS_OK && a->op->nss_known && a->op->nss_uid != s->account.uid) {
    report_set(a->report, "N4: the calling program was told uid %u, the account would get %u", a->op->nss_uid,
               s->account.uid);
    a->result->decision = (struct policy_decision){.row = "N4", .notice = NOTICE_NUMBER};
    return STATUS_REFUSED;
  }
  return status;
}

// An identity that is there already keeps the generation that it was linked in.
static enum status generation_of(const struct sign_in *s, bool linked_now, int64_t *ret_generation)
{
  const struct operation *op = s->a->op;
  struct identity there;
  *ret_generation = op->connection->generation;
  if (linked_now) {
    return STATUS_OK;
  }
  enum status status = identity_get(s->a->txn, op->connection, op->authorized->subject, &there);
  if (status == STATUS_OK) {
    *ret_generation = there.generation;
  }
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status link_identity(struct sign_in *s, bool linked_now)
{
  const struct operation *op = s->a->op;
  struct identity identity = {.account_id = s->account.id,
                              .org_id = op->connection->org_id,
                              .registration = op->connection->registration,
                              .linked_at_s = s->a->now_s};
  memcpy(identity.issuer, op->connection->issuer, sizeof identity.issuer);
  memcpy(identity.client_id, op->connection->client_id, sizeof identity.client_id);
  memcpy(identity.subject, op->authorized->subject, sizeof identity.subject);
  memcpy(identity.email, op->authorized->email, sizeof identity.email);
  enum status status = generation_of(s, linked_now, &identity.generation);
  return status != STATUS_OK ? status : identity_put(s->a->txn, &identity);
}

static void drop_password(struct sign_in *s)
{
  explicit_bzero(s->account.password, sizeof s->account.password);
  s->account.password_tried = 0;
}

// Under which proof of its domain: another org's proof, later, is another one (POLICY "present proof").
static enum status note_proof(struct sign_in *s)
{
  const char *domain = name_email_domain(s->account.email);
  int64_t owner = 0;
  enum status status = domain_owner(s->a->txn, domain, &owner);
  if (status == STATUS_NOT_FOUND || (status == STATUS_OK && owner != s->way_org_id)) {
    s->account.proof = PROOF_NONE;
    return STATUS_OK;
  }
  return status == STATUS_OK ? domain_proof_now(s->a->txn, domain, &s->account.proof) : status;
}

// An unproven email becomes proven: passwords and identities from before are dropped, an owner's password stays (S7).
static enum status prove_email(struct sign_in *s, bool drop)
{
  bool unproven = s->account.email_proven == 0;
  enum status proof = note_proof(s);
  s->account.email_proven = 1;
  if (proof != STATUS_OK) {
    return proof;
  }
  if (!unproven || !drop) {
    return STATUS_OK;
  }
  bool owner = false;
  for (size_t i = 0; i < s->facts.person.membership_count; i++) {
    owner = owner || s->facts.person.memberships[i].role == ROLE_OWNER;
  }
  if (!owner) {
    drop_password(s);
  }
  enum status status = identity_drop_all(s->a->txn, s->account.id);
  bool any = false;
  return status == STATUS_OK ? expectation_drop(s->a->txn, s->account.id, 0, &any) : status;
}

static enum status put_membership(const struct sign_in *s, int64_t org_id, enum role role, enum source source)
{
  const struct membership membership = {.account_id = s->account.id,
                                        .org_id = org_id,
                                        .role = (uint8_t)role,
                                        .source = (uint8_t)source,
                                        .joined_at_s = s->a->now_s};
  return membership_put(s->a->txn, &membership);
}

// Joins the org that invited, and uses the invite up.
enum status sign_in_accept(const struct sign_in *s, int64_t org_id, enum role role)
{
  struct membership there;
  enum status status = membership_get(s->a->txn, s->account.id, org_id, &there);
  if (status == STATUS_NOT_FOUND) {
    status = put_membership(s, org_id, role, SOURCE_INVITATION);
  }
  return status != STATUS_OK ? status : invite_remove(s->a->txn, org_id, s->facts.email);
}

static enum status join(const struct sign_in *s, const struct policy_decision *decision)
{
  const struct policy_person *person = &s->facts.person;
  enum status status = STATUS_OK;
  if (decision->join) {
    status = decision->accept_invite ? sign_in_accept(s, s->way_org_id, decision->role)
                                     : put_membership(s, s->way_org_id, decision->role, SOURCE_SSO);
  }
  for (size_t i = 0; status == STATUS_OK && decision->accept_others && i < person->invite_count; i++) {
    const struct policy_invite *invite = &person->invites[i];
    bool said_yes = invite->org.id != s->way_org_id && !invite->full && invite->consent == CONSENT_YES;
    status = said_yes ? sign_in_accept(s, invite->org.id, invite->role) : STATUS_OK;
  }
  return status;
}

static enum status carry_out(struct sign_in *s, const struct policy_decision *decision)
{
  struct change_context *a = s->a;
  enum status status = STATUS_OK;
  s->account = s->facts.account;
  if (decision->create) {
    status = sign_in_create_account(s, s->way_org_id);
  }
  keep_name(&s->account, a->op->authorized->name);
  if (status == STATUS_OK && decision->prove_email) {
    status = prove_email(s, decision->drop_unproven);
  }
  if (decision->drop_password) {
    drop_password(s);
  }
  if (status == STATUS_OK && decision->link) { // whatever was expected is used up
    bool any = false;
    status = expectation_drop(a->txn, s->account.id, s->way_org_id, &any);
  }
  if (status == STATUS_OK) { // also refreshes the email shown with an identity that was linked before (S3)
    status = link_identity(s, decision->link);
  }
  return status == STATUS_OK ? join(s, decision) : status;
}

static enum policy_consent said_to(const struct operation *op, int64_t org_id)
{
  for (size_t i = 0; i < op->consent_count; i++) {
    if (op->consents[i].org_id == org_id) {
      return op->consents[i].said;
    }
  }
  return CONSENT_NOT_ASKED;
}

static void add_words(struct audit_event *event, const char *words)
{
  size_t used = strlen(event->detail);
  (void)snprintf(event->detail + used, sizeof event->detail - used, "%s", words);
}

// What is worth a word of an answer that let somebody in. GROUPS: which came and went.
static void describe(struct change_context *a, const char *groups)
{
  const struct message_authorized *authorized = a->op->authorized;
  a->result->overage = authorized->groups_state == GROUPS_OVERAGE;
  bool accepted =
      authorized->email_state == EMAIL_UNVERIFIED && a->op->connection->unverified_mail == UNVERIFIED_ACCEPTED;
  add_words(&a->event, accepted ? ", unverified mail accepted" : "");
  add_words(&a->event, a->result->overage ? ", too many groups to be said" : "");
  if (groups[0] != '\0') {
    add_words(&a->event, ", groups");
    add_words(&a->event, groups);
  }
}

enum status apply_sso_sign_in(struct change_context *a)
{
  struct sign_in s = {.a = a, .way = WAY_SSO, .way_org_id = a->op->connection->org_id};
  struct policy_question question = {.stage = STAGE_ANSWER};
  char words[REASON_SIZE] = "";
  struct org org;
  a->result->decision = (struct policy_decision){.row = "-", .notice = NOTICE_INTERNAL};
  const struct answered answered = {a->op->connection, a->op->authorized, a->op->fingerprint};
  enum status status = sign_in_check_connection(a, &answered, &a->result->decision);
  if (status == STATUS_OK) {
    status = change_load_facts(a, a->op->login, &s.facts);
  }
  if (status == STATUS_OK) {
    const struct facts_query of = change_query(a, a->op->login);
    status = facts_answer(a->txn, &of, a->op->connection, a->op->authorized, &s.facts, &question.answer);
  }
  if (status == STATUS_OK) {
    status = org_get(a->txn, s.way_org_id, &org);
  }
  if (status != STATUS_OK) {
    return status;
  }
  memcpy(a->event.org, org.slug, sizeof a->event.org);
  for (size_t i = 0; i < s.facts.person.invite_count; i++) {
    struct policy_invite *invite = &s.facts.person.invites[i];
    invite->consent = said_to(a->op, invite->org.id);
  }
  question.person = s.facts.person;
  question.answer.password_given = change_knows_password(&s.facts.account, a->op->password);
  struct policy_decision decision;
  policy_decide(&question, &decision);
  a->result->decision = decision;
  if (decision.outcome != OUTCOME_GRANTED) {
    return sign_in_refuse(a, &decision);
  }
  status = carry_out(&s, &decision);
  const struct named_groups named = {s.account.id, s.way_org_id, &a->op->authorized->groups,
                                     !question.answer.org.unconfirmed};
  if (status == STATUS_OK) {
    status = sign_in_note_tried(a, s.way_org_id, a->op->login);
  }
  if (status == STATUS_OK) {
    status = change_grant_groups(a, &named, words);
  }
  if (status == STATUS_OK) {
    status = sign_in_finish(&s, decision.row);
  }
  describe(a, words);
  return status;
}

enum status apply_sign_in_refused(struct change_context *a)
{
  memcpy(a->event.detail, a->op->reason, sizeof a->event.detail);
  return STATUS_OK;
}

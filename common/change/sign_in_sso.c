// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "change/account_values.h"
#include "change/answered.h"
#include "change/granted_groups.h"
#include "change/org_own.h"
#include "change/refresh.h"
#include "change/sign_in_parts.h"
#include "policy/person.h"
#include "store/audit.h"
#include "store/pending_links.h"

// An identity that is there already keeps the generation that it was linked in.
static enum status generation_of(const struct sign_in *s, const struct sso_sign_in *in, bool linked_now,
                                 int64_t *ret_generation)
{
  struct identity there;
  *ret_generation = in->connection->generation;
  if (linked_now) {
    return STATUS_OK;
  }
  enum status status = identity_get(s->c->txn, in->connection, in->authorized->subject, &there);
  if (status == STATUS_OK) {
    *ret_generation = there.generation;
  }
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status link_identity(struct sign_in *s, const struct sso_sign_in *in, bool linked_now)
{
  struct identity identity = {.account_id = s->account.id,
                              .org_id = in->connection->org_id,
                              .registration = in->connection->registration,
                              .linked_at_s = s->c->now_s};
  memcpy(identity.issuer, in->connection->issuer, sizeof identity.issuer);
  memcpy(identity.client_id, in->connection->client_id, sizeof identity.client_id);
  memcpy(identity.subject, in->authorized->subject, sizeof identity.subject);
  memcpy(identity.email, in->authorized->email, sizeof identity.email);
  enum status status = generation_of(s, in, linked_now, &identity.generation);
  return status != STATUS_OK ? status : identity_put(s->c->txn, &identity);
}

// Under which proof of its domain: another org's proof, later, is another one (POLICY "present proof").
static enum status note_proof(struct sign_in *s)
{
  const char *domain = name_email_domain(s->account.email);
  int64_t owner = 0;
  enum status status = domain_owner(s->c->txn, domain, &owner);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  // A code has gone to whoever has the domain now.
  if (status == STATUS_NOT_FOUND || (owner != s->way_org_id && s->way != WAY_MAIL)) {
    s->account.proof = PROOF_NONE;
    return STATUS_OK;
  }
  return domain_proof_now(s->c->txn, domain, &s->account.proof);
}

// What is from before the proof; an owner's password stays (S7).
static enum status drop_unproven(struct sign_in *s)
{
  bool any = false;
  if (!policy_owns_any(&s->facts.person)) {
    change_drop_password(&s->account);
  }
  enum status status = identity_drop_all(s->c->txn, s->account.id);
  return status != STATUS_OK ? status : pending_link_drop(s->c->txn, s->account.id, 0, &any);
}

// An unproven email becomes proven.
static enum status prove_email(struct sign_in *s, bool drop)
{
  bool unproven = s->account.email_proven == 0;
  enum status status = note_proof(s);
  if (status != STATUS_OK) {
    return status;
  }
  s->account.email_proven = 1;
  return unproven && drop ? drop_unproven(s) : STATUS_OK;
}

static enum status accept_others(const struct sign_in *s)
{
  const struct policy_person *person = &s->facts.person;
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < person->invite_count; i++) {
    const struct policy_invite *invite = &person->invites[i];
    bool said_yes = invite->org.id != s->way_org_id && !invite->full && invite->consent == CONSENT_YES;
    status = said_yes ? sign_in_accept(s, invite->org.id, invite->role) : STATUS_OK;
  }
  return status;
}

// In the trail of each org, beside the event of the sign-in.
static enum status note_joined(const struct sign_in *s, const struct policy_allowed *allowed)
{
  struct audit_event event = s->c->event;
  struct org org;
  enum status status = org_get(s->c->txn, allowed->org_id, &org);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
  }
  explicit_bzero(event.event, sizeof event.event);
  (void)stpncpy(event.event, "member.join", sizeof event.event - 1);
  memcpy(event.org, org.slug, sizeof event.org);
  (void)snprintf(event.detail, sizeof event.detail, "as %s", role_word((uint8_t)allowed->role));
  return audit_add(s->c->txn, &event);
}

// The orgs of the person's domain that they have chosen (V5).
static enum status join_allowed(const struct sign_in *s)
{
  const struct policy_person *person = &s->facts.person;
  for (size_t i = 0; i < person->allowed_count; i++) {
    const struct policy_allowed *allowed = &person->allowed[i];
    if (allowed->consent != CONSENT_YES) {
      continue;
    }
    enum status status = sign_in_join(s, allowed->org_id, allowed->role, SOURCE_SSO, 0);
    status = status != STATUS_OK ? status : note_joined(s, allowed);
    if (status != STATUS_OK) {
      return status;
    }
  }
  return STATUS_OK;
}

static enum status found(const struct sign_in *s, const struct sso_sign_in *in)
{
  struct org org;
  enum status status = org_own_make(s->c, &s->account, in->own_org, &org);
  if (status == STATUS_REFUSED) {
    s->result->decision = (struct policy_decision){.row = "V6", .notice = NOTICE_OWN_ORG};
  }
  if (status == STATUS_OK) {
    memcpy(s->result->own_org, org.slug, sizeof s->result->own_org);
  }
  return status;
}

static enum status join(const struct sign_in *s, const struct sso_sign_in *in, const struct policy_decision *decision)
{
  enum status status = STATUS_OK;
  if (decision->join) {
    status = decision->accept_invite ? sign_in_accept(s, s->way_org_id, decision->role)
                                     : sign_in_join(s, s->way_org_id, decision->role, SOURCE_SSO, 0);
  }
  if (status == STATUS_OK && decision->accept_others) {
    status = accept_others(s);
  }
  if (status == STATUS_OK && decision->join_allowed) {
    status = join_allowed(s);
  }
  return status == STATUS_OK && decision->found ? found(s, in) : status;
}

// Also refreshes the email shown with an identity that was linked before (S3). Whatever was expected is used up.
static enum status link_answer(struct sign_in *s, const struct sso_sign_in *in, bool linked_now)
{
  bool any = false;
  enum status status = linked_now ? pending_link_drop(s->c->txn, s->account.id, s->way_org_id, &any) : STATUS_OK;
  return status != STATUS_OK ? status : link_identity(s, in, linked_now);
}

static enum status carry_out(struct sign_in *s, const struct sso_sign_in *in, const struct policy_decision *decision)
{
  s->account = s->facts.account;
  bool of_host = way_is_of_host((uint8_t)in->way);
  int64_t made_by = of_host ? 0 : s->way_org_id; // nobody is in control of who came so
  enum status status = decision->create ? sign_in_create_account(s, made_by, &in->told) : STATUS_OK;
  if (status != STATUS_OK) {
    return status;
  }
  if (!of_host) { // of that nothing but identity and address counts (V1)
    account_keep_name(&s->account, in->authorized->name);
  }
  status = decision->prove_email ? prove_email(s, decision->drop_unproven) : STATUS_OK;
  if (status != STATUS_OK) {
    return status;
  }
  status = decision->drop_password ? change_leave_sso_alone(s->c, &s->account, s->way_org_id) : STATUS_OK;
  if (status != STATUS_OK) {
    return status;
  }
  status = in->way != WAY_MAIL ? link_answer(s, in, decision->link) : STATUS_OK;
  return status != STATUS_OK ? status : join(s, in, decision);
}

static enum policy_consent said_to(const struct sso_sign_in *in, int64_t org_id)
{
  for (size_t i = 0; i < in->consent_count; i++) {
    if (in->consents[i].org_id == org_id) {
      return in->consents[i].said;
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
static void describe(struct sign_in *s, const struct sso_sign_in *in, const char *groups)
{
  struct audit_event *event = &s->c->event;
  s->result->overage = in->authorized->groups_state == GROUPS_OVERAGE;
  bool accepted =
      in->authorized->email_state == EMAIL_UNVERIFIED && in->connection->unverified_mail == UNVERIFIED_ACCEPTED;
  add_words(event, accepted ? ", unverified mail accepted" : "");
  add_words(event, s->result->overage ? ", too many groups to be said" : "");
  if (groups[0] != '\0') {
    add_words(event, ", groups");
    add_words(event, groups);
  }
}

// What the answer is to the policy; the event is filed under the org that was asked.
static enum status load_answer(struct sign_in *s, const struct sso_sign_in *in, struct policy_answer *ret_answer)
{
  struct change_context *c = s->c;
  const struct facts_query query = change_query(c, in->login);
  struct org org;
  if (in->way == WAY_MAIL) {
    return facts_mail_answer(c->txn, in->authorized->email, &s->facts, ret_answer);
  }
  if (in->way == WAY_SOCIAL) {
    return facts_social_answer(c->txn, in->connection, in->authorized, &s->facts, ret_answer);
  }
  enum status status = facts_answer(c->txn, &query, in->connection, in->authorized, &s->facts, ret_answer);
  if (status != STATUS_OK) {
    return status;
  }
  status = org_get(c->txn, s->way_org_id, &org);
  if (status != STATUS_OK) {
    return status;
  }
  memcpy(c->event.org, org.slug, sizeof c->event.org);
  return STATUS_OK;
}

static enum status decide(struct sign_in *s, const struct sso_sign_in *in, struct policy_question *question,
                          struct policy_decision *ret_decision)
{
  struct policy_person *person = &s->facts.person;
  enum status status = load_answer(s, in, &question->answer);
  if (status != STATUS_OK) {
    return status;
  }
  for (size_t i = 0; i < person->invite_count; i++) {
    person->invites[i].consent = said_to(in, person->invites[i].org.id);
  }
  for (size_t i = 0; i < person->allowed_count; i++) {
    enum policy_consent said = said_to(in, person->allowed[i].org_id);
    person->allowed[i].consent = said == CONSENT_NOT_ASKED && in->joins_asked ? CONSENT_NO : said;
  }
  if (in->own_org != NULL) {
    person->found_consent = CONSENT_YES;
  } else {
    person->found_consent = in->joins_asked ? CONSENT_NO : CONSENT_NOT_ASKED;
  }
  s->proves =
      question->answer.of_host && question->answer.email_state == EMAIL_VERIFIED && question->answer.email_is_primary;
  question->person = s->facts.person;
  question->answer.password_given = change_knows_password(&s->facts.account, in->password);
  policy_decide(question, ret_decision);
  return STATUS_OK;
}

// Whether sshd, which asks for groups before anybody has chosen, was told of one that was not chosen: its AllowGroups
// and Match Group have gone by that (V6).
static bool was_told_more(const struct policy_person *person)
{
  bool more = person->allowed_full;
  for (size_t i = 0; i < person->allowed_count; i++) {
    more = more || person->allowed[i].consent != CONSENT_YES;
  }
  for (size_t i = 0; i < person->invite_count; i++) {
    more = more || person->invites[i].consent != CONSENT_YES;
  }
  return more;
}

// Of the host's own ways there are no groups, and nothing waits for them.
static enum status let_in_by_host(struct sign_in *s, const struct sso_sign_in *in,
                                  const struct policy_decision *decision)
{
  enum status status = carry_out(s, in, decision);
  if (status != STATUS_OK) {
    return status;
  }
  s->result->again = decision->create && in->told.known && was_told_more(&s->facts.person);
  status = sign_in_finish(s, decision->row);
  if (status == STATUS_OK) {
    add_words(&s->c->event, s->result->again ? ", to sign in once more" : "");
  }
  return status;
}

// What was decided is carried out, and noted of connection and groups.
static enum status let_in(struct sign_in *s, const struct sso_sign_in *in, const struct policy_decision *decision,
                          bool confirmed)
{
  char words[REASON_SIZE] = "";
  enum status status = carry_out(s, in, decision);
  if (status != STATUS_OK) {
    return status;
  }
  status = answered_let_in(s->c, s->way_org_id, in->login);
  if (status != STATUS_OK) {
    return status;
  }
  const struct named_groups named = {&s->account, s->way_org_id, &in->authorized->groups, confirmed};
  status = change_grant_groups(s->c, &named, words);
  if (status != STATUS_OK) {
    return status;
  }
  const struct refresh_given given = {s->way_org_id, s->account.id, in->connection, in->authorized};
  status = change_keep_refresh(s->c, &given);
  if (status != STATUS_OK) {
    return status;
  }
  status = sign_in_finish(s, decision->row);
  if (status != STATUS_OK) {
    return status;
  }
  describe(s, in, words);
  return STATUS_OK;
}

// Nothing of a code can have changed meanwhile but the address, which is looked at.
static enum status check_answered(struct change_context *c, const struct sso_sign_in *in,
                                  struct policy_decision *ret_decision)
{
  const struct answered answered = {in->connection, in->authorized, in->fingerprint};
  return in->way == WAY_MAIL ? STATUS_OK : answered_check(c, &answered, ret_decision);
}

// Whoever was new when sshd asked, and has come from the fleet since: the session that is being made could not be
// theirs.
static bool was_told_otherwise(const struct facts *facts, const struct told_number *told)
{
  return facts->person.known && told->known && told->uid != facts->account.uid;
}

static enum status by_answer(struct change_context *c, const void *input, void *ret_result)
{
  const struct sso_sign_in *in = input;
  struct policy_question question = {.stage = STAGE_ANSWER};
  struct policy_decision decision;
  struct sign_in s = {.c = c,
                      .result = ret_result,
                      .login = in->login,
                      .with_key = in->with_key,
                      .with_password = in->password[0] != '\0',
                      .counted = in->counted,
                      .way = in->way,
                      .way_org_id = in->way == WAY_MAIL ? 0 : in->connection->org_id};
  s.result->asked = in->consent_count > 0 || in->joins_asked;
  s.result->decision = (struct policy_decision){.row = "-", .notice = NOTICE_INTERNAL};
  enum status status = check_answered(c, in, &s.result->decision);
  if (status != STATUS_OK) {
    return status;
  }
  status = sign_in_begin(&s);
  if (status != STATUS_OK) {
    return status;
  }
  status = decide(&s, in, &question, &decision);
  if (status != STATUS_OK) {
    return status;
  }
  s.result->decision = decision;
  status = decision.notice == NOTICE_OTHER_NAME ? sign_in_name_other(&s, in) : STATUS_OK;
  if (status != STATUS_OK) {
    return status;
  }
  if (decision.verdict != VERDICT_GRANTED) {
    return sign_in_refuse(&s, &decision);
  }
  if (was_told_otherwise(&s.facts, &in->told)) {
    return sign_in_refuse(&s, &(struct policy_decision){.row = "N4", .notice = NOTICE_NUMBER});
  }
  return question.answer.of_host ? let_in_by_host(&s, in, &decision)
                                 : let_in(&s, in, &decision, !question.answer.org.unconfirmed);
}

static const struct change_kind SSO = {"sign-in", CHANGE_CLAIM, CHANGE_OF_ORG, by_answer, sizeof(struct signed_in),
                                       false};

struct change change_sso_sign_in(const struct sso_sign_in *in, struct signed_in *ret_result)
{
  return (struct change){&SSO, in, ret_result, &ret_result->changed, "", ""};
}

// SPDX-License-Identifier: Apache-2.0
// What decisions need to know of the host's own ways to sign in, social connections and codes by email, and of the orgs
// that a domain opens (POLICY V).
#include <string.h>

#include "base/domain_list.h"
#include "facts/control.h"
#include "facts/facts_parts.h"
#include "facts/guard.h"
#include "policy/person.h"
#include "store/allowed.h"
#include "store/mail_server.h"
#include "store/socials.h"

struct adding {
  struct store_txn *txn;
  int64_t account_id; // 0: there is none
  struct policy_person *person;
};

// Whoever was removed comes back as a viewer (POLICY E6).
static enum status role_of(const struct adding *adding, const struct org *org, enum role *ret_role)
{
  bool removed = false;
  enum status status =
      adding->account_id != 0 ? membership_was_removed(adding->txn, adding->account_id, org->id, &removed) : STATUS_OK;
  if (status != STATUS_OK) {
    return status;
  }
  *ret_role = removed ? ROLE_VIEWER : org->default_role;
  return STATUS_OK;
}

static enum status add_allowed(void *context, int64_t org_id)
{
  const struct adding *adding = context;
  struct policy_person *person = adding->person;
  struct org org;
  bool full = false;
  if (person->allowed_count == ALLOWED_MAX_POLICY || policy_membership_in(person, org_id) != NULL) {
    return STATUS_OK;
  }
  enum status status = org_get(adding->txn, org_id, &org);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
  }
  if (!allowed_joins(&org)) {
    return STATUS_OK;
  }
  status = control_is_full(adding->txn, &org, &full);
  if (status != STATUS_OK || full) {
    person->allowed_full = person->allowed_full || full;
    return status;
  }
  struct policy_allowed *allowed = &person->allowed[person->allowed_count];
  *allowed = (struct policy_allowed){.org_id = org_id};
  status = role_of(adding, &org, &allowed->role);
  if (status != STATUS_OK) {
    return status;
  }
  person->allowed_count++;
  return STATUS_OK;
}

// Whether the host's settings name DOMAIN for own orgs.
static bool lists_own(const struct facts_query *of, const char *domain)
{
  return of->config != NULL && of->config->own_orgs && domain_list_has(of->config->own_orgs_domains, domain);
}

// One more org of their own (POLICY V6), of people whose domain opens any or is listed for that.
static enum status load_may_found(struct store_txn *txn, const struct facts_query *of, struct facts *s)
{
  struct policy_person *person = &s->person;
  bool listed = false;
  int64_t owned = 0;
  if (of->config == NULL || !of->config->own_orgs || s->email[0] == '\0' || person->governing.id != 0) {
    return STATUS_OK;
  }
  enum status status = facts_is_allowed(txn, of, name_email_domain(s->email), &listed);
  if (status != STATUS_OK) {
    return status;
  }
  for (size_t i = 0; i < person->membership_count; i++) {
    owned += person->memberships[i].role == ROLE_OWNER && person->memberships[i].org.self_made;
  }
  person->may_found = listed && owned < of->config->own_orgs_per_account && person->membership_count < MEMBERSHIPS_MAX;
  return STATUS_OK;
}

// A domain that any org has verified opens no other (V7), and that one not so (K8).
static enum status load_allowed(struct store_txn *txn, struct facts *s)
{
  struct adding adding = {txn, s->person.known ? s->account.id : 0, &s->person};
  if (s->email[0] == '\0' || s->person.governing.id != 0) {
    return STATUS_OK;
  }
  return allowed_each(txn, name_email_domain(s->email), add_allowed, &adding);
}

struct searching {
  struct store_txn *txn;
  bool found;
};

static enum status look_for_social(void *context, const struct identity *identity)
{
  struct searching *searching = context;
  struct social social;
  enum status status = social_by_id(searching->txn, identity->org_id, &social);
  searching->found = searching->found || status == STATUS_OK;
  return facts_optional(status);
}

// Only where it makes a difference: the guard asks NSS, and most people are governed by an org that enforces.
static enum status load_account(struct store_txn *txn, const struct facts_query *of, struct facts *s)
{
  s->person.social_linked = s->person.reserved = false;
  if (!policy_takes_host_ways(&s->person)) {
    return STATUS_OK;
  }
  struct searching searching = {txn, false};
  enum status status = identity_each_of(txn, s->account.id, look_for_social, &searching);
  if (status != STATUS_OK) {
    return status;
  }
  s->person.social_linked = searching.found;
  return guard_of(txn, of->operators, &s->account, &s->person.reserved);
}

// No code goes to an address that is unknown, or that of another account than the name's.
static enum status check_address(struct store_txn *txn, struct facts *s)
{
  struct account other;
  if (s->email[0] == '\0' || s->person.known) {
    s->person.mail_here = s->email[0] != '\0';
    return STATUS_OK;
  }
  enum status status = account_by_email(txn, s->email, &other);
  s->person.mail_here = status == STATUS_NOT_FOUND;
  if (status == STATUS_OK) {
    record_done(&ACCOUNT_RECORD, &other);
  }
  return facts_optional(status);
}

enum status facts_load_social(struct store_txn *txn, const struct facts_query *of, struct facts *s)
{
  s->person.allowed_count = 0;
  s->person.allowed_full = s->person.may_found = false;
  enum status status = social_any(txn, &s->person.social_here);
  status = status != STATUS_OK ? status : mail_server_any(txn, &s->person.mail_here);
  if (status == STATUS_OK && s->person.mail_here) {
    status = check_address(txn, s);
  }
  if (status != STATUS_OK || (!s->person.social_here && !s->person.mail_here)) {
    return status;
  }
  status = s->person.known ? load_account(txn, of, s) : STATUS_OK;
  status = status != STATUS_OK ? status : load_allowed(txn, s);
  return status != STATUS_OK ? status : load_may_found(txn, of, s);
}

enum status facts_is_allowed(struct store_txn *txn, const struct facts_query *of, const char *domain, bool *ret_allowed)
{
  bool any = false;
  *ret_allowed = false;
  enum status status = host_has_ways(txn, &any);
  if (status != STATUS_OK || !any) {
    return status;
  }
  status = allowed_any(txn, domain, ret_allowed);
  *ret_allowed = *ret_allowed || lists_own(of, domain);
  return status;
}

static enum status answer_identity(struct store_txn *txn, const struct facts *s, const struct connection *connection,
                                   const struct message_authorized *authorized, struct policy_answer *a)
{
  struct identity identity;
  enum status status = identity_get(txn, connection, authorized->subject, &identity);
  a->identity_known = status == STATUS_OK;
  a->identity_own = a->identity_known && s->person.known && identity.account_id == s->account.id;
  if (facts_optional(status) != STATUS_OK || !s->person.known) {
    return facts_optional(status);
  }
  status = identity_of_account(txn, s->account.id, connection, &identity);
  a->other_identity = status == STATUS_OK && strcmp(identity.subject, authorized->subject) != 0;
  return facts_optional(status);
}

static enum status answer_email(struct store_txn *txn, const struct facts *s, const struct connection *connection,
                                const struct message_authorized *authorized, struct policy_answer *a)
{
  struct account other;
  a->email_state = social_email_state(connection, (enum email_state)authorized->email_state);
  if (authorized->email[0] == '\0') {
    return STATUS_OK;
  }
  a->email_is_primary = s->email[0] != '\0' && strcmp(authorized->email, s->email) == 0;
  enum status status = account_by_email(txn, authorized->email, &other);
  if (status != STATUS_OK) {
    return facts_optional(status);
  }
  a->email_is_another = !s->person.known || other.id != s->account.id;
  record_done(&ACCOUNT_RECORD, &other);
  return STATUS_OK;
}

// Whom the store says somebody with that address is, beside the answer itself.
static enum status answer_account(struct store_txn *txn, const struct facts *s, struct policy_answer *a)
{
  if (!s->person.known) {
    return account_was_removed(txn, s->email, &a->tombstoned);
  }
  a->never_used = s->here.last_sign_in_at_s == 0 && !control_has_home(&s->account);
  return STATUS_OK;
}

// Nobody but an org that governs the address can say that it has changed hands (HOLES H77).
static enum status answer_proof(struct store_txn *txn, const struct facts *s, struct policy_answer *a)
{
  int64_t proof = 0;
  if (!s->person.known || !s->person.proven || s->person.governing.id == 0) {
    a->proof_holds = s->person.known && s->person.proven;
    return STATUS_OK;
  }
  enum status status = domain_proof_now(txn, name_email_domain(s->account.email), &proof);
  a->proof_holds = status == STATUS_OK && s->account.proof == proof;
  return facts_optional(status);
}

enum status facts_mail_answer(struct store_txn *txn, const char *email, const struct facts *s,
                              struct policy_answer *ret_answer)
{
  struct policy_answer a = {.of_host = true, .by_mail = true, .email_state = EMAIL_VERIFIED};
  a.email_is_primary = s->email[0] != '\0' && strcmp(email, s->email) == 0;
  enum status status = answer_account(txn, s, &a);
  status = status != STATUS_OK ? status : answer_proof(txn, s, &a);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_answer = a;
  return STATUS_OK;
}

enum status facts_social_answer(struct store_txn *txn, const struct connection *connection,
                                const struct message_authorized *authorized, const struct facts *s,
                                struct policy_answer *ret_answer)
{
  struct policy_answer a = {.of_host = true, .email_state = EMAIL_ABSENT};
  enum status status = answer_identity(txn, s, connection, authorized, &a);
  if (status != STATUS_OK) {
    return status;
  }
  status = answer_email(txn, s, connection, authorized, &a);
  if (status != STATUS_OK) {
    return status;
  }
  status = answer_account(txn, s, &a);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_answer = a;
  return STATUS_OK;
}

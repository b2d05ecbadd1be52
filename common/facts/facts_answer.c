// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "facts/control.h"
#include "facts/facts_parts.h"
#include "facts/gate.h"
#include "facts/guard.h"
#include "policy/person.h"
#include "store/pending_links.h"

static enum status answer_identity(struct store_txn *txn, const struct facts *s, const struct connection *connection,
                                   const struct message_authorized *authorized, struct policy_answer *a)
{
  struct identity identity;
  enum status status = identity_get(txn, connection, authorized->subject, &identity);
  if (status == STATUS_OK) {
    a->identity_own = s->person.known && identity.account_id == s->account.id;
    a->identity_known = !a->identity_own || !facts_doubts(&identity, connection, a->in_control);
    a->identity_own = a->identity_own && a->identity_known;
  }
  if (facts_optional(status) != STATUS_OK || !s->person.known) {
    return facts_optional(status);
  }
  status = identity_of_account(txn, s->account.id, connection, &identity);
  a->other_identity = status == STATUS_OK && strcmp(identity.subject, authorized->subject) != 0;
  return facts_optional(status);
}

static enum status answer_lapsed(struct store_txn *txn, const struct message_authorized *authorized,
                                 struct policy_answer *a)
{
  struct domain domain;
  enum status status = domain_get(txn, a->org.id, name_email_domain(authorized->email), &domain);
  a->email_domain_lapsed = status == STATUS_OK && domain_is_lapsed(&domain);
  return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
}

static enum status answer_expected(struct store_txn *txn, const struct facts *s,
                                   const struct message_authorized *authorized, struct policy_answer *a)
{
  struct pending_link link;
  if (!s->person.known || authorized->email[0] == '\0') {
    return STATUS_OK;
  }
  enum status status = pending_link_get(txn, a->org.id, authorized->email, &link);
  a->expected = status == STATUS_OK && link.account_id == s->account.id && link.expires_at_s > s->person.now_s;
  return facts_optional(status);
}

static enum status answer_email(struct store_txn *txn, const struct facts *s, bool accepts_unverified,
                                const struct message_authorized *authorized, struct policy_answer *a)
{
  struct account other;
  int64_t owner = 0;
  a->email_state = authorized->email_state;
  if (authorized->email[0] == '\0') {
    return STATUS_OK;
  }
  a->email_is_primary = s->email[0] != '\0' && strcmp(authorized->email, s->email) == 0;
  enum status status = account_by_email(txn, authorized->email, &other);
  a->email_is_another = status == STATUS_OK && (!s->person.known || other.id != s->account.id);
  if (facts_optional(status) != STATUS_OK) {
    return status;
  }
  status = domain_owner(txn, name_email_domain(authorized->email), &owner);
  a->email_domain_here = status == STATUS_OK && owner == a->org.id;
  a->email_domain_elsewhere = status == STATUS_OK && owner != a->org.id;
  if (accepts_unverified && a->email_domain_here && a->email_state == EMAIL_UNVERIFIED) {
    a->email_state = EMAIL_UNSTATED; // an operator knows that this provider says so of everybody
  }
  return a->email_domain_here ? answer_lapsed(txn, authorized, a) : facts_optional(status);
}

// What S7 and S8 want to know of an account beside the answer itself.
static enum status answer_account(struct store_txn *txn, const struct facts_query *of, struct facts *s,
                                  const struct connection *connection, struct policy_answer *a)
{
  int64_t controller = 0;
  int64_t proof = 0;
  enum status status = control_of(txn, &s->account, &controller);
  if (status != STATUS_OK) {
    return status;
  }
  a->in_control = controller == connection->org_id;
  status = guard_of(txn, of->operators, &s->account, &s->person.guarded);
  if (status != STATUS_OK) {
    return status;
  }
  status = domain_proof_now(txn, name_email_domain(s->account.email), &proof);
  s->person.proven_here = status == STATUS_OK && s->person.proven && s->account.proof == proof;
  if (facts_optional(status) != STATUS_OK) {
    return status;
  }
  return facts_optional(
      control_used_unproven(txn, &s->account, a->in_control ? controller : 0, &s->person.used_unproven));
}

static void answer_membership(const struct facts *s, int64_t org_id, struct policy_answer *a)
{
  const struct policy_membership *membership = policy_membership_in(&s->person, org_id);
  if (membership != NULL) {
    a->member_here = true;
    a->suspended_here = membership->suspended;
  }
}

// Row L16: the name that was typed is the local part of the address, and the address on a domain of the org whose
// people come so. From here on it is as if that address had been typed.
static enum status answer_short_name(struct store_txn *txn, const struct facts_query *of,
                                     const struct message_authorized *authorized, struct facts *s)
{
  size_t length = strlen(of->login);
  int64_t owner = 0;
  bool same = strncmp(authorized->email, of->login, length) == 0 && authorized->email[length] == '@';
  enum status status = same ? domain_owner(txn, name_email_domain(authorized->email), &owner) : STATUS_NOT_FOUND;
  if (status != STATUS_OK || owner != s->governing.id) {
    return facts_optional(status);
  }
  memcpy(s->email, authorized->email, sizeof s->email);
  return facts_load_invites(txn, of, s);
}

// Row S16. What a provider does not say nobody is in.
static enum status answer_gate(struct store_txn *txn, const struct facts *s, const struct org *org,
                               const struct message_authorized *authorized, struct policy_answer *a)
{
  char required[GROUP_WORDS_SIZE];
  char by[PROTOCOL_GROUP_SIZE];
  enum status status = gate_required(txn, org, s->person.guarded, required);
  if (status != STATUS_OK) {
    return status;
  }
  a->gated = required[0] != '\0';
  a->in_required = gate_passed_by(required, &authorized->groups, by);
  a->groups_cut = authorized->groups_state == GROUPS_OVERAGE || authorized->groups_state == GROUPS_CUT;
  return STATUS_OK;
}

// What the provider has said, beside what is stored.
static enum status answer_said(struct store_txn *txn, const struct facts *s, const struct connection *connection,
                               const struct message_authorized *authorized, struct policy_answer *a)
{
  enum status status = answer_identity(txn, s, connection, authorized, a);
  if (status != STATUS_OK) {
    return status;
  }
  status = answer_email(txn, s, connection->unverified_mail == UNVERIFIED_ACCEPTED, authorized, a);
  return status != STATUS_OK ? status : answer_expected(txn, s, authorized, a);
}

enum status facts_answer(struct store_txn *txn, const struct facts_query *of, const struct connection *connection,
                         const struct message_authorized *authorized, struct facts *s, struct policy_answer *ret_answer)
{
  struct policy_answer a = {.email_state = EMAIL_ABSENT};
  bool ignored = false;
  struct org org;
  enum status status = org_get(txn, connection->org_id, &org);
  if (status != STATUS_OK) {
    return status;
  }
  if (s->person.known) {
    status = answer_account(txn, of, s, connection, &a);
  } else if (s->person.short_name && connection->org_id == s->governing.id) {
    status = answer_short_name(txn, of, authorized, s);
  }
  if (status != STATUS_OK) {
    return status;
  }
  const struct loading loading = {
      txn, of, s->person.known ? s->account.id : 0, a.in_control ? org.id : 0, s->person.guarded, &ignored};
  status = facts_load_org(&loading, &org, &a.org);
  if (status != STATUS_OK) {
    return status;
  }
  answer_membership(s, connection->org_id, &a);
  status = answer_gate(txn, s, &org, authorized, &a);
  if (status != STATUS_OK) {
    return status;
  }
  status = answer_said(txn, s, connection, authorized, &a);
  if (status != STATUS_OK) {
    return status;
  }
  if (!a.member_here) {
    status = control_is_full(txn, &org, &a.full);
  }
  if (status == STATUS_OK && s->person.known) {
    a.sso_elsewhere = s->person.sso_only && s->account.sso_only_org != org.id;
    status = membership_was_removed(txn, s->account.id, org.id, &a.was_removed);
  }
  if (status == STATUS_OK && !s->person.known) {
    status = account_was_removed(txn, s->email, &a.tombstoned);
  }
  if (status == STATUS_OK && s->person.short_name && !a.tombstoned) {
    status = account_was_removed(txn, of->login, &a.tombstoned);
  }
  if (status == STATUS_OK) {
    *ret_answer = a;
  }
  return status;
}

// SPDX-License-Identifier: Apache-2.0
#include "policy/policy.h"

#include <string.h>

#include "base/cleanup.h"
#include "policy/rows.h"

void policy_try_rows(const struct policy_row *rows, size_t count, const struct policy_question *question,
                     struct policy_decision *decision)
{
  for (size_t i = 0; i < count; i++) {
    if (rows[i].fits(question)) {
      decision->row = rows[i].name;
      rows[i].decide(question, decision);
      return;
    }
  }
}

void policy_refuse(struct policy_decision *decision, enum notice notice)
{
  decision->outcome = OUTCOME_REFUSED;
  decision->notice = notice;
}

void policy_grant(struct policy_decision *decision)
{
  decision->outcome = OUTCOME_GRANTED;
  decision->notice = NOTICE_NONE;
}

void policy_join(struct policy_decision *decision, enum role role, bool by_invite)
{
  policy_grant(decision);
  decision->join = true;
  decision->accept_invite = by_invite;
  decision->role = role;
}

void policy_ask_consent(struct policy_decision *decision, int64_t org_id)
{
  policy_refuse(decision, NOTICE_NOT_SET_UP);
  decision->ask = ASK_CONSENT;
  decision->ask_org_id = org_id;
}

void policy_decide(const struct policy_question *question, struct policy_decision *ret_decision)
{
  struct policy_decision decision = {.row = "-", .outcome = OUTCOME_REFUSED, .notice = NOTICE_INTERNAL};
  switch (question->stage) {
  case STAGE_LOGIN: policy_login(question, &decision); break;
  case STAGE_ANSWER: policy_answer(question, &decision); break;
  case STAGE_SESSION: policy_session(question, &decision); break;
  }
  *ret_decision = decision;
}

static bool objects_by_enforcement(const struct policy_person *person, const struct policy_org *org)
{
  switch (org->enforcement) {
  case ENFORCEMENT_OFF: return false;
  case ENFORCEMENT_DOMAINS: return person->governing.id == org->id;
  case ENFORCEMENT_SSO_ONLY: return true;
  }
  return true;
}

static bool is_recent(const struct policy_person *person, const struct policy_membership *membership, int64_t within_s)
{
  int64_t at_s = membership->last_sign_in_at_s;
  return at_s > 0 && at_s <= person->now_s && person->now_s - at_s <= within_s;
}

bool policy_waits_for_operator(const struct policy_person *person, const struct policy_org *org)
{
  return person->guarded && (!org->has_connection || org->unconfirmed);
}

// Never to its owner's, nor where the connection that it would have instead is refused (POLICY W8).
static bool objects_to_password(const struct policy_person *person, const struct policy_membership *membership)
{
  return membership->role != ROLE_OWNER && !policy_waits_for_operator(person, &membership->org) &&
         objects_by_enforcement(person, &membership->org);
}

static bool objects_to_key(const struct policy_person *person, const struct policy_membership *membership)
{
  const struct policy_org *org = &membership->org;
  switch (org->keys) {
  case KEYS_BY_DEFAULT:
    return objects_to_password(person, membership) && !is_recent(person, membership, KEYS_RECENT_DEFAULT_S);
  case KEYS_DENY: return true;
  case KEYS_RECENT: return !is_recent(person, membership, org->keys_recent_s);
  case KEYS_ALLOW: return false;
  case KEYS_REQUIRED: return true;
  }
  return true;
}

bool policy_objects(const struct policy_person *person, const struct policy_membership *membership,
                    const struct policy_made *made)
{
  const struct policy_org *org = &membership->org;
  switch (made->way) {
  case WAY_KEY: return objects_to_key(person, membership);
  case WAY_PASSWORD: return org->password_barred || objects_to_password(person, membership);
  case WAY_RECOVERY: return objects_to_password(person, membership);
  case WAY_SSO:
    return made->org_id == org->id ? org->keys == KEYS_REQUIRED && !made->with_key
                                   : objects_by_enforcement(person, org);
  }
  return true;
}

enum policy_service policy_service_of(const char *name)
{
  static const char *const LOGIN_SERVICES[] = {"sshd", "login"};
  for (size_t i = 0; i < COUNT_OF(LOGIN_SERVICES); i++) {
    if (strcmp(name, LOGIN_SERVICES[i]) == 0) {
      return SERVICE_LOGIN;
    }
  }
  return SERVICE_OTHER;
}

bool policy_takes_code(const struct policy_person *person)
{
  bool provable = person->governing.id != 0 && person->governing.has_connection;
  for (size_t i = 0; i < person->invite_count; i++) {
    const struct policy_invite *invite = &person->invites[i];
    if (!provable && invite->via == VIA_CODE && !invite->full && !invite->org.password_barred) {
      return true;
    }
  }
  return false;
}

const struct policy_invite *policy_invite_of(const struct policy_person *person, int64_t org_id)
{
  for (size_t i = 0; i < person->invite_count; i++) {
    if (person->invites[i].org.id == org_id) {
      return &person->invites[i];
    }
  }
  return NULL;
}

bool policy_has_active(const struct policy_person *person)
{
  for (size_t i = 0; i < person->membership_count; i++) {
    if (!person->memberships[i].suspended) {
      return true;
    }
  }
  return false;
}

bool policy_is_owner(const struct policy_person *person)
{
  for (size_t i = 0; i < person->membership_count; i++) {
    const struct policy_membership *membership = &person->memberships[i];
    if (membership->role == ROLE_OWNER && (membership->org.by_root || person->governing.id == 0)) {
      return true;
    }
  }
  return false;
}

bool policy_password_counts(const struct policy_person *person)
{
  bool counts = person->membership_count == 0;
  for (size_t i = 0; i < person->membership_count; i++) {
    counts = counts || (!person->memberships[i].suspended && !person->memberships[i].org.password_barred);
  }
  return counts;
}

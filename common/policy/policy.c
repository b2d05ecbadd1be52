// SPDX-License-Identifier: Apache-2.0
#include "policy/policy.h"

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

bool policy_objects(const struct policy_person *person, const struct policy_membership *membership, enum way way,
                    int64_t way_org_id)
{
  const struct policy_org *org = &membership->org;
  bool own_connection = way == WAY_SSO && way_org_id == org->id;
  bool owner_password = way == WAY_PASSWORD && membership->role == ROLE_OWNER;
  if (own_connection || owner_password) {
    return false;
  }
  switch (org->enforcement) {
  case ENFORCEMENT_OFF: return false;
  case ENFORCEMENT_DOMAINS: return person->governing.id == org->id;
  case ENFORCEMENT_SSO_ONLY: return true;
  }
  return true;
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

// SPDX-License-Identifier: Apache-2.0
#include "base/cleanup.h"
#include "policy/rows.h"

static void refuse(struct policy_decision *decision, enum notice notice)
{
  decision->outcome = OUTCOME_REFUSED;
  decision->notice = notice;
}

static void not_ours(const struct policy_question *question, struct policy_decision *decision)
{
  (void)question;
  decision->outcome = OUTCOME_NOT_OURS;
  decision->notice = NOTICE_NONE;
}

// Offers what there is; with nothing to offer it stays a refusal.
static void offer(struct policy_decision *decision, bool password, const struct policy_org *sso)
{
  decision->offer_password = password;
  decision->offer_sso = sso != NULL && sso->id != 0 && sso->has_connection;
  decision->sso_org_id = decision->offer_sso ? sso->id : 0;
  bool any = decision->offer_password || decision->offer_sso;
  decision->outcome = any ? OUTCOME_OFFER : OUTCOME_REFUSED;
  decision->notice = any ? NOTICE_NONE : NOTICE_NO_WAY;
}

// Another org at which this person may sign in: one where an identity is linked.
static const struct policy_org *linked_org(const struct policy_person *person)
{
  for (size_t i = 0; i < person->membership_count; i++) {
    const struct policy_membership *membership = &person->memberships[i];
    if (!membership->suspended && membership->org.has_connection && membership->org.linked) {
      return &membership->org;
    }
  }
  return NULL;
}

static bool accepts_password(const struct policy_person *person)
{
  for (size_t i = 0; i < person->membership_count; i++) {
    if (!policy_objects(person, &person->memberships[i], WAY_PASSWORD, 0)) {
      return true;
    }
  }
  return false;
}

static bool is_governed(const struct policy_question *q)
{
  return q->person.known && q->person.governing.id != 0;
}

static bool fits_l0(const struct policy_question *q)
{
  return q->person.store_readable && !q->person.known && !q->person.local_user && q->person.other_case;
}

static void decide_l0(const struct policy_question *q, struct policy_decision *decision)
{
  (void)q;
  refuse(decision, NOTICE_LOWER_CASE);
}

static bool fits_l1_illegal(const struct policy_question *q)
{
  return !q->person.login_legal;
}

static bool fits_l1_clash(const struct policy_question *q)
{
  return q->person.store_readable && q->person.known && q->person.local_user;
}

static bool fits_l2(const struct policy_question *q)
{
  return q->person.local_user;
}

static bool fits_l3(const struct policy_question *q)
{
  return !q->person.store_readable;
}

static void decide_l3(const struct policy_question *q, struct policy_decision *decision)
{
  (void)q;
  decision->outcome = OUTCOME_UNAVAILABLE;
  decision->notice = NOTICE_UNAVAILABLE;
}

static bool fits_l1_unknown(const struct policy_question *q)
{
  return !q->person.known && q->person.governing.id == 0 && !q->person.invited;
}

static bool fits_l15(const struct policy_question *q)
{
  return q->person.known && q->person.membership_count == 0;
}

static void decide_l15(const struct policy_question *q, struct policy_decision *decision)
{
  offer(decision, false, &q->person.governing);
  if (decision->outcome == OUTCOME_REFUSED) {
    decision->notice = NOTICE_REMOVED;
  }
}

static bool fits_l5(const struct policy_question *q)
{
  return q->person.known && policy_is_owner(&q->person);
}

static void decide_l5(const struct policy_question *q, struct policy_decision *decision)
{
  const struct policy_org *at = q->person.governing.id != 0 ? &q->person.governing : NULL;
  for (size_t i = 0; at == NULL && i < q->person.membership_count; i++) {
    const struct policy_membership *membership = &q->person.memberships[i];
    at = membership->role == ROLE_OWNER ? &membership->org : NULL;
  }
  offer(decision, q->person.has_password, at);
}

static bool fits_l6(const struct policy_question *q)
{
  return is_governed(q) && q->person.governing.enforcement == ENFORCEMENT_DOMAINS;
}

static void decide_l6(const struct policy_question *q, struct policy_decision *decision)
{
  offer(decision, false, &q->person.governing);
}

static bool fits_l8(const struct policy_question *q)
{
  return is_governed(q) && q->person.governing.enforcement == ENFORCEMENT_OFF;
}

static void decide_l8(const struct policy_question *q, struct policy_decision *decision)
{
  const struct policy_org *at = q->person.governing.has_connection ? &q->person.governing : linked_org(&q->person);
  offer(decision, q->person.has_password, at);
}

static bool fits_l9(const struct policy_question *q)
{
  return q->person.known && q->person.governing.id == 0 && accepts_password(&q->person);
}

static void decide_l9(const struct policy_question *q, struct policy_decision *decision)
{
  offer(decision, q->person.has_password, linked_org(&q->person));
}

static bool fits_l11(const struct policy_question *q)
{
  return !q->person.known && q->person.governing.id != 0 && q->person.governing.has_connection;
}

static void decide_l11(const struct policy_question *q, struct policy_decision *decision)
{
  offer(decision, false, &q->person.governing);
}

static bool fits_l12(const struct policy_question *q)
{
  return !q->person.known && q->person.governing.id != 0 && !q->person.governing.has_connection && !q->person.invited;
}

// In the order of POLICY.md. L1 stands in three places: each is a part of its condition. Row L4 (all suspended) takes
// effect in STAGE_SESSION, after the prompts of the rows below.
static const struct policy_row ROWS[] = {
    {"L0", fits_l0, decide_l0},    {"L1", fits_l1_illegal, not_ours}, {"L1", fits_l1_clash, not_ours},
    {"L2", fits_l2, not_ours},     {"L3", fits_l3, decide_l3},        {"L1", fits_l1_unknown, not_ours},
    {"L15", fits_l15, decide_l15}, {"L5", fits_l5, decide_l5},        {"L6", fits_l6, decide_l6},
    {"L8", fits_l8, decide_l8},    {"L9", fits_l9, decide_l9},        {"L11", fits_l11, decide_l11},
    {"L12", fits_l12, not_ours},
};

void policy_login(const struct policy_question *question, struct policy_decision *decision)
{
  policy_try_rows(ROWS, COUNT_OF(ROWS), question, decision);
}

// SPDX-License-Identifier: Apache-2.0
#include "person.h"

struct policy_org org(int64_t id, enum enforcement enforcement)
{
  return (struct policy_org){.id = id, .enforcement = enforcement, .by_root = true, .has_connection = true};
}

struct policy_question stranger(void)
{
  return (struct policy_question){.stage = STAGE_LOGIN,
                                  .person = {.login_legal = true, .store_readable = true, .now_s = NOW_S}};
}

struct policy_question member(enum enforcement enforcement)
{
  struct policy_question q = stranger();
  q.person.known = true;
  q.person.has_password = true;
  q.person.membership_count = 1;
  q.person.memberships[0] = (struct policy_membership){.org = org(ACME, enforcement), .role = ROLE_VIEWER};
  q.person.governing = org(ACME, enforcement);
  return q;
}

struct policy_question guest(enum enforcement enforcement)
{
  struct policy_question q = member(enforcement);
  q.person.governing = (struct policy_org){.id = 0};
  return q;
}

struct policy_question social_guest(void)
{
  struct policy_question q = guest(ENFORCEMENT_OFF);
  q.person.social_here = true;
  return q;
}

struct policy_decision decide(const struct policy_question *q)
{
  struct policy_decision decision;
  policy_decide(q, &decision);
  return decision;
}

void expect_row(const struct policy_question *q, const char *row, enum verdict verdict)
{
  struct policy_decision decision = decide(q);
  assert_string_equal(decision.row, row);
  assert_int_equal(decision.verdict, verdict);
}

void expect_offer(const struct policy_question *q, const char *row, bool password, int64_t sso_org_id)
{
  struct policy_decision decision = decide(q);
  assert_string_equal(decision.row, row);
  assert_int_equal(decision.verdict, VERDICT_OFFER);
  assert_int_equal(decision.offer_password, password);
  assert_int_equal(decision.sso_count, sso_org_id != 0 ? 1 : 0);
  assert_int_equal(decision.sso_orgs[0], sso_org_id);
}

struct policy_question session(enum enforcement enforcement, enum way way, int64_t way_org_id)
{
  struct policy_question q = member(enforcement);
  q.stage = STAGE_SESSION;
  q.made = (struct policy_made){.way = way, .org_id = way_org_id};
  return q;
}

struct policy_membership *joins(struct policy_question *q, int64_t org_id, enum enforcement enforcement)
{
  struct policy_membership *membership = &q->person.memberships[q->person.membership_count++];
  *membership = (struct policy_membership){.org = org(org_id, enforcement), .role = ROLE_VIEWER};
  return membership;
}

struct policy_invite *invites(struct policy_question *q, int64_t org_id, enum invite_via via)
{
  struct policy_invite *invite = &q->person.invites[q->person.invite_count++];
  *invite = (struct policy_invite){.org = org(org_id, ENFORCEMENT_OFF), .role = ROLE_ADMIN, .via = via};
  return invite;
}

void allows(struct policy_question *q, int64_t org_id)
{
  q->person.allowed[q->person.allowed_count++] = (struct policy_allowed){.org_id = org_id, .role = ROLE_VIEWER};
}

void expect_notice(const struct policy_question *q, const char *row, enum notice notice)
{
  struct policy_decision decision = decide(q);
  assert_string_equal(decision.row, row);
  assert_int_equal(decision.verdict, VERDICT_REFUSED);
  assert_int_equal(decision.notice, notice);
}

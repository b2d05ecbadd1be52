// SPDX-License-Identifier: Apache-2.0
#include "answered.h"

static struct policy_org acme(void)
{
  return (struct policy_org){.id = ACME, .has_connection = true, .by_root = true};
}

struct policy_question alice(void)
{
  struct policy_question q = {.stage = STAGE_ANSWER};
  q.person = (struct policy_person){.login_legal = true, .store_readable = true, .known = true, .membership_count = 1};
  q.person.memberships[0].org = acme();
  q.person.governing = acme();
  q.answer = (struct policy_answer){.org = acme(),
                                    .member_here = true,
                                    .email_state = EMAIL_VERIFIED,
                                    .email_is_primary = true,
                                    .email_domain_here = true,
                                    .in_control = true};
  return q;
}

struct policy_question newcomer(enum provisioning provisioning)
{
  struct policy_question q = alice();
  q.person.known = false;
  q.person.membership_count = 0;
  q.answer.member_here = q.answer.in_control = false;
  q.answer.org.provisioning = provisioning;
  return q;
}

struct policy_question linked(void)
{
  struct policy_question q = alice();
  q.answer.identity_known = q.answer.identity_own = true;
  return q;
}

struct policy_question removed(void)
{
  struct policy_question q = linked();
  q.person.membership_count = 0;
  q.answer.member_here = false;
  return q;
}

struct policy_question social_answer(void)
{
  struct policy_question q = social_guest();
  q.stage = STAGE_ANSWER;
  q.answer = (struct policy_answer){.of_host = true, .email_state = EMAIL_VERIFIED, .email_is_primary = true};
  return q;
}

struct policy_decision expect(const struct policy_question *q, const char *row, enum verdict verdict)
{
  struct policy_decision decision;
  policy_decide(q, &decision);
  assert_string_equal(decision.row, row);
  assert_int_equal(decision.verdict, verdict);
  if (verdict != VERDICT_GRANTED) {
    assert_false(decision.create || decision.join || decision.link || decision.prove_email || decision.accept_invite);
  }
  return decision;
}

void expect_refusal(const struct policy_question *q, const char *row, enum notice notice)
{
  assert_int_equal(expect(q, row, VERDICT_REFUSED).notice, notice);
}

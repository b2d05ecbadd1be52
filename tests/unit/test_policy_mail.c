// SPDX-License-Identifier: Apache-2.0
// Codes by email as the policy has them: whom they are offered to (V2, V3), and what typing one leads to (V5).
#include "answered.h"

// What social_answer() is, for a code by email.
static struct policy_question mail_answer(void)
{
  struct policy_question q = social_answer();
  q.person.social_here = q.person.social_linked = false;
  q.person.mail_here = true;
  q.answer.by_mail = true;
  return q;
}

static void V2_L_a_code_is_offered_where_a_social_account_would_be(void **state)
{
  (void)state;
  struct policy_question q = social_guest();
  q.person.social_here = false;
  assert_false(decide(&q).offer_mail);
  q.person.mail_here = true;
  expect_row(&q, "L9", VERDICT_OFFER);
  assert_true(decide(&q).offer_mail && !decide(&q).offer_social);
  q = member(ENFORCEMENT_OFF); // the governed, whether anything is linked or not
  q.person.mail_here = true;
  expect_row(&q, "L8", VERDICT_OFFER);
  assert_true(decide(&q).offer_mail && !decide(&q).offer_social);
  q = stranger();
  q.person.mail_here = true;
  allows(&q, ACME);
  expect_row(&q, "L14", VERDICT_OFFER);
  assert_true(decide(&q).offer_mail);
}

static void V3_a_code_is_never_offered_where_another_way_is_wanted(void **state)
{
  static const enum enforcement ENFORCING[] = {ENFORCEMENT_DOMAINS, ENFORCEMENT_SSO_ONLY};
  (void)state;
  for (size_t i = 0; i < 2; i++) {
    struct policy_question q = member(ENFORCING[i]);
    q.person.mail_here = true;
    assert_false(decide(&q).offer_mail);
  }
  struct policy_question q = mail_answer();
  q.stage = STAGE_LOGIN;
  assert_true(decide(&q).offer_mail);
  q.person.reserved = true;
  assert_false(decide(&q).offer_mail);
  q.person.reserved = false;
  q.person.sso_only = true;
  assert_false(decide(&q).offer_mail);
  q.person.sso_only = false;
  q.person.memberships[0].role = ROLE_OWNER;
  assert_false(decide(&q).offer_mail);
}

static void V5_a_code_for_a_proven_account_signs_in(void **state)
{
  (void)state;
  struct policy_question q = mail_answer();
  q.answer.proof_holds = true;
  expect_row(&q, "V5", VERDICT_GRANTED);
  struct policy_decision decision = decide(&q);
  assert_false(decision.link || decision.prove_email || decision.create || decision.join);
  q.person.locked = true;
  expect_row(&q, "S1", VERDICT_REFUSED);
  q = mail_answer();
  q.answer.proof_holds = true;
  q.person.governing = org(ACME, ENFORCEMENT_OFF);
  expect_row(&q, "V5", VERDICT_GRANTED);
  q.person.governing.enforcement = ENFORCEMENT_DOMAINS;
  expect_row(&q, "V3", VERDICT_REFUSED);
  q = mail_answer();
  q.answer.proof_holds = true;
  q.answer.email_is_primary = false; // it was changed while the code was typed
  expect_row(&q, "S9", VERDICT_REFUSED);
  q = mail_answer();
  q.person.mail_here = false;
  expect_row(&q, "V3", VERDICT_REFUSED);
}

// HOLES H77: an address that was proven before its domain changed hands, or not at all.
static void V5_S7_S8_a_code_for_an_account_that_may_be_somebody_elses(void **state)
{
  (void)state;
  struct policy_question q = mail_answer();
  expect_row(&q, "S8", VERDICT_REFUSED);
  assert_int_equal(decide(&q).ask, ASK_PASSWORD);
  q.answer.password_given = true;
  expect_row(&q, "S8", VERDICT_GRANTED);
  q.answer.password_given = false;
  q.answer.never_used = true;
  expect_row(&q, "S7", VERDICT_GRANTED);
  assert_true(decide(&q).prove_email && decide(&q).drop_unproven);
}

static void L13_V5_a_newcomer_comes_by_a_code_where_nobody_governs(void **state)
{
  (void)state;
  struct policy_question q = mail_answer();
  q.person.known = q.person.has_password = false;
  q.person.membership_count = 0;
  expect_row(&q, "S12", VERDICT_REFUSED);
  allows(&q, ACME);
  expect_row(&q, "V5", VERDICT_REFUSED);
  assert_int_equal(decide(&q).ask, ASK_JOIN);
  q.person.allowed[0].consent = CONSENT_YES;
  expect_row(&q, "V5", VERDICT_GRANTED);
  assert_true(decide(&q).create && decide(&q).prove_email && decide(&q).join_allowed);
  q.person.governing = org(BETA, ENFORCEMENT_OFF);
  expect_row(&q, "V3", VERDICT_REFUSED);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(V2_L_a_code_is_offered_where_a_social_account_would_be),
      cmocka_unit_test(V3_a_code_is_never_offered_where_another_way_is_wanted),
      cmocka_unit_test(V5_a_code_for_a_proven_account_signs_in),
      cmocka_unit_test(V5_S7_S8_a_code_for_an_account_that_may_be_somebody_elses),
      cmocka_unit_test(L13_V5_a_newcomer_comes_by_a_code_where_nobody_governs),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

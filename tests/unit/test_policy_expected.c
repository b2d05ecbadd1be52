// SPDX-License-Identifier: Apache-2.0
// Rows S of POLICY.md: an SSO answer with an address that an admin has said is a member's.
#include "answered.h"

// Alice's answer, as of a provider that knows her by another address, which an admin has said is hers.
static struct policy_question expected(void)
{
  struct policy_question q = alice();
  q.answer.email_is_primary = false;
  q.answer.expected = true;
  return q;
}

static void E7_a_lapsed_domain_fulfils_no_expectation(void **state)
{
  (void)state;
  struct policy_question q = expected();
  (void)expect(&q, "S6", VERDICT_GRANTED);
  q.answer.email_domain_lapsed = true;
  assert_int_equal(expect(&q, "S9", VERDICT_REFUSED).verdict, VERDICT_REFUSED);
}

static void S6_what_an_admin_expects_is_linked_whatever_the_trust(void **state)
{
  (void)state;
  struct policy_question q = expected();
  for (int trust = TRUST_DOMAIN; trust <= TRUST_ANY; trust++) {
    q.answer.org.trust = (enum trust)trust;
    struct policy_decision decision = expect(&q, "S6", VERDICT_GRANTED);
    assert_true(decision.link);
    assert_false(decision.prove_email || decision.drop_unproven || decision.drop_password || decision.join);
  }
  q.answer.email_domain_here = false; // a guest's address elsewhere, also on another org's domain
  q.answer.email_domain_elsewhere = true;
  q.answer.in_control = false;
  assert_true(expect(&q, "S6", VERDICT_GRANTED).link);
  q.answer.expected = false;
  expect_refusal(&q, "S9", NOTICE_SOMEBODY_ELSE);
}

static void S6_an_expected_address_must_be_proven(void **state)
{
  (void)state;
  static const struct {
    enum email_state state;
    bool here;
    bool granted;
  } CASES[] = {{EMAIL_VERIFIED, false, true},  {EMAIL_VERIFIED, true, true},    {EMAIL_UNSTATED, true, true},
               {EMAIL_UNSTATED, false, false}, {EMAIL_UNVERIFIED, true, false}, {EMAIL_ABSENT, true, false},
               {EMAIL_ILLEGAL, true, false}};
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    for (int trust = TRUST_DOMAIN; trust <= TRUST_ANY; trust++) {
      struct policy_question q = expected();
      struct policy_decision decision;
      q.answer.email_state = CASES[i].state;
      q.answer.email_domain_here = CASES[i].here;
      q.answer.org.trust = (enum trust)trust;
      policy_decide(&q, &decision);
      assert_int_equal(decision.verdict == VERDICT_GRANTED, CASES[i].granted);
      assert_int_equal(decision.link, CASES[i].granted);
    }
  }
}

static void S1_S2_S5_refuse_before_what_is_expected(void **state)
{
  (void)state;
  struct policy_question q = expected();
  q.person.locked = true;
  expect_refusal(&q, "S1", NOTICE_LOCKED);
  q = expected();
  q.answer.identity_known = true;
  expect_refusal(&q, "S2", NOTICE_SOMEBODY_ELSE);
  q = expected();
  q.answer.email_is_another = true;
  expect_refusal(&q, "S2", NOTICE_SOMEBODY_ELSE);
  q = expected();
  q.answer.email_is_primary = q.answer.other_identity = true;
  expect_refusal(&q, "S5", NOTICE_ADDRESS_REUSED);
  q = expected();
  q.answer.other_identity = true;
  expect_refusal(&q, "S9", NOTICE_SOMEBODY_ELSE);
  q = newcomer(PROVISIONING_JIT);
  q.answer.email_is_primary = false;
  q.answer.expected = true; // expected for an account, and there is none
  expect_refusal(&q, "S13", NOTICE_SOMEBODY_ELSE);
}

static void S6_on_link_holds_where_the_org_is_in_control_and_never_for_owners(void **state)
{
  (void)state;
  struct policy_question q = expected();
  q.answer.org.on_link = ON_LINK_SSO_ONLY;
  assert_true(expect(&q, "S6", VERDICT_GRANTED).drop_password);
  q.answer.in_control = false;
  assert_false(expect(&q, "S6", VERDICT_GRANTED).drop_password);
  q.answer.in_control = true;
  q.person.memberships[0].role = ROLE_OWNER;
  assert_false(expect(&q, "S6", VERDICT_GRANTED).drop_password);
}

// A delegate says what on-link is, and the password is what a guarded account has while S15 refuses.
static void W8_on_link_leaves_a_guarded_account_its_password(void **state)
{
  (void)state;
  struct policy_question q = expected();
  q.answer.org.on_link = ON_LINK_SSO_ONLY;
  q.person.guarded = q.person.has_password = q.answer.password_given = true;
  assert_true(expect(&q, "S6", VERDICT_GRANTED).link);
  assert_false(expect(&q, "S6", VERDICT_GRANTED).drop_password);
}

static void S6_expected_of_no_member_goes_on_as_S4(void **state)
{
  (void)state;
  struct policy_question q = expected();
  q.answer.member_here = false;
  q.person.membership_count = 0;
  expect_refusal(&q, "S6", NOTICE_NOT_SET_UP);
  q.answer.org.provisioning = PROVISIONING_JIT;
  struct policy_decision decision = expect(&q, "S6", VERDICT_GRANTED);
  assert_true(decision.join && decision.link);
}

static void S7_proves_the_email_also_where_it_was_expected(void **state)
{
  (void)state;
  struct policy_question q = alice();
  q.answer.expected = true;
  assert_true(expect(&q, "S7", VERDICT_GRANTED).prove_email);
  q.answer.org.trust = TRUST_LINKED;
  assert_false(expect(&q, "S6", VERDICT_GRANTED).prove_email);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(S6_what_an_admin_expects_is_linked_whatever_the_trust),
      cmocka_unit_test(S6_an_expected_address_must_be_proven),
      cmocka_unit_test(S1_S2_S5_refuse_before_what_is_expected),
      cmocka_unit_test(S6_on_link_holds_where_the_org_is_in_control_and_never_for_owners),
      cmocka_unit_test(S6_expected_of_no_member_goes_on_as_S4),
      cmocka_unit_test(S7_proves_the_email_also_where_it_was_expected),
      cmocka_unit_test(W8_on_link_leaves_a_guarded_account_its_password),
      cmocka_unit_test(E7_a_lapsed_domain_fulfils_no_expectation),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

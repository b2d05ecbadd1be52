// SPDX-License-Identifier: Apache-2.0
// Rows S of POLICY.md: when an SSO answer links an identity to an account that is there, and what that takes along.
#include "answered.h"

static void S5_a_reused_address_is_refused(void **state)
{
  (void)state;
  struct policy_question q = alice();
  q.answer.other_identity = true;
  expect_refusal(&q, "S5", NOTICE_ADDRESS_REUSED);
}

static void S6_trust_linked_wants_an_admin(void **state)
{
  (void)state;
  struct policy_question q = alice();
  q.answer.org.trust = TRUST_LINKED;
  expect_refusal(&q, "S6", NOTICE_LINK_NEEDED);
}

static void S7_a_proven_email_links_the_identity(void **state)
{
  (void)state;
  struct policy_question q = alice();
  struct policy_decision decision = expect(&q, "S7", VERDICT_GRANTED);
  assert_true(decision.link && decision.prove_email);
  assert_false(decision.create || decision.join);
  q.answer.email_state = EMAIL_UNSTATED; // absent email_verified on the org's own verified domain
  (void)expect(&q, "S7", VERDICT_GRANTED);
}

static void S7_a_link_that_leads_nowhere_is_not_stored(void **state)
{
  (void)state;
  struct policy_question q = alice();
  q.person.membership_count = 0;
  q.answer.member_here = false;
  expect_refusal(&q, "S7", NOTICE_NOT_SET_UP);
  q.answer.org.provisioning = PROVISIONING_JIT;
  struct policy_decision decision = expect(&q, "S7", VERDICT_GRANTED);
  assert_true(decision.link && decision.join);
}

static void H61_S8_a_guarded_account_is_linked_only_beside_its_password(void **state)
{
  (void)state;
  struct policy_question q = alice();
  q.person.guarded = q.person.has_password = true;
  assert_int_equal(expect(&q, "S8", VERDICT_REFUSED).ask, ASK_PASSWORD);
  q.answer.password_given = true;
  assert_true(expect(&q, "S8", VERDICT_GRANTED).link);
}

static void H62_S8_an_account_used_while_unproven_is_linked_only_beside_its_password(void **state)
{
  (void)state;
  struct policy_question q = alice();
  q.person.used_unproven = true;
  expect_refusal(&q, "S8", NOTICE_NOT_IN_CONTROL);
  assert_int_equal(expect(&q, "S8", VERDICT_REFUSED).ask, ASK_NOTHING);
  q.person.has_password = true;
  assert_int_equal(expect(&q, "S8", VERDICT_REFUSED).ask, ASK_PASSWORD);
  q.answer.password_given = true;
  struct policy_decision decision = expect(&q, "S8", VERDICT_GRANTED);
  assert_true(decision.link && decision.prove_email);
  assert_false(decision.drop_unproven);
}

static void H77_S8_an_earlier_proof_of_the_domain_is_no_proof(void **state)
{
  (void)state;
  struct policy_question q = alice();
  q.person.proven = true;
  expect_refusal(&q, "S8", NOTICE_NOT_IN_CONTROL);
  q.person.proven_here = true;
  assert_true(expect(&q, "S7", VERDICT_GRANTED).link);
}

static void S8_an_org_that_is_not_in_control_does_not_link(void **state)
{
  (void)state;
  struct policy_question q = alice();
  q.answer.in_control = false;
  expect_refusal(&q, "S8", NOTICE_NOT_IN_CONTROL);
  assert_int_equal(expect(&q, "S8", VERDICT_REFUSED).ask, ASK_NOTHING);
}

static void S8_the_password_of_the_account_links_and_nothing_is_dropped(void **state)
{
  (void)state;
  struct policy_question q = alice();
  q.answer.in_control = false;
  q.answer.org.on_link = ON_LINK_SSO_ONLY; // not for this org to say
  q.person.has_password = true;
  assert_int_equal(expect(&q, "S8", VERDICT_REFUSED).ask, ASK_PASSWORD);
  q.answer.password_given = true;
  struct policy_decision decision = expect(&q, "S8", VERDICT_GRANTED);
  assert_true(decision.link && decision.prove_email);
  assert_false(decision.drop_password || decision.drop_unproven);
  q.answer.member_here = false; // then as S4
  q.person.membership_count = 0;
  expect_refusal(&q, "S8", NOTICE_NOT_SET_UP);
}

static void S7_on_link_sso_only_erases_the_password_of_all_but_owners(void **state)
{
  (void)state;
  struct policy_question q = alice();
  assert_true(expect(&q, "S7", VERDICT_GRANTED).drop_unproven);
  assert_false(expect(&q, "S7", VERDICT_GRANTED).drop_password);
  q.answer.org.on_link = ON_LINK_SSO_ONLY;
  assert_true(expect(&q, "S7", VERDICT_GRANTED).drop_password);
  q.person.memberships[0].role = ROLE_OWNER;
  assert_false(expect(&q, "S7", VERDICT_GRANTED).drop_password);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(H61_S8_a_guarded_account_is_linked_only_beside_its_password),
      cmocka_unit_test(H62_S8_an_account_used_while_unproven_is_linked_only_beside_its_password),
      cmocka_unit_test(H77_S8_an_earlier_proof_of_the_domain_is_no_proof),
      cmocka_unit_test(S5_a_reused_address_is_refused),
      cmocka_unit_test(S6_trust_linked_wants_an_admin),
      cmocka_unit_test(S7_a_proven_email_links_the_identity),
      cmocka_unit_test(S7_a_link_that_leads_nowhere_is_not_stored),
      cmocka_unit_test(S8_an_org_that_is_not_in_control_does_not_link),
      cmocka_unit_test(S8_the_password_of_the_account_links_and_nothing_is_dropped),
      cmocka_unit_test(S7_on_link_sso_only_erases_the_password_of_all_but_owners),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

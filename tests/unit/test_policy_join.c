// SPDX-License-Identifier: Apache-2.0
// Rows S of POLICY.md: when an SSO answer makes an account or joins an org, by an invite or without one.
#include "answered.h"

static void S4_E6_a_removed_person_joins_again_under_jit(void **state)
{
  (void)state;
  struct policy_question q = removed();
  q.answer.org.provisioning = PROVISIONING_JIT;
  q.answer.org.default_role = ROLE_ADMIN;
  struct policy_decision decision = expect(&q, "S4", VERDICT_GRANTED);
  assert_true(decision.join);
  assert_false(decision.accept_invite);
  assert_int_equal(decision.role, ROLE_ADMIN);
}

static void S4_a_removed_person_joins_by_an_invite(void **state)
{
  (void)state;
  struct policy_question q = removed();
  (void)invites(&q, ACME, VIA_SSO);
  struct policy_decision decision = expect(&q, "S4", VERDICT_GRANTED);
  assert_true(decision.join && decision.accept_invite);
  assert_int_equal(decision.role, ROLE_ADMIN);
}

static void S4_a_removed_person_is_refused_under_invite_only(void **state)
{
  (void)state;
  struct policy_question q = removed();
  expect_refusal(&q, "S4", NOTICE_NOT_SET_UP);
}

static void S4_a_membership_elsewhere_lets_in_without_joining(void **state)
{
  (void)state;
  struct policy_question q = removed();
  q.person.membership_count = 1;
  q.person.memberships[0] = (struct policy_membership){.org = {.id = BETA}};
  struct policy_decision decision = expect(&q, "S4", VERDICT_GRANTED);
  assert_false(decision.join);
  q.person.memberships[0].org.enforcement = ENFORCEMENT_SSO_ONLY;
  expect_refusal(&q, "S4", NOTICE_NOT_SET_UP);
  q.person.memberships[0].org.enforcement = ENFORCEMENT_OFF;
  q.person.memberships[0].suspended = true;
  expect_refusal(&q, "S4", NOTICE_NOT_SET_UP);
}

static void S12_a_full_org_says_so_and_takes_nobody(void **state)
{
  (void)state;
  struct policy_question jit = newcomer(PROVISIONING_JIT);
  struct policy_question invited = newcomer(PROVISIONING_INVITE_ONLY);
  struct policy_question stranger = newcomer(PROVISIONING_INVITE_ONLY);
  struct policy_question member = linked();
  (void)invites(&invited, ACME, VIA_SSO);
  jit.answer.full = invited.answer.full = stranger.answer.full = member.answer.full = true;
  expect_refusal(&jit, "S12", NOTICE_FULL);
  expect_refusal(&invited, "S12", NOTICE_FULL);
  expect_refusal(&stranger, "S12", NOTICE_NOT_SET_UP);
  assert_int_equal(expect(&member, "S3", VERDICT_GRANTED).verdict, VERDICT_GRANTED);
  member.answer.member_here = false;
  member.person.membership_count = 0;
  member.answer.org.provisioning = PROVISIONING_JIT;
  expect_refusal(&member, "S4", NOTICE_FULL);
}

static void S10_an_invite_makes_the_account_with_its_role(void **state)
{
  (void)state;
  for (int mode = PROVISIONING_INVITE_ONLY; mode <= PROVISIONING_JIT; mode++) {
    struct policy_question q = newcomer((enum provisioning)mode);
    (void)invites(&q, ACME, VIA_SSO);
    struct policy_decision decision = expect(&q, "S10", VERDICT_GRANTED);
    assert_true(decision.create && decision.join && decision.link && decision.accept_invite && decision.prove_email);
    assert_int_equal(decision.role, ROLE_ADMIN);
  }
}

static void H67_I2_S10_the_governing_org_asks_about_the_invites_of_others_one_by_one(void **state)
{
  (void)state;
  struct policy_question q = newcomer(PROVISIONING_INVITE_ONLY);
  struct policy_invite *beta = invites(&q, BETA, VIA_SSO);
  struct policy_invite *gamma = invites(&q, 4, VIA_SSO);
  struct policy_decision decision = expect(&q, "S10", VERDICT_REFUSED);
  assert_int_equal(decision.ask, ASK_CONSENT);
  assert_int_equal(decision.ask_org_id, BETA);
  assert_false(decision.create);
  beta->consent = CONSENT_NO;
  assert_int_equal(expect(&q, "S10", VERDICT_REFUSED).ask_org_id, 4);
  gamma->consent = CONSENT_NO; // no to all is as if there were none
  decision = expect(&q, "S12", VERDICT_REFUSED);
  assert_int_equal(decision.ask, ASK_NOTHING);
  assert_false(decision.create);
  gamma->consent = CONSENT_YES;
  decision = expect(&q, "S10", VERDICT_GRANTED);
  assert_true(decision.create && decision.accept_others);
  assert_false(decision.join);
  q.answer.org.provisioning = PROVISIONING_JIT; // S11 adds this org
  decision = expect(&q, "S10", VERDICT_GRANTED);
  assert_true(decision.join && decision.accept_others);
  gamma->consent = CONSENT_NO;
  decision = expect(&q, "S10", VERDICT_GRANTED);
  assert_true(decision.join);
  assert_false(decision.accept_others);
  assert_false(decision.accept_invite);
  assert_int_equal(decision.role, ROLE_VIEWER);
  q.answer.org.id = 3; // another org proves it for its own invite only
  q.answer.org.trust = TRUST_ANY;
  assert_string_equal(expect(&q, "S11", VERDICT_GRANTED).row, "S11");
  assert_false(expect(&q, "S11", VERDICT_GRANTED).accept_others);
}

static void I2_S4_an_invite_of_an_org_that_does_not_govern_wants_a_yes(void **state)
{
  (void)state;
  struct policy_question q = removed();
  q.person.governing = org(BETA, ENFORCEMENT_OFF);
  struct policy_invite *invite = invites(&q, ACME, VIA_SSO);
  expect_refusal(&q, "S4", NOTICE_NOT_SET_UP);
  assert_int_equal(expect(&q, "S4", VERDICT_REFUSED).ask, ASK_CONSENT);
  assert_int_equal(expect(&q, "S4", VERDICT_REFUSED).ask_org_id, ACME);
  invite->consent = CONSENT_NO;
  assert_int_equal(expect(&q, "S4", VERDICT_REFUSED).ask, ASK_NOTHING);
  invite->consent = CONSENT_YES;
  assert_true(expect(&q, "S4", VERDICT_GRANTED).accept_invite);
}

static void S11_jit_makes_the_account_with_the_default_role(void **state)
{
  (void)state;
  struct policy_question q = newcomer(PROVISIONING_JIT);
  struct policy_decision decision = expect(&q, "S11", VERDICT_GRANTED);
  assert_true(decision.create && decision.join && decision.link && decision.prove_email);
  assert_false(decision.accept_invite);
  assert_int_equal(decision.role, ROLE_VIEWER);
}

static void S12_invite_only_without_an_invite_is_refused(void **state)
{
  (void)state;
  struct policy_question q = newcomer(PROVISIONING_INVITE_ONLY);
  expect_refusal(&q, "S12", NOTICE_NOT_SET_UP);
}

static void S12_a_tombstoned_name_is_refused_until_it_is_invited_again(void **state)
{
  (void)state;
  struct policy_question q = newcomer(PROVISIONING_JIT);
  struct policy_decision decision;
  q.answer.tombstoned = true;
  expect_refusal(&q, "S12", NOTICE_NOT_SET_UP);
  (void)invites(&q, ACME, VIA_SSO);
  policy_decide(&q, &decision);
  assert_string_equal(decision.row, "S10");
  assert_true(decision.create && decision.accept_invite);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(S12_a_full_org_says_so_and_takes_nobody),
      cmocka_unit_test(S4_E6_a_removed_person_joins_again_under_jit),
      cmocka_unit_test(S4_a_removed_person_joins_by_an_invite),
      cmocka_unit_test(S4_a_removed_person_is_refused_under_invite_only),
      cmocka_unit_test(S4_a_membership_elsewhere_lets_in_without_joining),
      cmocka_unit_test(S10_an_invite_makes_the_account_with_its_role),
      cmocka_unit_test(H67_I2_S10_the_governing_org_asks_about_the_invites_of_others_one_by_one),
      cmocka_unit_test(I2_S4_an_invite_of_an_org_that_does_not_govern_wants_a_yes),
      cmocka_unit_test(S11_jit_makes_the_account_with_the_default_role),
      cmocka_unit_test(S12_invite_only_without_an_invite_is_refused),
      cmocka_unit_test(S12_a_tombstoned_name_is_refused_until_it_is_invited_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

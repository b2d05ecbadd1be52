// SPDX-License-Identifier: Apache-2.0
// Social connections as the policy has them: whom they are offered to (V3, L8, L9, L13, L14), and what an answer leads
// to (V5).
#include "answered.h"

static bool offered(const struct policy_question *q)
{
  return decide(q).offer_social;
}

static void L9_a_guest_may_use_a_social_account_beside_the_password(void **state)
{
  (void)state;
  struct policy_question q = social_guest();
  expect_offer(&q, "L9", true, 0);
  assert_true(offered(&q));
  q.person.social_here = false;
  assert_false(offered(&q));
}

static void L8_a_governed_member_may_use_a_linked_one_alone(void **state)
{
  (void)state;
  struct policy_question q = member(ENFORCEMENT_OFF);
  q.person.social_here = true;
  expect_row(&q, "L8", VERDICT_OFFER);
  assert_false(offered(&q));
  q.person.social_linked = true;
  assert_true(offered(&q));
}

static void L13_the_invited_may_use_one_where_nobody_governs_the_address(void **state)
{
  (void)state;
  struct policy_question q = stranger();
  q.person.social_here = true;
  invites(&q, ACME, VIA_CODE);
  expect_row(&q, "L13", VERDICT_OFFER);
  assert_true(offered(&q));
  q.person.governing = org(BETA, ENFORCEMENT_OFF);
  q.person.governing.has_connection = false;
  assert_false(offered(&q));
}

static void L14_a_stranger_of_an_allowed_domain_is_offered_one_or_is_not_ours(void **state)
{
  (void)state;
  struct policy_question q = stranger();
  allows(&q, ACME);
  expect_row(&q, "L1", VERDICT_NOT_OURS); // the host has no way
  q.person.social_here = true;
  expect_row(&q, "L14", VERDICT_OFFER);
  struct policy_decision decision = decide(&q);
  assert_true(decision.offer_social && !decision.offer_password && !decision.offer_code && decision.sso_count == 0);
  q.person.governing = org(BETA, ENFORCEMENT_DOMAINS);
  expect_row(&q, "L11", VERDICT_OFFER);
  assert_false(offered(&q));
}

// K1: a key of somebody who may join and has no account is refused, not passed on.
static void L14_K1_a_name_that_may_join_is_ours_in_a_session_too(void **state)
{
  (void)state;
  struct policy_question q = stranger();
  q.stage = STAGE_SESSION;
  allows(&q, ACME);
  q.person.social_here = true;
  assert_int_equal(decide(&q).verdict, VERDICT_REFUSED);
  q.person.social_here = false;
  assert_int_equal(decide(&q).verdict, VERDICT_NOT_OURS);
}

static void V3_it_is_never_offered_where_another_way_is_wanted(void **state)
{
  static const enum enforcement ENFORCING[] = {ENFORCEMENT_DOMAINS, ENFORCEMENT_SSO_ONLY};
  (void)state;
  for (size_t i = 0; i < 2; i++) {
    struct policy_question q = member(ENFORCING[i]);
    q.person.social_here = q.person.social_linked = true;
    assert_false(offered(&q));
  }
  struct policy_question q = social_guest();
  q.person.reserved = true;
  assert_false(offered(&q));
  q = social_guest();
  q.person.memberships[0].role = ROLE_OWNER;
  assert_false(offered(&q));
  q = guest(ENFORCEMENT_SSO_ONLY);
  q.person.social_here = q.person.social_linked = true;
  assert_false(offered(&q));
  joins(&q, BETA, ENFORCEMENT_OFF);
  assert_true(offered(&q)); // not every org of theirs
}

// The same about somebody without an account.
static struct policy_question new_answer(void)
{
  struct policy_question q = social_answer();
  q.person.known = q.person.has_password = false;
  q.person.membership_count = 0;
  return q;
}

static void V5_S1_a_locked_account_is_refused_whatever_is_linked(void **state)
{
  (void)state;
  struct policy_question q = social_answer();
  q.person.locked = true;
  q.answer.identity_known = q.answer.identity_own = true;
  expect_refusal(&q, "S1", NOTICE_LOCKED);
}

static void V5_S2_anothers_identity_or_address_is_refused(void **state)
{
  (void)state;
  struct policy_question q = social_answer();
  q.answer.identity_known = true;
  expect_refusal(&q, "S2", NOTICE_SOMEBODY_ELSE);
  q = new_answer();
  q.answer.email_is_another = true;
  q.answer.email_is_primary = false;
  expect_refusal(&q, "S2", NOTICE_SOMEBODY_ELSE);
}

static void V3_an_answer_counts_only_where_it_would_be_offered_now(void **state)
{
  (void)state;
  struct policy_question q = social_answer();
  q.answer.identity_known = q.answer.identity_own = true;
  q.person.governing = org(ACME, ENFORCEMENT_DOMAINS); // since it was begun
  expect_refusal(&q, "V3", NOTICE_NOT_OPEN);
  q = social_answer();
  q.answer.identity_known = q.answer.identity_own = true;
  q.person.reserved = true;
  expect_refusal(&q, "V3", NOTICE_NOT_OPEN);
  q = new_answer();
  q.person.governing = org(ACME, ENFORCEMENT_OFF);
  allows(&q, BETA);
  expect_refusal(&q, "V3", NOTICE_NOT_OPEN);
}

static void V5_S3_a_linked_identity_signs_in_whatever_its_address_is_now(void **state)
{
  (void)state;
  struct policy_question q = social_answer();
  q.answer.identity_known = q.answer.identity_own = true;
  q.answer.email_is_primary = false;
  q.answer.email_state = EMAIL_UNVERIFIED;
  struct policy_decision decision = expect(&q, "S3", VERDICT_GRANTED);
  assert_false(decision.link || decision.prove_email || decision.create);
}

static void V5_S5_an_address_with_another_identity_there_is_refused(void **state)
{
  (void)state;
  struct policy_question q = social_answer();
  q.answer.other_identity = true;
  q.answer.never_used = true;
  expect_refusal(&q, "S5", NOTICE_ADDRESS_REUSED);
}

static void V5_S7_an_account_that_was_never_used_is_linked(void **state)
{
  (void)state;
  struct policy_question q = social_answer();
  q.answer.never_used = true;
  struct policy_decision decision = expect(&q, "S7", VERDICT_GRANTED);
  assert_true(decision.link && decision.prove_email && decision.drop_unproven);
}

static void V5_S8_another_asks_for_its_password(void **state)
{
  (void)state;
  struct policy_question q = social_answer();
  expect_refusal(&q, "S8", NOTICE_NOT_IN_CONTROL);
  assert_int_equal(decide(&q).ask, ASK_PASSWORD);
  q.answer.password_given = true;
  struct policy_decision decision = expect(&q, "S8", VERDICT_GRANTED);
  assert_true(decision.link && !decision.drop_unproven);
  q.person.has_password = false;
  expect_refusal(&q, "S8", NOTICE_NOT_IN_CONTROL);
  assert_int_equal(decide(&q).ask, ASK_NOTHING);
}

static void V1_only_an_address_that_the_provider_has_verified_counts(void **state)
{
  static const struct {
    enum email_state state;
    enum notice notice;
  } STATES[] = {{EMAIL_ABSENT, NOTICE_NO_EMAIL},
                {EMAIL_UNSTATED, NOTICE_EMAIL_UNVERIFIED},
                {EMAIL_UNVERIFIED, NOTICE_EMAIL_UNVERIFIED},
                {EMAIL_ILLEGAL, NOTICE_SOMEBODY_ELSE}};
  (void)state;
  for (size_t i = 0; i < 4; i++) {
    struct policy_question known = social_answer();
    struct policy_question new = new_answer();
    known.answer.never_used = true;
    allows(&new, ACME);
    known.answer.email_state = new.answer.email_state = STATES[i].state;
    expect_refusal(&known, "S9", STATES[i].notice);
    expect_refusal(&new, "S13", STATES[i].notice);
  }
  struct policy_question other = new_answer();
  allows(&other, ACME);
  other.answer.email_is_primary = false;
  expect_refusal(&other, "S13", NOTICE_SOMEBODY_ELSE);
}

static void V5_a_newcomer_joins_what_they_choose_and_nothing_else(void **state)
{
  (void)state;
  struct policy_question q = new_answer();
  allows(&q, ACME);
  allows(&q, BETA);
  expect_refusal(&q, "V5", NOTICE_JOINED_NONE);
  assert_int_equal(decide(&q).ask, ASK_JOIN);
  q.person.allowed[0].consent = CONSENT_NO;
  q.person.allowed[1].consent = CONSENT_YES;
  struct policy_decision decision = expect(&q, "V5", VERDICT_GRANTED);
  assert_true(decision.create && decision.link && decision.prove_email && decision.join_allowed);
  assert_false(decision.join || decision.accept_others);
  q.person.allowed[1].consent = CONSENT_NO;
  expect_refusal(&q, "V5", NOTICE_JOINED_NONE);
  assert_int_equal(decide(&q).ask, ASK_NOTHING);
}

static void V5_where_every_org_is_full_that_is_said(void **state)
{
  (void)state;
  struct policy_question q = new_answer();
  q.person.allowed_full = true;
  expect_refusal(&q, "V5", NOTICE_FULL);
  assert_int_equal(decide(&q).ask, ASK_NOTHING);
  allows(&q, ACME);
  assert_int_equal(decide(&q).ask, ASK_JOIN);
}

// L8 takes a linked one alone: a first one is not linked there either.
static void V3_L8_a_governed_account_is_not_linked_to_a_social_one(void **state)
{
  (void)state;
  struct policy_question q = social_answer();
  q.person.governing = org(ACME, ENFORCEMENT_OFF);
  q.person.social_linked = true; // another one
  q.answer.never_used = true;
  expect_refusal(&q, "V3", NOTICE_NOT_OPEN);
  q.answer.identity_known = q.answer.identity_own = true;
  assert_false(expect(&q, "S3", VERDICT_GRANTED).link);
}

static void V5_S10_invites_are_asked_about_one_by_one_and_before_what_the_domain_opens(void **state)
{
  (void)state;
  struct policy_question q = new_answer();
  invites(&q, ACME, VIA_CODE);
  invites(&q, BETA, VIA_CODE);
  allows(&q, 3);
  struct policy_decision decision = expect(&q, "S10", VERDICT_REFUSED);
  assert_int_equal(decision.ask, ASK_CONSENT);
  assert_int_equal(decision.ask_org_id, ACME);
  q.person.invites[0].consent = CONSENT_NO;
  assert_int_equal(decide(&q).ask_org_id, BETA);
  q.person.invites[1].consent = CONSENT_YES;
  decision = expect(&q, "S10", VERDICT_GRANTED);
  assert_true(decision.create && decision.accept_others && !decision.join_allowed);
  q.person.invites[1].consent = CONSENT_NO;
  assert_int_equal(expect(&q, "S10", VERDICT_REFUSED).ask, ASK_JOIN);
  q.person.allowed[0].consent = CONSENT_YES;
  assert_true(expect(&q, "S10", VERDICT_GRANTED).join_allowed);
}

static void V5_S12_a_removed_name_and_one_that_nothing_opens_are_refused(void **state)
{
  (void)state;
  struct policy_question q = new_answer();
  expect_refusal(&q, "S12", NOTICE_NOT_SET_UP);
  allows(&q, ACME);
  q.answer.tombstoned = true;
  expect_refusal(&q, "S12", NOTICE_NOT_SET_UP);
}

// K2: such a session opens what a password would, and an enforcing org is closed to it.
static void V3_K2_a_session_by_a_social_account_opens_no_org_that_objects(void **state)
{
  (void)state;
  struct policy_question q = session(ENFORCEMENT_OFF, WAY_SOCIAL, 77);
  expect_row(&q, "K2", VERDICT_GRANTED);
  q = session(ENFORCEMENT_DOMAINS, WAY_SOCIAL, 77);
  assert_int_equal(decide(&q).verdict, VERDICT_REFUSED);
  joins(&q, BETA, ENFORCEMENT_OFF);
  assert_int_equal(decide(&q).opened_count, 1);
  assert_int_equal(decide(&q).opened[0], BETA);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(L9_a_guest_may_use_a_social_account_beside_the_password),
      cmocka_unit_test(L8_a_governed_member_may_use_a_linked_one_alone),
      cmocka_unit_test(L13_the_invited_may_use_one_where_nobody_governs_the_address),
      cmocka_unit_test(L14_a_stranger_of_an_allowed_domain_is_offered_one_or_is_not_ours),
      cmocka_unit_test(L14_K1_a_name_that_may_join_is_ours_in_a_session_too),
      cmocka_unit_test(V3_it_is_never_offered_where_another_way_is_wanted),
      cmocka_unit_test(V5_S1_a_locked_account_is_refused_whatever_is_linked),
      cmocka_unit_test(V5_S2_anothers_identity_or_address_is_refused),
      cmocka_unit_test(V3_an_answer_counts_only_where_it_would_be_offered_now),
      cmocka_unit_test(V5_S3_a_linked_identity_signs_in_whatever_its_address_is_now),
      cmocka_unit_test(V5_S5_an_address_with_another_identity_there_is_refused),
      cmocka_unit_test(V5_S7_an_account_that_was_never_used_is_linked),
      cmocka_unit_test(V5_S8_another_asks_for_its_password),
      cmocka_unit_test(V1_only_an_address_that_the_provider_has_verified_counts),
      cmocka_unit_test(V5_a_newcomer_joins_what_they_choose_and_nothing_else),
      cmocka_unit_test(V5_where_every_org_is_full_that_is_said),
      cmocka_unit_test(V3_L8_a_governed_account_is_not_linked_to_a_social_one),
      cmocka_unit_test(V5_S10_invites_are_asked_about_one_by_one_and_before_what_the_domain_opens),
      cmocka_unit_test(V5_S12_a_removed_name_and_one_that_nothing_opens_are_refused),
      cmocka_unit_test(V3_K2_a_session_by_a_social_account_opens_no_org_that_objects),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

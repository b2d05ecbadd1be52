// SPDX-License-Identifier: Apache-2.0
// Rows L of POLICY.md for members and owners: what is offered to whom.
#include "person.h"

static void L5_the_owner_keeps_the_password_under_enforcement(void **state)
{
  (void)state;
  struct policy_question q = member(ENFORCEMENT_DOMAINS);
  q.person.memberships[0].role = ROLE_OWNER;
  expect_offer(&q, "L5", true, ACME);
  q.person.governing.id = 0; // a guest: SSO at the owned org
  expect_offer(&q, "L5", true, ACME);
}

static void L5_the_owner_is_asked_for_a_recovery_code_also_without_a_password(void **state)
{
  (void)state;
  struct policy_question q = member(ENFORCEMENT_SSO_ONLY);
  q.person.memberships[0].role = ROLE_OWNER;
  q.person.has_password = false;
  q.person.has_recovery = true;
  expect_offer(&q, "L5", false, ACME);
  assert_true(decide(&q).offer_recovery);
  q.person.governing.has_connection = false; // nothing but the code is left
  expect_offer(&q, "L5", false, 0);
  q.person.has_recovery = false;
  expect_row(&q, "L5", VERDICT_REFUSED);
  assert_false(decide(&q).offer_recovery);
}

static void L5_nobody_else_is_asked_for_a_recovery_code(void **state)
{
  (void)state;
  static const enum enforcement ALL[] = {ENFORCEMENT_OFF, ENFORCEMENT_DOMAINS, ENFORCEMENT_SSO_ONLY};
  for (size_t i = 0; i < COUNT_OF(ALL); i++) {
    struct policy_question rows[] = {member(ALL[i]), guest(ALL[i]), member(ALL[i]), member(ALL[i])};
    rows[1].person.memberships[0].role = ROLE_ADMIN;
    rows[2].person.memberships[0].role = ROLE_OWNER; // of an org that root did not make, governed by another
    rows[2].person.memberships[0].org.id = BETA;
    rows[2].person.memberships[0].org.by_root = false;
    rows[3].person.membership_count = 0;
    for (size_t row = 0; row < COUNT_OF(rows); row++) {
      rows[row].person.has_recovery = true;
      assert_string_not_equal(decide(&rows[row]).row, "L5");
      assert_false(decide(&rows[row]).offer_recovery);
    }
  }
}

static void L5_the_owner_of_an_org_not_made_by_root_is_governed(void **state)
{
  (void)state;
  struct policy_question q = member(ENFORCEMENT_DOMAINS);
  q.person.memberships[0].role = ROLE_OWNER;
  q.person.memberships[0].org = org(BETA, ENFORCEMENT_OFF);
  q.person.memberships[0].org.by_root = false;
  expect_offer(&q, "L6", false, ACME);
  q.person.governing.id = 0;
  expect_offer(&q, "L5", true, BETA);
}

static void L6_an_enforced_member_gets_sso_and_no_password(void **state)
{
  (void)state;
  struct policy_question q = member(ENFORCEMENT_DOMAINS);
  expect_offer(&q, "L6", false, ACME);
  q.person.governing.has_connection = false; // nothing left to offer is a refusal
  expect_row(&q, "L6", VERDICT_REFUSED);
}

static void L6_an_admin_is_enforced_like_a_viewer(void **state)
{
  (void)state;
  struct policy_question q = member(ENFORCEMENT_DOMAINS);
  q.person.memberships[0].role = ROLE_ADMIN;
  expect_offer(&q, "L6", false, ACME);
}

static void L8_without_enforcement_both_are_offered_as_far_as_they_exist(void **state)
{
  (void)state;
  struct policy_question q = member(ENFORCEMENT_OFF);
  expect_offer(&q, "L8", true, ACME);
  q.person.has_password = false;
  expect_offer(&q, "L8", false, ACME);
  q.person.has_password = true;
  q.person.governing.has_connection = false;
  q.person.memberships[0].org.has_connection = false;
  expect_offer(&q, "L8", true, 0);
  q.person.has_password = false;
  expect_row(&q, "L8", VERDICT_REFUSED);
  assert_int_equal(decide(&q).notice, NOTICE_NO_WAY);
}

static void L9_a_guest_gets_the_password_and_sso_where_linked(void **state)
{
  (void)state;
  struct policy_question q = guest(ENFORCEMENT_DOMAINS);
  expect_offer(&q, "L9", true, 0);
  q.person.memberships[0].org.linked = true;
  expect_offer(&q, "L9", true, ACME);
}

static void L10_a_guest_of_sso_only_orgs_gets_sso_where_linked_and_no_password(void **state)
{
  (void)state;
  struct policy_question q = guest(ENFORCEMENT_SSO_ONLY);
  expect_notice(&q, "L10", NOTICE_NO_WAY);
  q.person.memberships[0].org.linked = true;
  expect_offer(&q, "L10", false, ACME);
  joins(&q, BETA, ENFORCEMENT_SSO_ONLY)->org.linked = true;
  assert_int_equal(decide(&q).sso_count, 2);
  assert_int_equal(decide(&q).sso_orgs[1], BETA);
  joins(&q, 3, ENFORCEMENT_OFF); // one org that takes a password: L9
  assert_string_equal(decide(&q).row, "L9");
  assert_true(decide(&q).offer_password);
}

static void L7_sso_only_offers_sso_there_and_where_linked(void **state)
{
  (void)state;
  struct policy_question q = member(ENFORCEMENT_SSO_ONLY);
  expect_offer(&q, "L7", false, ACME);
  struct policy_membership *beta = joins(&q, BETA, ENFORCEMENT_SSO_ONLY);
  expect_offer(&q, "L7", false, ACME);
  beta->org.linked = true;
  assert_int_equal(decide(&q).sso_count, 2);
  assert_false(decide(&q).offer_password);
  beta->suspended = true;
  expect_offer(&q, "L7", false, ACME);
}

static void L7_another_org_that_accepts_passwords_has_one_offered(void **state)
{
  (void)state;
  struct policy_question q = member(ENFORCEMENT_SSO_ONLY);
  joins(&q, BETA, ENFORCEMENT_OFF);
  expect_offer(&q, "L7", true, ACME);
  q.stage = STAGE_SESSION; // that session leaves the governing org out
  q.made.way = WAY_PASSWORD;
  struct policy_decision decision = decide(&q);
  assert_int_equal(decision.verdict, VERDICT_GRANTED);
  assert_int_equal(decision.opened_count, 1);
  assert_int_equal(decision.opened[0], BETA);
}

static void L8_another_org_with_a_linked_identity_is_offered_too(void **state)
{
  (void)state;
  struct policy_question q = member(ENFORCEMENT_OFF);
  joins(&q, BETA, ENFORCEMENT_OFF)->org.linked = true;
  assert_int_equal(decide(&q).sso_count, 2);
  assert_int_equal(decide(&q).sso_orgs[0], ACME);
  q.person.governing.enforcement = q.person.memberships[0].org.enforcement = ENFORCEMENT_DOMAINS;
  expect_offer(&q, "L6", false, ACME); // but not under enforcement
}

static void signin_from_bars_sso_and_leaves_the_password(void **state)
{
  (void)state;
  struct policy_question q = member(ENFORCEMENT_DOMAINS);
  q.person.governing.barred = true;
  expect_notice(&q, "L6", NOTICE_NETWORK);
  q = member(ENFORCEMENT_OFF);
  q.person.governing.barred = true;
  expect_offer(&q, "L8", true, 0);
}

static void K6_a_recent_sign_in_is_enough_for_the_callers_own_account_alone(void **state)
{
  (void)state;
  static const struct {
    int64_t ago_s;
    int64_t reauth_s;
    bool enough;
  } CASES[] = {{0, 900, true}, {899, 900, true}, {900, 900, false}, {-1, 900, false}, {1, 0, false}};
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    struct policy_question q = member(ENFORCEMENT_DOMAINS);
    q.person.last_sso_at_s = NOW_S - CASES[i].ago_s;
    q.reauth_s = CASES[i].reauth_s; // 0 for another caller, and in sshd
    q.service = SERVICE_OTHER;
    struct policy_decision decision = decide(&q);
    assert_int_equal(decision.verdict, CASES[i].enough ? VERDICT_GRANTED : VERDICT_OFFER);
    assert_string_equal(decision.row, CASES[i].enough ? "K6" : "L6");
    q.person.locked = true;
    assert_int_equal(decide(&q).verdict, VERDICT_OFFER); // row L4 refuses afterwards
    q.person.locked = false;
    q.person.memberships[0].suspended = true;
    assert_int_equal(decide(&q).verdict, VERDICT_OFFER);
  }
  struct policy_question never = member(ENFORCEMENT_DOMAINS);
  never.reauth_s = 900;
  expect_offer(&never, "L6", false, ACME);
}

static void keys_required_wants_the_key_before_sso(void **state)
{
  (void)state;
  struct policy_question q = member(ENFORCEMENT_DOMAINS);
  q.person.governing.keys = KEYS_REQUIRED;
  expect_notice(&q, "L6", NOTICE_KEY_NEEDED);
  q.made.with_key = true;
  expect_offer(&q, "L6", false, ACME);
  q.made.with_key = false;
  q.service = SERVICE_OTHER; // sudo has no keys
  expect_offer(&q, "L6", false, ACME);
}

static void W8_S15_a_guarded_account_is_offered_its_password_while_its_connection_is_unconfirmed(void **state)
{
  (void)state;
  static const enum enforcement ENFORCED[] = {ENFORCEMENT_DOMAINS, ENFORCEMENT_SSO_ONLY};
  for (size_t i = 0; i < COUNT_OF(ENFORCED); i++) {
    struct policy_question q = member(ENFORCED[i]);
    q.person.has_password = true;
    q.person.guarded = true;
    q.person.governing.has_connection = q.person.memberships[0].org.has_connection = false;
    assert_true(decide(&q).offer_password); // a delegate has removed it
    q.person.governing.has_connection = q.person.memberships[0].org.has_connection = true;
    assert_false(decide(&q).offer_password);
    q.person.governing.unconfirmed = q.person.memberships[0].org.unconfirmed = true;
    assert_true(decide(&q).offer_password);
    q.person.guarded = false;
    assert_false(decide(&q).offer_password);
  }
}

static void H78_password_from_takes_passwords_and_codes_away_elsewhere(void **state)
{
  (void)state;
  struct policy_question q = member(ENFORCEMENT_OFF);
  q.person.has_password = true;
  assert_true(decide(&q).offer_password);
  q.person.memberships[0].org.password_barred = true;
  assert_false(decide(&q).offer_password);
  q.person.memberships[0].role = ROLE_OWNER; // what the owner has narrowed is narrowed for the owner
  q.person.memberships[0].org.by_root = true;
  q.person.has_recovery = true;
  assert_false(decide(&q).offer_password);
  assert_true(decide(&q).offer_recovery); // never recovery codes
  (void)joins(&q, BETA, ENFORCEMENT_OFF);
  assert_true(decide(&q).offer_password); // another org does not object
  struct policy_question invited = stranger();
  struct policy_invite *invite = invites(&invited, BETA, VIA_CODE);
  assert_true(decide(&invited).offer_code);
  invite->org.password_barred = true;
  assert_false(decide(&invited).offer_code);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(W8_S15_a_guarded_account_is_offered_its_password_while_its_connection_is_unconfirmed),
      cmocka_unit_test(H78_password_from_takes_passwords_and_codes_away_elsewhere),
      cmocka_unit_test(L5_the_owner_keeps_the_password_under_enforcement),
      cmocka_unit_test(L5_the_owner_of_an_org_not_made_by_root_is_governed),
      cmocka_unit_test(L5_the_owner_is_asked_for_a_recovery_code_also_without_a_password),
      cmocka_unit_test(L5_nobody_else_is_asked_for_a_recovery_code),
      cmocka_unit_test(L6_an_enforced_member_gets_sso_and_no_password),
      cmocka_unit_test(L6_an_admin_is_enforced_like_a_viewer),
      cmocka_unit_test(L8_without_enforcement_both_are_offered_as_far_as_they_exist),
      cmocka_unit_test(L9_a_guest_gets_the_password_and_sso_where_linked),
      cmocka_unit_test(L10_a_guest_of_sso_only_orgs_gets_sso_where_linked_and_no_password),
      cmocka_unit_test(L7_sso_only_offers_sso_there_and_where_linked),
      cmocka_unit_test(L7_another_org_that_accepts_passwords_has_one_offered),
      cmocka_unit_test(L8_another_org_with_a_linked_identity_is_offered_too),
      cmocka_unit_test(signin_from_bars_sso_and_leaves_the_password),
      cmocka_unit_test(K6_a_recent_sign_in_is_enough_for_the_callers_own_account_alone),
      cmocka_unit_test(keys_required_wants_the_key_before_sso),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

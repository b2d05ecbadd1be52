// SPDX-License-Identifier: Apache-2.0
// Rows L of POLICY.md for names that are nobody's, the invited, and who is a member of nothing any more.
#include "person.h"

#include "policy/person.h"

static void L0_a_known_name_in_another_case_is_refused(void **state)
{
  (void)state;
  struct policy_question q = stranger();
  q.person.login_legal = false;
  q.person.other_case = true;
  expect_row(&q, "L0", VERDICT_REFUSED);
  assert_int_equal(decide(&q).notice, NOTICE_LOWER_CASE);
}

static void L1_illegal_and_unknown_names_are_not_ours(void **state)
{
  (void)state;
  struct policy_question q = stranger();
  expect_row(&q, "L1", VERDICT_NOT_OURS);
  q.person.login_legal = false;
  expect_row(&q, "L1", VERDICT_NOT_OURS);
}

static void L1_N3_H27_a_local_user_with_another_number_wins(void **state)
{
  (void)state;
  struct policy_question q = member(ENFORCEMENT_DOMAINS);
  q.person.local_user = true;
  expect_row(&q, "L1", VERDICT_NOT_OURS);
}

static void L2_a_local_user_is_not_ours_also_without_a_store(void **state)
{
  (void)state;
  struct policy_question q = stranger();
  q.person.local_user = true;
  expect_row(&q, "L2", VERDICT_NOT_OURS);
  q.person.store_readable = false;
  expect_row(&q, "L2", VERDICT_NOT_OURS);
}

static void L3_without_a_store_other_names_are_refused(void **state)
{
  (void)state;
  struct policy_question q = stranger();
  q.person.store_readable = false;
  expect_row(&q, "L3", VERDICT_UNAVAILABLE);
}

static void L15_an_account_without_memberships_gets_sso_of_its_governing_org_only(void **state)
{
  (void)state;
  struct policy_question q = member(ENFORCEMENT_OFF);
  q.person.membership_count = 0;
  expect_offer(&q, "L15", false, ACME);
  q.person.governing.id = 0;
  expect_row(&q, "L15", VERDICT_REFUSED);
  assert_int_equal(decide(&q).notice, NOTICE_REMOVED);
}

static void L13_an_invited_stranger_gets_the_code_or_sso_as_the_invite_says(void **state)
{
  (void)state;
  struct policy_question q = stranger();
  struct policy_invite *invite = invites(&q, ACME, VIA_CODE);
  struct policy_decision decision = decide(&q);
  assert_string_equal(decision.row, "L13");
  assert_true(decision.offer_code);
  assert_false(decision.offer_password);
  assert_int_equal(decision.sso_count, 0);
  invite->via = VIA_SSO;
  expect_notice(&q, "L13", NOTICE_NO_WAY); // only an org of trust any vouches for what it does not govern
  invite->org.trust = TRUST_ANY;
  expect_offer(&q, "L13", false, ACME);
  assert_false(decide(&q).offer_code);
}

static void I4_L13_a_code_is_not_taken_where_a_provider_governs_the_address(void **state)
{
  (void)state;
  struct policy_question q = stranger();
  (void)invites(&q, BETA, VIA_CODE);
  q.person.governing = org(ACME, ENFORCEMENT_DOMAINS);
  expect_offer(&q, "L11", false, ACME);
  assert_false(decide(&q).offer_code);
  assert_false(policy_takes_code(&q.person));
  q.person.governing.has_connection = false;
  assert_string_equal(decide(&q).row, "L13");
  assert_true(decide(&q).offer_code);
}

static void L15_an_invite_code_is_taken_beside_a_password_only(void **state)
{
  (void)state;
  struct policy_question q = guest(ENFORCEMENT_OFF);
  q.person.membership_count = 0;
  (void)invites(&q, BETA, VIA_CODE);
  assert_string_equal(decide(&q).row, "L15");
  assert_true(decide(&q).offer_code);
  assert_false(decide(&q).offer_password);
  q.person.has_password = false;
  expect_notice(&q, "L15", NOTICE_REMOVED);
}

static void L11_a_stranger_on_a_verified_domain_gets_sso(void **state)
{
  (void)state;
  struct policy_question q = stranger();
  q.person.governing = org(ACME, ENFORCEMENT_OFF);
  expect_offer(&q, "L11", false, ACME);
}

static void L16_a_short_name_of_nobody_gets_sso_of_the_org_whose_people_come_so(void **state)
{
  (void)state;
  struct policy_question q = stranger();
  q.person.governing = org(ACME, ENFORCEMENT_DOMAINS);
  q.person.short_name = true;
  expect_offer(&q, "L16", false, ACME);
  q.person.local_user = true;
  expect_row(&q, "L2", VERDICT_NOT_OURS);
  q.person.local_user = false;
  q.person.governing.has_connection = false;
  expect_row(&q, "L12", VERDICT_NOT_OURS);
  q.person.store_readable = false;
  expect_row(&q, "L3", VERDICT_UNAVAILABLE);
}

static void L12_a_verified_domain_without_connection_is_not_ours(void **state)
{
  (void)state;
  struct policy_question q = stranger();
  q.person.governing = org(ACME, ENFORCEMENT_OFF);
  q.person.governing.has_connection = false;
  expect_row(&q, "L12", VERDICT_NOT_OURS);
  (void)invites(&q, ACME, VIA_CODE);
  expect_row(&q, "L13", VERDICT_OFFER);
}

static void every_refusal_has_words_for_the_person(void **state)
{
  (void)state;
  for (int code = NOTICE_NONE + 1; code < NOTICE_COUNT; code++) {
    const char *sentence = notice_sentence((enum notice)code);
    assert_in_range(strlen(sentence), 10, 200);
    for (const char *at = sentence; *at != '\0'; at++) {
      assert_in_range(*at, 0x20, 0x7e);
    }
    assert_true(strlen(notice_name((enum notice)code)) > 3);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(L0_a_known_name_in_another_case_is_refused),
      cmocka_unit_test(L1_illegal_and_unknown_names_are_not_ours),
      cmocka_unit_test(L1_N3_H27_a_local_user_with_another_number_wins),
      cmocka_unit_test(L2_a_local_user_is_not_ours_also_without_a_store),
      cmocka_unit_test(L3_without_a_store_other_names_are_refused),
      cmocka_unit_test(L15_an_account_without_memberships_gets_sso_of_its_governing_org_only),
      cmocka_unit_test(L13_an_invited_stranger_gets_the_code_or_sso_as_the_invite_says),
      cmocka_unit_test(I4_L13_a_code_is_not_taken_where_a_provider_governs_the_address),
      cmocka_unit_test(L15_an_invite_code_is_taken_beside_a_password_only),
      cmocka_unit_test(L11_a_stranger_on_a_verified_domain_gets_sso),
      cmocka_unit_test(L16_a_short_name_of_nobody_gets_sso_of_the_org_whose_people_come_so),
      cmocka_unit_test(L12_a_verified_domain_without_connection_is_not_ours),
      cmocka_unit_test(every_refusal_has_words_for_the_person),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

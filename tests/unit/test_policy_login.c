// SPDX-License-Identifier: Apache-2.0
// Rows L of POLICY.md, and the session rules K1 and K2: policy_decide() over plain values.
#include "policy/policy.h"
#include "unit.h"

enum { ACME = 1, BETA = 2 };

static struct policy_org org(int64_t id, enum enforcement enforcement)
{
  return (struct policy_org){.id = id, .enforcement = enforcement, .by_root = true, .has_connection = true};
}

// A readable store and a legal name that nothing is known of.
static struct policy_question stranger(void)
{
  return (struct policy_question){.stage = STAGE_LOGIN, .person = {.login_legal = true, .store_readable = true}};
}

// A member of Acme whose email Acme governs.
static struct policy_question member(enum enforcement enforcement)
{
  struct policy_question q = stranger();
  q.person.known = true;
  q.person.has_password = true;
  q.person.membership_count = 1;
  q.person.memberships[0] = (struct policy_membership){.org = org(ACME, enforcement), .role = ROLE_VIEWER};
  q.person.governing = org(ACME, enforcement);
  return q;
}

// A member of Acme whose email nobody governs.
static struct policy_question guest(enum enforcement enforcement)
{
  struct policy_question q = member(enforcement);
  q.person.governing = (struct policy_org){.id = 0};
  return q;
}

static struct policy_decision decide(const struct policy_question *q)
{
  struct policy_decision decision;
  policy_decide(q, &decision);
  return decision;
}

static void expect_row(const struct policy_question *q, const char *row, enum policy_outcome outcome)
{
  struct policy_decision decision = decide(q);
  assert_string_equal(decision.row, row);
  assert_int_equal(decision.outcome, outcome);
}

static void expect_offer(const struct policy_question *q, const char *row, bool password, int64_t sso_org_id)
{
  struct policy_decision decision = decide(q);
  assert_string_equal(decision.row, row);
  assert_int_equal(decision.outcome, OUTCOME_OFFER);
  assert_int_equal(decision.offer_password, password);
  assert_int_equal(decision.offer_sso, sso_org_id != 0);
  assert_int_equal(decision.sso_org_id, sso_org_id);
}

static void L0_a_known_name_in_another_case_is_refused(void **state)
{
  (void)state;
  struct policy_question q = stranger();
  q.person.login_legal = false;
  q.person.other_case = true;
  expect_row(&q, "L0", OUTCOME_REFUSED);
  assert_int_equal(decide(&q).notice, NOTICE_LOWER_CASE);
}

static void L1_illegal_and_unknown_names_are_not_ours(void **state)
{
  (void)state;
  struct policy_question q = stranger();
  expect_row(&q, "L1", OUTCOME_NOT_OURS);
  q.person.login_legal = false;
  expect_row(&q, "L1", OUTCOME_NOT_OURS);
}

static void L1_N3_H27_a_local_user_with_another_number_wins(void **state)
{
  (void)state;
  struct policy_question q = member(ENFORCEMENT_DOMAINS);
  q.person.local_user = true;
  expect_row(&q, "L1", OUTCOME_NOT_OURS);
}

static void L2_a_local_user_is_not_ours_also_without_a_store(void **state)
{
  (void)state;
  struct policy_question q = stranger();
  q.person.local_user = true;
  expect_row(&q, "L2", OUTCOME_NOT_OURS);
  q.person.store_readable = false;
  expect_row(&q, "L2", OUTCOME_NOT_OURS);
}

static void L3_without_a_store_other_names_are_refused(void **state)
{
  (void)state;
  struct policy_question q = stranger();
  q.person.store_readable = false;
  expect_row(&q, "L3", OUTCOME_UNAVAILABLE);
}

static void L15_an_account_without_memberships_gets_sso_of_its_governing_org_only(void **state)
{
  (void)state;
  struct policy_question q = member(ENFORCEMENT_OFF);
  q.person.membership_count = 0;
  expect_offer(&q, "L15", false, ACME);
  q.person.governing.id = 0;
  expect_row(&q, "L15", OUTCOME_REFUSED);
  assert_int_equal(decide(&q).notice, NOTICE_REMOVED);
}

static void L5_the_owner_keeps_the_password_under_enforcement(void **state)
{
  (void)state;
  struct policy_question q = member(ENFORCEMENT_DOMAINS);
  q.person.memberships[0].role = ROLE_OWNER;
  expect_offer(&q, "L5", true, ACME);
  q.person.governing.id = 0; // a guest: SSO at the owned org
  expect_offer(&q, "L5", true, ACME);
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
  expect_row(&q, "L6", OUTCOME_REFUSED);
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
  expect_row(&q, "L8", OUTCOME_REFUSED);
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

static void L10_is_not_built_a_guest_of_sso_only_orgs_is_refused(void **state)
{
  (void)state;
  struct policy_question q = guest(ENFORCEMENT_SSO_ONLY);
  expect_row(&q, "-", OUTCOME_REFUSED);
}

static void L11_a_stranger_on_a_verified_domain_gets_sso(void **state)
{
  (void)state;
  struct policy_question q = stranger();
  q.person.governing = org(ACME, ENFORCEMENT_OFF);
  expect_offer(&q, "L11", false, ACME);
}

static void L12_a_verified_domain_without_connection_is_not_ours(void **state)
{
  (void)state;
  struct policy_question q = stranger();
  q.person.governing = org(ACME, ENFORCEMENT_OFF);
  q.person.governing.has_connection = false;
  expect_row(&q, "L12", OUTCOME_NOT_OURS);
  q.person.invited = true; // row L13 is not built: no row fits, refused
  expect_row(&q, "-", OUTCOME_REFUSED);
}

static struct policy_question session(enum enforcement enforcement, enum way way, int64_t way_org_id)
{
  struct policy_question q = member(enforcement);
  q.stage = STAGE_SESSION;
  q.way = way;
  q.way_org_id = way_org_id;
  return q;
}

static void K1_a_key_of_an_enforced_member_is_refused(void **state)
{
  (void)state;
  struct policy_question q = session(ENFORCEMENT_DOMAINS, WAY_KEY, 0);
  expect_row(&q, "K1", OUTCOME_REFUSED);
  assert_int_equal(decide(&q).notice, NOTICE_KEY_REFUSED);
}

static void K1_a_key_of_the_owner_is_accepted_governed_or_not(void **state)
{
  (void)state;
  struct policy_question q = session(ENFORCEMENT_DOMAINS, WAY_KEY, 0);
  q.person.memberships[0].role = ROLE_OWNER;
  expect_row(&q, "K1", OUTCOME_GRANTED);
  q.person.governing = (struct policy_org){.id = 0};
  expect_row(&q, "K1", OUTCOME_GRANTED);
}

static void K1_a_key_of_a_guest_governed_elsewhere_follows_the_governing_org(void **state)
{
  (void)state;
  struct policy_question q = session(ENFORCEMENT_OFF, WAY_KEY, 0);
  q.person.governing = org(BETA, ENFORCEMENT_DOMAINS);
  expect_row(&q, "K1", OUTCOME_REFUSED);
}

static void K1_a_key_of_other_members_is_accepted(void **state)
{
  (void)state;
  struct policy_question q = session(ENFORCEMENT_OFF, WAY_KEY, 0);
  expect_row(&q, "K1", OUTCOME_GRANTED);
  assert_int_equal(decide(&q).opened_count, 1);
}

static void K1_locked_removed_suspended_and_unknown_are_refused_in_every_service(void **state)
{
  (void)state;
  for (int service = SERVICE_LOGIN; service <= SERVICE_OTHER; service++) {
    struct policy_question locked = session(ENFORCEMENT_OFF, WAY_SSO, ACME);
    struct policy_question removed = locked;
    struct policy_question suspended = locked;
    struct policy_question unknown = locked;
    locked.person.locked = true;
    removed.person.membership_count = 0;
    suspended.person.memberships[0].suspended = true;
    unknown.person.known = false;
    unknown.person.membership_count = 0;
    locked.service = removed.service = suspended.service = unknown.service = (enum policy_service)service;
    expect_row(&removed, "K1", OUTCOME_REFUSED);
    expect_row(&unknown, "K1", OUTCOME_REFUSED);
    locked.way = suspended.way = WAY_KEY;
    expect_row(&locked, "K1", OUTCOME_REFUSED);
    expect_row(&suspended, "K1", OUTCOME_REFUSED);
  }
}

static void L4_a_locked_or_suspended_person_is_refused_after_the_prompts(void **state)
{
  (void)state;
  static const enum way WAYS[] = {WAY_PASSWORD, WAY_SSO};
  for (size_t i = 0; i < COUNT_OF(WAYS); i++) {
    struct policy_question locked = session(ENFORCEMENT_OFF, WAYS[i], ACME);
    struct policy_question suspended = locked;
    locked.person.locked = true;
    suspended.person.memberships[0].suspended = true;
    expect_row(&locked, "L4", OUTCOME_REFUSED);
    assert_int_equal(decide(&locked).notice, NOTICE_LOCKED);
    expect_row(&suspended, "L4", OUTCOME_REFUSED);
    assert_int_equal(decide(&suspended).notice, NOTICE_SUSPENDED);
    locked.stage = suspended.stage = STAGE_LOGIN;
    assert_int_equal(decide(&locked).outcome, OUTCOME_OFFER);
    assert_int_equal(decide(&suspended).outcome, OUTCOME_OFFER);
  }
}

static void K1_other_services_check_status_alone_and_open_unenforced_orgs(void **state)
{
  (void)state;
  struct policy_question q = session(ENFORCEMENT_DOMAINS, WAY_KEY, 0);
  q.service = SERVICE_OTHER;
  expect_row(&q, "K2", OUTCOME_GRANTED);
  assert_int_equal(decide(&q).opened_count, 0);
  q = session(ENFORCEMENT_OFF, WAY_KEY, 0);
  q.service = SERVICE_OTHER;
  assert_int_equal(decide(&q).opened_count, 1);
}

static void K2_sso_opens_the_org_and_a_password_does_not_where_it_objects(void **state)
{
  (void)state;
  struct policy_question q = session(ENFORCEMENT_DOMAINS, WAY_SSO, ACME);
  expect_row(&q, "K2", OUTCOME_GRANTED);
  assert_int_equal(decide(&q).opened[0], ACME);
  q = session(ENFORCEMENT_DOMAINS, WAY_PASSWORD, 0);
  expect_row(&q, "K2", OUTCOME_REFUSED);
  q = session(ENFORCEMENT_DOMAINS, WAY_SSO, BETA); // another org's connection
  expect_row(&q, "K2", OUTCOME_REFUSED);
  q = session(ENFORCEMENT_DOMAINS, WAY_PASSWORD, 0);
  q.person.memberships[0].role = ROLE_OWNER;
  expect_row(&q, "K2", OUTCOME_GRANTED);
}

static void L3_a_session_without_a_store_is_refused(void **state)
{
  (void)state;
  struct policy_question q = session(ENFORCEMENT_OFF, WAY_KEY, 0);
  q.person.store_readable = false;
  expect_row(&q, "L3", OUTCOME_UNAVAILABLE);
  q.person.local_user = true;
  expect_row(&q, "L1", OUTCOME_NOT_OURS);
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
      cmocka_unit_test(L5_the_owner_keeps_the_password_under_enforcement),
      cmocka_unit_test(L5_the_owner_of_an_org_not_made_by_root_is_governed),
      cmocka_unit_test(L6_an_enforced_member_gets_sso_and_no_password),
      cmocka_unit_test(L6_an_admin_is_enforced_like_a_viewer),
      cmocka_unit_test(L8_without_enforcement_both_are_offered_as_far_as_they_exist),
      cmocka_unit_test(L9_a_guest_gets_the_password_and_sso_where_linked),
      cmocka_unit_test(L10_is_not_built_a_guest_of_sso_only_orgs_is_refused),
      cmocka_unit_test(L11_a_stranger_on_a_verified_domain_gets_sso),
      cmocka_unit_test(L12_a_verified_domain_without_connection_is_not_ours),
      cmocka_unit_test(K1_a_key_of_an_enforced_member_is_refused),
      cmocka_unit_test(K1_a_key_of_the_owner_is_accepted_governed_or_not),
      cmocka_unit_test(K1_a_key_of_a_guest_governed_elsewhere_follows_the_governing_org),
      cmocka_unit_test(K1_a_key_of_other_members_is_accepted),
      cmocka_unit_test(K1_locked_removed_suspended_and_unknown_are_refused_in_every_service),
      cmocka_unit_test(L4_a_locked_or_suspended_person_is_refused_after_the_prompts),
      cmocka_unit_test(K1_other_services_check_status_alone_and_open_unenforced_orgs),
      cmocka_unit_test(K2_sso_opens_the_org_and_a_password_does_not_where_it_objects),
      cmocka_unit_test(L3_a_session_without_a_store_is_refused),
      cmocka_unit_test(every_refusal_has_words_for_the_person),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// What a session opens and which keys are enough: rules K1 and K2 of POLICY.md, row L4.
#include "person.h"

#include "policy/person.h"

static void K1_a_key_of_an_enforced_member_is_refused(void **state)
{
  (void)state;
  struct policy_question q = session(ENFORCEMENT_DOMAINS, WAY_KEY, 0);
  expect_row(&q, "K1", VERDICT_REFUSED);
  assert_int_equal(decide(&q).notice, NOTICE_KEY_REFUSED);
}

static void K1_a_key_of_the_owner_is_accepted_governed_or_not(void **state)
{
  (void)state;
  struct policy_question q = session(ENFORCEMENT_DOMAINS, WAY_KEY, 0);
  q.person.memberships[0].role = ROLE_OWNER;
  expect_row(&q, "K1", VERDICT_GRANTED);
  q.person.governing = (struct policy_org){.id = 0};
  expect_row(&q, "K1", VERDICT_GRANTED);
}

static void K1_a_key_of_a_guest_governed_elsewhere_follows_the_governing_org(void **state)
{
  (void)state;
  struct policy_question q = session(ENFORCEMENT_OFF, WAY_KEY, 0);
  q.person.governing = org(BETA, ENFORCEMENT_DOMAINS);
  expect_row(&q, "K1", VERDICT_REFUSED);
}

static void K1_a_key_of_other_members_is_accepted(void **state)
{
  (void)state;
  struct policy_question q = session(ENFORCEMENT_OFF, WAY_KEY, 0);
  expect_row(&q, "K1", VERDICT_GRANTED);
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
    expect_row(&removed, "K1", VERDICT_REFUSED);
    expect_row(&unknown, "K1", VERDICT_REFUSED);
    locked.made.way = suspended.made.way = WAY_KEY;
    expect_row(&locked, "K1", VERDICT_REFUSED);
    expect_row(&suspended, "K1", VERDICT_REFUSED);
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
    expect_row(&locked, "L4", VERDICT_REFUSED);
    assert_int_equal(decide(&locked).notice, NOTICE_LOCKED);
    expect_row(&suspended, "L4", VERDICT_REFUSED);
    assert_int_equal(decide(&suspended).notice, NOTICE_SUSPENDED);
    locked.stage = suspended.stage = STAGE_LOGIN;
    assert_int_equal(decide(&locked).verdict, VERDICT_OFFER);
    assert_int_equal(decide(&suspended).verdict, VERDICT_OFFER);
  }
}

static void K1_other_services_check_status_alone_and_open_unenforced_orgs(void **state)
{
  (void)state;
  struct policy_question q = session(ENFORCEMENT_DOMAINS, WAY_KEY, 0);
  q.service = SERVICE_OTHER;
  expect_row(&q, "K2", VERDICT_GRANTED);
  assert_int_equal(decide(&q).opened_count, 0);
  q = session(ENFORCEMENT_OFF, WAY_KEY, 0);
  q.service = SERVICE_OTHER;
  assert_int_equal(decide(&q).opened_count, 1);
}

static void K2_sso_opens_the_org_and_a_password_does_not_where_it_objects(void **state)
{
  (void)state;
  struct policy_question q = session(ENFORCEMENT_DOMAINS, WAY_SSO, ACME);
  expect_row(&q, "K2", VERDICT_GRANTED);
  assert_int_equal(decide(&q).opened[0], ACME);
  q = session(ENFORCEMENT_DOMAINS, WAY_PASSWORD, 0);
  expect_row(&q, "K2", VERDICT_REFUSED);
  q = session(ENFORCEMENT_DOMAINS, WAY_SSO, BETA); // another org's connection
  expect_row(&q, "K2", VERDICT_REFUSED);
  q = session(ENFORCEMENT_DOMAINS, WAY_PASSWORD, 0);
  q.person.memberships[0].role = ROLE_OWNER;
  expect_row(&q, "K2", VERDICT_GRANTED);
}

static void L3_a_session_without_a_store_is_refused(void **state)
{
  (void)state;
  struct policy_question q = session(ENFORCEMENT_OFF, WAY_KEY, 0);
  q.person.store_readable = false;
  expect_row(&q, "L3", VERDICT_UNAVAILABLE);
  q.person.local_user = true;
  expect_row(&q, "L1", VERDICT_NOT_OURS);
}

// Acme's rule, an enforced member whose last sign-in through Acme was so long ago (0: never).
static struct policy_question with_key(enum keys keys, int64_t ago_s)
{
  struct policy_question q = session(ENFORCEMENT_DOMAINS, WAY_KEY, 0);
  q.person.memberships[0].org.keys = q.person.governing.keys = keys;
  q.person.memberships[0].org.keys_recent_s = q.person.governing.keys_recent_s = 600;
  q.person.memberships[0].last_sign_in_at_s = ago_s != 0 ? NOW_S - ago_s : 0;
  return q;
}

static void K1_each_value_of_keys_decides_as_it_says(void **state)
{
  (void)state;
  static const struct {
    int64_t ago_s;
    enum keys keys;
    bool accepted;
  } CASES[] = {
      {0, KEYS_BY_DEFAULT, false}, {12 * 3600, KEYS_BY_DEFAULT, true}, {12 * 3600 + 1, KEYS_BY_DEFAULT, false},
      {1, KEYS_DENY, false},       {600, KEYS_RECENT, true},           {601, KEYS_RECENT, false},
      {0, KEYS_RECENT, false},     {-1, KEYS_RECENT, false}, // a sign-in that is yet to come is none
      {0, KEYS_ALLOW, true},       {1, KEYS_REQUIRED, false},
  };
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    struct policy_question q = with_key(CASES[i].keys, CASES[i].ago_s);
    expect_row(&q, "K1", CASES[i].accepted ? VERDICT_GRANTED : VERDICT_REFUSED);
    q.service = SERVICE_OTHER; // status alone
    expect_row(&q, "K2", VERDICT_GRANTED);
  }
}

// Acme's word is wanted beside a key; with DURATION_S, where nobody can be asked, a sign-in within that.
static struct policy_question live(int64_t duration_s, enum policy_asked asked)
{
  struct policy_question q = with_key(KEYS_LIVE, 60);
  q.person.memberships[0].org.keys_recent_s = duration_s;
  q.person.memberships[0].org.asked = asked;
  return q;
}

static void K9_live_counts_what_the_provider_says(void **state)
{
  (void)state;
  static const struct {
    enum policy_asked asked;
    int64_t answered_ago_s; // 0: never
    int64_t unsound_ago_s;
    int64_t duration_s;
    enum notice notice; // NOTICE_NONE: accepted
  } CASES[] = {
      {ASKED_TOKEN, 1, 0, 0, NOTICE_NONE},
      {ASKED_TOKEN, 60, 0, 0, NOTICE_NONE},
      {ASKED_TOKEN, 61, 0, 0, NOTICE_KEY_UNASKED},
      {ASKED_TOKEN, 61, 0, 600, NOTICE_NONE},
      {ASKED_TOKEN, 61, 0, 59, NOTICE_KEY_UNASKED},
      {ASKED_TOKEN, -1, 0, 0, NOTICE_KEY_UNASKED},
      {ASKED_TOKEN, 0, 0, 0, NOTICE_KEY_UNASKED},
      {ASKED_TOKEN, 0, 0, 600, NOTICE_NONE},
      {ASKED_TOKEN, 0, 1, 600, NOTICE_KEY_UNASKED},
      {ASKED_TOKEN, 0, 61, 600, NOTICE_NONE},
      {ASKED_NOBODY, 1, 0, 0, NOTICE_KEY_UNASKED},
      {ASKED_NOBODY, 0, 0, 600, NOTICE_NONE},
      {ASKED_REFUSED, 1, 0, 600, NOTICE_KEY_UNKNOWN},
      {ASKED_REFUSED, 0, 0, 0, NOTICE_KEY_UNKNOWN},
  };
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    struct policy_question q = live(CASES[i].duration_s, CASES[i].asked);
    struct policy_org *org = &q.person.memberships[0].org;
    org->answered_at_s = CASES[i].answered_ago_s != 0 ? NOW_S - CASES[i].answered_ago_s : 0;
    org->unsound_at_s = CASES[i].unsound_ago_s != 0 ? NOW_S - CASES[i].unsound_ago_s : 0;
    bool accepted = CASES[i].notice == NOTICE_NONE;
    expect_row(&q, accepted ? "K1" : "K9", accepted ? VERDICT_GRANTED : VERDICT_REFUSED);
    assert_int_equal(decide(&q).notice, CASES[i].notice);
    q.service = SERVICE_OTHER; // status alone
    expect_row(&q, "K2", VERDICT_GRANTED);
  }
}

static void K9_what_was_said_to_the_account_phase_serves_the_later_ones(void **state)
{
  (void)state;
  struct policy_question q = live(0, ASKED_TOKEN);
  q.person.memberships[0].org.answered_at_s = NOW_S - ASKED_LATER_S;
  expect_notice(&q, "K9", NOTICE_KEY_UNASKED);
  q.made.later = true;
  expect_row(&q, "K1", VERDICT_GRANTED);
  q.person.memberships[0].org.answered_at_s--;
  expect_notice(&q, "K9", NOTICE_KEY_UNASKED);
}

static void K9_who_asks_nobody_goes_by_what_is_stored(void **state)
{
  (void)state;
  struct policy_question q = live(0, ASKED_TOKEN);
  q.made.asks = true;
  expect_row(&q, "K1", VERDICT_GRANTED);
  q.person.memberships[0].org.unsound_at_s = NOW_S;
  expect_notice(&q, "K9", NOTICE_KEY_UNASKED);
  q = live(0, ASKED_NOBODY);
  q.made.asks = true;
  expect_notice(&q, "K9", NOTICE_KEY_UNASKED);
  q = live(600, ASKED_REFUSED);
  q.made.asks = true;
  expect_notice(&q, "K9", NOTICE_KEY_UNKNOWN);
}

static void K9_the_default_under_sso_only_is_live_where_the_provider_can_be_asked(void **state)
{
  (void)state;
  struct policy_question q = with_key(KEYS_BY_DEFAULT, 12 * 3600);
  struct policy_org *org = &q.person.memberships[0].org;
  org->enforcement = q.person.governing.enforcement = ENFORCEMENT_SSO_ONLY;
  expect_notice(&q, "K1", NOTICE_KEY_REFUSED); // nobody can be asked
  org->asked = ASKED_REFUSED;
  expect_notice(&q, "K1", NOTICE_KEY_REFUSED);
  org->offline = true;
  assert_true(policy_key_is_live(&q.person, &q.person.memberships[0]));
  expect_notice(&q, "K9", NOTICE_KEY_UNKNOWN);
  org->asked = ASKED_TOKEN; // nobody answered: a sign-in within twelve hours
  expect_row(&q, "K1", VERDICT_GRANTED);
  assert_true(policy_is_to_be_asked(&q.person, &q.person.memberships[0]));
  q.person.memberships[0].last_sign_in_at_s--;
  expect_notice(&q, "K9", NOTICE_KEY_UNASKED);
  q.person.memberships[0].role = ROLE_OWNER; // whose password is not objected to, either
  expect_row(&q, "K1", VERDICT_GRANTED);
  assert_false(policy_is_to_be_asked(&q.person, &q.person.memberships[0]));
  org->enforcement = q.person.governing.enforcement = ENFORCEMENT_DOMAINS;
  q.person.memberships[0].role = ROLE_VIEWER;
  assert_false(policy_key_is_live(&q.person, &q.person.memberships[0]));
}

static void K9_a_refusal_closes_keys_that_go_by_a_sign_in_and_none_that_are_allowed(void **state)
{
  (void)state;
  static const struct {
    enum keys keys;
    bool accepted;
  } CASES[] = {{KEYS_BY_DEFAULT, false}, {KEYS_RECENT, false}, {KEYS_DENY, false}, {KEYS_ALLOW, true}};
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    struct policy_question q = with_key(CASES[i].keys, 60);
    q.person.memberships[0].org.asked = ASKED_REFUSED;
    expect_row(&q, "K1", CASES[i].accepted ? VERDICT_GRANTED : VERDICT_REFUSED);
  }
}

static void K9_nobody_asks_about_the_suspended_or_where_the_setting_wants_no_word(void **state)
{
  (void)state;
  struct policy_question q = live(0, ASKED_TOKEN);
  assert_true(policy_is_to_be_asked(&q.person, &q.person.memberships[0]));
  q.person.memberships[0].suspended = true;
  assert_false(policy_is_to_be_asked(&q.person, &q.person.memberships[0]));
  q = live(0, ASKED_TOKEN);
  q.person.memberships[0].org.keys = KEYS_RECENT;
  assert_false(policy_is_to_be_asked(&q.person, &q.person.memberships[0]));
  q = live(0, ASKED_TOKEN);
  q.person.memberships[0].org.answered_at_s = NOW_S - 60;
  assert_false(policy_is_to_be_asked(&q.person, &q.person.memberships[0]));
  q = live(0, ASKED_NOBODY);
  assert_false(policy_is_to_be_asked(&q.person, &q.person.memberships[0]));
}

static void K1_the_default_asks_nothing_of_those_whose_password_is_accepted(void **state)
{
  (void)state;
  struct policy_question q = session(ENFORCEMENT_OFF, WAY_KEY, 0);
  expect_row(&q, "K1", VERDICT_GRANTED);
  q = session(ENFORCEMENT_OFF, WAY_KEY, 0);
  q.person.memberships[0].org.keys = q.person.governing.keys = KEYS_DENY;
  expect_row(&q, "K1", VERDICT_REFUSED);
}

static void K1_K2_a_key_opens_only_the_orgs_whose_rule_accepts_it(void **state)
{
  (void)state;
  struct policy_question q = session(ENFORCEMENT_OFF, WAY_KEY, 0);
  joins(&q, BETA, ENFORCEMENT_OFF)->org.keys = KEYS_DENY;
  struct policy_decision decision = decide(&q);
  assert_int_equal(decision.verdict, VERDICT_GRANTED);
  assert_int_equal(decision.opened_count, 1);
  assert_int_equal(decision.opened[0], ACME);
  q.person.governing = (struct policy_org){.id = 0}; // a guest: one org is enough
  assert_int_equal(decide(&q).verdict, VERDICT_GRANTED);
  q.person.memberships[0].org.keys = KEYS_DENY;
  expect_notice(&q, "K1", NOTICE_KEY_REFUSED);
}

static void K1_required_opens_with_key_and_sso_in_one_connection_only(void **state)
{
  (void)state;
  struct policy_question q = session(ENFORCEMENT_DOMAINS, WAY_SSO, ACME);
  q.person.memberships[0].org.keys = q.person.governing.keys = KEYS_REQUIRED;
  expect_notice(&q, "K2", NOTICE_NOT_OPEN);
  q.made.with_key = true;
  expect_row(&q, "K2", VERDICT_GRANTED);
  q.made.with_key = false;
  q.service = SERVICE_OTHER;
  expect_row(&q, "K2", VERDICT_GRANTED);
}

static void K2_each_org_objects_by_its_own_enforcement(void **state)
{
  (void)state;
  static const struct {
    enum way way;
    enum enforcement beta;
    int64_t through;
    size_t opened; // of Acme (domains, governing) and Beta
  } CASES[] = {
      {WAY_SSO, ENFORCEMENT_OFF, ACME, 2},      {WAY_SSO, ENFORCEMENT_DOMAINS, ACME, 2},
      {WAY_SSO, ENFORCEMENT_SSO_ONLY, ACME, 1}, {WAY_SSO, ENFORCEMENT_SSO_ONLY, BETA, 1},
      {WAY_PASSWORD, ENFORCEMENT_OFF, 0, 1},    {WAY_RECOVERY, ENFORCEMENT_OFF, 0, 1},
  };
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    struct policy_question q = session(ENFORCEMENT_DOMAINS, CASES[i].way, CASES[i].through);
    joins(&q, BETA, CASES[i].beta);
    assert_int_equal(decide(&q).opened_count, CASES[i].opened);
  }
}

static void L5_K2_an_owner_opens_their_own_org_by_password_and_by_recovery_code(void **state)
{
  (void)state;
  static const enum way WAYS[] = {WAY_PASSWORD, WAY_RECOVERY};
  for (size_t i = 0; i < COUNT_OF(WAYS); i++) {
    struct policy_question q = session(ENFORCEMENT_SSO_ONLY, WAYS[i], 0);
    expect_notice(&q, "K2", NOTICE_NOT_OPEN);
    q.person.memberships[0].role = ROLE_OWNER;
    expect_row(&q, "K2", VERDICT_GRANTED);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(K1_a_key_of_an_enforced_member_is_refused),
      cmocka_unit_test(K1_a_key_of_the_owner_is_accepted_governed_or_not),
      cmocka_unit_test(K1_a_key_of_a_guest_governed_elsewhere_follows_the_governing_org),
      cmocka_unit_test(K1_a_key_of_other_members_is_accepted),
      cmocka_unit_test(K1_locked_removed_suspended_and_unknown_are_refused_in_every_service),
      cmocka_unit_test(L4_a_locked_or_suspended_person_is_refused_after_the_prompts),
      cmocka_unit_test(K1_other_services_check_status_alone_and_open_unenforced_orgs),
      cmocka_unit_test(K2_sso_opens_the_org_and_a_password_does_not_where_it_objects),
      cmocka_unit_test(L3_a_session_without_a_store_is_refused),
      cmocka_unit_test(K1_each_value_of_keys_decides_as_it_says),
      cmocka_unit_test(K1_the_default_asks_nothing_of_those_whose_password_is_accepted),
      cmocka_unit_test(K9_live_counts_what_the_provider_says),
      cmocka_unit_test(K9_what_was_said_to_the_account_phase_serves_the_later_ones),
      cmocka_unit_test(K9_who_asks_nobody_goes_by_what_is_stored),
      cmocka_unit_test(K9_the_default_under_sso_only_is_live_where_the_provider_can_be_asked),
      cmocka_unit_test(K9_a_refusal_closes_keys_that_go_by_a_sign_in_and_none_that_are_allowed),
      cmocka_unit_test(K9_nobody_asks_about_the_suspended_or_where_the_setting_wants_no_word),
      cmocka_unit_test(K1_K2_a_key_opens_only_the_orgs_whose_rule_accepts_it),
      cmocka_unit_test(K1_required_opens_with_key_and_sso_in_one_connection_only),
      cmocka_unit_test(K2_each_org_objects_by_its_own_enforcement),
      cmocka_unit_test(L5_K2_an_owner_opens_their_own_org_by_password_and_by_recovery_code),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// Accounts that an org has linked with on-link=sso-only (POLICY "on-link"): no other way in counts until they are
// unlinked.
#include "change/org.h"
#include "change/password.h"
#include "facts/facts.h"
#include "policy/person.h"
#include "sign_ins.h"
#include "store/accounts.h"

#define ALICE "alice@acme.test"

// Alice, whose password was there before her first sign-in through Acme.
static void set_up_alice(void)
{
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(set_setting("on-link", "sso-only"), STATUS_OK);
  assert_int_equal(add_member(ALICE), STATUS_OK);
  assert_int_equal(set_password(ALICE, "correct-Horse-9"), STATUS_OK);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
}

static struct policy_person person_of(const char *login)
{
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  const struct facts_query of = {login, "sshd", "", 1000, "", NULL};
  struct facts facts;
  assert_int_equal(facts_load(txn, &of, &facts), STATUS_OK);
  record_done(&ACCOUNT_RECORD, &facts.account);
  return facts.person;
}

static void a_first_sign_in_leaves_the_provider_alone(void **state)
{
  (void)state;
  set_up_alice();
  assert_string_equal(get_account(ALICE).password, "");
  assert_int_equal(get_account(ALICE).sso_only_org, stored_org("acme").id);
  assert_int_equal(set_password(ALICE, "other-Horse-10"), STATUS_REFUSED);
  struct policy_person person = person_of(ALICE);
  assert_true(person.sso_only);
  person.governing.id = 0;
  person.social_here = true;
  person.invites[0] = (struct policy_invite){.via = VIA_CODE};
  person.invite_count = 1;
  assert_false(policy_takes_code(&person));
  assert_false(policy_takes_social(&person));
}

static void an_account_that_a_first_sign_in_makes_has_no_other_way_from_the_start(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(set_setting("on-link", "sso-only"), STATUS_OK);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
  assert_string_equal(sign_in_result.decision.row, "S11");
  assert_int_equal(get_account(ALICE).sso_only_org, stored_org("acme").id);
  assert_int_equal(set_password(ALICE, "other-Horse-10"), STATUS_REFUSED);
}

// Whose account the org is not in control of any more is not left without a way in.
static void the_rule_ends_with_the_orgs_control(void **state)
{
  (void)state;
  set_up_alice();
  assert_true(person_of(ALICE).sso_only);
  assert_int_equal(set_provisioning(PROVISIONING_INVITE_ONLY), STATUS_OK);
  assert_int_equal(remove_member(ALICE), STATUS_OK);
  assert_int_equal(remove_domain("acme", "acme.test"), STATUS_OK);
  assert_false(person_of(ALICE).sso_only);
  assert_int_equal(set_password(ALICE, "other-Horse-10"), STATUS_OK);
}

// An identity that is gone already leaves nothing behind.
static void unlinking_without_an_identity_lifts_it_too(void **state)
{
  (void)state;
  set_up_alice();
  assert_int_equal(store_lock(store), STATUS_OK);
  struct store_txn *txn = NULL;
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  struct account alice;
  assert_int_equal(account_by_email(txn, ALICE, &alice), STATUS_OK);
  assert_int_equal(identity_drop_all(txn, alice.id), STATUS_OK);
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
  assert_int_equal(unlink_identity(ALICE), STATUS_OK);
  assert_true(unlinked.changed);
  assert_int_equal(get_account(ALICE).sso_only_org, 0);
}

static void an_admins_link_does_what_a_first_sign_in_does(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(add_member(ALICE), STATUS_OK);
  assert_int_equal(set_setting("on-link", "sso-only"), STATUS_OK);
  assert_int_equal(link_identity(ALICE, "s-alice"), STATUS_OK); // without a password there is nothing to erase
  assert_int_equal(get_account(ALICE).sso_only_org, stored_org("acme").id);
  assert_int_equal(set_password(ALICE, "other-Horse-10"), STATUS_REFUSED);
}

static void unlinking_brings_the_other_ways_back(void **state)
{
  (void)state;
  set_up_alice();
  assert_int_equal(unlink_identity(ALICE), STATUS_OK);
  assert_int_equal(get_account(ALICE).sso_only_org, 0);
  assert_false(person_of(ALICE).sso_only);
  assert_int_equal(set_password(ALICE, "other-Horse-10"), STATUS_OK);
}

static void an_owner_is_excepted(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(set_setting("on-link", "sso-only"), STATUS_OK);
  assert_int_equal(link_identity("boss@example.org", "s-boss"), STATUS_OK);
  assert_int_equal(get_account("boss@example.org").sso_only_org, 0);
  assert_int_equal(set_password("boss@example.org", "other-Horse-10"), STATUS_OK);
}

static void under_keep_nothing_goes(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(add_member(ALICE), STATUS_OK);
  assert_int_equal(set_password(ALICE, "correct-Horse-9"), STATUS_OK);
  assert_int_equal(link_identity(ALICE, "s-alice"), STATUS_OK);
  assert_int_equal(get_account(ALICE).sso_only_org, 0);
  assert_string_not_equal(get_account(ALICE).password, "");
}

static void with_the_org_the_rule_goes_as_well(void **state)
{
  static struct change_done done_with;
  (void)state;
  set_up_alice();
  assert_int_equal(make(change_org_delete(&(struct org_delete){"acme"}, &done_with)), STATUS_OK);
  assert_false(person_of(ALICE).sso_only);
  assert_int_equal(set_password(ALICE, "other-Horse-10"), STATUS_OK);
}

// What another org's identity was is nobody's any more, and that org's admin links none.
static void identities_elsewhere_go_and_come_no_more(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(add_member(ALICE), STATUS_OK);
  assert_int_equal(store_lock(store), STATUS_OK);
  struct store_txn *txn = NULL;
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  struct account alice;
  assert_int_equal(account_by_email(txn, ALICE, &alice), STATUS_OK);
  const struct identity elsewhere = {
      .account_id = alice.id, .org_id = 4711, .registration = 1, .subject = "s-there", .issuer = "https://there.test"};
  assert_int_equal(identity_put(txn, &elsewhere), STATUS_OK);
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
  assert_int_equal(set_setting("on-link", "sso-only"), STATUS_OK);
  assert_int_equal(link_identity(ALICE, "s-alice"), STATUS_OK);
  assert_int_equal(count(TABLE_IDENTITIES), 1);
  assert_int_equal(count(TABLE_ACCOUNT_IDENTITIES), 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(a_first_sign_in_leaves_the_provider_alone),
      STORE_TEST(an_admins_link_does_what_a_first_sign_in_does),
      STORE_TEST(an_account_that_a_first_sign_in_makes_has_no_other_way_from_the_start),
      STORE_TEST(the_rule_ends_with_the_orgs_control),
      STORE_TEST(unlinking_without_an_identity_lifts_it_too),
      STORE_TEST(unlinking_brings_the_other_ways_back),
      STORE_TEST(an_owner_is_excepted),
      STORE_TEST(under_keep_nothing_goes),
      STORE_TEST(with_the_org_the_rule_goes_as_well),
      STORE_TEST(identities_elsewhere_go_and_come_no_more),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

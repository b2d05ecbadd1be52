// SPDX-License-Identifier: Apache-2.0
// Whose an account is when somebody signs in with its address: proofs of it, and what ends them.
#include "change/invite.h"
#include "confirmation.h"
#include "sign_ins.h"
#include "store/accounts.h"

static void identity_a_delegates_other_certificates_void_it_where_the_org_is_not_in_control(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(add_member("guest@far.example"), STATUS_OK);
  assert_int_equal(create_org("other", "guest@far.example"), STATUS_OK); // in another org too: nobody is in control
  assert_int_equal(link_identity("guest@far.example", "s-guest"), STATUS_OK);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
  assert_int_equal(sign_in("guest@far.example", "guest@far.example", "s-guest"), STATUS_OK);
  assert_int_equal(set_ca("client", "evil", false), STATUS_OK);
  assert_int_equal(sign_in("guest@far.example", "guest@far.example", "s-guest"), STATUS_REFUSED);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
}

static void H77_an_address_proven_before_a_domain_changed_hands_is_not_proven(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
  assert_int_equal(remove_domain("acme", "acme.test"), STATUS_OK);
  assert_int_equal(add_domain("acme", "acme.test"), STATUS_OK);
  assert_int_equal(verify_domain("acme", "acme.test"), STATUS_OK);
  assert_int_equal(unlink_identity(ALICE), STATUS_OK);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK); // the same org with no other between: the same proof
  assert_string_equal(sign_in_result.row, "S7");
  assert_int_equal(remove_domain("acme", "acme.test"), STATUS_OK);
  assert_int_equal(create_org("other", "boss@other.example"), STATUS_OK);
  assert_int_equal(add_domain("other", "acme.test"), STATUS_OK);
  assert_int_equal(verify_domain("other", "acme.test"), STATUS_OK);
  assert_int_equal(remove_domain("other", "acme.test"), STATUS_OK);
  assert_int_equal(add_domain("acme", "acme.test"), STATUS_OK);
  assert_int_equal(verify_domain("acme", "acme.test"), STATUS_OK);
  assert_int_equal(unlink_identity(ALICE), STATUS_OK);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_REFUSED);
  assert_string_equal(sign_in_result.decision.row, "S8");
}

static enum status use_code(const char *email)
{
  struct invite_created created;
  const struct invite_create invite = {"acme", email, ROLE_VIEWER, VIA_CODE, "$y$code", INT64_MAX, {0, NULL}};
  assert_int_equal(make(change_invite_create(&invite, &created)), STATUS_OK);
  const struct code_sign_in in = {email, "acme", "$y$code", "$y$chosen", false, {false, 0}};
  return make(change_code_sign_in(&in, &sign_in_result));
}

static void H62_H63_an_account_used_by_code_is_neither_inherited_nor_given_an_org(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(remove_domain("acme", "acme.test"), STATUS_OK);
  assert_int_equal(use_code(ALICE), STATUS_OK);
  assert_int_equal(add_domain("acme", "acme.test"), STATUS_OK);
  assert_int_equal(verify_domain("acme", "acme.test"), STATUS_OK);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_REFUSED);
  assert_string_equal(sign_in_result.decision.row, "S8");
  assert_int_equal(sign_in_result.decision.ask, ASK_PASSWORD);
  assert_int_equal(create_org("hers", ALICE), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "account retire"));
  assert_int_equal(give_role(ALICE, ROLE_ADMIN), STATUS_REFUSED);
  assert_int_equal(transfer_acme(ALICE), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "account retire"));
  assert_int_equal(create_org("other", "boss@other.example"), STATUS_OK);
  struct member_add in = new_member(ALICE);
  in.org = "other";
  assert_int_equal(add(&in), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "email=proven"));
}

// As an earlier build stored it: who came by a code is known by the membership alone.
static void H62_an_account_that_was_used_before_codes_were_noted_is_not_inherited(void **state)
{
  (void)state;
  struct store_txn *txn = NULL;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(remove_domain("acme", "acme.test"), STATUS_OK);
  assert_int_equal(use_code(ALICE), STATUS_OK);
  struct account account = get_account(ALICE);
  account.code_used = 0;
  assert_int_equal(store_lock(store), STATUS_OK);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  assert_int_equal(account_update(txn, &account), STATUS_OK);
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
  assert_int_equal(add_domain("acme", "acme.test"), STATUS_OK);
  assert_int_equal(verify_domain("acme", "acme.test"), STATUS_OK);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_REFUSED);
  assert_string_equal(sign_in_result.decision.row, "S8");
}

static void identity_a_connection_that_was_removed_and_made_again_is_another_one(void **state)
{
  (void)state;
  const struct connection_remove removed = {"acme", false};
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(add_member("guest@far.example"), STATUS_OK);
  assert_int_equal(create_org("other", "guest@far.example"), STATUS_OK);
  assert_int_equal(link_identity("guest@far.example", "s-guest"), STATUS_OK);
  assert_int_equal(sign_in("guest@far.example", "guest@far.example", "s-guest"), STATUS_OK);
  assert_int_equal(make_as(BOSS, RIGHT_ORG, change_connection_remove(&removed, &done)), STATUS_OK);
  assert_int_equal(set_ca("client", "evil", false), STATUS_OK);
  assert_int_equal(sign_in("guest@far.example", "guest@far.example", "s-guest"), STATUS_REFUSED);
}

static void S14_whoever_is_to_stay_out_is_not_retired(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
  assert_int_equal(suspend_member(ALICE), STATUS_OK);
  assert_int_equal(retire_account(ALICE), STATUS_REFUSED);
  assert_int_equal(resume_member(ALICE), STATUS_OK);
  assert_int_equal(lock_account(ALICE), STATUS_OK);
  assert_int_equal(retire_account(ALICE), STATUS_REFUSED);
  assert_int_equal(unlock_account(ALICE), STATUS_OK);
  assert_int_equal(retire_account(ALICE), STATUS_OK);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK); // somebody new, by the invite that waited
  assert_string_equal(sign_in_result.row, "S10");
}

// A good person whom root added, who used a password, and whose org proved the domain later.
static void S7_an_account_that_an_operator_added_is_its_persons_own(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(add_member(ALICE), STATUS_OK);
  assert_int_equal(set_password(ALICE, "correct horse"), STATUS_OK);
  assert_int_equal(sign_in_by_password(ALICE), STATUS_OK);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
  assert_string_equal(sign_in_result.row, "S7");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(identity_a_delegates_other_certificates_void_it_where_the_org_is_not_in_control),
      STORE_TEST(H77_an_address_proven_before_a_domain_changed_hands_is_not_proven),
      STORE_TEST(H62_H63_an_account_used_by_code_is_neither_inherited_nor_given_an_org),
      STORE_TEST(H62_an_account_that_was_used_before_codes_were_noted_is_not_inherited),
      STORE_TEST(identity_a_connection_that_was_removed_and_made_again_is_another_one),
      STORE_TEST(S14_whoever_is_to_stay_out_is_not_retired),
      STORE_TEST(S7_an_account_that_an_operator_added_is_its_persons_own),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

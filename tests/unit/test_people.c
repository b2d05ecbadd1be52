// SPDX-License-Identifier: Apache-2.0
// What admins do to people who are there: roles, suspension, transfer, lock, rename, removal with its tombstones.
#include "published.h"
#include "sign_ins.h"
#include "store/accounts.h"
#include "store/numbers_store.h"
#include "store/orgs.h"

#define BOSS "boss@example.org"
#define ALICE "alice@acme.test"

static struct membership membership_of(const char *login)
{
  int64_t org_id = stored_org("acme").id; // one transaction at a time
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  struct account account;
  struct membership membership;
  assert_int_equal(account_by_login(txn, login, &account), STATUS_OK);
  assert_int_equal(membership_get(txn, account.id, org_id, &membership), STATUS_OK);
  return membership;
}

static void set_up(void)
{
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
}

static void a_role_changes_groups_at_once(void **state)
{
  (void)state;
  set_up();
  assert_int_equal(published_groups(ALICE), 1);
  assert_int_equal(give_role(ALICE, ROLE_ADMIN), STATUS_OK);
  assert_true(done.changed);
  assert_int_equal(published_groups(ALICE), 2);
  uint64_t events = count(TABLE_AUDIT);
  assert_int_equal(give_role(ALICE, ROLE_ADMIN), STATUS_OK);
  assert_false(done.changed);
  assert_int_equal(count(TABLE_AUDIT), events);
  assert_int_equal(give_role(ALICE, ROLE_VIEWER), STATUS_OK);
  assert_int_equal(published_groups(ALICE), 1);
}

static void L4_a_suspended_member_has_no_groups_and_does_not_sign_in(void **state)
{
  (void)state;
  set_up();
  assert_int_equal(suspend_member(ALICE), STATUS_OK);
  assert_int_equal(published_groups(ALICE), 0);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_REFUSED);
  assert_string_equal(sign_in_result.decision.row, "S1");
  assert_int_equal(suspend_member(ALICE), STATUS_OK);
  assert_false(changed_member.changed);
  assert_int_equal(resume_member(ALICE), STATUS_OK);
  assert_int_equal(published_groups(ALICE), 1);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
}

static void S1_a_locked_account_does_not_sign_in_until_it_is_unlocked(void **state)
{
  (void)state;
  set_up();
  assert_int_equal(lock_account(ALICE), STATUS_OK);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_REFUSED);
  assert_string_equal(sign_in_result.decision.row, "S1");
  assert_int_equal(unlock_account(ALICE), STATUS_OK);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
}

static enum status demote(const char *email)
{
  return give_role(email, ROLE_VIEWER);
}

static void E4_the_owner_is_not_demoted_suspended_removed_or_locked(void **state)
{
  (void)state;
  static enum status (*const WHAT[])(const char *email) = {demote,        suspend_member, resume_member,
                                                           remove_member, lock_account,   remove_account};
  set_up();
  uint64_t events = count(TABLE_AUDIT);
  for (size_t i = 0; i < COUNT_OF(WHAT); i++) {
    assert_int_equal(WHAT[i](BOSS), STATUS_REFUSED);
    assert_non_null(strstr(error.text, "org transfer"));
  }
  assert_int_equal(count(TABLE_AUDIT), events);
  assert_int_equal(membership_of(BOSS).role, ROLE_OWNER);
}

static void E4_an_org_is_transferred_and_the_old_owner_is_an_admin(void **state)
{
  (void)state;
  set_up();
  assert_int_equal(transfer_acme("nobody@acme.test"), STATUS_NOT_FOUND);
  assert_int_equal(transfer_acme(ALICE), STATUS_OK);
  assert_int_equal(membership_of(ALICE).role, ROLE_OWNER);
  assert_int_equal(membership_of(BOSS).role, ROLE_ADMIN);
  int64_t owner_id = stored_org("acme").owner_id;
  assert_int_equal(owner_id, get_account(ALICE).id);
  assert_int_equal(transfer_acme(ALICE), STATUS_OK);
  assert_false(done.changed);
  assert_int_equal(remove_member(BOSS), STATUS_OK);
}

static void E3_while_enforced_the_new_owner_needs_a_tried_password(void **state)
{
  (void)state;
  set_up();
  assert_int_equal(enforce_as_owner(ENFORCEMENT_DOMAINS), STATUS_OK);
  assert_int_equal(transfer_acme(ALICE), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "no password"));
  assert_int_equal(set_password(ALICE, "correct horse"), STATUS_OK);
  assert_int_equal(transfer_acme(ALICE), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "never signed in"));
  assert_int_equal(membership_of(BOSS).role, ROLE_OWNER);
}

static void a_locked_or_suspended_member_is_not_made_owner(void **state)
{
  (void)state;
  set_up();
  assert_int_equal(lock_account(ALICE), STATUS_OK);
  assert_int_equal(transfer_acme(ALICE), STATUS_REFUSED);
  assert_int_equal(unlock_account(ALICE), STATUS_OK);
  assert_int_equal(suspend_member(ALICE), STATUS_OK);
  assert_int_equal(transfer_acme(ALICE), STATUS_REFUSED);
}

static void H08_a_rename_keeps_number_home_and_memberships(void **state)
{
  (void)state;
  set_up();
  struct account before = get_account(ALICE);
  assert_int_equal(rename_account(ALICE, "alice"), STATUS_OK);
  struct account after = get_account("alice");
  assert_int_equal(after.uid, before.uid);
  assert_string_equal(after.home, before.home);
  assert_int_equal(membership_of("alice").role, ROLE_VIEWER);
  assert_int_equal(published_groups("alice"), 1);
  // Her address is no login any more, and gives nobody an account.
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_REFUSED);
  assert_string_equal(sign_in_result.decision.row, "S2");
  assert_int_equal(count(TABLE_ACCOUNTS), 2);
}

static void N2_a_login_that_is_taken_or_illegal_is_refused(void **state)
{
  (void)state;
  static const char *const NAMES[] = {
      "boss@example.org", "bob@acme.test", "acme", "acme-admins", "root", "Alice", "", "-a", "a:b"};
  set_up();
  for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
    enum status status = rename_account(ALICE, NAMES[i]);
    assert_true(status == STATUS_INVALID || status == STATUS_EXISTS);
    assert_true(error.text[0] != '\0');
  }
  assert_int_equal(rename_account(ALICE, ALICE), STATUS_OK);
  assert_false(done.changed);
}

static void D1_a_removed_account_leaves_tombstones_for_name_and_number(void **state)
{
  (void)state;
  set_up();
  uint32_t uid = get_account(ALICE).uid;
  assert_int_equal(remove_account(ALICE), STATUS_OK);
  assert_int_equal(count(TABLE_ACCOUNTS), 1);
  assert_int_equal(count(TABLE_IDENTITIES), 0);
  assert_int_equal(count(TABLE_ACCOUNT_IDENTITIES), 0);
  assert_int_equal(count(TABLE_MEMBERSHIPS), 1);
  assert_int_equal(count(TABLE_ORG_MEMBERS), 1);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_REFUSED);
  assert_string_equal(sign_in_result.decision.row, "S12");
  // An admin may want her back; the number is another one.
  assert_int_equal(invite_to_acme(ALICE, ROLE_VIEWER, INT32_MAX), STATUS_OK);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
  assert_string_equal(sign_in_result.decision.row, "S10");
  assert_int_not_equal(get_account(ALICE).uid, uid);
  assert_int_equal(count(TABLE_TOMBSTONES), 0);
}

static void D1_a_removed_account_with_another_login_does_not_come_back_either(void **state)
{
  (void)state;
  struct member_add bob = new_member("bob@acme.test");
  set_up();
  assert_int_equal(rename_account(ALICE, "alice"), STATUS_OK);
  assert_int_equal(remove_account(ALICE), STATUS_OK);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_REFUSED);
  assert_string_equal(sign_in_result.decision.row, "S12");
  bob.login = "bob";
  assert_int_equal(add(&bob), STATUS_OK);
  assert_int_equal(remove_account("bob@acme.test"), STATUS_OK);
  assert_int_equal(sign_in("bob@acme.test", "bob@acme.test", "s-bob"), STATUS_REFUSED);
}

static void two_accounts_never_share_a_home(void **state)
{
  (void)state;
  struct member_add carol = new_member("carol@acme.test");
  set_up();
  assert_int_equal(rename_account(ALICE, "alice"), STATUS_OK);
  assert_int_equal(rename_account(ALICE, "alix"), STATUS_OK);
  carol.home = "/home/" ALICE;
  assert_int_equal(add(&carol), STATUS_EXISTS);
  assert_non_null(strstr(error.text, "is that of account \"alix\""));
  carol.home = "";
  assert_int_equal(add(&carol), STATUS_OK);
}

static void a_home_is_free_again_when_its_account_is_gone(void **state)
{
  (void)state;
  struct member_add carol = new_member("carol@acme.test");
  set_up();
  carol.home = "/home/dave@acme.test";
  assert_int_equal(add(&carol), STATUS_OK);
  assert_int_equal(add_member("dave@acme.test"), STATUS_EXISTS);
  assert_non_null(strstr(error.text, "is that of account \"carol@acme.test\""));
  assert_int_equal(remove_account("carol@acme.test"), STATUS_OK);
  assert_int_equal(add_member("dave@acme.test"), STATUS_OK);
}

static void a_locked_account_has_no_groups_and_is_made_no_owner(void **state)
{
  (void)state;
  set_up();
  assert_int_equal(lock_account(ALICE), STATUS_OK);
  assert_int_equal(published_groups(ALICE), 0);
  assert_int_equal(remove_member(ALICE), STATUS_OK);
  assert_int_equal(create_org("other", ALICE), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "locked"));
}

static void D1_an_invite_that_waits_is_gone_with_the_account(void **state)
{
  (void)state;
  set_up();
  assert_int_equal(remove_member(ALICE), STATUS_OK);
  assert_int_equal(invite_to_acme(ALICE, ROLE_VIEWER, INT32_MAX), STATUS_OK);
  assert_int_equal(remove_account(ALICE), STATUS_OK);
  assert_int_equal(count(TABLE_INVITES), 0);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_REFUSED);
}

static void E6_a_removed_member_comes_back_under_jit_with_the_default_role(void **state)
{
  (void)state;
  set_up();
  assert_int_equal(give_role(ALICE, ROLE_ADMIN), STATUS_OK);
  assert_int_equal(remove_member(ALICE), STATUS_OK);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
  assert_int_equal(membership_of(ALICE).role, ROLE_VIEWER);
  assert_int_equal(membership_of(ALICE).source, SOURCE_SSO);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(a_role_changes_groups_at_once),
      STORE_TEST(L4_a_suspended_member_has_no_groups_and_does_not_sign_in),
      STORE_TEST(S1_a_locked_account_does_not_sign_in_until_it_is_unlocked),
      STORE_TEST(E4_the_owner_is_not_demoted_suspended_removed_or_locked),
      STORE_TEST(E4_an_org_is_transferred_and_the_old_owner_is_an_admin),
      STORE_TEST(E3_while_enforced_the_new_owner_needs_a_tried_password),
      STORE_TEST(a_locked_or_suspended_member_is_not_made_owner),
      STORE_TEST(H08_a_rename_keeps_number_home_and_memberships),
      STORE_TEST(N2_a_login_that_is_taken_or_illegal_is_refused),
      STORE_TEST(D1_a_removed_account_leaves_tombstones_for_name_and_number),
      STORE_TEST(D1_a_removed_account_with_another_login_does_not_come_back_either),
      STORE_TEST(two_accounts_never_share_a_home),
      STORE_TEST(a_home_is_free_again_when_its_account_is_gone),
      STORE_TEST(a_locked_account_has_no_groups_and_is_made_no_owner),
      STORE_TEST(D1_an_invite_that_waits_is_gone_with_the_account),
      STORE_TEST(E6_a_removed_member_comes_back_under_jit_with_the_default_role),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

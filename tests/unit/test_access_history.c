// SPDX-License-Identifier: Apache-2.0
// Who could get in at a time, on a real store: what has changed is kept, what has not costs nothing.
#include "base/clock.h"
#include "history.h"
#include "sign_ins.h"
#include "store/accounts.h"
#include "store/orgs.h"

static const char OTHER[] = "other@nowhere.example";

static void take_away(int64_t after_s)
{
  struct store_txn *txn = begin_at(after_s);
  assert_int_equal(membership_remove(txn, guest_id, org_id), STATUS_OK);
  end_moment(txn);
}

static void give_again(int64_t after_s)
{
  struct store_txn *txn = begin_at(after_s);
  const struct membership again = {.account_id = guest_id, .org_id = org_id, .joined_at_s = began_s + after_s};
  assert_int_equal(membership_put(txn, &again), STATUS_OK);
  end_moment(txn);
}

static void expect_none(int64_t after_s)
{
  struct membership membership;
  assert_int_equal(member_at(after_s, &membership), STATUS_NOT_FOUND);
}

static void who_comes_new_is_known_from_then_on_and_leaves_no_record(void **state)
{
  (void)state;
  start_history();
  expect_none(-3600);
  expect_member(0, ROLE_VIEWER, MEMBER_ACTIVE);
  expect_member(3600, ROLE_VIEWER, MEMBER_ACTIVE);
  struct account_past account;
  struct org_past org;
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_int_equal(access_account_at(txn, guest_id, began_s - 3600, &account), STATUS_NOT_FOUND);
  assert_int_equal(access_account_at(txn, guest_id, began_s, &account), STATUS_OK);
  assert_string_equal(account.login, GUEST);
  assert_int_equal(access_org_at(txn, org_id, began_s - 3600, &org), STATUS_NOT_FOUND);
  assert_int_equal(access_org_at(txn, org_id, began_s, &org), STATUS_OK);
  assert_string_equal(org.slug, "acme");
}

static void what_a_membership_was_is_known_between_its_changes(void **state)
{
  (void)state;
  start_history();
  put_member(100, ROLE_ADMIN, MEMBER_ACTIVE);
  put_member(150, ROLE_ADMIN, MEMBER_ACTIVE); // as it was
  put_member(200, ROLE_ADMIN, MEMBER_SUSPENDED);
  take_away(300);
  give_again(400);
  put_member(500, ROLE_ADMIN, MEMBER_ACTIVE);
  assert_int_equal(count(TABLE_ACCESS), 4 * 2); // each with its place in the order
  expect_member(99, ROLE_VIEWER, MEMBER_ACTIVE);
  expect_member(100, ROLE_ADMIN, MEMBER_ACTIVE);
  expect_member(199, ROLE_ADMIN, MEMBER_ACTIVE);
  expect_member(200, ROLE_ADMIN, MEMBER_SUSPENDED);
  expect_member(299, ROLE_ADMIN, MEMBER_SUSPENDED);
  expect_none(300);
  expect_none(399);
  expect_member(400, ROLE_VIEWER, MEMBER_ACTIVE);
  expect_member(499, ROLE_VIEWER, MEMBER_ACTIVE);
  expect_member(500, ROLE_ADMIN, MEMBER_ACTIVE);
  expect_none(-3600);
}

static void what_has_come_to_its_end_is_ended_though_nobody_wrote_it_down(void **state)
{
  (void)state;
  start_history();
  struct store_txn *txn = begin_at(10);
  struct membership membership = read_member(txn);
  membership.until_s = began_s + 100;
  membership.role = ROLE_ADMIN;
  membership.role_until_s = began_s + 50;
  assert_int_equal(membership_put(txn, &membership), STATUS_OK);
  end_moment(txn);
  expect_member(49, ROLE_ADMIN, MEMBER_ACTIVE);
  expect_member(50, ROLE_VIEWER, MEMBER_ACTIVE);
  expect_member(99, ROLE_VIEWER, MEMBER_ACTIVE);
  expect_member(100, ROLE_VIEWER, MEMBER_SUSPENDED);
}

static void a_sign_in_that_changes_nothing_writes_nothing(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "s-alice"), STATUS_OK);
  assert_int_equal(add_member(GUEST), STATUS_OK);
  assert_int_equal(set_password(GUEST, "correct horse battery"), STATUS_OK);
  uint64_t before = count(TABLE_ACCESS);
  int64_t signed_in_s = seen_here("alice@acme.test").last_sign_in_at_s;
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "s-alice"), STATUS_OK);
  assert_int_equal(sign_in_by_password(GUEST), STATUS_OK);
  assert_true(seen_here("alice@acme.test").last_sign_in_at_s >= signed_in_s);
  assert_int_not_equal(seen_here(GUEST).last_sign_in_at_s, 0);
  assert_int_equal(count(TABLE_ACCESS), before);
}

static struct account_past account_at(int64_t id, int64_t after_s)
{
  struct account_past account;
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_int_equal(access_account_at(txn, id, began_s + after_s, &account), STATUS_OK);
  return account;
}

static void what_an_account_was_is_known(void **state)
{
  (void)state;
  start_history();
  struct account account = get_account(GUEST);
  struct store_txn *txn = begin_at(100);
  assert_int_equal(account_rename(txn, &account, "guesty", began_s + 100), STATUS_OK);
  assert_string_equal(account.login, "guesty");
  end_moment(txn);
  txn = begin_at(200);
  account.status = ACCOUNT_LOCKED;
  assert_int_equal(account_update(txn, &account), STATUS_OK);
  end_moment(txn);
  txn = begin_at(250);
  (void)snprintf(account.name, sizeof account.name, "Guest");
  assert_int_equal(account_update(txn, &account), STATUS_OK);
  end_moment(txn);
  txn = begin_at(300);
  (void)snprintf(account.password, sizeof account.password, "$y$j9T$x");
  assert_int_equal(account_update(txn, &account), STATUS_OK);
  end_moment(txn);
  txn = begin_at(400);
  assert_int_equal(account_remove(txn, &account, began_s + 400), STATUS_OK);
  end_moment(txn);
  assert_int_equal(count(TABLE_ACCESS), 4 * 2);
  assert_string_equal(account_at(guest_id, 99).login, GUEST);
  assert_string_equal(account_at(guest_id, 100).login, "guesty");
  assert_int_equal(account_at(guest_id, 199).status, ACCOUNT_ACTIVE);
  assert_int_equal(account_at(guest_id, 200).status, ACCOUNT_LOCKED);
  assert_false(account_at(guest_id, 299).has_password);
  assert_true(account_at(guest_id, 399).has_password);
  struct account_past gone;
  struct store_txn *read CLEANUP(store_abort) = read_txn();
  assert_int_equal(access_account_at(read, guest_id, began_s + 400, &gone), STATUS_NOT_FOUND);
}

static void what_an_org_was_is_known_and_so_is_one_that_is_gone(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT); // with a connection
  assert_int_equal(add_member(GUEST), STATUS_OK);
  began_s = clock_now_s() + 10;
  struct org org = stored_org("acme");
  org_id = org.id;
  guest_id = get_account(GUEST).id;
  struct store_txn *txn = begin_at(100);
  org.enforcement = ENFORCEMENT_SSO_ONLY;
  org.help[0] = 'x';
  assert_int_equal(org_update(txn, &org), STATUS_OK);
  end_moment(txn);
  txn = begin_at(200);
  assert_int_equal(org_rename(txn, &org, "other"), STATUS_OK);
  assert_string_equal(org.slug, "other");
  end_moment(txn);
  txn = begin_at(300);
  assert_int_equal(connection_remove(txn, org_id, CONNECTION_ACTIVE), STATUS_OK);
  end_moment(txn);
  struct connection connection = new_connection("ssoorg");
  connection.org_id = org_id;
  txn = begin_at(350);
  assert_int_equal(connection_put(txn, CONNECTION_ACTIVE, &connection), STATUS_OK);
  end_moment(txn);
  record_done(&CONNECTION_RECORD, &connection);
  txn = begin_at(400);
  assert_int_equal(org_remove(txn, &org), STATUS_OK);
  end_moment(txn);
  expect_member(399, ROLE_VIEWER, MEMBER_ACTIVE);
  expect_none(400);
  struct org_past past;
  struct store_txn *read CLEANUP(store_abort) = read_txn();
  assert_int_equal(access_org_at(read, org_id, began_s + 99, &past), STATUS_OK);
  assert_int_equal(past.enforcement, ENFORCEMENT_OFF);
  assert_string_equal(past.slug, "acme");
  assert_string_not_equal(past.issuer, "");
  assert_int_equal(access_org_at(read, org_id, began_s + 199, &past), STATUS_OK);
  assert_int_equal(past.enforcement, ENFORCEMENT_SSO_ONLY);
  assert_string_equal(past.slug, "acme");
  assert_int_equal(access_org_at(read, org_id, began_s + 299, &past), STATUS_OK);
  assert_string_equal(past.slug, "other");
  assert_string_not_equal(past.issuer, "");
  assert_int_equal(access_org_at(read, org_id, began_s + 349, &past), STATUS_OK);
  assert_string_equal(past.issuer, "");
  assert_int_equal(access_org_at(read, org_id, began_s + 399, &past), STATUS_OK);
  assert_string_not_equal(past.issuer, "");
  assert_int_equal(access_org_at(read, org_id, began_s + 400, &past), STATUS_NOT_FOUND);
}

struct seen {
  size_t count;
  int64_t ids[16];
};

static enum status see(void *context, int64_t id)
{
  struct seen *seen = context;
  assert_true(seen->count < COUNT_OF(seen->ids));
  seen->ids[seen->count++] = id;
  return STATUS_OK;
}

static void everybody_is_found_once_and_in_order(void **state)
{
  (void)state;
  start_history();
  struct seen seen = {0};
  struct seen orgs = {0};
  int64_t owner_id = stored_org("acme").owner_id;
  assert_int_equal(add_member(OTHER), STATUS_OK);
  put_member(100, ROLE_ADMIN, MEMBER_ACTIVE);
  put_member(200, ROLE_VIEWER, MEMBER_ACTIVE); // twice in the history, and there
  int64_t other_id = get_account(OTHER).id;
  assert_int_equal(add_member("last@nowhere.example"), STATUS_OK);
  int64_t last_id = get_account("last@nowhere.example").id;
  assert_int_equal(remove_member("last@nowhere.example"), STATUS_OK); // only in the history
  assert_int_equal(create_org("beta", "boss@beta.test"), STATUS_OK);
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_int_equal(access_each_member(txn, org_id, see, &seen), STATUS_OK);
  assert_int_equal(seen.count, 4);
  assert_int_equal(seen.ids[0], owner_id);
  assert_int_equal(seen.ids[1], guest_id);
  assert_int_equal(seen.ids[2], other_id);
  assert_int_equal(seen.ids[3], last_id);
  assert_int_equal(access_each_org(txn, see, &orgs), STATUS_OK);
  assert_int_equal(orgs.count, 2);
  assert_int_equal(orgs.ids[0], org_id);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(who_comes_new_is_known_from_then_on_and_leaves_no_record),
      STORE_TEST(what_a_membership_was_is_known_between_its_changes),
      STORE_TEST(what_has_come_to_its_end_is_ended_though_nobody_wrote_it_down),
      STORE_TEST(a_sign_in_that_changes_nothing_writes_nothing),
      STORE_TEST(what_an_account_was_is_known),
      STORE_TEST(what_an_org_was_is_known_and_so_is_one_that_is_gone),
      STORE_TEST(everybody_is_found_once_and_in_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

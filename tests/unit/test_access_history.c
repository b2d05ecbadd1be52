// SPDX-License-Identifier: Apache-2.0
// Who could get in at a time, on a real store: what has changed is kept, what has not costs nothing.
#include <unistd.h>

#include "base/clock.h"
#include "sign_ins.h"
#include "store/access_history.h"
#include "store/access_kind.h"
#include "store/accounts.h"
#include "store/audit.h"
#include "store/orgs.h"

static const char GUEST[] = "guest@nowhere.example";
static const char OTHER[] = "other@nowhere.example";

static int64_t began_s; // moments of a test count from here
static int64_t org_id;
static int64_t guest_id;

static struct store_txn *begin(int64_t after_s)
{
  struct store_txn *txn = NULL;
  assert_int_equal(store_lock(store), STATUS_OK);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  store_set_moment(txn, began_s + after_s);
  return txn;
}

static void end(struct store_txn *txn)
{
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
}

static void start(void)
{
  create_acme();
  assert_int_equal(add_member(GUEST), STATUS_OK);
  began_s = clock_now_s();
  org_id = stored_org("acme").id;
  guest_id = get_account(GUEST).id;
  assert_int_equal(count(TABLE_ACCESS), 0);
}

static struct membership stored(struct store_txn *txn)
{
  struct membership membership;
  assert_int_equal(membership_get(txn, guest_id, org_id, &membership), STATUS_OK);
  return membership;
}

// Gives the guest's membership these values, so long after the beginning.
static void put(int64_t after_s, enum role role, enum member_status status)
{
  struct store_txn *txn = begin(after_s);
  struct membership membership = stored(txn);
  membership.role = (uint8_t)role;
  membership.status = (uint8_t)status;
  assert_int_equal(membership_put(txn, &membership), STATUS_OK);
  end(txn);
}

static void take_away(int64_t after_s)
{
  struct store_txn *txn = begin(after_s);
  assert_int_equal(membership_remove(txn, guest_id, org_id), STATUS_OK);
  end(txn);
}

static void give_again(int64_t after_s)
{
  struct store_txn *txn = begin(after_s);
  const struct membership again = {.account_id = guest_id, .org_id = org_id, .joined_at_s = began_s + after_s};
  assert_int_equal(membership_put(txn, &again), STATUS_OK);
  end(txn);
}

static enum status member_at(int64_t after_s, struct membership *ret_membership)
{
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  return access_member_at(txn, guest_id, org_id, began_s + after_s, ret_membership);
}

static void expect(int64_t after_s, enum role role, enum member_status status)
{
  struct membership membership;
  assert_int_equal(member_at(after_s, &membership), STATUS_OK);
  assert_int_equal(membership.role, role);
  assert_int_equal(membership.status, status);
}

static void expect_none(int64_t after_s)
{
  struct membership membership;
  assert_int_equal(member_at(after_s, &membership), STATUS_NOT_FOUND);
}

static void who_comes_new_is_known_from_then_on_and_leaves_no_record(void **state)
{
  (void)state;
  start();
  expect_none(-3600);
  expect(0, ROLE_VIEWER, MEMBER_ACTIVE);
  expect(3600, ROLE_VIEWER, MEMBER_ACTIVE);
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
  start();
  put(100, ROLE_ADMIN, MEMBER_ACTIVE);
  put(150, ROLE_ADMIN, MEMBER_ACTIVE); // as it was
  put(200, ROLE_ADMIN, MEMBER_SUSPENDED);
  take_away(300);
  give_again(400);
  put(500, ROLE_ADMIN, MEMBER_ACTIVE);
  assert_int_equal(count(TABLE_ACCESS), 4 * 2); // each with its place in the order
  expect(99, ROLE_VIEWER, MEMBER_ACTIVE);
  expect(100, ROLE_ADMIN, MEMBER_ACTIVE);
  expect(199, ROLE_ADMIN, MEMBER_ACTIVE);
  expect(200, ROLE_ADMIN, MEMBER_SUSPENDED);
  expect(299, ROLE_ADMIN, MEMBER_SUSPENDED);
  expect_none(300);
  expect_none(399);
  expect(400, ROLE_VIEWER, MEMBER_ACTIVE);
  expect(499, ROLE_VIEWER, MEMBER_ACTIVE);
  expect(500, ROLE_ADMIN, MEMBER_ACTIVE);
  expect_none(-3600);
}

static void what_has_come_to_its_end_is_ended_though_nobody_wrote_it_down(void **state)
{
  (void)state;
  start();
  struct store_txn *txn = begin(10);
  struct membership membership = stored(txn);
  membership.until_s = began_s + 100;
  membership.role = ROLE_ADMIN;
  membership.role_until_s = began_s + 50;
  assert_int_equal(membership_put(txn, &membership), STATUS_OK);
  end(txn);
  expect(49, ROLE_ADMIN, MEMBER_ACTIVE);
  expect(50, ROLE_VIEWER, MEMBER_ACTIVE);
  expect(99, ROLE_VIEWER, MEMBER_ACTIVE);
  expect(100, ROLE_VIEWER, MEMBER_SUSPENDED);
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
  start();
  struct account account = get_account(GUEST);
  struct store_txn *txn = begin(100);
  assert_int_equal(account_rename(txn, &account, "guesty", began_s + 100), STATUS_OK);
  assert_string_equal(account.login, "guesty");
  end(txn);
  txn = begin(200);
  account.status = ACCOUNT_LOCKED;
  assert_int_equal(account_update(txn, &account), STATUS_OK);
  end(txn);
  txn = begin(250);
  (void)snprintf(account.name, sizeof account.name, "Guest");
  assert_int_equal(account_update(txn, &account), STATUS_OK);
  end(txn);
  txn = begin(300);
  (void)snprintf(account.password, sizeof account.password, "$y$j9T$x");
  assert_int_equal(account_update(txn, &account), STATUS_OK);
  end(txn);
  txn = begin(400);
  assert_int_equal(account_remove(txn, &account, began_s + 400), STATUS_OK);
  end(txn);
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
  struct store_txn *txn = begin(100);
  org.enforcement = ENFORCEMENT_SSO_ONLY;
  org.help[0] = 'x';
  assert_int_equal(org_update(txn, &org), STATUS_OK);
  end(txn);
  txn = begin(200);
  assert_int_equal(org_rename(txn, &org, "other"), STATUS_OK);
  assert_string_equal(org.slug, "other");
  end(txn);
  txn = begin(300);
  assert_int_equal(connection_remove(txn, org_id, CONNECTION_ACTIVE), STATUS_OK);
  end(txn);
  struct connection connection = new_connection("ssoorg");
  connection.org_id = org_id;
  txn = begin(350);
  assert_int_equal(connection_put(txn, CONNECTION_ACTIVE, &connection), STATUS_OK);
  end(txn);
  record_done(&CONNECTION_RECORD, &connection);
  txn = begin(400);
  assert_int_equal(org_remove(txn, &org), STATUS_OK);
  end(txn);
  expect(399, ROLE_VIEWER, MEMBER_ACTIVE);
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
  start();
  struct seen seen = {0};
  struct seen orgs = {0};
  int64_t owner_id = stored_org("acme").owner_id;
  assert_int_equal(add_member(OTHER), STATUS_OK);
  put(100, ROLE_ADMIN, MEMBER_ACTIVE);
  put(200, ROLE_VIEWER, MEMBER_ACTIVE); // twice in the history, and there
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

static void trimming_takes_no_answer_that_is_kept_for(void **state)
{
  (void)state;
  start();
  int64_t since_s = 0;
  for (int i = 1; i <= 20; i++) {
    put(100 * i, i % 2 == 0 ? ROLE_VIEWER : ROLE_ADMIN, MEMBER_ACTIVE);
  }
  assert_int_equal(count(TABLE_ACCESS), 20 * 2);
  for (int i = 0; i < 3; i++) { // a few at a time
    struct store_txn *txn = begin(5000);
    assert_int_equal(access_trim(txn, began_s + 1050), STATUS_OK);
    end(txn);
  }
  assert_int_equal(count(TABLE_ACCESS), 10 * 2);
  expect(1000, ROLE_VIEWER, MEMBER_ACTIVE);
  expect(1050, ROLE_VIEWER, MEMBER_ACTIVE);
  expect(1100, ROLE_ADMIN, MEMBER_ACTIVE);
  expect(2000, ROLE_VIEWER, MEMBER_ACTIVE);
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  int64_t from_s = 0;
  int64_t until_s = 0;
  bool unknown = false;
  assert_int_equal(access_since(txn, &since_s), STATUS_OK);
  assert_int_equal(since_s, began_s + 1000); // what ended last of what has gone
  assert_int_equal(access_is_unknown(txn, began_s + 999, &unknown, &from_s, &until_s), STATUS_OK);
  assert_true(unknown);
  assert_int_equal(from_s, 0);
  assert_int_equal(until_s, began_s + 1000);
  assert_int_equal(access_is_unknown(txn, began_s + 1000, &unknown, &from_s, &until_s), STATUS_OK);
  assert_false(unknown);
}

static void what_is_older_than_the_audit_trail_is_kept_goes_with_the_changes_that_follow(void **state)
{
  (void)state;
  start();
  int64_t since_s = 0;
  put(-3 * 86400, ROLE_ADMIN, MEMBER_ACTIVE);
  put(-2 * 86400, ROLE_VIEWER, MEMBER_ACTIVE);
  put(-3600, ROLE_ADMIN, MEMBER_ACTIVE);
  config.audit_keep_s = 86400;
  assert_int_equal(add_member(OTHER), STATUS_OK);
  config.audit_keep_s = 0;
  assert_int_equal(count(TABLE_ACCESS), 1 * 2);
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_int_equal(access_since(txn, &since_s), STATUS_OK);
  assert_true(since_s >= began_s - 600); // nothing is taken back of what was not known
}

static void of_before_the_store_was_made_and_of_gaps_nothing_is_known(void **state)
{
  (void)state;
  start();
  int64_t since_s = 0;
  int64_t from_s = 0;
  int64_t until_s = 0;
  bool unknown = true;
  struct store_txn *txn = begin(500);
  assert_int_equal(access_since(txn, &since_s), STATUS_OK);
  assert_in_range(since_s, began_s - 600, began_s);
  assert_int_equal(access_note_gap(txn, began_s + 200), STATUS_OK);
  assert_int_equal(access_is_unknown(txn, since_s - 1, &unknown, &from_s, &until_s), STATUS_OK);
  assert_true(unknown);
  assert_int_equal(until_s, since_s);
  assert_int_equal(access_is_unknown(txn, since_s, &unknown, &from_s, &until_s), STATUS_OK);
  assert_false(unknown);
  assert_int_equal(access_is_unknown(txn, began_s + 200, &unknown, &from_s, &until_s), STATUS_OK);
  assert_true(unknown);
  assert_int_equal(from_s, began_s + 200);
  assert_int_equal(until_s, began_s + 500);
  assert_int_equal(access_is_unknown(txn, began_s + 500, &unknown, &from_s, &until_s), STATUS_OK);
  assert_false(unknown);
  end(txn);
}

static void the_present_is_what_is_stored_whatever_the_clock_says(void **state)
{
  (void)state;
  start();
  struct membership membership;
  put(86400, ROLE_ADMIN, MEMBER_ACTIVE); // by a clock that was set back since
  expect(0, ROLE_VIEWER, MEMBER_ACTIVE);
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_int_equal(access_member_at(txn, guest_id, org_id, 0, &membership), STATUS_OK);
  assert_int_equal(membership.role, ROLE_ADMIN);
}

static void a_clock_that_was_ahead_for_a_while_hides_nothing_that_came_after(void **state)
{
  (void)state;
  start();
  put(86400, ROLE_ADMIN, MEMBER_ACTIVE); // by a clock that was set back since
  put(100, ROLE_ADMIN, MEMBER_SUSPENDED);
  put(200, ROLE_VIEWER, MEMBER_SUSPENDED);
  put(172800, ROLE_ADMIN, MEMBER_SUSPENDED); // and once more
  put(300, ROLE_VIEWER, MEMBER_ACTIVE);
  expect(99, ROLE_VIEWER, MEMBER_ACTIVE);
  expect(100, ROLE_ADMIN, MEMBER_SUSPENDED);
  expect(199, ROLE_ADMIN, MEMBER_SUSPENDED);
  expect(200, ROLE_VIEWER, MEMBER_SUSPENDED);
  expect(299, ROLE_VIEWER, MEMBER_SUSPENDED);
  expect(300, ROLE_VIEWER, MEMBER_ACTIVE);
  expect(90000, ROLE_VIEWER, MEMBER_ACTIVE);
}

// A change that takes its time: what it stores is kept with the moment at which it began, as its event is.
static enum status get_slowly(void *context, uint64_t index, struct error *for_error, struct change *ret_change)
{
  (void)index;
  (void)for_error;
  (void)sleep(2);
  *ret_change = *(const struct change *)context;
  return STATUS_OK;
}

static enum status take_last(void *context, const struct audit_event *event)
{
  *(struct audit_event *)context = *event;
  return STATUS_OK;
}

static enum status take_ended(void *context, const struct store_entry *entry)
{
  struct member_past past;
  enum status status = record_decode(&MEMBER_PAST_RECORD, entry->data, entry->length, &past);
  *(int64_t *)context = past.ended_at_s;
  return status;
}

static void a_change_is_kept_with_the_moment_that_its_audit_event_has(void **state)
{
  (void)state;
  start();
  const struct member_role role = {"acme", GUEST, ROLE_ADMIN, {0, ""}};
  struct change change = change_member_role(&role, &changed_member);
  const struct changes slow = {1, get_slowly, NULL, &change};
  struct audit_event event = {.number = 0};
  uint64_t index = 0;
  int64_t ended_s = 0;
  assert_int_equal(change_run_all(&host, &by_root, &slow, &error, &index), STATUS_OK);
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  const struct store_key key = key_of_i64(ACCESS_MEMBER);
  assert_int_equal(audit_each_last(txn, 1, take_last, &event), STATUS_OK);
  assert_string_equal(event.event, "member.role");
  assert_int_equal(store_each(txn, TABLE_ACCESS, &key, take_ended, &ended_s), STATUS_OK);
  assert_int_equal(ended_s, event.at_s);
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
      STORE_TEST(trimming_takes_no_answer_that_is_kept_for),
      STORE_TEST(what_is_older_than_the_audit_trail_is_kept_goes_with_the_changes_that_follow),
      STORE_TEST(of_before_the_store_was_made_and_of_gaps_nothing_is_known),
      STORE_TEST(the_present_is_what_is_stored_whatever_the_clock_says),
      STORE_TEST(a_clock_that_was_ahead_for_a_while_hides_nothing_that_came_after),
      STORE_TEST(a_change_is_kept_with_the_moment_that_its_audit_event_has),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

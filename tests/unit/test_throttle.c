// SPDX-License-Identifier: Apache-2.0
// Throttles (POLICY T): the counters in a real store.
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "change/throttle.h"
#include "policy/throttle.h"
#include "sign_ins.h"
#include "store/accounts.h"
#include "store/throttles.h"

#define BOSS "boss@example.org"
#define ALICE "alice@acme.test"

static struct try_counted counted;

static enum status try_from(const char *login, enum try_kind kind, const struct change_by *by)
{
  const struct try_count in = {kind, login, kind == TRY_SIGN_IN ? "acme" : ""};
  return change_run(&host, by, change_try_count(&in, &counted), &error);
}

static enum status try_as(const char *login, const char *rhost, enum try_kind kind)
{
  const struct change_by by = {.actor = "", .rhost = rhost, .service = ""};
  return try_from(login, kind, &by);
}

// su and sudo by different users of the host.
static enum status try_locally(const char *login, enum try_kind kind, uint32_t uid)
{
  const struct change_by by = {.actor = "", .rhost = "", .service = "", .caller_uid = uid};
  return try_from(login, kind, &by);
}

static enum status clear(const char *subject)
{
  return make(change_throttle_clear(&(struct throttle_clear){subject}, &done));
}

static void try_often(const char *login, const char *rhost, enum try_kind kind, int times)
{
  for (int i = 0; i < times; i++) {
    assert_int_equal(try_as(login, rhost, kind), STATUS_OK);
  }
}

// As many counters as the table may hold, each last used at AT_S.
static void fill_table(int64_t at_s)
{
  struct store_txn *txn = NULL;
  assert_int_equal(store_lock(store), STATUS_OK);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  for (int i = 0; i < THROTTLES_MAX; i++) {
    struct throttle t = {.kind = THROTTLE_ADDRESS, .count = 1, .started_at_s = at_s, .last_at_s = at_s};
    (void)snprintf(t.subject, sizeof t.subject, "a%d", i);
    assert_int_equal(throttle_put(txn, &t), STATUS_OK);
  }
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
}

static void T_ten_wrong_passwords_of_an_account_are_free(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(add_member(ALICE), STATUS_OK);
  try_often(ALICE, "192.0.2.1", TRY_PASSWORD, 5);
  try_often(ALICE, "192.0.2.2", TRY_PASSWORD, 5);
  assert_int_equal(try_as(ALICE, "192.0.2.3", TRY_PASSWORD), STATUS_REFUSED);
  assert_string_equal(counted.decision.row, "T");
  assert_int_equal(counted.decision.notice, NOTICE_THROTTLED);
  assert_int_equal(count(TABLE_AUDIT), 7);
}

static void T_thirty_wrong_passwords_from_an_address_are_free(void **state)
{
  (void)state;
  char login[32];
  fixture_set_up(PROVISIONING_JIT);
  for (int i = 0; i < 30; i++) {
    (void)snprintf(login, sizeof login, "p%d@acme.test", i);
    assert_int_equal(try_as(login, "2001:db8::1", TRY_PASSWORD), STATUS_OK);
  }
  assert_int_equal(try_as("q@acme.test", "2001:db8::2", TRY_PASSWORD), STATUS_REFUSED);
  assert_int_equal(try_as("q@acme.test", "2001:db8:1::1", TRY_PASSWORD), STATUS_OK);
}

static void T_twenty_sign_ins_of_an_account_and_address_are_free(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  try_often(ALICE, "192.0.2.1", TRY_SIGN_IN, 20);
  assert_int_equal(try_as(ALICE, "192.0.2.1", TRY_SIGN_IN), STATUS_REFUSED);
  assert_int_equal(try_as(ALICE, "192.0.2.2", TRY_SIGN_IN), STATUS_OK);
}

static void T_strangers_of_an_org_are_bounded_and_members_are_not(void **state)
{
  (void)state;
  char login[32];
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(add_member(ALICE), STATUS_OK);
  for (int i = 0; i < 60; i++) {
    (void)snprintf(login, sizeof login, "p%d@acme.test", i);
    assert_int_equal(try_as(login, "192.0.2.1", TRY_SIGN_IN), STATUS_OK);
  }
  assert_int_equal(try_as("q@acme.test", "192.0.2.9", TRY_SIGN_IN), STATUS_REFUSED);
  assert_int_equal(try_as(ALICE, "192.0.2.9", TRY_SIGN_IN), STATUS_OK);
}

static void T_an_owner_is_not_locked_out_by_tries_from_elsewhere(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  for (int host_number = 1; host_number < 40; host_number++) {
    char address[32];
    (void)snprintf(address, sizeof address, "192.0.2.%d", host_number);
    try_often(BOSS, address, TRY_PASSWORD, 10);
    assert_int_equal(try_as(BOSS, address, TRY_PASSWORD), STATUS_REFUSED);
  }
  assert_int_equal(try_as(BOSS, "198.51.100.1", TRY_PASSWORD), STATUS_OK);
  assert_int_equal(counted.delay_s, THROTTLE_DELAY_MAX_S); // slowed, the more the more there were (HOLES H78)
  assert_int_equal(try_as(BOSS, "", TRY_PASSWORD), STATUS_OK);
}

static void H54_64_tries_at_once_count_as_64(void **state)
{
  (void)state;
  enum { PARALLEL = 64 };
  pid_t pids[PARALLEL];
  int allowed = 0;
  fixture_set_up(PROVISIONING_JIT);
  store_close(&store);
  for (int i = 0; i < PARALLEL; i++) {
    pids[i] = fork();
    if (pids[i] == 0) {
      open_store(STORE_READ_WRITE);
      _exit(try_as(ALICE, "192.0.2.1", TRY_PASSWORD) == STATUS_OK ? 0 : 1);
    }
  }
  for (int i = 0; i < PARALLEL; i++) {
    int how = 0;
    assert_int_equal(waitpid(pids[i], &how, 0), pids[i]);
    assert_true(WIFEXITED(how));
    allowed += WEXITSTATUS(how) == 0;
  }
  open_store(STORE_READ_WRITE);
  assert_int_equal(allowed, 10);
}

static void H09_a_full_table_refuses_strangers_and_slows_members(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(add_member(ALICE), STATUS_OK);
  fill_table(clock_now_s());
  assert_int_equal(try_as("nobody@acme.test", "192.0.2.1", TRY_PASSWORD), STATUS_REFUSED);
  assert_int_equal(try_as("nobody@acme.test", "192.0.2.1", TRY_SIGN_IN), STATUS_REFUSED);
  assert_int_equal(try_as(ALICE, "192.0.2.1", TRY_PASSWORD), STATUS_OK);
  assert_int_equal(counted.delay_s, 3);
  assert_int_equal(try_as(BOSS, "192.0.2.1", TRY_PASSWORD), STATUS_OK);
  assert_int_equal(counted.delay_s, 3);
  // Beyond the bound there is a counter for each account that was tried, and it counts.
  for (int host_number = 2; host_number <= 10; host_number++) {
    char address[32];
    (void)snprintf(address, sizeof address, "2001:db8:%d::1", host_number);
    assert_int_equal(try_as(ALICE, address, TRY_PASSWORD), STATUS_OK);
  }
  assert_int_equal(try_as(ALICE, "2001:db8:99::1", TRY_PASSWORD), STATUS_REFUSED);
  assert_int_equal(count(TABLE_THROTTLES), THROTTLES_MAX + 2);
}

static void T_what_is_old_makes_room(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  fill_table(1);
  assert_int_equal(try_as("nobody@acme.test", "192.0.2.1", TRY_PASSWORD), STATUS_OK);
  assert_true(count(TABLE_THROTTLES) < THROTTLES_MAX);
}

static void T_tries_of_a_clock_that_was_ahead_make_room(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  fill_table(INT32_MAX);
  assert_int_equal(try_as("nobody@acme.test", "192.0.2.1", TRY_PASSWORD), STATUS_OK);
}

static void T_flows_of_a_login_are_bounded_whatever_the_address(void **state)
{
  (void)state;
  char address[32];
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(add_member(ALICE), STATUS_OK);
  for (int i = 0; i < 60; i++) {
    (void)snprintf(address, sizeof address, "192.0.2.%d", i);
    assert_int_equal(try_as(ALICE, address, TRY_SIGN_IN), STATUS_OK);
  }
  assert_int_equal(try_as(ALICE, "198.51.100.1", TRY_SIGN_IN), STATUS_REFUSED);
  // Nobody on this host is kept out by it, and nobody adds to it.
  assert_int_equal(try_locally(ALICE, TRY_SIGN_IN, 1001), STATUS_OK);
  for (int i = 0; i < 65; i++) { // an owner is slowed and not refused
    (void)snprintf(address, sizeof address, "192.0.2.%d", i);
    assert_int_equal(try_as(BOSS, address, TRY_SIGN_IN), STATUS_OK);
  }
  assert_int_equal(counted.delay_s, THROTTLE_DELAY_S);
}

static void H71_another_local_users_tries_do_not_use_up_ones_own(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(add_member(ALICE), STATUS_OK);
  for (int i = 0; i < 10; i++) {
    assert_int_equal(try_locally(ALICE, TRY_PASSWORD, 1001), STATUS_OK);
  }
  assert_int_equal(try_locally(ALICE, TRY_PASSWORD, 1001), STATUS_REFUSED);
  assert_int_equal(try_locally(ALICE, TRY_PASSWORD, 66000), STATUS_OK);
}

static void T_where_one_has_signed_in_before_one_has_tries_of_ones_own(void **state)
{
  (void)state;
  char address[32];
  const struct change_by there = {.actor = ALICE, .rhost = "203.0.113.7", .service = ""};
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(add_member(ALICE), STATUS_OK);
  assert_int_equal(set_password(ALICE, "correct horse"), STATUS_OK);
  const struct account alice = get_account(ALICE);
  const struct password_sign_in in = {ALICE, alice.password, false};
  assert_int_equal(change_run(&host, &there, change_password_sign_in(&in, &sign_in_result), &error), STATUS_OK);
  for (int i = 0; i < 10; i++) {
    (void)snprintf(address, sizeof address, "192.0.2.%d", i);
    assert_int_equal(try_as(ALICE, address, TRY_PASSWORD), STATUS_OK);
  }
  assert_int_equal(try_as(ALICE, "198.51.100.1", TRY_PASSWORD), STATUS_REFUSED);
  assert_int_equal(try_as(ALICE, "203.0.113.7", TRY_PASSWORD), STATUS_OK);
}

static void H74_an_org_has_no_more_members_than_it_may(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(set_setting("max-members", "2"), STATUS_OK);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
  assert_int_equal(sign_in("bob@acme.test", "bob@acme.test", "s-bob"), STATUS_REFUSED);
  assert_int_equal(sign_in_result.decision.notice, NOTICE_FULL);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
  assert_int_equal(remove_member(ALICE), STATUS_OK);
  assert_int_equal(sign_in("bob@acme.test", "bob@acme.test", "s-bob"), STATUS_OK);
}

static void T_a_right_sign_in_takes_its_tries_back(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  try_often(ALICE, "", TRY_SIGN_IN, 5);
  assert_int_equal(count(TABLE_THROTTLES), 3);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
  assert_int_equal(try_as(ALICE, "", TRY_SIGN_IN), STATUS_OK);
}

static void throttles_of_a_login_or_an_address_are_cleared(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  try_often(ALICE, "2001:db8::1", TRY_PASSWORD, 10);
  try_often(ALICE, "2001:db8::1", TRY_SIGN_IN, 5);
  assert_int_equal(try_as(ALICE, "2001:db8::1", TRY_PASSWORD), STATUS_REFUSED);
  assert_int_equal(clear(ALICE), STATUS_OK);
  assert_true(done.changed);
  assert_int_equal(try_as(ALICE, "2001:db8::1", TRY_PASSWORD), STATUS_OK);
  assert_int_equal(try_as(ALICE, "2001:db8::1", TRY_SIGN_IN), STATUS_OK);
  assert_int_equal(clear("2001:db8::7"), STATUS_OK);
  assert_true(done.changed);
  assert_int_equal(clear("2001:db8::7"), STATUS_OK);
  assert_false(done.changed);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(T_ten_wrong_passwords_of_an_account_are_free),
      STORE_TEST(T_thirty_wrong_passwords_from_an_address_are_free),
      STORE_TEST(T_twenty_sign_ins_of_an_account_and_address_are_free),
      STORE_TEST(T_strangers_of_an_org_are_bounded_and_members_are_not),
      STORE_TEST(T_an_owner_is_not_locked_out_by_tries_from_elsewhere),
      STORE_TEST(H54_64_tries_at_once_count_as_64),
      STORE_TEST(H09_a_full_table_refuses_strangers_and_slows_members),
      STORE_TEST(T_what_is_old_makes_room),
      STORE_TEST(T_tries_of_a_clock_that_was_ahead_make_room),
      STORE_TEST(T_flows_of_a_login_are_bounded_whatever_the_address),
      STORE_TEST(H71_another_local_users_tries_do_not_use_up_ones_own),
      STORE_TEST(T_where_one_has_signed_in_before_one_has_tries_of_ones_own),
      STORE_TEST(H74_an_org_has_no_more_members_than_it_may),
      STORE_TEST(T_a_right_sign_in_takes_its_tries_back),
      STORE_TEST(throttles_of_a_login_or_an_address_are_cleared),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

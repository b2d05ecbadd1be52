// SPDX-License-Identifier: Apache-2.0
// Newcomers under the local part of their address: whose they are, and who gets the name (POLICY L16).
#include "map/map_read.h"
#include "sign_ins.h"
#include "store/short_names.h"

// The slug of the org whose people come so, "" for none.
static const char *whose(const char *default_org)
{
  static struct org org;
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  enum status status = short_names_org(txn, default_org, &org);
  assert_true(status == STATUS_OK || status == STATUS_NOT_FOUND);
  return status == STATUS_OK ? org.slug : "";
}

// What the map says of it: the group that a newcomer would get.
static uint32_t published_gid(void)
{
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  struct map_settings settings;
  assert_int_equal(map_open(host.map_path, &map), STATUS_OK);
  assert_int_equal(map_settings(&map, &settings), STATUS_OK);
  return settings.short_gid;
}

static void L16_auto_is_the_only_org_with_a_domain(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_string_equal(whose("auto"), ""); // it has not said so
  assert_int_equal(published_gid(), 0);
  assert_int_equal(set_setting("login-form", "local-part"), STATUS_OK);
  assert_string_equal(whose("auto"), "acme");
  assert_int_equal(published_gid(), stored_org("acme").gid);
  assert_string_equal(whose("none"), "");
  assert_string_equal(whose("beta"), "");
  assert_int_equal(create_org("beta", "other@example.org"), STATUS_OK);
  assert_string_equal(whose("auto"), "acme"); // beta has no domain that anybody could come from
  assert_int_equal(add_domain("beta", "beta.test"), STATUS_OK);
  assert_string_equal(whose("auto"), "acme");
  assert_int_equal(verify_domain("beta", "beta.test"), STATUS_OK);
  assert_string_equal(whose("auto"), "");
  assert_int_equal(published_gid(), 0);
  assert_string_equal(whose("acme"), "acme");
  assert_string_equal(whose("beta"), "");
  assert_int_equal(remove_domain("beta", "beta.test"), STATUS_OK);
  assert_int_equal(published_gid(), stored_org("acme").gid);
  assert_int_equal(remove_connection(), STATUS_OK);
  assert_int_equal(published_gid(), 0);
}

static void L16_S11_the_name_is_its_owners_alone(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(sign_in("alice", "alice@acme.test", "s-alice"), STATUS_REFUSED);
  assert_int_equal(set_setting("login-form", "local-part"), STATUS_OK);
  assert_int_equal(sign_in("alice", "bob@acme.test", "s-bob"), STATUS_REFUSED);
  assert_int_equal(sign_in("alice", "alice@elsewhere.test", "s-other"), STATUS_REFUSED);
  assert_int_equal(sign_in("alic", "alice@acme.test", "s-alice"), STATUS_REFUSED);
  assert_int_equal(sign_in("alice", "alice@acme.test", "s-alice"), STATUS_OK);
  struct account account = get_account("alice");
  assert_string_equal(account.email, "alice@acme.test");
  assert_int_equal(account.email_proven, 1);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "s-alice"), STATUS_REFUSED);
  assert_string_equal(sign_in_result.sign_in_as, "alice");
  assert_int_equal(sign_in_result.decision.notice, NOTICE_OTHER_NAME);
}

static void L16_H76_names_of_system_users_and_groups_are_nobodys(void **state)
{
  static const char *const NAMES[] = {"ssl-cert", "lpadmin", "caddy",     "git",  "debian-tor",
                                      "docker",   "root",    "systemd-x", "_apt", "a@acme.test"};
  (void)state;
  for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
    assert_false(name_is_new_short(NAMES[i]));
  }
  assert_true(name_is_new_short("alice"));
  assert_true(name_is_new_short("a.b-c"));
}

// An invite names an address: nobody has said that they shall have what a removed account was called.
static void L16_H69_a_removed_accounts_name_is_not_given_by_an_invite_for_another_address(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(set_setting("login-form", "local-part"), STATUS_OK);
  assert_int_equal(add_domain("acme", "second.test"), STATUS_OK);
  assert_int_equal(verify_domain("acme", "second.test"), STATUS_OK);
  assert_int_equal(sign_in("bob", "bob@acme.test", "s-bob"), STATUS_OK);
  assert_int_equal(remove_account("bob@acme.test"), STATUS_OK);
  assert_int_equal(invite_to_acme("bob@second.test", ROLE_VIEWER, INT64_MAX), STATUS_OK);
  assert_int_equal(sign_in("bob", "bob@second.test", "s-bob-2"), STATUS_REFUSED);
  assert_string_equal(sign_in_result.decision.row, "L16");
  assert_string_equal(sign_in_result.sign_in_as, "bob@second.test");
  assert_int_equal(sign_in("bob@second.test", "bob@second.test", "s-bob-2"), STATUS_OK);
}

static void L16_what_is_turned_off_while_it_is_used_stores_nothing(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(set_setting("login-form", "local-part"), STATUS_OK);
  assert_int_equal(set_setting("login-form", "email"), STATUS_OK); // after the code was shown
  uint64_t before = count(TABLE_ACCOUNTS);
  assert_int_equal(sign_in("alice", "alice@acme.test", "s-alice"), STATUS_REFUSED);
  assert_int_equal(count(TABLE_ACCOUNTS), before);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(L16_auto_is_the_only_org_with_a_domain, make_store, remove_store),
      cmocka_unit_test_setup_teardown(L16_S11_the_name_is_its_owners_alone, make_store, remove_store),
      cmocka_unit_test(L16_H76_names_of_system_users_and_groups_are_nobodys),
      cmocka_unit_test_setup_teardown(L16_H69_a_removed_accounts_name_is_not_given_by_an_invite_for_another_address,
                                      make_store, remove_store),
      cmocka_unit_test_setup_teardown(L16_what_is_turned_off_while_it_is_used_stores_nothing, make_store, remove_store),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// Changes by admins on a real store: what they store, what they refuse, and that refusals store nothing.
#include "base/clock.h"
#include "many.h"
#include "map/map_read.h"
#include "publish/publish.h"
#include "sign_ins.h"

static void an_org_has_an_owner_two_groups_and_one_audit_event(void **state)
{
  (void)state;
  create_acme();
  struct account owner = get_account("boss@example.org");
  assert_in_range(owner.uid, 65536, 99999);
  assert_string_equal(owner.home, "/home/boss@example.org");
  assert_int_equal(count(TABLE_AUDIT), 1);
  assert_int_equal(count(TABLE_NUMBERS), 3);
  assert_int_equal(count(TABLE_MEMBERSHIPS), 1);
}

static void what_is_there_already_is_refused_and_stores_nothing(void **state)
{
  (void)state;
  create_acme();
  assert_int_equal(create_org("acme", "other@example.org"), STATUS_EXISTS);
  assert_int_equal(count(TABLE_ACCOUNTS), 1);
  assert_int_equal(count(TABLE_AUDIT), 1);
  assert_true(error.text[0] != '\0');
}

static void N2_system_names_are_no_orgs(void **state)
{
  (void)state;
  static const char *const NAMES[] = {"root", "sudo", "docker", "acme-admins", "Acme", "a", "daemon"};
  for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
    enum status status = create_org(NAMES[i], "boss@example.org");
    assert_true(status == STATUS_INVALID || status == STATUS_EXISTS);
  }
  assert_int_equal(count(TABLE_ORGS), 0);
}

static void H51_without_room_for_the_map_nothing_is_stored(void **state)
{
  (void)state;
  create_acme();
  host.map_path = "/nonexistent/accounts.map";
  assert_int_equal(add_member("carol@acme.test"), STATUS_IO);
  assert_non_null(strstr(error.text, "nothing was changed"));
  assert_int_equal(count(TABLE_ACCOUNTS), 1);
  assert_int_equal(count(TABLE_AUDIT), 1);
  host.map_path = map_path;
  assert_int_equal(add_member("carol@acme.test"), STATUS_OK);
}

static void a_dry_run_stores_nothing(void **state)
{
  (void)state;
  host.dry_run = true;
  assert_int_equal(create_org("acme", "boss@example.org"), STATUS_OK);
  host.dry_run = false;
  assert_int_equal(count(TABLE_ORGS), 0);
  assert_int_equal(count(TABLE_AUDIT), 0);
  create_acme();
}

static void many_changes_are_all_done_or_none(void **state)
{
  (void)state;
  struct many many = {.bad = 3};
  const struct changes all = {20, add_many, NULL, &many};
  uint64_t index = 0;
  create_acme();
  assert_int_equal(change_run_all(&host, &by_root, &all, &error, &index), STATUS_NOT_FOUND);
  assert_int_equal(index, 3);
  assert_non_null(strstr(error.text, "nobody"));
  assert_int_equal(count(TABLE_ACCOUNTS), 1);
  assert_int_equal(count(TABLE_AUDIT), 1);
  many.bad = UINT64_MAX;
  assert_int_equal(change_run_all(&host, &by_root, &all, &error, &index), STATUS_OK);
  assert_int_equal(index, 19);
  assert_int_equal(count(TABLE_ACCOUNTS), 21);
  assert_int_equal(count(TABLE_AUDIT), 21);
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_true(publish_is_current(txn, &config, map_path, NULL));
}

// More than a transaction notes one by one: the map is built anew.
static void a_thousand_changes_at_once_are_shown(void **state)
{
  (void)state;
  struct many many = {.bad = UINT64_MAX};
  const struct changes all = {1500, add_many, NULL, &many};
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  struct map_account account;
  uint64_t index = 0;
  create_acme();
  assert_int_equal(change_run_all(&host, &by_root, &all, &error, &index), STATUS_OK);
  assert_int_equal(map_open(map_path, &map), STATUS_OK);
  assert_int_equal(map_account_by_login(&map, "m0000@acme.test", &account), STATUS_OK);
  assert_int_equal(map_account_by_login(&map, "m1499@acme.test", &account), STATUS_OK);
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_true(publish_is_current(txn, &config, map_path, NULL));
}

static void E4_the_owner_cannot_be_removed(void **state)
{
  (void)state;
  create_acme();
  assert_int_equal(remove_member("boss@example.org"), STATUS_REFUSED);
}

static void an_invite_does_not_outlive_what_an_admin_does(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_INVITE_ONLY);
  assert_int_equal(invite_to_acme("alice@acme.test", ROLE_ADMIN, clock_now_s() + 600), STATUS_OK);
  assert_int_equal(add_member("alice@acme.test"), STATUS_OK);
  assert_int_equal(count(TABLE_INVITES), 0);
  assert_int_equal(remove_member("alice@acme.test"), STATUS_OK);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_REFUSED);
}

static void a_login_with_an_at_sign_is_the_accounts_own_address(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_INVITE_ONLY);
  struct member_add in = new_member("q@acme.test");
  in.login = "victim@delta.test";
  assert_int_equal(add(&in), STATUS_INVALID);
  assert_int_equal(count(TABLE_ACCOUNTS), 1);
  in.login = "quentin";
  assert_int_equal(add(&in), STATUS_OK);
}

static void a_verified_domain_belongs_to_one_org(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(create_org("beta", "other@example.org"), STATUS_OK);
  assert_int_equal(add_domain("beta", "acme.test"), STATUS_OK); // a claim excludes nobody
  assert_int_equal(verify_domain("beta", "acme.test"), STATUS_REFUSED);
  assert_int_equal(remove_domain("beta", "acme.test"), STATUS_OK);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK); // still Acme's
}

static void invites_are_for_the_orgs_own_domains(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_INVITE_ONLY);
  assert_int_equal(invite_to_acme("x@elsewhere.test", ROLE_VIEWER, 0), STATUS_REFUSED);
  assert_int_equal(count(TABLE_INVITES), 0);
}

static void the_map_shows_every_change_and_is_clean_after_it(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  struct map_account published;
  struct map_domain domain;
  assert_int_equal(map_open(map_path, &map), STATUS_OK);
  assert_true(map_is_clean(&map));
  assert_int_equal(map_account_by_login(&map, "alice@acme.test", &published), STATUS_OK);
  assert_int_equal(published.uid, get_account("alice@acme.test").uid);
  assert_int_equal(published.groups.count, 1);
  assert_int_equal(map_domain(&map, "acme.test", &domain), STATUS_OK);
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_true(publish_is_current(txn, &config, map_path, NULL));
  config.map.shell[1] = 'x';
  assert_false(publish_is_current(txn, &config, map_path, NULL));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(an_org_has_an_owner_two_groups_and_one_audit_event),
      STORE_TEST(what_is_there_already_is_refused_and_stores_nothing),
      STORE_TEST(N2_system_names_are_no_orgs),
      STORE_TEST(H51_without_room_for_the_map_nothing_is_stored),
      STORE_TEST(a_dry_run_stores_nothing),
      STORE_TEST(many_changes_are_all_done_or_none),
      STORE_TEST(a_thousand_changes_at_once_are_shown),
      STORE_TEST(E4_the_owner_cannot_be_removed),
      STORE_TEST(an_invite_does_not_outlive_what_an_admin_does),
      STORE_TEST(a_login_with_an_at_sign_is_the_accounts_own_address),
      STORE_TEST(a_verified_domain_belongs_to_one_org),
      STORE_TEST(invites_are_for_the_orgs_own_domains),
      STORE_TEST(the_map_shows_every_change_and_is_clean_after_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

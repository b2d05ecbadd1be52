// SPDX-License-Identifier: Apache-2.0
// Changes by admins on a real store: what they store, what they refuse, and that refusals store nothing.
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "change/password_hash.h"
#include "facts/facts.h"
#include "fixture.h"
#include "map/map_read.h"
#include "process/hold.h"
#include "publish/publish.h"
#include "store/accounts.h"
#include "store/numbers_store.h"
#include "store/orgs.h"

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

// Members m0, m1...; the one with number BAD is to join an org that is not there.
struct many {
  char email[EMAIL_SIZE];
  struct member_add add;
  uint64_t bad;
};

static enum status add_many(void *context, uint64_t index, struct error *for_error, struct change *ret_change)
{
  struct many *many = context;
  (void)snprintf(many->email, sizeof many->email, "m%d@acme.test", (int)index);
  many->add = new_member(many->email);
  many->add.org = index == many->bad ? "nobody" : "acme";
  (void)for_error;
  *ret_change = change_member_add(&many->add, &added);
  return STATUS_OK;
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
  assert_int_equal(map_account_by_login(&map, "m0@acme.test", &account), STATUS_OK);
  assert_int_equal(map_account_by_login(&map, "m1499@acme.test", &account), STATUS_OK);
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_true(publish_is_current(txn, &config, map_path, NULL));
}

static void E2_enforcement_waits_for_everything_it_needs(void **state)
{
  (void)state;
  create_acme();
  assert_int_equal(set_enforcement(ENFORCEMENT_DOMAINS), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "no verified domain"));
  assert_int_equal(add_domain("acme", "acme.test"), STATUS_OK);
  assert_int_equal(verify_domain("acme", "acme.test"), STATUS_OK);
  assert_int_equal(set_enforcement(ENFORCEMENT_DOMAINS), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "no connection"));
  assert_int_equal(set_connection("client"), STATUS_OK);
  assert_int_equal(set_enforcement(ENFORCEMENT_DOMAINS), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "no sign-in has succeeded"));
  assert_int_equal(try_connection("client"), STATUS_REFUSED); // H80: nobody would be let in
  assert_string_equal(try_result.decision.row, "S12");
  assert_int_equal(set_enforcement(ENFORCEMENT_DOMAINS), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "no sign-in has succeeded"));
  assert_int_equal(set_provisioning(PROVISIONING_JIT), STATUS_OK);
  assert_int_equal(try_connection("client"), STATUS_OK);
  assert_int_equal(set_enforcement(ENFORCEMENT_DOMAINS), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "no password"));
  assert_int_equal(set_password("boss@example.org", "correct horse"), STATUS_OK);
  assert_int_equal(set_enforcement(ENFORCEMENT_DOMAINS), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "never signed in with their password"));
  assert_int_equal(sign_in_by_password("boss@example.org"), STATUS_OK);
  assert_int_equal(set_enforcement(ENFORCEMENT_DOMAINS), STATUS_OK);
}

static void enforce_acme(void)
{
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(try_connection("client"), STATUS_OK);
  assert_int_equal(enforce_as_owner(ENFORCEMENT_DOMAINS), STATUS_OK);
}

static void enforcement_that_is_on_already_is_done(void **state)
{
  (void)state;
  enforce_acme();
  assert_int_equal(set_password("boss@example.org", "another horse"), STATUS_OK); // not tried yet
  assert_int_equal(set_enforcement(ENFORCEMENT_DOMAINS), STATUS_OK);
  assert_false(done.changed);
}

static void E3_what_enforcement_stands_on_cannot_be_removed(void **state)
{
  (void)state;
  enforce_acme();
  assert_int_equal(remove_connection(), STATUS_REFUSED);
  assert_int_equal(remove_domain("acme", "acme.test"), STATUS_REFUSED);
  assert_int_equal(remove_password("boss@example.org"), STATUS_REFUSED);
  assert_int_equal(set_enforcement(ENFORCEMENT_OFF), STATUS_OK);
  assert_int_equal(remove_password("boss@example.org"), STATUS_OK);
  assert_int_equal(remove_connection(), STATUS_OK);
}

static void E3_a_changed_client_takes_effect_only_after_a_test(void **state)
{
  (void)state;
  enforce_acme();
  assert_int_equal(set_connection("new-client"), STATUS_OK);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK); // still the old one
  assert_int_equal(try_connection("client"), STATUS_REFUSED);
  assert_int_equal(try_connection("new-client"), STATUS_OK);
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  struct connection now CLEANUP(cleanup_connection) = {.org_id = 0};
  struct org org;
  assert_int_equal(org_by_slug(txn, "acme", &org), STATUS_OK);
  assert_int_equal(connection_get(txn, org.id, CONNECTION_ACTIVE, &now), STATUS_OK);
  assert_string_equal(now.client_id, "new-client");
  assert_int_equal(connection_get(txn, org.id, CONNECTION_STAGED, &now), STATUS_NOT_FOUND);
}

static bool waits(void)
{
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  struct connection staged CLEANUP(cleanup_connection) = {.org_id = 0};
  struct org org;
  assert_int_equal(org_by_slug(txn, "acme", &org), STATUS_OK);
  return connection_get(txn, org.id, CONNECTION_STAGED, &staged) == STATUS_OK;
}

static void E3_a_connection_that_was_given_up_does_not_come_back(void **state)
{
  (void)state;
  enforce_acme();
  assert_int_equal(set_connection("new-client"), STATUS_OK);
  assert_true(waits());
  assert_int_equal(set_connection("client"), STATUS_OK); // back to what is in effect
  assert_false(waits());
  assert_int_equal(set_connection("new-client"), STATUS_OK);
  assert_true(waits());
  assert_int_equal(set_enforcement(ENFORCEMENT_OFF), STATUS_OK);
  assert_false(waits());
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

static void H13_store_and_files_are_roots_alone_under_any_umask(void **state)
{
  (void)state;
  static const char *const FILES[] = {"data.mdb", "lock.mdb", "writer"};
  create_acme();
  struct stat st;
  assert_int_equal(stat(directory, &st), 0);
  assert_int_equal(st.st_mode & 07777, 0700);
  for (size_t i = 0; i < COUNT_OF(FILES); i++) {
    char path[160];
    (void)snprintf(path, sizeof path, "%s/%s", directory, FILES[i]);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
  }
}

static void H60_a_store_of_others_is_not_opened(void **state)
{
  (void)state;
  store_close(&store);
  struct store *other = NULL;
  assert_int_equal(chmod(directory, 0755), 0);
  assert_int_equal(store_open(directory, STORE_READ_WRITE, &error, &other), STATUS_PERMISSION);
  assert_non_null(strstr(error.text, directory));
  assert_int_equal(chmod(directory, 0700), 0);
  assert_int_equal(store_open("/nonexistent/store", STORE_READ_WRITE, &error, &other), STATUS_NOT_FOUND);
  open_store(STORE_READ_WRITE);
}

static void a_store_that_is_none_is_refused(void **state)
{
  (void)state;
  store_close(&store);
  char path[160];
  struct store *other = NULL;
  (void)snprintf(path, sizeof path, "%s/data.mdb", directory);
  int fd CLEANUP(cleanup_fd) = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
  char rubbish[8192];
  memset(rubbish, 'x', sizeof rubbish);
  assert_int_equal(write(fd, rubbish, sizeof rubbish), sizeof rubbish);
  assert_int_not_equal(store_open(directory, STORE_READ_WRITE, &error, &other), STATUS_OK);
  assert_true(error.text[0] != '\0');
}

// One that only root can stop: any other is killed (test_lock).
static void another_writer_is_waited_for_and_not_for_ever(void **state)
{
  (void)state;
  const struct hold_caller root = {.is_root = true};
  const struct hold_caller nobody = {.uid = 0};
  hold_set_caller(&root);
  create_acme();
  assert_int_equal(store_lock(store), STATUS_OK);
  pid_t child = fork();
  if (child == 0) {
    // A process of its own with an environment of its own: LMDB's must not be used after fork.
    struct store *other = NULL;
    int64_t start = clock_monotonic_ms();
    enum status status = store_open(directory, STORE_READ_WRITE, &error, &other);
    status = status == STATUS_OK ? store_lock(other) : STATUS_IO;
    _exit(status == STATUS_BUSY && clock_monotonic_ms() - start >= STORE_LOCK_WAIT_MS - 500 ? 0 : 1);
  }
  int code = -1;
  assert_int_equal(waitpid(child, &code, 0), child);
  assert_int_equal(code, 0);
  store_unlock(store);
  hold_set_caller(&nobody);
}

static void H51_a_store_has_room_in_reserve_behind_its_end(void **state)
{
  (void)state;
  char path[128];
  struct stat st;
  create_acme();
  (void)snprintf(path, sizeof path, "%s/data.mdb", directory);
  store_close(&store);
  open_store(STORE_READ_WRITE);
  assert_int_equal(stat(path, &st), 0);
  assert_true((int64_t)st.st_blocks * 512 >= st.st_size + STORE_RESERVE_BYTES);
}

static void a_full_map_grows(void **state)
{
  (void)state;
  create_acme();
  char reason[REASON_SIZE] = "";
  const struct sign_in_refused refused = {"", "acme", "", reason};
  memset(reason, 'x', sizeof reason - 1);
  struct store_txn *txn = NULL;
  assert_int_equal(store_lock(store), STATUS_OK);
  // Fill 63 of the 64 MiB in one transaction, then let changes go over the edge.
  char *page = calloc(1, 1 << 20);
  assert_non_null(page);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  for (int64_t i = 0; i < 63; i++) {
    const struct store_key key = key_of_two_i64(-1, i);
    assert_int_equal(store_put(txn, TABLE_META, &key, page, 1 << 20), STATUS_OK);
  }
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
  free(page);
  for (int i = 0; i < 2500; i++) {
    assert_int_equal(make(change_sign_in_refused(&refused, &done)), STATUS_OK);
  }
  assert_int_equal(count(TABLE_AUDIT), 2501);
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
      STORE_TEST(E2_enforcement_waits_for_everything_it_needs),
      STORE_TEST(enforcement_that_is_on_already_is_done),
      STORE_TEST(E3_what_enforcement_stands_on_cannot_be_removed),
      STORE_TEST(E3_a_changed_client_takes_effect_only_after_a_test),
      STORE_TEST(E3_a_connection_that_was_given_up_does_not_come_back),
      STORE_TEST(E4_the_owner_cannot_be_removed),
      STORE_TEST(an_invite_does_not_outlive_what_an_admin_does),
      STORE_TEST(a_login_with_an_at_sign_is_the_accounts_own_address),
      STORE_TEST(a_verified_domain_belongs_to_one_org),
      STORE_TEST(invites_are_for_the_orgs_own_domains),
      STORE_TEST(the_map_shows_every_change_and_is_clean_after_it),
      STORE_TEST(H13_store_and_files_are_roots_alone_under_any_umask),
      STORE_TEST(H60_a_store_of_others_is_not_opened),
      STORE_TEST(a_store_that_is_none_is_refused),
      STORE_TEST(another_writer_is_waited_for_and_not_for_ever),
      STORE_TEST(H51_a_store_has_room_in_reserve_behind_its_end),
      STORE_TEST(a_full_map_grows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// What this host alone knows stands beside the records that hosts may share, and ids of a fleet beside its own.
#include <string.h>

#include "change/org.h"
#include "sign_ins.h"
#include "store/accounts.h"
#include "store/orgs.h"

#define ALICE "alice@acme.test"
#define BOSS "boss@example.org"

static struct store_txn *begin(void)
{
  struct store_txn *txn = NULL;
  assert_int_equal(store_lock(store), STATUS_OK);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  return txn;
}

static void end(struct store_txn *txn)
{
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
}

static void give_up(struct store_txn *txn)
{
  store_abort(&txn);
  store_unlock(store);
}

// Somebody of a fleet, whose number an engine has given.
static struct account from_elsewhere(int64_t id, const char *login, uint32_t uid)
{
  struct account account = {.id = id, .uid = uid, .gid = uid};
  (void)snprintf(account.login, sizeof account.login, "%s", login);
  (void)snprintf(account.email, sizeof account.email, "%s", login);
  (void)snprintf(account.home, sizeof account.home, "/home/%s", login);
  return account;
}

static void ids_of_a_fleet_and_of_the_store_never_meet(void **state)
{
  (void)state;
  static const int64_t LEGAL[] = {STORE_ID_FLEET, STORE_ID_FLEET + 1, STORE_ID_END - 1};
  create_acme();
  struct store_txn *txn = begin();
  int64_t before = 0;
  assert_int_equal(store_next_id(txn, &before), STATUS_OK);
  for (size_t i = 0; i < COUNT_OF(LEGAL); i++) {
    char login[LOGIN_SIZE];
    (void)snprintf(login, sizeof login, "e%zu@acme.test", i);
    const struct account account = from_elsewhere(LEGAL[i], login, 70001 + (uint32_t)i);
    assert_int_equal(account_add(txn, &account), STATUS_OK);
  }
  int64_t after = 0;
  assert_int_equal(store_next_id(txn, &after), STATUS_OK);
  assert_int_equal(after, before + 1); // its own go on where they were
  end(txn);
  for (size_t i = 0; i < COUNT_OF(LEGAL); i++) {
    char login[LOGIN_SIZE];
    (void)snprintf(login, sizeof login, "e%zu@acme.test", i);
    assert_int_equal(get_account(login).id, LEGAL[i]);
  }
  assert_int_equal(add_member("own@acme.test"), STATUS_OK);
  assert_in_range(added.account.id, after + 1, STORE_ID_FLEET - 1);
}

static void an_id_that_nobody_has_given_is_refused(void **state)
{
  (void)state;
  create_acme();
  struct store_txn *txn = begin();
  int64_t last = 0;
  assert_int_equal(store_next_id(txn, &last), STATUS_OK);
  assert_int_equal(store_check_id(txn, last), STATUS_OK);
  const int64_t illegal[] = {INT64_MIN, -1, 0, last + 1, STORE_ID_FLEET - 1, STORE_ID_END, INT64_MAX};
  for (size_t i = 0; i < COUNT_OF(illegal); i++) {
    const struct account account = from_elsewhere(illegal[i], ALICE, 70001);
    const struct org org = {.id = illegal[i], .slug = "beta", .gid = 70002, .admins_gid = 70003};
    assert_int_equal(store_check_id(txn, illegal[i]), STATUS_INVALID);
    assert_int_equal(account_add(txn, &account), STATUS_INVALID);
    assert_int_equal(org_add(txn, &org), STATUS_INVALID);
  }
  give_up(txn);
  assert_int_equal(count(TABLE_ACCOUNTS), 1);
  assert_int_equal(count(TABLE_ORGS), 1);
}

static void nothing_is_stored_under_the_id_of_something_else(void **state)
{
  (void)state;
  create_acme();
  const struct account alice = from_elsewhere(STORE_ID_FLEET + 7, ALICE, 70001);
  const struct org beta = {.id = STORE_ID_FLEET + 8, .slug = "beta", .gid = 70002, .admins_gid = 70003};
  struct store_txn *txn = begin();
  assert_int_equal(account_add(txn, &alice), STATUS_OK);
  assert_int_equal(org_add(txn, &beta), STATUS_OK);
  end(txn);
  txn = begin();
  const struct account other = from_elsewhere(alice.id, "bob@acme.test", 70004);
  assert_int_equal(account_add(txn, &other), STATUS_EXISTS);
  const struct org gamma = {.id = beta.id, .slug = "gamma", .gid = 70005, .admins_gid = 70006};
  assert_int_equal(org_add(txn, &gamma), STATUS_EXISTS);
  give_up(txn);
  assert_string_equal(stored_org("beta").slug, "beta");
}

static void own_ids_end_where_those_of_fleets_begin(void **state)
{
  (void)state;
  const struct store_key key = key_of_text("last_id");
  create_acme();
  struct store_txn *txn = begin();
  int64_t id = 0;
  assert_int_equal(store_put_i64(txn, TABLE_META, &key, STORE_ID_FLEET - 2), STATUS_OK);
  assert_int_equal(store_next_id(txn, &id), STATUS_OK);
  assert_int_equal(id, STORE_ID_FLEET - 1);
  assert_int_equal(store_next_id(txn, &id), STATUS_TOO_LARGE);
  assert_int_equal(id, STORE_ID_FLEET - 1);
  give_up(txn);
}

static struct connection_here tried_here(void)
{
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  struct connection_here here;
  int64_t org_id = stored_org("acme").id;
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_int_equal(connection_get(txn, org_id, CONNECTION_ACTIVE, &connection), STATUS_OK);
  assert_int_equal(connection_here_get(txn, &connection, &here), STATUS_OK);
  return here;
}

static int64_t member_here_s(const char *login)
{
  struct membership_here here;
  int64_t account_id = get_account(login).id;
  int64_t org_id = stored_org("acme").id;
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_int_equal(membership_here_get(txn, account_id, org_id, &here), STATUS_OK);
  return here.last_sign_in_at_s;
}

// As hosts that share it see it: its bytes.
static void read_rows(enum store_table table, const struct store_key *key, struct bytes *out)
{
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  bytes_clear(out);
  assert_int_equal(store_get(txn, table, key, out), STATUS_OK);
}

static void a_sign_in_of_somebody_known_changes_no_row_that_is_shared(void **state)
{
  (void)state;
  static const enum store_table TABLES[] = {TABLE_ACCOUNTS, TABLE_MEMBERSHIPS, TABLE_CONNECTIONS};
  struct bytes before[COUNT_OF(TABLES)] = {BYTES_EMPTY, BYTES_EMPTY, BYTES_EMPTY};
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
  int64_t account_id = get_account(ALICE).id;
  struct store_key keys[] = {key_of_i64(account_id), key_of_two_i64(account_id, stored_org("acme").id),
                             key_of_i64(stored_org("acme").id)};
  key_add_u32(&keys[2], CONNECTION_ACTIVE);
  for (size_t i = 0; i < COUNT_OF(TABLES); i++) {
    read_rows(TABLES[i], &keys[i], &before[i]);
  }
  struct store_txn *txn = begin();
  assert_int_equal(account_here_put(txn, account_id, &(struct account_here){.last_sign_in_at_s = 1}), STATUS_OK);
  end(txn);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
  assert_true(seen_here(ALICE).last_sign_in_at_s > 1);
  assert_int_equal(sign_in_result.last_sign_in_at_s, 1);
  for (size_t i = 0; i < COUNT_OF(TABLES); i++) {
    struct bytes after CLEANUP(bytes_done) = BYTES_EMPTY;
    read_rows(TABLES[i], &keys[i], &after);
    assert_int_equal(after.length, before[i].length);
    assert_memory_equal(after.data, before[i].data, after.length);
    bytes_done(&before[i]);
  }
}

// An admin elsewhere has changed the account, the membership, the connection and the domain.
static void a_row_that_comes_from_elsewhere_leaves_what_this_host_has_seen(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
  const struct account_here seen = seen_here(ALICE);
  int64_t member_s = member_here_s(ALICE);
  struct account account = get_account(ALICE);
  const struct org org = stored_org("acme");
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  struct membership membership;
  struct domain domain;
  struct store_txn *txn = begin();
  assert_int_equal(membership_get(txn, account.id, org.id, &membership), STATUS_OK);
  assert_int_equal(connection_get(txn, org.id, CONNECTION_ACTIVE, &connection), STATUS_OK);
  assert_int_equal(domain_get(txn, org.id, "acme.test", &domain), STATUS_OK);
  assert_int_equal(domain_here_put(txn, org.id, "acme.test", &(struct domain_here){5}), STATUS_OK);
  (void)snprintf(account.name, sizeof account.name, "Alice");
  account.status = ACCOUNT_LOCKED;
  membership.role = ROLE_ADMIN;
  (void)snprintf(connection.scopes, sizeof connection.scopes, "openid");
  domain.missing_since_s = domain.missing_at_s = 9;
  assert_int_equal(account_update(txn, &account), STATUS_OK);
  assert_int_equal(membership_put(txn, &membership), STATUS_OK);
  assert_int_equal(connection_put(txn, CONNECTION_ACTIVE, &connection), STATUS_OK);
  assert_int_equal(domain_put(txn, &domain), STATUS_OK);
  end(txn);
  const struct account_here now = seen_here(ALICE);
  assert_true(seen.last_sign_in_at_s != 0 && seen.last_sso_at_s != 0 && member_s != 0);
  assert_int_equal(now.last_sign_in_at_s, seen.last_sign_in_at_s);
  assert_int_equal(now.last_sso_at_s, seen.last_sso_at_s);
  assert_string_equal(now.last_sign_in_from, seen.last_sign_in_from);
  assert_int_equal(member_here_s(ALICE), member_s);
  assert_int_equal(tried_here().tried, 1);
  struct domain_here checked;
  struct store_txn *read CLEANUP(store_abort) = read_txn();
  assert_int_equal(domain_here_get(read, org.id, "acme.test", &checked), STATUS_OK);
  assert_int_equal(checked.checked_at_s, 5);
}

static void another_password_is_one_that_nobody_has_tried_here(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(seen_here(BOSS).password_tried, 0);
  assert_int_equal(sign_in_by_password(BOSS), STATUS_OK);
  assert_int_equal(seen_here(BOSS).password_tried, 1);
  int64_t signed_in_at_s = seen_here(BOSS).last_sign_in_at_s;
  struct account boss = get_account(BOSS);
  (void)snprintf(boss.password, sizeof boss.password, "$y$j9T$other");
  struct store_txn *txn = begin();
  assert_int_equal(account_update(txn, &boss), STATUS_OK);
  end(txn);
  assert_int_equal(seen_here(BOSS).password_tried, 0);
  assert_int_equal(seen_here(BOSS).last_sign_in_at_s, signed_in_at_s);
}

static void E2_a_connection_of_another_client_is_one_that_nobody_has_tried_here(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(tried_here().tried, 0);
  assert_int_equal(try_connection("client"), STATUS_OK);
  assert_int_equal(tried_here().tried, 1);
  assert_int_not_equal(tried_here().tried_at_s, 0);
  assert_int_equal(set_connection("client-2"), STATUS_OK);
  assert_int_equal(tried_here().tried, 0);
  assert_int_equal(set_connection("client"), STATUS_OK); // what was true once is not remembered
  assert_int_equal(tried_here().tried, 0);
  assert_int_equal(try_connection("client"), STATUS_OK);
  assert_int_equal(remove_connection(), STATUS_OK);
  assert_int_equal(set_connection("client"), STATUS_OK);
  assert_int_equal(tried_here().tried, 0);
}

static void what_a_host_has_seen_goes_with_whom_it_is_about(void **state)
{
  (void)state;
  static const enum store_table HERE[] = {TABLE_MEMBERSHIPS_HERE, TABLE_CONNECTIONS_HERE, TABLE_DOMAINS_HERE};
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
  assert_int_equal(sign_in("bob@acme.test", "bob@acme.test", "s-bob"), STATUS_OK);
  assert_int_equal(sign_in("carol@acme.test", "carol@acme.test", "s-carol"), STATUS_OK);
  assert_int_equal(count(TABLE_ACCOUNTS_HERE), 3);
  assert_int_equal(count(TABLE_MEMBERSHIPS_HERE), 3);
  assert_int_equal(remove_account(ALICE), STATUS_OK);
  assert_int_equal(count(TABLE_ACCOUNTS_HERE), 2);
  assert_int_equal(count(TABLE_MEMBERSHIPS_HERE), 2);
  assert_int_equal(remove_member("bob@acme.test"), STATUS_OK);
  assert_int_equal(count(TABLE_MEMBERSHIPS_HERE), 1);
  int64_t org_id = stored_org("acme").id;
  struct store_txn *txn = begin();
  assert_int_equal(domain_here_put(txn, org_id, "acme.test", &(struct domain_here){5}), STATUS_OK);
  end(txn);
  assert_int_equal(make(change_org_delete(&(struct org_delete){"acme"}, &done)), STATUS_OK);
  for (size_t i = 0; i < COUNT_OF(HERE); i++) {
    assert_int_equal(count(HERE[i]), 0);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(ids_of_a_fleet_and_of_the_store_never_meet),
      STORE_TEST(an_id_that_nobody_has_given_is_refused),
      STORE_TEST(nothing_is_stored_under_the_id_of_something_else),
      STORE_TEST(own_ids_end_where_those_of_fleets_begin),
      STORE_TEST(a_sign_in_of_somebody_known_changes_no_row_that_is_shared),
      STORE_TEST(a_row_that_comes_from_elsewhere_leaves_what_this_host_has_seen),
      STORE_TEST(another_password_is_one_that_nobody_has_tried_here),
      STORE_TEST(E2_a_connection_of_another_client_is_one_that_nobody_has_tried_here),
      STORE_TEST(what_a_host_has_seen_goes_with_whom_it_is_about),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

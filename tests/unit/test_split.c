// SPDX-License-Identifier: Apache-2.0
// What a host alone knows leaves the records of schema 4 (split.h), and nothing of it is lost on the way.
#include <lmdb.h>

#include "earlier.h"
#include "killed.h"
#include "sign_ins.h"
#include "store/orgs.h"
#include "store/split.h"

#define ALICE "alice@acme.test"

// Everything a host has of its own of somebody, an org's connection and its domains.
struct own {
  struct account_here account;
  struct membership_here membership;
  struct connection_here connection;
  struct domain_here domain;
};

static struct own own_of(const char *login)
{
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  struct own own = {.account = seen_here(login)};
  int64_t org_id = stored_org("acme").id;
  int64_t account_id = get_account(login).id;
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_int_equal(membership_here_get(txn, account_id, org_id, &own.membership), STATUS_OK);
  assert_int_equal(connection_get(txn, org_id, CONNECTION_ACTIVE, &connection), STATUS_OK);
  assert_int_equal(connection_here_get(txn, &connection, &own.connection), STATUS_OK);
  assert_int_equal(domain_here_get(txn, org_id, "acme.test", &own.domain), STATUS_OK);
  return own;
}

static void expect_own(const struct own *own, const struct own *expected)
{
  assert_int_equal(own->account.password_tried, expected->account.password_tried);
  assert_int_equal(own->account.last_sign_in_at_s, expected->account.last_sign_in_at_s);
  assert_string_equal(own->account.last_sign_in_from, expected->account.last_sign_in_from);
  assert_int_equal(own->account.last_sso_at_s, expected->account.last_sso_at_s);
  assert_int_equal(own->membership.last_sign_in_at_s, expected->membership.last_sign_in_at_s);
  assert_int_equal(own->connection.registration, expected->connection.registration);
  assert_int_equal(own->connection.tried, expected->connection.tried);
  assert_int_equal(own->connection.tried_at_s, expected->connection.tried_at_s);
  assert_int_equal(own->domain.checked_at_s, expected->domain.checked_at_s);
}

// All that there can be, each with a value of its own.
static struct own give_own(const char *login)
{
  struct own own = {.account = {.password_tried = 1,
                                .last_sign_in_at_s = 1001,
                                .last_sign_in_from = "192.0.2.7",
                                .last_sso_at_s = 1002},
                    .membership = {.last_sign_in_at_s = 1003},
                    .connection = {.registration = 1, .tried = 1, .tried_at_s = 1004},
                    .domain = {.checked_at_s = 1005}};
  const struct connection connection = {.org_id = stored_org("acme").id, .registration = own.connection.registration};
  int64_t account_id = get_account(login).id;
  struct store_txn *txn = NULL;
  assert_int_equal(store_lock(store), STATUS_OK);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  assert_int_equal(account_here_put(txn, account_id, &own.account), STATUS_OK);
  assert_int_equal(membership_here_put(txn, account_id, connection.org_id, &own.membership), STATUS_OK);
  assert_int_equal(connection_here_tried(txn, &connection, own.connection.tried_at_s), STATUS_OK);
  assert_int_equal(domain_here_put(txn, connection.org_id, "acme.test", &own.domain), STATUS_OK);
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
  return own;
}

static void what_a_host_alone_knows_leaves_the_records_and_nothing_is_lost(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
  assert_int_equal(add_member("never@acme.test"), STATUS_OK);
  const struct own before = give_own(ALICE);
  const struct account alice = get_account(ALICE);
  make_earlier(STORE_SCHEMA - 1);
  open_store(STORE_READ_ONLY);
  const struct own after = own_of(ALICE);
  expect_own(&after, &before);
  const struct account again = get_account(ALICE);
  assert_string_equal(again.home, alice.home);
  assert_int_equal(again.created_at_s, alice.created_at_s);
  assert_int_equal(again.proof, alice.proof);
  assert_int_equal(again.code_used, alice.code_used);
  assert_int_equal(count(TABLE_ACCOUNTS), 3);
  assert_int_equal(count(TABLE_ACCOUNTS_HERE), 1); // of who has never signed in there is nothing
  assert_int_equal(count(TABLE_MEMBERSHIPS_HERE), 1);
}

// Into a store that this program has not open.
static void write_connection(int64_t org_id, const struct record_type *type, const struct connection_4 *old)
{
  struct bytes packed CLEANUP(bytes_done) = BYTES_EMPTY;
  struct store_key key = key_of_i64(org_id);
  MDB_env *env = NULL;
  MDB_txn *txn = NULL;
  MDB_dbi table = 0;
  key_add_u32(&key, CONNECTION_ACTIVE);
  assert_int_equal(record_encode(type, old, &packed), STATUS_OK);
  MDB_val name = {key.length, key.data};
  MDB_val value = {packed.length, packed.data};
  assert_int_equal(mdb_env_create(&env), 0);
  assert_int_equal(mdb_env_set_maxdbs(env, TABLE_COUNT), 0);
  assert_int_equal(mdb_env_open(env, directory, 0, 0600), 0);
  assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
  assert_int_equal(mdb_dbi_open(txn, "connections", 0, &table), 0);
  assert_int_equal(mdb_put(txn, table, &name, &value, 0), 0);
  assert_int_equal(mdb_txn_commit(txn), 0);
  mdb_env_close(env);
}

// As the BACK versions before the last one of schema 4 wrote it.
static void check_connection_of(uint8_t back, int64_t org_id)
{
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  struct connection_4 old = {.connection = {.org_id = org_id,
                                            .registration = 1,
                                            .by_preset = 1U << PRESET_SCOPES,
                                            .secret_expires_at_s = 1,
                                            .offline = 1},
                             .here = {.tried = 1}};
  struct record_type earlier = CONNECTION_4_RECORD;
  (void)snprintf(old.connection.client_id, sizeof old.connection.client_id, "client");
  earlier.version = (uint8_t)(CONNECTION_4_RECORD.version - 1 - back);
  earlier.field_count = CONNECTION_4_RECORD.older_counts[back];
  make_earlier(STORE_SCHEMA - 1);
  write_connection(org_id, &earlier, &old);
  open_store(STORE_READ_WRITE);
  txn = read_txn();
  assert_int_equal(connection_get(txn, org_id, CONNECTION_ACTIVE, &connection), STATUS_OK);
  assert_string_equal(connection.client_id, "client");
  assert_int_equal(connection.registration, 1);
  assert_int_equal(connection.by_preset, back < 3 ? 1U << PRESET_SCOPES : 0);
  assert_int_equal(connection.secret_expires_at_s, back < 2 ? 1 : 0);
  assert_int_equal(connection.offline, 0);
}

static void a_connection_of_each_version_of_the_schema_before_is_read_whole(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  int64_t org_id = stored_org("acme").id;
  uint8_t back = 0;
  for (; CONNECTION_4_RECORD.older_counts[back] != 0; back++) {
    check_connection_of(back, org_id);
  }
  assert_int_equal(back, 5);
}

static void read_claim(struct domain *ret_domain)
{
  int64_t org_id = stored_org("acme").id;
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_int_equal(domain_get(txn, org_id, "acme.test", ret_domain), STATUS_OK);
}

// How long the record has been gone is what other hosts must know, and until when it was looked for.
static void E7_a_domain_that_had_lapsed_is_lapsed(void **state)
{
  (void)state;
  static const int64_t GONE_S[] = {DOMAIN_GRACE_S - 1, DOMAIN_GRACE_S};
  for (size_t i = 0; i < COUNT_OF(GONE_S); i++) {
    struct domain domain;
    struct domain_here here;
    if (i == 0) {
      fixture_set_up(PROVISIONING_JIT);
    }
    read_claim(&domain);
    domain.reason[0] = '\0';
    domain.missing_since_s = 1000;
    struct store_txn *txn = NULL;
    assert_int_equal(store_lock(store), STATUS_OK);
    assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
    here.checked_at_s = 1000 + GONE_S[i];
    assert_int_equal(domain_here_put(txn, domain.org_id, domain.domain, &here), STATUS_OK);
    assert_int_equal(domain_put(txn, &domain), STATUS_OK);
    assert_int_equal(store_commit(&txn), STATUS_OK);
    store_unlock(store);
    make_earlier(STORE_SCHEMA - 1);
    open_store(STORE_READ_WRITE);
    read_claim(&domain);
    assert_int_equal(domain.missing_at_s, 1000 + GONE_S[i]);
    assert_int_equal(domain_is_lapsed(&domain), i == 1);
  }
}

static void do_nothing(void)
{
}

static void open_whole(unsigned number)
{
  (void)number;
  open_store(STORE_READ_WRITE);
}

// In one transaction, behind a copy that is whole: whoever comes next finds the schema before, or this one.
static void whoever_is_killed_while_a_store_is_upgraded_leaves_it_whole(void **state)
{
  (void)state;
  unsigned stop = 0;
  bool killed = true;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
  const struct own before = give_own(ALICE);
  while (killed) {
    make_earlier(STORE_SCHEMA - 1);
    killed = killed_at(do_nothing, open_whole, 0, ++stop);
    open_store(STORE_READ_WRITE);
    const struct own after = own_of(ALICE);
    expect_own(&after, &before);
    assert_int_equal(count(TABLE_ACCOUNTS), 2);
  }
  print_message("killed at %u points\n", stop - 1);
  assert_true(stop > 10);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(what_a_host_alone_knows_leaves_the_records_and_nothing_is_lost),
      STORE_TEST(a_connection_of_each_version_of_the_schema_before_is_read_whole),
      STORE_TEST(E7_a_domain_that_had_lapsed_is_lapsed),
      STORE_TEST(whoever_is_killed_while_a_store_is_upgraded_leaves_it_whole),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

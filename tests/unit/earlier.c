// SPDX-License-Identifier: Apache-2.0
#include "earlier.h"

#include <lmdb.h>

#include "base/endian.h"
#include "fixture.h"
#include "store/split.h"

enum { ENTRIES_MAX = 16 };

// The entries of a table.
struct entries {
  size_t count;
  struct store_key keys[ENTRIES_MAX];
};

static enum status note_key(void *context, const struct store_entry *entry)
{
  struct entries *entries = context;
  assert_true(entries->count < ENTRIES_MAX);
  struct store_key *key = &entries->keys[entries->count++];
  key->length = entry->key_length;
  memcpy(key->data, entry->key, entry->key_length);
  return STATUS_OK;
}

static struct entries entries_of(struct store_txn *txn, enum store_table table)
{
  const struct store_key all = key_new();
  struct entries entries = {.count = 0};
  assert_int_equal(store_each(txn, table, &all, note_key, &entries), STATUS_OK);
  return entries;
}

typedef void join(struct store_txn *txn, const struct store_key *key);

static void join_account(struct store_txn *txn, const struct store_key *key)
{
  struct account_4 old = {.account = {.id = 0}};
  assert_int_equal(store_get_record(txn, TABLE_ACCOUNTS, key, &ACCOUNT_RECORD, &old.account), STATUS_OK);
  assert_int_equal(account_here_get(txn, old.account.id, &old.here), STATUS_OK);
  assert_int_equal(store_put_record(txn, TABLE_ACCOUNTS, key, &ACCOUNT_4_RECORD, &old), STATUS_OK);
}

static void join_membership(struct store_txn *txn, const struct store_key *key)
{
  struct membership_4 old = {.membership = {.account_id = 0}};
  assert_int_equal(store_get_record(txn, TABLE_MEMBERSHIPS, key, &MEMBERSHIP_RECORD, &old.membership), STATUS_OK);
  assert_int_equal(membership_here_get(txn, old.membership.account_id, old.membership.org_id, &old.here), STATUS_OK);
  assert_int_equal(store_put_record(txn, TABLE_MEMBERSHIPS, key, &MEMBERSHIP_4_RECORD, &old), STATUS_OK);
}

static void join_connection(struct store_txn *txn, const struct store_key *key)
{
  struct connection_4 old = {.connection = {.org_id = 0}};
  assert_int_equal(store_get_record(txn, TABLE_CONNECTIONS, key, &CONNECTION_RECORD, &old.connection), STATUS_OK);
  assert_int_equal(connection_here_get(txn, &old.connection, &old.here), STATUS_OK);
  assert_int_equal(store_put_record(txn, TABLE_CONNECTIONS, key, &CONNECTION_4_RECORD, &old), STATUS_OK);
  record_done(&CONNECTION_4_RECORD, &old);
}

static void join_domain(struct store_txn *txn, const struct store_key *key)
{
  struct domain_4 old = {.domain = {.org_id = 0}};
  assert_int_equal(store_get_record(txn, TABLE_DOMAINS, key, &DOMAIN_RECORD, &old.domain), STATUS_OK);
  assert_int_equal(domain_here_get(txn, old.domain.org_id, old.domain.domain, &old.here), STATUS_OK);
  assert_int_equal(store_put_record(txn, TABLE_DOMAINS, key, &DOMAIN_4_RECORD, &old), STATUS_OK);
}

// Records as schema 4 has them.
static void join_records(void)
{
  static const struct {
    enum store_table table;
    join *one;
  } TABLES[] = {{TABLE_ACCOUNTS, join_account},
                {TABLE_MEMBERSHIPS, join_membership},
                {TABLE_CONNECTIONS, join_connection},
                {TABLE_DOMAINS, join_domain}};
  struct store_txn *txn = NULL;
  assert_int_equal(store_lock(store), STATUS_OK);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  for (size_t i = 0; i < COUNT_OF(TABLES); i++) {
    const struct entries entries = entries_of(txn, TABLES[i].table);
    for (size_t k = 0; k < entries.count; k++) {
      TABLES[i].one(txn, &entries.keys[k]);
    }
  }
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
}

void make_earlier(int schema)
{
  MDB_env *env = NULL;
  MDB_txn *txn = NULL;
  MDB_dbi table = 0;
  unsigned char packed[8];
  static const char *const CAME[] = {"domain_proofs", "confirmed",        "allowed_domains",  "socials",     "access",
                                     "accounts_here", "memberships_here", "connections_here", "domains_here"};
  endian_put_u64(packed, (uint64_t)schema);
  MDB_val key = {6, (void *)(uintptr_t) "schema"};
  MDB_val value = {sizeof packed, packed};
  join_records();
  store_close(&store);
  assert_int_equal(mdb_env_create(&env), 0);
  assert_int_equal(mdb_env_set_maxdbs(env, TABLE_COUNT), 0);
  assert_int_equal(mdb_env_open(env, directory, 0, 0600), 0);
  assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
  for (size_t i = 0; i < COUNT_OF(CAME); i++) {
    assert_int_equal(mdb_dbi_open(txn, CAME[i], 0, &table), 0);
    assert_int_equal(mdb_drop(txn, table, 1), 0);
  }
  assert_int_equal(mdb_dbi_open(txn, "meta", 0, &table), 0);
  assert_int_equal(mdb_put(txn, table, &key, &value, 0), 0);
  assert_int_equal(mdb_txn_commit(txn), 0);
  mdb_env_close(env);
}

// SPDX-License-Identifier: Apache-2.0
// A store of the version before is understood, and locks nobody out.
#include <lmdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/endian.h"
#include "earlier.h"
#include "sign_ins.h"
#include "store/access_history.h"

#define ALICE "alice@acme.test"

static void an_earlier_store_is_opened_by_readers_and_writers(void **state)
{
  (void)state;
  static const enum store_mode MODES[] = {STORE_READ_ONLY, STORE_READ_WRITE};
  for (size_t i = 0; i < COUNT_OF(MODES); i++) {
    make_earlier(STORE_SCHEMA - 1);
    open_store(MODES[i]);
    assert_int_equal(count(TABLE_CONFIRMED), 0);
    store_close(&store);
    open_store(STORE_READ_WRITE);
    if (i == 0) {
      fixture_set_up(PROVISIONING_JIT);
    }
    assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
  }
}

// Who could get in before is not known, and nobody is told otherwise.
static void what_was_so_in_an_earlier_store_is_not_known(void **state)
{
  (void)state;
  int64_t from_s = 0;
  int64_t until_s = 0;
  bool unknown = false;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(store_lock(store), STATUS_OK);
  struct store_txn *before = NULL;
  assert_int_equal(store_begin(store, true, &before), STATUS_OK);
  assert_int_equal(access_set_since(before, 1), STATUS_OK);
  assert_int_equal(store_commit(&before), STATUS_OK);
  make_earlier(STORE_SCHEMA - 1);
  int64_t now_s = clock_now_s();
  open_store(STORE_READ_ONLY);
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_int_equal(access_is_unknown(txn, now_s - 1, &unknown, &from_s, &until_s), STATUS_OK);
  assert_true(unknown);
  assert_in_range(until_s, now_s, now_s + 600);
}

// Proofs of addresses count as made under those of their time; connections are nobody's until an operator has looked.
static void proofs_of_an_earlier_store_count(void **state)
{
  (void)state;
  const struct connection_confirm confirm = {"acme", FINGERPRINT_NONE};
  fixture_set_up(PROVISIONING_JIT);
  make_earlier(STORE_SCHEMA - 1);
  open_store(STORE_READ_WRITE);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
  assert_int_equal(get_account(ALICE).proof, PROOF_BEFORE);
  assert_int_equal(unlink_identity(ALICE), STATUS_OK);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
  assert_string_equal(sign_in_result.row, "S7");
  assert_int_equal(make(change_connection_confirm(&confirm, &done)), STATUS_OK);
  assert_int_equal(make(change_connection_confirm(&confirm, &done)), STATUS_REFUSED);
}

static MDB_env *open_file(const char *name)
{
  MDB_env *env = NULL;
  char path[4096];
  (void)snprintf(path, sizeof path, "%s/%s", directory, name);
  assert_int_equal(mdb_env_create(&env), 0);
  assert_int_equal(mdb_env_set_maxdbs(env, TABLE_COUNT), 0);
  assert_int_equal(mdb_env_open(env, path, MDB_NOSUBDIR | MDB_RDONLY, 0600), 0);
  return env;
}

static uint64_t schema_of(MDB_env *env, bool *ret_has_confirmed)
{
  MDB_txn *txn = NULL;
  MDB_dbi table = 0;
  MDB_val key = {6, (void *)(uintptr_t) "schema"};
  MDB_val value = {0, NULL};
  assert_int_equal(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn), 0);
  *ret_has_confirmed = mdb_dbi_open(txn, "confirmed", 0, &table) == 0;
  assert_int_equal(mdb_dbi_open(txn, "meta", 0, &table), 0);
  assert_int_equal(mdb_get(txn, table, &key, &value), 0);
  uint64_t schema = endian_get_u64(value.mv_data);
  mdb_txn_abort(txn);
  return schema;
}

static void a_copy_of_an_earlier_store_is_kept_as_it_was(void **state)
{
  (void)state;
  char name[64];
  bool has_confirmed = true;
  struct stat st;
  (void)snprintf(name, sizeof name, "data.mdb.schema-%d", STORE_SCHEMA - 1);
  fixture_set_up(PROVISIONING_JIT);
  make_earlier(STORE_SCHEMA - 1);
  open_store(STORE_READ_ONLY);
  MDB_env *env = open_file(name);
  assert_int_equal(schema_of(env, &has_confirmed), STORE_SCHEMA - 1);
  assert_false(has_confirmed);
  mdb_env_close(env);
  char path[4096];
  (void)snprintf(path, sizeof path, "%s/%s", directory, name);
  assert_int_equal(stat(path, &st), 0);
  assert_int_equal(st.st_mode & 07777, 0600);
  (void)snprintf(path, sizeof path, "%s/data.mdb.copy", directory);
  assert_int_equal(access(path, F_OK), -1);
}

// A full disk, say: the store stays as it is, and the error names it.
static void without_room_for_a_copy_nothing_is_changed(void **state)
{
  (void)state;
  char path[4096];
  (void)snprintf(path, sizeof path, "%s/data.mdb.copy", directory);
  fixture_set_up(PROVISIONING_JIT);
  make_earlier(STORE_SCHEMA - 1);
  assert_int_equal(mkdir(path, 0700), 0);
  assert_int_not_equal(store_open(directory, STORE_READ_WRITE, &error, &store), STATUS_OK);
  assert_non_null(strstr(error.text, "no copy can be kept"));
  bool has_confirmed = true;
  MDB_env *env = open_file("data.mdb");
  assert_int_equal(schema_of(env, &has_confirmed), STORE_SCHEMA - 1);
  mdb_env_close(env);
  assert_int_equal(rmdir(path), 0);
  open_store(STORE_READ_WRITE);
}

static void a_store_of_another_version_is_refused(void **state)
{
  (void)state;
  make_earlier(STORE_SCHEMA - 2);
  assert_int_equal(store_open(directory, STORE_READ_WRITE, &error, &store), STATUS_VERSION);
  assert_int_equal(store_open(directory, STORE_READ_ONLY, &error, &store), STATUS_VERSION);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(an_earlier_store_is_opened_by_readers_and_writers),
      STORE_TEST(what_was_so_in_an_earlier_store_is_not_known),
      STORE_TEST(proofs_of_an_earlier_store_count),
      STORE_TEST(a_copy_of_an_earlier_store_is_kept_as_it_was),
      STORE_TEST(without_room_for_a_copy_nothing_is_changed),
      STORE_TEST(a_store_of_another_version_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// The tables of the environment: their names, and those that have come since the schema before.
#include <stdint.h>

#include "base/clock.h"
#include "base/endian.h"
#include "store/access_history.h"
#include "store/store_lmdb.h"

static const char *const TABLE_NAMES[TABLE_COUNT] = {
    [TABLE_META] = "meta",
    [TABLE_ACCOUNTS] = "accounts",
    [TABLE_ACCOUNT_LOGINS] = "account_logins",
    [TABLE_ACCOUNT_EMAILS] = "account_emails",
    [TABLE_NUMBERS] = "numbers",
    [TABLE_ORGS] = "orgs",
    [TABLE_ORG_SLUGS] = "org_slugs",
    [TABLE_DOMAINS] = "domains",
    [TABLE_DOMAIN_OWNERS] = "domain_owners",
    [TABLE_CONNECTIONS] = "connections",
    [TABLE_REGISTRATIONS] = "registrations",
    [TABLE_IDENTITIES] = "identities",
    [TABLE_ACCOUNT_IDENTITIES] = "account_identities",
    [TABLE_MEMBERSHIPS] = "memberships",
    [TABLE_ORG_MEMBERS] = "org_members",
    [TABLE_INVITES] = "invites",
    [TABLE_INVITE_EMAILS] = "invite_emails",
    [TABLE_TICKETS] = "tickets",
    [TABLE_AUDIT] = "audit",
    [TABLE_TOMBSTONES] = "tombstones",
    [TABLE_THROTTLES] = "throttles",
    [TABLE_REFUSALS] = "refusals",
    [TABLE_PENDING_LINKS] = "expectations",
    [TABLE_ACCOUNT_PENDING] = "account_expectations",
    [TABLE_RECOVERY] = "recovery",
    [TABLE_ORG_GROUPS] = "org_groups",
    [TABLE_GROUP_MAPPINGS] = "group_mappings",
    [TABLE_GIVEN_GROUPS] = "given_groups",
    [TABLE_GROUP_MEMBERS] = "group_members",
    [TABLE_DOMAIN_PROOFS] = "domain_proofs",
    [TABLE_CONFIRMED] = "confirmed",
    [TABLE_ALLOWED_DOMAINS] = "allowed_domains",
    [TABLE_SOCIALS] = "socials",
    [TABLE_MAIL] = "mail",
    [TABLE_REFRESH] = "refresh",
    [TABLE_ACCESS] = "access",
    [TABLE_REQUESTS] = "requests",
};

enum status store_fail(struct error *error, const char *what, const char *dir, int code)
{
  error_set(error, "store %s: %s: %s", dir, what, mdb_strerror(code));
  return store_from_lmdb(code);
}

static int read_schema(MDB_txn *txn, MDB_dbi meta, uint64_t *ret_schema)
{
  MDB_val key = {sizeof "schema" - 1, (void *)(uintptr_t) "schema"};
  MDB_val value = {0, NULL};
  int code = mdb_get(txn, meta, &key, &value);
  if (code == 0 && value.mv_size != sizeof(uint64_t)) {
    return MDB_CORRUPTED;
  }
  if (code == 0) {
    *ret_schema = endian_get_u64(value.mv_data);
  }
  return code;
}

enum status store_tables_schema(MDB_env *env, uint64_t *ret_schema)
{
  MDB_txn *txn = NULL;
  MDB_dbi meta = 0;
  int code = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);
  if (code != 0) {
    return store_from_lmdb(code);
  }
  code = mdb_dbi_open(txn, TABLE_NAMES[TABLE_META], 0, &meta);
  if (code == 0) {
    code = read_schema(txn, meta, ret_schema);
  }
  mdb_txn_abort(txn);
  return code == 0 ? STATUS_OK : store_from_lmdb(code);
}

// From the schema before, or the present one if another process has been faster; any other is not for this program.
static int raise_schema(MDB_txn *txn, MDB_dbi meta)
{
  unsigned char packed[8];
  MDB_val key = {sizeof "schema" - 1, (void *)(uintptr_t) "schema"};
  uint64_t schema = 0;
  int code = read_schema(txn, meta, &schema);
  if (code != 0 || (schema != STORE_SCHEMA && schema != STORE_SCHEMA - 1)) {
    return code != 0 ? code : MDB_VERSION_MISMATCH;
  }
  endian_put_u64(packed, STORE_SCHEMA);
  MDB_val value = {sizeof packed, packed};
  return mdb_put(txn, meta, &key, &value, 0);
}

enum status store_tables_open(struct store *store, const char *dir, bool create, struct error *error)
{
  MDB_txn *txn = NULL;
  int code = mdb_txn_begin(store->env, NULL, create ? 0 : MDB_RDONLY, &txn);
  size_t missing = 0;
  for (size_t i = 0; code == 0 && i < TABLE_COUNT; i++) {
    code = mdb_dbi_open(txn, TABLE_NAMES[i], create ? MDB_CREATE : 0, &store->tables[i]);
    missing = i;
  }
  if (code == 0) {
    return store_from_lmdb(mdb_txn_commit(txn));
  }
  mdb_txn_abort(txn);
  if (code == MDB_NOTFOUND && missing >= STORE_TABLES_BEFORE) {
    return STATUS_VERSION;
  }
  return code == MDB_NOTFOUND ? store_fail(error, "is not a store of this program", dir, MDB_INVALID)
                              : store_fail(error, "tables cannot be opened", dir, code);
}

// Of what was so before nothing is known (store/access_history.h).
static int begin_access(MDB_txn *txn, MDB_dbi meta)
{
  unsigned char packed[8];
  MDB_val key = {sizeof ACCESS_SINCE - 1, (void *)(uintptr_t)ACCESS_SINCE};
  MDB_val value = {sizeof packed, packed};
  endian_put_u64(packed, (uint64_t)clock_now_s());
  return mdb_put(txn, meta, &key, &value, 0);
}

// Records of the version before are read as they are.
enum status store_tables_add(MDB_env *env)
{
  MDB_txn *txn = NULL;
  MDB_dbi table = 0;
  int code = mdb_txn_begin(env, NULL, 0, &txn);
  if (code != 0) {
    return store_from_lmdb(code);
  }
  bool came = mdb_dbi_open(txn, TABLE_NAMES[TABLE_ACCESS], 0, &table) == MDB_NOTFOUND;
  for (size_t i = STORE_TABLES_BEFORE; code == 0 && i < TABLE_COUNT; i++) {
    code = mdb_dbi_open(txn, TABLE_NAMES[i], MDB_CREATE, &table);
  }
  if (code == 0) {
    code = mdb_dbi_open(txn, TABLE_NAMES[TABLE_META], 0, &table);
  }
  if (code == 0 && came) {
    code = begin_access(txn, table);
  }
  if (code == 0) {
    code = raise_schema(txn, table);
  }
  if (code == 0) {
    return store_from_lmdb(mdb_txn_commit(txn));
  }
  mdb_txn_abort(txn);
  return store_from_lmdb(code);
}

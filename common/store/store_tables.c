// SPDX-License-Identifier: Apache-2.0
// The tables of the environment: their names, and what the step from the schema before makes of them.
#include <stdint.h>

#include "base/clock.h"
#include "base/endian.h"
#include "store/access_history.h"
#include "store/split.h"
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
    [TABLE_ACCOUNTS_HERE] = "accounts_here",
    [TABLE_MEMBERSHIPS_HERE] = "memberships_here",
    [TABLE_CONNECTIONS_HERE] = "connections_here",
    [TABLE_DOMAINS_HERE] = "domains_here",
    [TABLE_FLEET] = "fleet",
    [TABLE_LINKED] = "linked",
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

static int add_tables(struct store *store, MDB_txn *txn)
{
  MDB_dbi table = 0;
  bool came = mdb_dbi_open(txn, TABLE_NAMES[TABLE_ACCESS], 0, &table) == MDB_NOTFOUND;
  int code = 0;
  for (size_t i = 0; code == 0 && i < TABLE_COUNT; i++) {
    code = mdb_dbi_open(txn, TABLE_NAMES[i], i >= STORE_TABLES_BEFORE ? MDB_CREATE : 0, &store->tables[i]);
  }
  return code == 0 && came ? begin_access(txn, store->tables[TABLE_META]) : code;
}

// From the schema before, or the present one if another process has been faster; any other is not for this program.
static enum status raise_schema(struct store_txn *txn)
{
  uint64_t schema = 0;
  const struct store_key key = key_of_text("schema");
  enum status status = store_from_lmdb(read_schema(txn->txn, txn->store->tables[TABLE_META], &schema));
  if (status != STATUS_OK || schema == STORE_SCHEMA) {
    return status;
  }
  if (schema != STORE_SCHEMA - 1) {
    return STATUS_VERSION;
  }
  status = split_all(txn);
  return status != STATUS_OK ? status : store_put_i64(txn, TABLE_META, &key, STORE_SCHEMA);
}

enum status store_tables_add(struct store *store)
{
  struct store_txn upgrading = {.store = store};
  int code = mdb_txn_begin(store->env, NULL, 0, &upgrading.txn);
  if (code != 0) {
    return store_from_lmdb(code);
  }
  enum status status = store_from_lmdb(add_tables(store, upgrading.txn));
  status = status != STATUS_OK ? status : raise_schema(&upgrading);
  if (status == STATUS_OK) {
    return store_from_lmdb(mdb_txn_commit(upgrading.txn));
  }
  mdb_txn_abort(upgrading.txn);
  return status;
}

// SPDX-License-Identifier: Apache-2.0
#include "store/here.h"

static const struct field ACCOUNT_FIELDS[] = {
    FIELD_OF_U8(account_here, password_tried),
    FIELD_OF_I64(account_here, last_sign_in_at_s),
    FIELD_OF_TEXT(account_here, last_sign_in_from),
    FIELD_OF_I64(account_here, last_sso_at_s),
};
const struct record_type ACCOUNT_HERE_RECORD = RECORD_TYPE(account_here, 1, ACCOUNT_FIELDS);

static const struct field MEMBERSHIP_FIELDS[] = {FIELD_OF_I64(membership_here, last_sign_in_at_s)};
const struct record_type MEMBERSHIP_HERE_RECORD = RECORD_TYPE(membership_here, 1, MEMBERSHIP_FIELDS);

static const struct field CONNECTION_FIELDS[] = {
    FIELD_OF_U32(connection_here, registration),
    FIELD_OF_U8(connection_here, tried),
    FIELD_OF_I64(connection_here, tried_at_s),
};
const struct record_type CONNECTION_HERE_RECORD = RECORD_TYPE(connection_here, 1, CONNECTION_FIELDS);

static const struct field DOMAIN_FIELDS[] = {FIELD_OF_I64(domain_here, checked_at_s)};
const struct record_type DOMAIN_HERE_RECORD = RECORD_TYPE(domain_here, 1, DOMAIN_FIELDS);

// What is not kept is zero, as *RET_HERE is before.
static enum status get(struct store_txn *txn, enum store_table table, const struct store_key *key,
                       const struct record_type *type, void *ret_here)
{
  enum status status = store_get_record(txn, table, key, type, ret_here);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status drop(struct store_txn *txn, enum store_table table, const struct store_key *key)
{
  enum status status = store_delete(txn, table, key);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status account_here_get(struct store_txn *txn, int64_t account_id, struct account_here *ret_here)
{
  const struct store_key key = key_of_i64(account_id);
  struct account_here here = {.password_tried = 0};
  enum status status = get(txn, TABLE_ACCOUNTS_HERE, &key, &ACCOUNT_HERE_RECORD, &here);
  if (status == STATUS_OK) {
    *ret_here = here;
  }
  return status;
}

enum status account_here_put(struct store_txn *txn, int64_t account_id, const struct account_here *here)
{
  const struct store_key key = key_of_i64(account_id);
  return store_put_record(txn, TABLE_ACCOUNTS_HERE, &key, &ACCOUNT_HERE_RECORD, here);
}

enum status account_here_drop(struct store_txn *txn, int64_t account_id)
{
  const struct store_key key = key_of_i64(account_id);
  return drop(txn, TABLE_ACCOUNTS_HERE, &key);
}

enum status account_here_untried(struct store_txn *txn, int64_t account_id)
{
  struct account_here here;
  enum status status = account_here_get(txn, account_id, &here);
  if (status != STATUS_OK || here.password_tried == 0) {
    return status;
  }
  here.password_tried = 0;
  return account_here_put(txn, account_id, &here);
}

enum status membership_here_get(struct store_txn *txn, int64_t account_id, int64_t org_id,
                                struct membership_here *ret_here)
{
  const struct store_key key = key_of_two_i64(account_id, org_id);
  struct membership_here here = {.last_sign_in_at_s = 0};
  enum status status = get(txn, TABLE_MEMBERSHIPS_HERE, &key, &MEMBERSHIP_HERE_RECORD, &here);
  if (status == STATUS_OK) {
    *ret_here = here;
  }
  return status;
}

enum status membership_here_put(struct store_txn *txn, int64_t account_id, int64_t org_id,
                                const struct membership_here *here)
{
  const struct store_key key = key_of_two_i64(account_id, org_id);
  return store_put_record(txn, TABLE_MEMBERSHIPS_HERE, &key, &MEMBERSHIP_HERE_RECORD, here);
}

enum status membership_here_drop(struct store_txn *txn, int64_t account_id, int64_t org_id)
{
  const struct store_key key = key_of_two_i64(account_id, org_id);
  return drop(txn, TABLE_MEMBERSHIPS_HERE, &key);
}

static enum status read_connection(struct store_txn *txn, int64_t org_id, struct connection_here *ret_here)
{
  const struct store_key key = key_of_i64(org_id);
  *ret_here = (struct connection_here){.registration = 0};
  return get(txn, TABLE_CONNECTIONS_HERE, &key, &CONNECTION_HERE_RECORD, ret_here);
}

enum status connection_here_get(struct store_txn *txn, const struct connection *connection,
                                struct connection_here *ret_here)
{
  struct connection_here here;
  enum status status = read_connection(txn, connection->org_id, &here);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_here = here.registration == connection->registration
                  ? here
                  : (struct connection_here){.registration = connection->registration};
  return STATUS_OK;
}

enum status connection_here_tried(struct store_txn *txn, const struct connection *connection, int64_t at_s)
{
  const struct store_key key = key_of_i64(connection->org_id);
  const struct connection_here here = {.registration = connection->registration, .tried = 1, .tried_at_s = at_s};
  return store_put_record(txn, TABLE_CONNECTIONS_HERE, &key, &CONNECTION_HERE_RECORD, &here);
}

enum status connection_here_keep_fitting(struct store_txn *txn, const struct connection *connection)
{
  struct connection_here here;
  enum status status = read_connection(txn, connection->org_id, &here);
  bool fits = here.registration == connection->registration;
  return status != STATUS_OK || fits ? status : connection_here_drop(txn, connection->org_id);
}

enum status connection_here_drop(struct store_txn *txn, int64_t org_id)
{
  const struct store_key key = key_of_i64(org_id);
  return drop(txn, TABLE_CONNECTIONS_HERE, &key);
}

static struct store_key domain_key(int64_t org_id, const char *domain)
{
  struct store_key key = key_of_i64(org_id);
  key_add_text(&key, domain);
  return key;
}

enum status domain_here_get(struct store_txn *txn, int64_t org_id, const char *domain, struct domain_here *ret_here)
{
  const struct store_key key = domain_key(org_id, domain);
  struct domain_here here = {.checked_at_s = 0};
  enum status status = get(txn, TABLE_DOMAINS_HERE, &key, &DOMAIN_HERE_RECORD, &here);
  if (status == STATUS_OK) {
    *ret_here = here;
  }
  return status;
}

enum status domain_here_put(struct store_txn *txn, int64_t org_id, const char *domain, const struct domain_here *here)
{
  const struct store_key key = domain_key(org_id, domain);
  return store_put_record(txn, TABLE_DOMAINS_HERE, &key, &DOMAIN_HERE_RECORD, here);
}

enum status domain_here_drop(struct store_txn *txn, int64_t org_id, const char *domain)
{
  const struct store_key key = domain_key(org_id, domain);
  return drop(txn, TABLE_DOMAINS_HERE, &key);
}

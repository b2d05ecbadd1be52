// SPDX-License-Identifier: Apache-2.0
#include "store/split.h"

#include <string.h>

#include "base/cleanup.h"

static const struct field ACCOUNT_FIELDS[] = {
    FIELD_OF_I64(account_4, account.id),
    FIELD_OF_TEXT(account_4, account.login),
    FIELD_OF_TEXT(account_4, account.email),
    FIELD_OF_U8(account_4, account.email_proven),
    FIELD_OF_U8(account_4, account.status),
    FIELD_OF_U32(account_4, account.uid),
    FIELD_OF_U32(account_4, account.gid),
    FIELD_OF_U8(account_4, account.mapped),
    FIELD_OF_TEXT(account_4, account.name),
    FIELD_OF_TEXT(account_4, account.home),
    FIELD_OF_TEXT(account_4, account.shell),
    FIELD_OF_TEXT(account_4, account.password),
    FIELD_OF_U8(account_4, here.password_tried),
    FIELD_OF_I64(account_4, account.created_by_org),
    FIELD_OF_I64(account_4, account.created_at_s),
    FIELD_OF_I64(account_4, here.last_sign_in_at_s),
    FIELD_OF_TEXT(account_4, here.last_sign_in_from),
    FIELD_OF_I64(account_4, here.last_sso_at_s),
    FIELD_OF_I64(account_4, account.proof),
    FIELD_OF_U8(account_4, account.by_operator),
    FIELD_OF_U8(account_4, account.code_used),
    FIELD_OF_I64(account_4, account.sso_only_org),
};
const struct record_type ACCOUNT_4_RECORD = RECORD_TYPE_GROWN(account_4, 5, ACCOUNT_FIELDS, 21, 18);

static const struct field MEMBERSHIP_FIELDS[] = {
    FIELD_OF_I64(membership_4, membership.account_id),   FIELD_OF_I64(membership_4, membership.org_id),
    FIELD_OF_U8(membership_4, membership.role),          FIELD_OF_U8(membership_4, membership.source),
    FIELD_OF_U8(membership_4, membership.status),        FIELD_OF_I64(membership_4, membership.joined_at_s),
    FIELD_OF_I64(membership_4, here.last_sign_in_at_s),  FIELD_OF_I64(membership_4, membership.until_s),
    FIELD_OF_I64(membership_4, membership.role_until_s), FIELD_OF_U8(membership_4, membership.role_by),
    FIELD_OF_U8(membership_4, membership.ended),
};
const struct record_type MEMBERSHIP_4_RECORD = RECORD_TYPE_GROWN(membership_4, 7, MEMBERSHIP_FIELDS, 10, 9, 7, 7);

static const struct field CONNECTION_FIELDS[] = {
    FIELD_OF_I64(connection_4, connection.org_id),
    FIELD_OF_TEXT(connection_4, connection.issuer),
    FIELD_OF_TEXT(connection_4, connection.client_id),
    FIELD_OF_BYTES(connection_4, connection.client_secret, PROTOCOL_SECRET_MAX),
    FIELD_OF_U8(connection_4, connection.client_auth),
    FIELD_OF_TEXT(connection_4, connection.scopes),
    FIELD_OF_TEXT(connection_4, connection.email_claim),
    FIELD_OF_BYTES(connection_4, connection.ca_pem, PROTOCOL_CA_MAX),
    FIELD_OF_U32(connection_4, connection.registration),
    FIELD_OF_U8(connection_4, here.tried),
    FIELD_OF_I64(connection_4, here.tried_at_s),
    FIELD_OF_I64(connection_4, connection.set_at_s),
    FIELD_OF_TEXT(connection_4, connection.groups_claim),
    FIELD_OF_I64(connection_4, connection.generation),
    FIELD_OF_U8(connection_4, connection.waits),
    FIELD_OF_U8(connection_4, connection.requirements.trust),
    FIELD_OF_TEXT(connection_4, connection.requirements.required_acr),
    FIELD_OF_TEXT(connection_4, connection.requirements.required_amr),
    FIELD_OF_TEXT(connection_4, connection.requirements.signin_from),
    FIELD_OF_TEXT(connection_4, connection.device_endpoint),
    FIELD_OF_TEXT(connection_4, connection.key_set),
    FIELD_OF_TEXT(connection_4, connection.audiences),
    FIELD_OF_U8(connection_4, connection.unverified_mail),
    FIELD_OF_U8(connection_4, connection.userinfo_for),
    FIELD_OF_U8(connection_4, connection.auth_found),
    FIELD_OF_TEXT(connection_4, connection.preset),
    FIELD_OF_U32(connection_4, connection.by_preset),
    FIELD_OF_I64(connection_4, connection.secret_expires_at_s),
    FIELD_OF_TEXT(connection_4, connection.requirements.required_groups),
    FIELD_OF_U8(connection_4, connection.offline),
};
const struct record_type CONNECTION_4_RECORD =
    RECORD_TYPE_GROWN(connection_4, 8, CONNECTION_FIELDS, 29, 28, 27, 19, 13);

static const struct field DOMAIN_FIELDS[] = {
    FIELD_OF_I64(domain_4, domain.org_id),          FIELD_OF_TEXT(domain_4, domain.domain),
    FIELD_OF_U8(domain_4, domain.verified),         FIELD_OF_TEXT(domain_4, domain.token),
    FIELD_OF_TEXT(domain_4, domain.reason),         FIELD_OF_I64(domain_4, domain.added_at_s),
    FIELD_OF_I64(domain_4, domain.verified_at_s),   FIELD_OF_I64(domain_4, here.checked_at_s),
    FIELD_OF_I64(domain_4, domain.missing_since_s),
};
const struct record_type DOMAIN_4_RECORD = RECORD_TYPE_GROWN(domain_4, 4, DOMAIN_FIELDS, COUNT_OF(DOMAIN_FIELDS));

typedef enum status split(struct store_txn *txn, const struct store_key *key, const void *data, size_t length);

static void account_done(struct account_4 *old)
{
  record_done(&ACCOUNT_4_RECORD, old);
}

// Whoever has never signed in has nothing of this host's own.
static enum status split_account(struct store_txn *txn, const struct store_key *key, const void *data, size_t length)
{
  struct account_4 old CLEANUP(account_done) = {.account = {.id = 0}};
  enum status status = record_decode(&ACCOUNT_4_RECORD, data, length, &old);
  if (status != STATUS_OK) {
    return status;
  }
  bool any = old.here.password_tried != 0 || old.here.last_sign_in_at_s != 0 || old.here.last_sso_at_s != 0;
  status = any ? account_here_put(txn, old.account.id, &old.here) : STATUS_OK;
  return status != STATUS_OK ? status : store_put_record(txn, TABLE_ACCOUNTS, key, &ACCOUNT_RECORD, &old.account);
}

static enum status split_membership(struct store_txn *txn, const struct store_key *key, const void *data, size_t length)
{
  struct membership_4 old = {.membership = {.account_id = 0}};
  enum status status = record_decode(&MEMBERSHIP_4_RECORD, data, length, &old);
  if (status != STATUS_OK) {
    return status;
  }
  status = old.here.last_sign_in_at_s != 0
               ? membership_here_put(txn, old.membership.account_id, old.membership.org_id, &old.here)
               : STATUS_OK;
  return status != STATUS_OK ? status
                             : store_put_record(txn, TABLE_MEMBERSHIPS, key, &MEMBERSHIP_RECORD, &old.membership);
}

static void connection_done(struct connection_4 *old)
{
  record_done(&CONNECTION_4_RECORD, old);
}

static bool is_in_effect(const struct store_key *key)
{
  return key->data[key->length - 1] == CONNECTION_ACTIVE; // the slot, at the end of the key
}

// One that waits has never been tried.
static enum status split_connection(struct store_txn *txn, const struct store_key *key, const void *data, size_t length)
{
  struct connection_4 old CLEANUP(connection_done) = {.connection = {.org_id = 0}};
  enum status status = record_decode(&CONNECTION_4_RECORD, data, length, &old);
  if (status != STATUS_OK) {
    return status;
  }
  bool tried = old.here.tried != 0 && is_in_effect(key);
  status = tried ? connection_here_tried(txn, &old.connection, old.here.tried_at_s) : STATUS_OK;
  return status != STATUS_OK ? status
                             : store_put_record(txn, TABLE_CONNECTIONS, key, &CONNECTION_RECORD, &old.connection);
}

static enum status split_domain(struct store_txn *txn, const struct store_key *key, const void *data, size_t length)
{
  struct domain_4 old = {.domain = {.org_id = 0}};
  enum status status = record_decode(&DOMAIN_4_RECORD, data, length, &old);
  if (status != STATUS_OK) {
    return status;
  }
  old.domain.missing_at_s = old.domain.missing_since_s != 0 ? old.here.checked_at_s : 0;
  status =
      old.here.checked_at_s != 0 ? domain_here_put(txn, old.domain.org_id, old.domain.domain, &old.here) : STATUS_OK;
  return status != STATUS_OK ? status : store_put_record(txn, TABLE_DOMAINS, key, &DOMAIN_RECORD, &old.domain);
}

// The first entry at or behind *KEY, which becomes its key. STATUS_NOT_FOUND: there is none.
static enum status read_at(struct store_txn *txn, enum store_table table, struct store_key *key, struct bytes *out)
{
  struct store_walk *walk CLEANUP(store_walk_end) = NULL;
  struct store_entry entry;
  enum status status = store_walk_begin(txn, table, key, &walk);
  status = status != STATUS_OK ? status : store_walk_next(walk, &entry);
  if (status != STATUS_OK) {
    return status;
  }
  if (entry.key_length >= sizeof key->data) {
    return STATUS_CORRUPT;
  }
  memcpy(key->data, entry.key, entry.key_length);
  key->length = entry.key_length;
  return bytes_append(out, entry.data, entry.length);
}

// Each on its own: nothing is walked while it is written.
static enum status split_table(struct store_txn *txn, enum store_table table, split *one)
{
  struct store_key key = key_new();
  for (;;) {
    struct bytes packed CLEANUP(bytes_done) = BYTES_EMPTY;
    enum status status = read_at(txn, table, &key, &packed);
    if (status != STATUS_OK) {
      return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    }
    status = one(txn, &key, packed.data, packed.length);
    if (status != STATUS_OK) {
      return status;
    }
    key.data[key.length++] = 0; // the next key that there can be
  }
}

enum status split_all(struct store_txn *txn)
{
  static const struct {
    enum store_table table;
    split *one;
  } TABLES[] = {
      {TABLE_ACCOUNTS, split_account},
      {TABLE_MEMBERSHIPS, split_membership},
      {TABLE_CONNECTIONS, split_connection},
      {TABLE_DOMAINS, split_domain},
  };
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < COUNT_OF(TABLES); i++) {
    status = split_table(txn, TABLES[i].table, TABLES[i].one);
  }
  return status;
}

// SPDX-License-Identifier: Apache-2.0
// The identities of accounts at connections: store/accounts.h.
#include "store/accounts.h"
#include "store/refresh.h"

static struct store_key identity_key(int64_t org_id, uint32_t registration, const char *subject)
{
  struct store_key key = key_of_i64(org_id);
  key_add_u32(&key, registration);
  key_add_text(&key, subject);
  return key;
}

static struct store_key account_identity_key(int64_t account_id, int64_t org_id, uint32_t registration)
{
  struct store_key key = key_of_two_i64(account_id, org_id);
  key_add_u32(&key, registration);
  return key;
}

enum status identity_get(struct store_txn *txn, const struct connection *connection, const char *subject,
                         struct identity *ret_identity)
{
  struct identity identity;
  if (subject[0] == '\0') {
    return STATUS_NOT_FOUND;
  }
  const struct store_key key = identity_key(connection->org_id, connection->registration, subject);
  enum status status = store_get_record(txn, TABLE_IDENTITIES, &key, &IDENTITY_RECORD, &identity);
  if (status != STATUS_OK) {
    return status;
  }
  bool same = strcmp(identity.issuer, connection->issuer) == 0 &&
              strcmp(identity.client_id, connection->client_id) == 0 && strcmp(identity.subject, subject) == 0;
  if (!same) {
    return STATUS_CORRUPT;
  }
  *ret_identity = identity;
  return STATUS_OK;
}

enum status identity_of_account(struct store_txn *txn, int64_t account_id, const struct connection *connection,
                                struct identity *ret_identity)
{
  struct bytes subject __attribute__((cleanup(bytes_done))) = BYTES_EMPTY;
  const struct store_key key = account_identity_key(account_id, connection->org_id, connection->registration);
  enum status status = store_get(txn, TABLE_ACCOUNT_IDENTITIES, &key, &subject);
  return status != STATUS_OK ? status : identity_get(txn, connection, bytes_text(&subject), ret_identity);
}

enum status identity_put(struct store_txn *txn, const struct identity *identity)
{
  const struct store_key key = identity_key(identity->org_id, identity->registration, identity->subject);
  const struct store_key back = account_identity_key(identity->account_id, identity->org_id, identity->registration);
  enum status status = store_put_record(txn, TABLE_IDENTITIES, &key, &IDENTITY_RECORD, identity);
  return status != STATUS_OK
             ? status
             : store_put(txn, TABLE_ACCOUNT_IDENTITIES, &back, identity->subject, strlen(identity->subject));
}

static enum status found_one(void *context, const struct store_entry *entry)
{
  (void)context;
  (void)entry;
  return STATUS_EXISTS;
}

enum status identity_any(struct store_txn *txn, const struct connection *connection, bool *ret_any)
{
  struct store_key prefix = key_of_i64(connection->org_id);
  key_add_u32(&prefix, connection->registration);
  enum status status = store_each(txn, TABLE_IDENTITIES, &prefix, found_one, NULL);
  if (status != STATUS_OK && status != STATUS_EXISTS) {
    return status;
  }
  *ret_any = status == STATUS_EXISTS;
  return STATUS_OK;
}

struct first_found {
  const struct store_key *except; // the org whose identities stay; NULL: none
  struct store_key back;
  struct store_key key;
  bool found;
};

// Both keys of an identity; as a visit, those of the first in the walk: the walk ends there since deleting would move
// the cursor.
static enum status find_first(void *context, const struct store_entry *entry)
{
  struct first_found *first = context;
  enum { ORG_AT = 8, KEY_LENGTH = 20 };
  if (entry->key_length != KEY_LENGTH || entry->length >= PROTOCOL_SUBJECT_SIZE) {
    return STATUS_CORRUPT;
  }
  if (first->except != NULL && memcmp(entry->key + ORG_AT, first->except->data, first->except->length) == 0) {
    return STATUS_OK;
  }
  first->back = key_new();
  memcpy(first->back.data, entry->key, KEY_LENGTH);
  first->back.length = KEY_LENGTH;
  first->key = key_new();
  memcpy(first->key.data, entry->key + ORG_AT, KEY_LENGTH - ORG_AT);
  memcpy(first->key.data + KEY_LENGTH - ORG_AT, entry->data, entry->length);
  first->key.length = KEY_LENGTH - ORG_AT + entry->length;
  first->found = true;
  return STATUS_EXISTS;
}

static enum status drop_identities(struct store_txn *txn, const struct store_key *prefix,
                                   const struct store_key *except, bool *ret_any)
{
  for (;;) {
    struct first_found first = {.except = except};
    enum status status = store_each(txn, TABLE_ACCOUNT_IDENTITIES, prefix, find_first, &first);
    if (status != STATUS_EXISTS) {
      return status;
    }
    *ret_any = true;
    status = store_delete(txn, TABLE_IDENTITIES, &first.key);
    status = status != STATUS_OK ? status : store_delete(txn, TABLE_ACCOUNT_IDENTITIES, &first.back);
    status = status != STATUS_OK
                 ? status
                 : refresh_drop(txn, key_take_i64(first.back.data + sizeof(int64_t)), key_take_i64(first.back.data));
    if (status != STATUS_OK) {
      return status;
    }
  }
}

enum status identity_drop_all(struct store_txn *txn, int64_t account_id)
{
  const struct store_key prefix = key_of_i64(account_id);
  bool any = false;
  return drop_identities(txn, &prefix, NULL, &any);
}

enum status identity_drop_others(struct store_txn *txn, int64_t account_id, int64_t org_id)
{
  const struct store_key prefix = key_of_i64(account_id);
  const struct store_key except = key_of_i64(org_id);
  bool any = false;
  return drop_identities(txn, &prefix, &except, &any);
}

enum status identity_drop_org(struct store_txn *txn, int64_t account_id, int64_t org_id, bool *ret_any)
{
  const struct store_key prefix = key_of_two_i64(account_id, org_id);
  *ret_any = false;
  return drop_identities(txn, &prefix, NULL, ret_any);
}

struct identity_walk {
  struct store_txn *txn;
  identity_visit *visit;
  void *context;
};

static enum status visit_identity(void *context, const struct store_entry *entry)
{
  const struct identity_walk *walk = context;
  struct first_found found = {.found = false};
  struct identity identity;
  enum status status = find_first(&found, entry);
  if (status == STATUS_EXISTS) {
    status = store_get_record(walk->txn, TABLE_IDENTITIES, &found.key, &IDENTITY_RECORD, &identity);
  }
  return status != STATUS_OK ? status : walk->visit(walk->context, &identity);
}

enum status identity_each_of(struct store_txn *txn, int64_t account_id, identity_visit *visit, void *context)
{
  const struct store_key prefix = key_of_i64(account_id);
  struct identity_walk walk = {txn, visit, context};
  return store_each(txn, TABLE_ACCOUNT_IDENTITIES, &prefix, visit_identity, &walk);
}

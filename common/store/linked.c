// SPDX-License-Identifier: Apache-2.0
#include "store/linked.h"

#include <string.h>

#include "base/cleanup.h"
#include "store/accounts.h"

static const struct field LINKED_FIELDS[] = {
    FIELD_OF_I64(linked, identity.account_id),   FIELD_OF_I64(linked, identity.org_id),
    FIELD_OF_U32(linked, identity.registration), FIELD_OF_TEXT(linked, identity.issuer),
    FIELD_OF_TEXT(linked, identity.client_id),   FIELD_OF_TEXT(linked, identity.subject),
    FIELD_OF_TEXT(linked, identity.email),       FIELD_OF_I64(linked, identity.linked_at_s),
    FIELD_OF_I64(linked, identity.generation),   FIELD_OF_I64(linked, number),
};
const struct record_type LINKED_RECORD = RECORD_TYPE(linked, 1, LINKED_FIELDS);

enum status linked_get(struct store_txn *txn, int64_t org_id, int64_t account_id, struct linked *ret_linked)
{
  const struct store_key key = key_of_two_i64(org_id, account_id);
  return store_get_record(txn, TABLE_LINKED, &key, &LINKED_RECORD, ret_linked);
}

enum status linked_put(struct store_txn *txn, const struct linked *linked)
{
  const struct store_key key = key_of_two_i64(linked->identity.org_id, linked->identity.account_id);
  return store_put_record(txn, TABLE_LINKED, &key, &LINKED_RECORD, linked);
}

enum status linked_drop(struct store_txn *txn, int64_t org_id, int64_t account_id)
{
  const struct store_key key = key_of_two_i64(org_id, account_id);
  enum status status = store_delete(txn, TABLE_LINKED, &key);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status linked_say(struct store_txn *txn, const struct identity *identity)
{
  struct linked linked = {.identity = *identity};
  enum status status = store_new_id(txn, true, &linked.number);
  return status != STATUS_OK ? status : linked_put(txn, &linked);
}

enum status linked_say_none(struct store_txn *txn, int64_t org_id, int64_t account_id)
{
  const struct identity none = {.org_id = org_id, .account_id = account_id, .linked_at_s = store_moment(txn)};
  return linked_say(txn, &none);
}

// Where a sign-in on this host has linked it to somebody else.
static enum status drop_other(struct store_txn *txn, const struct identity *identity)
{
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = identity->org_id,
                                                              .registration = identity->registration};
  struct identity there;
  bool any = false;
  memcpy(connection.issuer, identity->issuer, sizeof connection.issuer);
  memcpy(connection.client_id, identity->client_id, sizeof connection.client_id);
  enum status status = identity_get(txn, &connection, identity->subject, &there);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  return identity_drop_org(txn, there.account_id, there.org_id, &any);
}

enum status linked_follow(struct store_txn *txn, const struct linked *linked)
{
  const struct identity *identity = &linked->identity;
  bool any = false;
  enum status status = identity_drop_org(txn, identity->account_id, identity->org_id, &any);
  if (status != STATUS_OK || identity->subject[0] == '\0') {
    return status;
  }
  status = drop_other(txn, identity);
  return status != STATUS_OK ? status : identity_put(txn, identity);
}

// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "store/access_history.h"
#include "store/here.h"
#include "store/orgs.h"
#include "store/refresh.h"

struct search {
  const struct connection *wanted;
  uint32_t last;
  uint32_t found;
};

static enum status compare(void *context, const struct store_entry *entry)
{
  struct search *search = context;
  struct registration registration;
  enum status status = record_decode(&REGISTRATION_RECORD, entry->data, entry->length, &registration);
  if (status != STATUS_OK) {
    return status;
  }
  search->last = registration.number;
  if (strcmp(registration.issuer, search->wanted->issuer) == 0 &&
      strcmp(registration.client_id, search->wanted->client_id) == 0) {
    search->found = registration.number;
  }
  return STATUS_OK;
}

enum status registration_put(struct store_txn *txn, int64_t org_id, const struct registration *registration)
{
  struct store_key key = key_of_i64(org_id);
  key_add_u32(&key, registration->number);
  return store_put_record(txn, TABLE_REGISTRATIONS, &key, &REGISTRATION_RECORD, registration);
}

// Identities are kept under the number of the issuer and client id they were made with.
static enum status number_registration(struct store_txn *txn, const struct connection *connection, uint32_t *ret_number)
{
  const struct store_key prefix = key_of_i64(connection->org_id);
  struct search search = {.wanted = connection};
  enum status status = store_each(txn, TABLE_REGISTRATIONS, &prefix, compare, &search);
  if (status != STATUS_OK || search.found != 0) {
    *ret_number = search.found;
    return status;
  }
  struct registration fresh = {.number = search.last + 1};
  memcpy(fresh.issuer, connection->issuer, sizeof fresh.issuer);
  memcpy(fresh.client_id, connection->client_id, sizeof fresh.client_id);
  *ret_number = fresh.number;
  return registration_put(txn, connection->org_id, &fresh);
}

static enum status log_connection(struct store_txn *txn, int64_t org_id)
{
  return store_log_change(txn, &(struct logged_change){.kind = LOGGED_CONNECTION, .id = org_id});
}

enum status connection_put(struct store_txn *txn, enum connection_slot slot, struct connection *connection)
{
  const struct store_key key = connection_key(connection->org_id, slot);
  enum status status = number_registration(txn, connection, &connection->registration);
  if (status != STATUS_OK) {
    return status;
  }
  status = log_connection(txn, connection->org_id);
  if (status == STATUS_OK && slot == CONNECTION_ACTIVE) {
    status = access_note_issuer(txn, connection->org_id, connection->issuer);
    status = status != STATUS_OK ? status : connection_here_keep_fitting(txn, connection);
  }
  status =
      status != STATUS_OK ? status : store_put_record(txn, TABLE_CONNECTIONS, &key, &CONNECTION_RECORD, connection);
  return status == STATUS_OK && slot == CONNECTION_ACTIVE ? refresh_keep_fitting(txn, connection) : status;
}

enum status connection_remove(struct store_txn *txn, int64_t org_id, enum connection_slot slot)
{
  const struct store_key key = connection_key(org_id, slot);
  enum status status = log_connection(txn, org_id);
  if (status == STATUS_OK && slot == CONNECTION_ACTIVE) {
    status = access_note_issuer(txn, org_id, "");
    status = status != STATUS_OK ? status : connection_here_drop(txn, org_id);
    status = status != STATUS_OK ? status : refresh_drop_org(txn, org_id);
  }
  return status != STATUS_OK ? status : store_delete(txn, TABLE_CONNECTIONS, &key);
}

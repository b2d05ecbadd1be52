// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "store/access_history.h"
#include "store/here.h"
#include "store/orgs.h"
#include "store/refresh.h"

static struct store_key slot_key(int64_t org_id, enum connection_slot slot)
{
  struct store_key key = key_of_i64(org_id);
  key_add_u32(&key, (uint32_t)slot);
  return key;
}

enum status connection_get(struct store_txn *txn, int64_t org_id, enum connection_slot slot,
                           struct connection *ret_connection)
{
  const struct store_key key = slot_key(org_id, slot);
  return store_get_record(txn, TABLE_CONNECTIONS, &key, &CONNECTION_RECORD, ret_connection);
}

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
  struct store_key key = prefix;
  key_add_u32(&key, fresh.number);
  *ret_number = fresh.number;
  return store_put_record(txn, TABLE_REGISTRATIONS, &key, &REGISTRATION_RECORD, &fresh);
}

static enum status log_connection(struct store_txn *txn, int64_t org_id)
{
  return store_log_change(txn, &(struct logged_change){.kind = LOGGED_CONNECTION, .id = org_id});
}

enum status connection_put(struct store_txn *txn, enum connection_slot slot, struct connection *connection)
{
  const struct store_key key = slot_key(connection->org_id, slot);
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
  const struct store_key key = slot_key(org_id, slot);
  enum status status = log_connection(txn, org_id);
  if (status == STATUS_OK && slot == CONNECTION_ACTIVE) {
    status = access_note_issuer(txn, org_id, "");
    status = status != STATUS_OK ? status : connection_here_drop(txn, org_id);
    status = status != STATUS_OK ? status : refresh_drop_org(txn, org_id);
  }
  return status != STATUS_OK ? status : store_delete(txn, TABLE_CONNECTIONS, &key);
}

bool connection_same_client(const struct connection *a, const struct connection *b)
{
  return strcmp(a->issuer, b->issuer) == 0 && strcmp(a->client_id, b->client_id) == 0;
}

static bool same_bytes(const struct bytes *a, const struct bytes *b)
{
  return a->length == b->length && memcmp(bytes_text(a), bytes_text(b), a->length) == 0;
}

bool connection_same_voucher(const struct connection *a, const struct connection *b)
{
  return same_bytes(&a->ca_pem, &b->ca_pem) && strcmp(a->device_endpoint, b->device_endpoint) == 0 &&
         strcmp(a->key_set, b->key_set) == 0;
}

// What a sign-in may fail by besides: a wrong one locks everybody out as well.
static bool same_settings(const struct connection *a, const struct connection *b)
{
  return connection_same_voucher(a, b) && strcmp(a->scopes, b->scopes) == 0 &&
         strcmp(a->email_claim, b->email_claim) == 0 && strcmp(a->groups_claim, b->groups_claim) == 0 &&
         strcmp(a->audiences, b->audiences) == 0 && a->unverified_mail == b->unverified_mail &&
         a->userinfo_for == b->userinfo_for && a->offline == b->offline;
}

static bool same_secret(const struct connection *a, const struct connection *b)
{
  return a->client_auth == b->client_auth && a->client_secret.length == b->client_secret.length &&
         bytes_equal_constant_time(bytes_text(&a->client_secret), bytes_text(&b->client_secret),
                                   a->client_secret.length);
}

bool connection_is_same(const struct connection *a, const struct connection *b)
{
  return connection_same_client(a, b) && same_secret(a, b) && same_settings(a, b);
}

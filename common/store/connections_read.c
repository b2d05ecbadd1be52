// SPDX-License-Identifier: Apache-2.0
// Connections as they are, and which are the same: store/orgs.h.
#include <string.h>

#include "store/orgs.h"

struct store_key connection_key(int64_t org_id, enum connection_slot slot)
{
  struct store_key key = key_of_i64(org_id);
  key_add_u32(&key, (uint32_t)slot);
  return key;
}

enum status connection_get(struct store_txn *txn, int64_t org_id, enum connection_slot slot,
                           struct connection *ret_connection)
{
  const struct store_key key = connection_key(org_id, slot);
  return store_get_record(txn, TABLE_CONNECTIONS, &key, &CONNECTION_RECORD, ret_connection);
}

bool connection_same_client(const struct connection *a, const struct connection *b)
{
  return strcmp(a->issuer, b->issuer) == 0 && strcmp(a->client_id, b->client_id) == 0;
}

bool connection_same_voucher(const struct connection *a, const struct connection *b)
{
  return bytes_equal(&a->ca_pem, &b->ca_pem) && strcmp(a->device_endpoint, b->device_endpoint) == 0 &&
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

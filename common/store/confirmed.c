// SPDX-License-Identifier: Apache-2.0
#include "store/confirmed.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "store/orgs.h"

static const struct {
  const char *name;
  bool of_connection;
  bool waits;         // of the org, and waits with the connection (POLICY E3)
  struct field field; // in struct covered
} VALUES[COVERED_COUNT] = {
    {"issuer", true, false, FIELD_OF_TEXT(covered, issuer)},
    {"client_id", true, false, FIELD_OF_TEXT(covered, client_id)},
    {"ca", true, false, FIELD_OF_BYTES(covered, ca_pem, PROTOCOL_CA_MAX)},
    {"email_claim", true, false, FIELD_OF_TEXT(covered, email_claim)},
    {"groups_claim", true, false, FIELD_OF_TEXT(covered, groups_claim)},
    {"trust", true, false, FIELD_OF_U8(covered, requirements.trust)},
    {"required_acr", true, false, FIELD_OF_TEXT(covered, requirements.required_acr)},
    {"required_amr", true, false, FIELD_OF_TEXT(covered, requirements.required_amr)},
    {"enforcement", false, false, FIELD_OF_U8(covered, enforcement)},
    {"pause", false, false, FIELD_OF_I64(covered, paused_until_s)},
    {"keys", false, false, FIELD_OF_U8(covered, keys)},
    {"keys_recent", false, false, FIELD_OF_I64(covered, keys_recent_s)},
    {"signin_from", false, true, FIELD_OF_TEXT(covered, requirements.signin_from)},
    {"password_from", false, false, FIELD_OF_TEXT(covered, password_from)},
    {"secret", true, false, FIELD_OF_BYTES(covered, client_secret, PROTOCOL_SECRET_MAX)},
    {"auth", true, false, FIELD_OF_U8(covered, client_auth)},
    {"scopes", true, false, FIELD_OF_TEXT(covered, scopes)},
    {"device_endpoint", true, false, FIELD_OF_TEXT(covered, device_endpoint)},
    {"key_set", true, false, FIELD_OF_TEXT(covered, key_set)},
    {"audiences", true, false, FIELD_OF_TEXT(covered, audiences)},
    {"unverified_mail", true, false, FIELD_OF_U8(covered, unverified_mail)},
    {"userinfo", true, false, FIELD_OF_U8(covered, userinfo_for)},
    {"required_groups", false, true, FIELD_OF_TEXT(covered, requirements.required_groups)},
};

struct covered covered_of(const struct org *org, const struct connection *connection)
{
  struct covered covered = {.requirements = org->requirements,
                            .enforcement = org->enforcement,
                            .paused_until_s = org->paused_until_s,
                            .keys = org->keys,
                            .keys_recent_s = org->keys_recent_s};
  memcpy(covered.password_from, org->password_from, sizeof covered.password_from);
  if (connection != NULL) {
    memcpy(covered.issuer, connection->issuer, sizeof covered.issuer);
    memcpy(covered.client_id, connection->client_id, sizeof covered.client_id);
    memcpy(covered.email_claim, connection->email_claim, sizeof covered.email_claim);
    memcpy(covered.groups_claim, connection->groups_claim, sizeof covered.groups_claim);
    memcpy(covered.scopes, connection->scopes, sizeof covered.scopes);
    memcpy(covered.device_endpoint, connection->device_endpoint, sizeof covered.device_endpoint);
    memcpy(covered.key_set, connection->key_set, sizeof covered.key_set);
    memcpy(covered.audiences, connection->audiences, sizeof covered.audiences);
    covered.unverified_mail = connection->unverified_mail;
    covered.userinfo_for = connection->userinfo_for;
    covered.client_auth = connection->client_auth;
    covered.client_secret = connection->client_secret;
    covered.ca_pem = connection->ca_pem;
  }
  return covered;
}

const char *covered_name(size_t index)
{
  return VALUES[index].name;
}

bool covered_is_connection(size_t index)
{
  return VALUES[index].of_connection;
}

const void *covered_bytes(size_t index, const struct covered *covered, size_t *ret_length)
{
  const struct field *field = &VALUES[index].field;
  const char *at = (const char *)covered + field->offset;
  const struct bytes *bytes = (const void *)at;
  if (field->type == FIELD_BYTES) {
    *ret_length = bytes->length;
    return bytes_text(bytes);
  }
  *ret_length = field->type == FIELD_TEXT ? strlen(at) : field->type == FIELD_I64 ? sizeof(int64_t) : sizeof(uint8_t);
  return at;
}

bool covered_is_same(size_t index, const struct covered *a, const struct covered *b)
{
  const struct field *field = &VALUES[index].field;
  const char *one = (const char *)a + field->offset;
  const char *other = (const char *)b + field->offset;
  const struct bytes *left = (const void *)one;
  const struct bytes *right = (const void *)other;
  switch (field->type) {
  case FIELD_TEXT: return strcmp(one, other) == 0;
  case FIELD_U8: return memcmp(one, other, sizeof(uint8_t)) == 0;
  case FIELD_I64: return memcmp(one, other, sizeof(int64_t)) == 0;
  case FIELD_BYTES:
    return left->length == right->length &&
           bytes_equal_constant_time(bytes_text(left), bytes_text(right), left->length);
  case FIELD_U32:
  case FIELD_U32_LIST: break;
  }
  return false;
}

bool covered_same_connection(const struct covered *a, const struct covered *b)
{
  for (size_t i = 0; i < COVERED_COUNT; i++) {
    if (VALUES[i].of_connection && !covered_is_same(i, a, b)) {
      return false;
    }
  }
  return true;
}

static enum status copy_value(size_t index, const struct covered *from, struct covered *to)
{
  const struct field *field = &VALUES[index].field;
  const char *at = (const char *)from + field->offset;
  char *copy = (char *)to + field->offset;
  if (field->type != FIELD_BYTES) {
    memcpy(copy, at, field->size);
    return STATUS_OK;
  }
  const struct bytes *bytes = (const void *)at;
  struct bytes *into = (void *)copy;
  bytes_done(into);
  return bytes_append(into, bytes_text(bytes), bytes->length);
}

enum status confirmed_get(struct store_txn *txn, int64_t org_id, enum connection_slot slot,
                          struct confirmed *ret_confirmed)
{
  const struct store_key key = connection_key(org_id, slot);
  return store_get_record(txn, TABLE_CONFIRMED, &key, &CONFIRMED_RECORD, ret_confirmed);
}

enum status confirmed_fingerprint(struct store_txn *txn, int64_t org_id, enum connection_slot slot,
                                  char ret_fingerprint[static FINGERPRINT_SIZE])
{
  struct confirmed confirmed CLEANUP(cleanup_confirmed) = {.org_id = 0};
  enum status status = confirmed_get(txn, org_id, slot, &confirmed);
  if (status == STATUS_OK || status == STATUS_NOT_FOUND) {
    memcpy(ret_fingerprint, confirmed.fingerprint, FINGERPRINT_SIZE);
    return STATUS_OK;
  }
  return status;
}

enum status confirmed_put(struct store_txn *txn, enum connection_slot slot, const struct confirmed *confirmed)
{
  const struct store_key key = connection_key(confirmed->org_id, slot);
  return store_put_record(txn, TABLE_CONFIRMED, &key, &CONFIRMED_RECORD, confirmed);
}

enum status confirmed_remove(struct store_txn *txn, int64_t org_id, enum connection_slot slot)
{
  const struct store_key key = connection_key(org_id, slot);
  enum status status = store_delete(txn, TABLE_CONFIRMED, &key);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status new_fingerprint(struct confirmed *confirmed)
{
  unsigned char random[(FINGERPRINT_SIZE - 1) / 2];
  enum status status = file_random(random, sizeof random);
  if (status == STATUS_OK) {
    text_hex(random, sizeof random, confirmed->fingerprint);
  }
  return status;
}

enum status confirmed_note(struct confirmed *confirmed, const struct covered *before, const struct covered *after,
                           const char *actor, bool by_operator)
{
  enum status status = new_fingerprint(confirmed);
  for (size_t i = 0; status == STATUS_OK && i < COVERED_COUNT; i++) {
    if (covered_is_same(i, before, after)) {
      continue;
    }
    (void)snprintf(confirmed->set_by[i], sizeof confirmed->set_by[i], "%s", actor);
    status = by_operator ? copy_value(i, after, &confirmed->seen) : STATUS_OK;
  }
  return status;
}

enum status confirmed_see(struct confirmed *confirmed, const struct covered *after)
{
  enum status status = new_fingerprint(confirmed);
  for (size_t i = 0; status == STATUS_OK && i < COVERED_COUNT; i++) {
    status = copy_value(i, after, &confirmed->seen);
  }
  return status;
}

enum status confirmed_promote(struct confirmed *active, const struct confirmed *staged)
{
  enum status status = new_fingerprint(active);
  for (size_t i = 0; status == STATUS_OK && i < COVERED_COUNT; i++) {
    if (VALUES[i].of_connection || VALUES[i].waits) {
      memcpy(active->set_by[i], staged->set_by[i], sizeof active->set_by[i]);
      status = copy_value(i, &staged->seen, &active->seen);
    }
  }
  return status;
}

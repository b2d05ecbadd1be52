// SPDX-License-Identifier: Apache-2.0
#include "store/access_history.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/endian.h"
#include "store/access_kind.h"
#include "store/accounts.h"
#include "store/orgs.h"

enum { TRIM_MAX = 8, MOMENT_SIZE = 8 };

static struct store_key since_key(void)
{
  return key_of_text(ACCESS_SINCE);
}

enum status access_since(struct store_txn *txn, int64_t *ret_at_s)
{
  const struct store_key key = since_key();
  return store_get_i64(txn, TABLE_META, &key, ret_at_s);
}

enum status access_set_since(struct store_txn *txn, int64_t at_s)
{
  const struct store_key key = since_key();
  return store_put_i64(txn, TABLE_META, &key, at_s);
}

// In the order in which they were written, so that the oldest can go first.
static enum status put_in_order(struct store_txn *txn, int64_t number, int64_t ended_at_s, const struct store_key *of)
{
  unsigned char value[MOMENT_SIZE + STORE_KEY_MAX];
  const struct store_key key = key_of_two_i64(ACCESS_ORDER, number);
  endian_put_u64(value, (uint64_t)ended_at_s);
  memcpy(value + MOMENT_SIZE, of->data, of->length);
  return store_put(txn, TABLE_ACCESS, &key, value, MOMENT_SIZE + of->length);
}

// KEY: all but the number.
static enum status put(struct store_txn *txn, struct store_key key, const struct record_type *type, const void *past)
{
  int64_t number = 0;
  enum status status = store_next_id(txn, &number);
  if (status != STATUS_OK) {
    return status;
  }
  key_add_i64(&key, number);
  status = store_put_record(txn, TABLE_ACCESS, &key, type, past);
  return status != STATUS_OK ? status : put_in_order(txn, number, store_moment(txn), &key);
}

enum status access_end_org(struct store_txn *txn, int64_t org_id, struct org_past past)
{
  past.ended_at_s = store_moment(txn);
  return put(txn, key_of_two_i64(ACCESS_ORG, org_id), &ORG_PAST_RECORD, &past);
}

enum status access_end_account(struct store_txn *txn, int64_t account_id, struct account_past past)
{
  past.ended_at_s = store_moment(txn);
  return put(txn, key_of_two_i64(ACCESS_ACCOUNT, account_id), &ACCOUNT_PAST_RECORD, &past);
}

enum status access_end_member(struct store_txn *txn, int64_t account_id, int64_t org_id, struct member_past past)
{
  struct store_key key = key_of_two_i64(ACCESS_MEMBER, org_id);
  key_add_i64(&key, account_id);
  past.ended_at_s = store_moment(txn);
  return put(txn, key, &MEMBER_PAST_RECORD, &past);
}

enum status access_note_gap(struct store_txn *txn, int64_t from_s)
{
  const struct access_gap gap = {.ended_at_s = store_moment(txn), .from_s = from_s};
  return put(txn, key_of_i64(ACCESS_GAP), &ACCESS_GAP_RECORD, &gap);
}

struct org_past access_of_org(const struct org *org, const char *issuer)
{
  struct org_past past = {
      .created_at_s = org->created_at_s,
      .enforcement = org->enforcement,
      .paused_until_s = org->paused_until_s,
      .keys = org->keys,
      .keys_recent_s = org->keys_recent_s,
  };
  memcpy(past.slug, org->slug, sizeof past.slug);
  (void)snprintf(past.issuer, sizeof past.issuer, "%s", issuer);
  return past;
}

struct account_past access_of_account(const struct account *account)
{
  struct account_past past = {
      .created_at_s = account->created_at_s,
      .uid = account->uid,
      .status = account->status,
      .has_password = account->password[0] != '\0',
  };
  memcpy(past.login, account->login, sizeof past.login);
  memcpy(past.email, account->email, sizeof past.email);
  return past;
}

struct member_past access_of_member(const struct membership *membership)
{
  return (struct member_past){.was = *membership};
}

bool access_same_org(const struct org_past *a, const struct org_past *b)
{
  return a->created_at_s == b->created_at_s && strcmp(a->slug, b->slug) == 0 && a->enforcement == b->enforcement &&
         a->paused_until_s == b->paused_until_s && a->keys == b->keys && a->keys_recent_s == b->keys_recent_s &&
         strcmp(a->issuer, b->issuer) == 0;
}

bool access_same_account(const struct account_past *a, const struct account_past *b)
{
  return a->created_at_s == b->created_at_s && strcmp(a->login, b->login) == 0 && strcmp(a->email, b->email) == 0 &&
         a->uid == b->uid && a->status == b->status && a->has_password == b->has_password;
}

bool access_same_member(const struct member_past *a, const struct member_past *b)
{
  const struct membership *x = &a->was;
  const struct membership *y = &b->was;
  return x->role == y->role && x->source == y->source && x->status == y->status && x->joined_at_s == y->joined_at_s &&
         x->until_s == y->until_s && x->role_until_s == y->role_until_s && x->role_by == y->role_by;
}

static enum status issuer_now(struct store_txn *txn, int64_t org_id, char ret_issuer[static PROTOCOL_URL_SIZE])
{
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  enum status status = connection_get(txn, org_id, CONNECTION_ACTIVE, &connection);
  ret_issuer[0] = '\0';
  if (status == STATUS_OK) {
    memcpy(ret_issuer, connection.issuer, PROTOCOL_URL_SIZE);
  }
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status access_org_now(struct store_txn *txn, int64_t org_id, struct org_past *ret_org)
{
  struct org org;
  char issuer[PROTOCOL_URL_SIZE];
  enum status status = org_get(txn, org_id, &org);
  status = status != STATUS_OK ? status : issuer_now(txn, org_id, issuer);
  if (status == STATUS_OK) {
    *ret_org = access_of_org(&org, issuer);
  }
  return status;
}

enum status access_account_now(struct store_txn *txn, int64_t account_id, struct account_past *ret_account)
{
  struct account account;
  enum status status = account_get(txn, account_id, &account);
  if (status == STATUS_OK) {
    *ret_account = access_of_account(&account);
    record_done(&ACCOUNT_RECORD, &account);
  }
  return status;
}

enum status access_note_org(struct store_txn *txn, const struct org *before, const struct org *after)
{
  char issuer[PROTOCOL_URL_SIZE];
  struct org_past past = access_of_org(before, "");
  struct org_past now = after != NULL ? access_of_org(after, "") : past;
  if (after != NULL && access_same_org(&past, &now)) {
    return STATUS_OK;
  }
  enum status status = issuer_now(txn, before->id, issuer);
  memcpy(past.issuer, issuer, sizeof past.issuer);
  return status != STATUS_OK ? status : access_end_org(txn, before->id, past);
}

enum status access_note_account(struct store_txn *txn, const struct account *before, const struct account *after)
{
  struct account_past past = access_of_account(before);
  struct account_past now = after != NULL ? access_of_account(after) : past;
  bool same = after != NULL && access_same_account(&past, &now);
  return same ? STATUS_OK : access_end_account(txn, before->id, past);
}

enum status access_note_member(struct store_txn *txn, const struct membership *before, const struct membership *after)
{
  struct member_past past = access_of_member(before);
  struct member_past now = after != NULL ? access_of_member(after) : past;
  bool same = after != NULL && access_same_member(&past, &now);
  return same ? STATUS_OK : access_end_member(txn, before->account_id, before->org_id, past);
}

enum status access_note_issuer(struct store_txn *txn, int64_t org_id, const char *issuer)
{
  struct org_past past;
  enum status status = access_org_now(txn, org_id, &past);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  return strcmp(past.issuer, issuer) == 0 ? STATUS_OK : access_end_org(txn, org_id, past);
}

struct trimming {
  int64_t old_s;
  int64_t last_s; // when the last of them ended
  size_t count;
  struct store_key keys[2 * TRIM_MAX];
};

static enum status note_old(void *context, const struct store_entry *entry)
{
  struct trimming *t = context;
  if (entry->length <= MOMENT_SIZE || entry->length - MOMENT_SIZE > STORE_KEY_MAX ||
      entry->key_length > STORE_KEY_MAX) {
    return STATUS_CORRUPT;
  }
  const unsigned char *value = entry->data;
  int64_t ended_at_s = (int64_t)endian_get_u64(value);
  if (ended_at_s >= t->old_s || t->count == COUNT_OF(t->keys)) {
    return STATUS_EXISTS;
  }
  struct store_key *order = &t->keys[t->count++];
  struct store_key *of = &t->keys[t->count++];
  order->length = entry->key_length;
  memcpy(order->data, entry->key, entry->key_length);
  of->length = entry->length - MOMENT_SIZE;
  memcpy(of->data, value + MOMENT_SIZE, of->length);
  t->last_s = ended_at_s > t->last_s ? ended_at_s : t->last_s;
  return STATUS_OK;
}

// What has gone may be asked about no more, also should more be kept from now on.
static enum status raise_since(struct store_txn *txn, int64_t at_s)
{
  int64_t since_s = 0;
  enum status status = access_since(txn, &since_s);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  return at_s > since_s ? access_set_since(txn, at_s) : STATUS_OK;
}

enum status access_trim(struct store_txn *txn, int64_t old_s)
{
  const struct store_key first = key_of_i64(ACCESS_ORDER);
  struct trimming t = {.old_s = old_s};
  enum status status = store_each(txn, TABLE_ACCESS, &first, note_old, &t);
  status = status == STATUS_EXISTS ? STATUS_OK : status;
  if (status != STATUS_OK || t.count == 0) {
    return status;
  }
  for (size_t i = 0; status == STATUS_OK && i < t.count; i++) {
    status = store_delete(txn, TABLE_ACCESS, &t.keys[i]);
  }
  return status != STATUS_OK ? status : raise_since(txn, t.last_s);
}

// SPDX-License-Identifier: Apache-2.0
#include "store/accounts.h"

#include <string.h>

#include "base/text.h"
#include "store/numbers_store.h"

enum status account_get(struct store_txn *txn, int64_t id, struct account *ret_account)
{
  const struct store_key key = key_of_i64(id);
  return store_get_record(txn, TABLE_ACCOUNTS, &key, &ACCOUNT_RECORD, ret_account);
}

static enum status get_by(struct store_txn *txn, enum store_table index, const char *text, struct account *ret_account)
{
  const struct store_key key = key_of_text(text);
  int64_t id = 0;
  enum status status = store_get_i64(txn, index, &key, &id);
  if (status != STATUS_OK) {
    return status;
  }
  status = account_get(txn, id, ret_account);
  return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
}

enum status account_by_login(struct store_txn *txn, const char *login, struct account *ret_account)
{
  return get_by(txn, TABLE_ACCOUNT_LOGINS, login, ret_account);
}

enum status account_by_email(struct store_txn *txn, const char *email, struct account *ret_account)
{
  return get_by(txn, TABLE_ACCOUNT_EMAILS, email, ret_account);
}

enum status account_by_uid(struct store_txn *txn, uint32_t uid, struct account *ret_account)
{
  struct number use;
  enum status status = numbers_get(txn, uid, &use);
  if (status != STATUS_OK) {
    return status;
  }
  return use.use == NUMBER_ACCOUNT ? account_get(txn, use.id, ret_account) : STATUS_NOT_FOUND;
}

// A home is that of the account with the login it ends in; one that is not is kept under its hash.
static bool is_usual_home(const struct account *account)
{
  const char *last = strrchr(account->home, '/');
  return last != NULL && strcmp(last + 1, account->login) == 0;
}

static enum status home_key(struct store_txn *txn, const char *home, struct store_key *ret_key)
{
  unsigned char seed[SIPHASH_SEED_SIZE];
  enum status status = store_seed(txn, seed);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_key = key_of_text("home ");
  key_add_i64(ret_key, (int64_t)siphash(seed, home, strlen(home)));
  return STATUS_OK;
}

static enum status note_home(struct store_txn *txn, const struct account *account)
{
  struct store_key key;
  enum status status = home_key(txn, account->home, &key);
  return status != STATUS_OK ? status : store_put_i64(txn, TABLE_META, &key, account->id);
}

static enum status forget_home(struct store_txn *txn, const struct account *account)
{
  struct store_key key;
  int64_t id = 0;
  enum status status = home_key(txn, account->home, &key);
  status = status != STATUS_OK ? status : store_get_i64(txn, TABLE_META, &key, &id);
  if (status != STATUS_OK || id != account->id) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  return store_delete(txn, TABLE_META, &key);
}

static enum status has_home(enum status status, const char *home, struct account *account)
{
  if (status != STATUS_OK) {
    return status;
  }
  if (strcmp(account->home, home) != 0) {
    record_done(&ACCOUNT_RECORD, account);
    return STATUS_NOT_FOUND;
  }
  return STATUS_OK;
}

enum status account_by_home(struct store_txn *txn, const char *home, struct account *ret_account)
{
  struct store_key key;
  int64_t id = 0;
  const char *last = strrchr(home, '/');
  enum status status = last != NULL ? account_by_login(txn, last + 1, ret_account) : STATUS_NOT_FOUND;
  status = has_home(status, home, ret_account);
  if (status != STATUS_NOT_FOUND) {
    return status;
  }
  status = home_key(txn, home, &key);
  if (status != STATUS_OK) {
    return status;
  }
  status = store_get_i64(txn, TABLE_META, &key, &id);
  return status != STATUS_OK ? status : has_home(account_get(txn, id, ret_account), home, ret_account);
}

struct account_walk {
  account_visit *visit;
  void *context;
};

static enum status visit_account(void *context, const struct store_entry *entry)
{
  const struct account_walk *walk = context;
  struct account account;
  enum status status = record_decode(&ACCOUNT_RECORD, entry->data, entry->length, &account);
  if (status != STATUS_OK) {
    return status;
  }
  status = walk->visit(walk->context, &account);
  record_done(&ACCOUNT_RECORD, &account);
  return status;
}

enum status account_each(struct store_txn *txn, account_visit *visit, void *context)
{
  const struct store_key all = key_new();
  struct account_walk walk = {visit, context};
  return store_each(txn, TABLE_ACCOUNTS, &all, visit_account, &walk);
}

static enum status index_new(struct store_txn *txn, enum store_table index, const char *text, int64_t id)
{
  const struct store_key key = key_of_text(text);
  int64_t other = 0;
  enum status status = store_get_i64(txn, index, &key, &other);
  if (status == STATUS_NOT_FOUND) {
    return store_put_i64(txn, index, &key, id);
  }
  return status == STATUS_OK ? STATUS_EXISTS : status;
}

static enum status log_account(struct store_txn *txn, const struct account *account)
{
  return store_log_change(txn,
                          &(struct logged_change){.kind = LOGGED_ACCOUNT, .id = account->id, .number = account->uid});
}

static enum status put_account(struct store_txn *txn, const struct account *account)
{
  const struct store_key key = key_of_i64(account->id);
  enum status status = log_account(txn, account);
  return status != STATUS_OK ? status : store_put_record(txn, TABLE_ACCOUNTS, &key, &ACCOUNT_RECORD, account);
}

static enum status lift_tombstone(struct store_txn *txn, const char *login)
{
  const struct store_key key = key_of_text(login);
  enum status status = store_delete(txn, TABLE_TOMBSTONES, &key);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status account_add(struct store_txn *txn, const struct account *account)
{
  enum status status = index_new(txn, TABLE_ACCOUNT_LOGINS, account->login, account->id);
  if (status != STATUS_OK) {
    return status;
  }
  status = index_new(txn, TABLE_ACCOUNT_EMAILS, account->email, account->id);
  if (status != STATUS_OK) {
    return status;
  }
  status = numbers_take(txn, account->uid, &(struct number){NUMBER_ACCOUNT, account->id});
  if (status != STATUS_OK) {
    return status;
  }
  status = lift_tombstone(txn, account->login);
  if (status != STATUS_OK) {
    return status;
  }
  status = lift_tombstone(txn, account->email);
  if (status != STATUS_OK) {
    return status;
  }
  if (!is_usual_home(account)) {
    status = note_home(txn, account);
  }
  return status != STATUS_OK ? status : put_account(txn, account);
}

enum status account_rename(struct store_txn *txn, struct account *account, const char *login, int64_t now_s)
{
  const struct store_key before = key_of_text(account->login);
  enum status status = index_new(txn, TABLE_ACCOUNT_LOGINS, login, account->id);
  if (status != STATUS_OK) {
    return status;
  }
  status = store_delete(txn, TABLE_ACCOUNT_LOGINS, &before);
  if (status != STATUS_OK) {
    return status;
  }
  status = store_put_i64(txn, TABLE_TOMBSTONES, &before, now_s);
  if (status != STATUS_OK) {
    return status;
  }
  status = lift_tombstone(txn, login);
  if (status != STATUS_OK) {
    return status;
  }
  status = text_copy(login, account->login, sizeof account->login);
  if (status != STATUS_OK) {
    return status;
  }
  status = note_home(txn, account);
  return status != STATUS_OK ? status : put_account(txn, account);
}

enum status account_retire(struct store_txn *txn, const struct account *account)
{
  const struct store_key login = key_of_text(account->login);
  const struct store_key email = key_of_text(account->email);
  const struct store_key id = key_of_i64(account->id);
  enum status status = log_account(txn, account);
  if (status != STATUS_OK) {
    return status;
  }
  status = store_delete(txn, TABLE_ACCOUNT_LOGINS, &login);
  if (status != STATUS_OK) {
    return status;
  }
  status = store_delete(txn, TABLE_ACCOUNT_EMAILS, &email);
  if (status != STATUS_OK) {
    return status;
  }
  status = store_delete(txn, TABLE_ACCOUNTS, &id);
  if (status != STATUS_OK) {
    return status;
  }
  status = forget_home(txn, account);
  if (status != STATUS_OK) {
    return status;
  }
  // A local user's number is the host's, and may be mapped again.
  return account->mapped == 1 ? numbers_release(txn, account->uid) : numbers_retire(txn, account->uid);
}

enum status account_remove(struct store_txn *txn, const struct account *account, int64_t now_s)
{
  const struct store_key login = key_of_text(account->login);
  const struct store_key email = key_of_text(account->email);
  enum status status = account_retire(txn, account);
  if (status != STATUS_OK) {
    return status;
  }
  status = store_put_i64(txn, TABLE_TOMBSTONES, &login, now_s);
  // Whatever the login was, the address is what a first login types.
  return status != STATUS_OK ? status : store_put_i64(txn, TABLE_TOMBSTONES, &email, now_s);
}

enum status account_was_removed(struct store_txn *txn, const char *login, bool *ret_removed)
{
  const struct store_key key = key_of_text(login);
  int64_t at_s = 0;
  enum status status = store_get_i64(txn, TABLE_TOMBSTONES, &key, &at_s);
  if (status == STATUS_OK || status == STATUS_NOT_FOUND) {
    *ret_removed = status == STATUS_OK;
    return STATUS_OK;
  }
  return status;
}

enum status account_update(struct store_txn *txn, const struct account *account)
{
  struct account before;
  enum status status = account_get(txn, account->id, &before);
  if (status != STATUS_OK) {
    return status;
  }
  bool same = strcmp(before.login, account->login) == 0 && strcmp(before.email, account->email) == 0 &&
              before.uid == account->uid;
  record_done(&ACCOUNT_RECORD, &before);
  return same ? put_account(txn, account) : STATUS_INVALID;
}

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

// SPDX-License-Identifier: Apache-2.0
#include "store/accounts.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "store/access_history.h"
#include "store/here.h"
#include "store/numbers_store.h"

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

// Most sign-ins leave an account as it was: then nothing of it is written, which hosts that share it would fetch.
static enum status put_changed(struct store_txn *txn, const struct account *before, const struct account *account)
{
  struct bytes was CLEANUP(bytes_done) = BYTES_EMPTY;
  struct bytes is CLEANUP(bytes_done) = BYTES_EMPTY;
  enum status status = record_encode(&ACCOUNT_RECORD, before, &was);
  status = status != STATUS_OK ? status : record_encode(&ACCOUNT_RECORD, account, &is);
  if (status != STATUS_OK) {
    return status;
  }
  return bytes_equal(&was, &is) ? log_account(txn, account) : put_account(txn, account);
}

static enum status lift_tombstone(struct store_txn *txn, const char *login)
{
  const struct store_key key = key_of_text(login);
  enum status status = store_delete(txn, TABLE_TOMBSTONES, &key);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status check_new_id(struct store_txn *txn, int64_t id)
{
  struct bytes there CLEANUP(bytes_done) = BYTES_EMPTY;
  const struct store_key key = key_of_i64(id);
  enum status status = store_check_id(txn, id);
  if (status != STATUS_OK) {
    return status;
  }
  status = store_get(txn, TABLE_ACCOUNTS, &key, &there);
  if (status == STATUS_NOT_FOUND) {
    return STATUS_OK;
  }
  return status == STATUS_OK ? STATUS_EXISTS : status;
}

enum status account_add(struct store_txn *txn, const struct account *account)
{
  enum status status = check_new_id(txn, account->id);
  if (status != STATUS_OK) {
    return status;
  }
  status = index_new(txn, TABLE_ACCOUNT_LOGINS, account->login, account->id);
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
  struct account renamed = *account; // borrows what it owns
  status = text_copy(login, renamed.login, sizeof renamed.login);
  if (status != STATUS_OK) {
    return status;
  }
  status = access_note_account(txn, account, &renamed);
  if (status != STATUS_OK) {
    return status;
  }
  memcpy(account->login, renamed.login, sizeof account->login);
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
  status = access_note_account(txn, account, NULL);
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
  status = account_here_drop(txn, account->id);
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
  enum status status = account_retire(txn, account);
  return status != STATUS_OK ? status : account_bury(txn, account, now_s);
}

enum status account_bury(struct store_txn *txn, const struct account *account, int64_t now_s)
{
  const struct store_key login = key_of_text(account->login);
  const struct store_key email = key_of_text(account->email);
  enum status status = store_put_i64(txn, TABLE_TOMBSTONES, &login, now_s);
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

static enum status move_home(struct store_txn *txn, const struct account *before, const struct account *account)
{
  if (strcmp(before->home, account->home) == 0) {
    return STATUS_OK;
  }
  enum status status = is_usual_home(before) ? STATUS_OK : forget_home(txn, before);
  if (status != STATUS_OK) {
    return status;
  }
  return is_usual_home(account) ? STATUS_OK : note_home(txn, account);
}

static enum status update(struct store_txn *txn, const struct account *before, const struct account *account)
{
  bool same = strcmp(before->login, account->login) == 0 && strcmp(before->email, account->email) == 0 &&
              before->uid == account->uid;
  if (!same) {
    return STATUS_INVALID;
  }
  enum status status = move_home(txn, before, account);
  if (status == STATUS_OK && strcmp(before->password, account->password) != 0) { // both are hashes
    status = account_here_untried(txn, account->id);
  }
  status = status != STATUS_OK ? status : access_note_account(txn, before, account);
  return status != STATUS_OK ? status : put_changed(txn, before, account);
}

enum status account_update(struct store_txn *txn, const struct account *account)
{
  struct account before;
  enum status status = account_get(txn, account->id, &before);
  if (status != STATUS_OK) {
    return status;
  }
  status = update(txn, &before, account);
  record_done(&ACCOUNT_RECORD, &before);
  return status;
}

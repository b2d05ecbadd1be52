// SPDX-License-Identifier: Apache-2.0
// Accounts as they are: store/accounts.h.
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "store/accounts.h"
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

enum status account_by_name(struct store_txn *txn, const char *name, struct account *ret_account)
{
  int64_t uid = 0;
  enum status status = account_by_email(txn, name, ret_account);
  if (status == STATUS_NOT_FOUND) {
    status = account_by_login(txn, name, ret_account);
  }
  if (status == STATUS_NOT_FOUND && text_to_i64(name, 1, INT32_MAX, &uid) == STATUS_OK) {
    status = account_by_uid(txn, (uint32_t)uid, ret_account); // no login is all digits
  }
  return status;
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

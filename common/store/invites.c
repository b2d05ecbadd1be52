// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "base/text.h"
#include "store/orgs.h"

static struct store_key key_in_org(int64_t org_id, const char *email)
{
  struct store_key key = key_of_i64(org_id);
  key_add_text(&key, email);
  return key;
}

// No address holds a newline: none is the beginning of another's key.
static struct store_key key_by_email(const char *email)
{
  struct store_key key = key_of_text(email);
  key_add_text(&key, "\n");
  return key;
}

static enum status touch(struct store_txn *txn, const char *email)
{
  struct logged_change logged = {.kind = LOGGED_INVITE};
  enum status status = text_copy(email, logged.name, sizeof logged.name);
  return status != STATUS_OK ? status : store_log_change(txn, &logged);
}

enum status invite_get(struct store_txn *txn, int64_t org_id, const char *email, struct invite *ret_invite)
{
  const struct store_key key = key_in_org(org_id, email);
  return store_get_record(txn, TABLE_INVITES, &key, &INVITE_RECORD, ret_invite);
}

enum status invite_put(struct store_txn *txn, const struct invite *invite)
{
  const struct store_key key = key_in_org(invite->org_id, invite->email);
  struct store_key back = key_by_email(invite->email);
  key_add_i64(&back, invite->org_id);
  enum status status = touch(txn, invite->email);
  if (status != STATUS_OK) {
    return status;
  }
  status = store_put_record(txn, TABLE_INVITES, &key, &INVITE_RECORD, invite);
  return status != STATUS_OK ? status : store_put(txn, TABLE_INVITE_EMAILS, &back, "", 0);
}

enum status invite_remove(struct store_txn *txn, int64_t org_id, const char *email)
{
  const struct store_key key = key_in_org(org_id, email);
  struct store_key back = key_by_email(email);
  key_add_i64(&back, org_id);
  enum status status = store_delete(txn, TABLE_INVITES, &key);
  if (status != STATUS_OK) {
    return status;
  }
  status = touch(txn, email);
  return status != STATUS_OK ? status : store_delete(txn, TABLE_INVITE_EMAILS, &back);
}

struct walk {
  struct store_txn *txn;
  invite_visit *visit;
  void *context;
};

static enum status visit_invite(void *context, const struct store_entry *entry)
{
  const struct walk *walk = context;
  struct invite invite;
  enum status status = record_decode(&INVITE_RECORD, entry->data, entry->length, &invite);
  return status != STATUS_OK ? status : walk->visit(walk->context, &invite);
}

enum status invite_each(struct store_txn *txn, int64_t org_id, invite_visit *visit, void *context)
{
  const struct store_key prefix = org_id != 0 ? key_of_i64(org_id) : key_new();
  struct walk walk = {.visit = visit, .context = context};
  return store_each(txn, TABLE_INVITES, &prefix, visit_invite, &walk);
}

// The key is the email, a newline and the org's id.
static enum status visit_by_email(void *context, const struct store_entry *entry)
{
  const struct walk *walk = context;
  char email[EMAIL_SIZE] = "";
  struct invite invite;
  int64_t org_id = 0;
  if (entry->key_length <= sizeof org_id || entry->key_length - sizeof org_id > sizeof email) {
    return STATUS_CORRUPT;
  }
  size_t length = entry->key_length - sizeof org_id - 1;
  memcpy(email, entry->key, length);
  org_id = key_take_i64(entry->key + length + 1);
  enum status status = invite_get(walk->txn, org_id, email, &invite);
  return status != STATUS_OK ? status : walk->visit(walk->context, &invite);
}

enum status invite_each_of(struct store_txn *txn, const char *email, invite_visit *visit, void *context)
{
  const struct store_key prefix = key_by_email(email);
  struct walk walk = {txn, visit, context};
  return store_each(txn, TABLE_INVITE_EMAILS, &prefix, visit_by_email, &walk);
}

enum status invite_each_by_email(struct store_txn *txn, invite_visit *visit, void *context)
{
  const struct store_key all = key_new();
  struct walk walk = {txn, visit, context};
  return store_each(txn, TABLE_INVITE_EMAILS, &all, visit_by_email, &walk);
}

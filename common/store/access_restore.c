// SPDX-License-Identifier: Apache-2.0
// What a restore changes: each org, account and membership that will be another one, or none, or was none.
#include "base/cleanup.h"
#include "store/access_history.h"
#include "store/access_kind.h"
#include "store/accounts.h"
#include "store/orgs.h"

struct taking {
  struct store_txn *txn;
  struct store_txn *from;
};

static enum status look_at_org(void *context, const struct org *org)
{
  const struct taking *t = context;
  struct org_past now;
  struct org_past then;
  enum status status = access_org_now(t->txn, org->id, &now);
  if (status != STATUS_OK) {
    return status;
  }
  status = access_org_now(t->from, org->id, &then);
  if (status == STATUS_OK && access_same_org(&now, &then)) {
    return STATUS_OK;
  }
  return status != STATUS_OK && status != STATUS_NOT_FOUND ? status : access_end_org(t->txn, org->id, now);
}

static enum status look_at_their_org(void *context, const struct org *org)
{
  const struct taking *t = context;
  const struct org_past none = {.absent = 1};
  struct org ours;
  enum status status = org_get(t->txn, org->id, &ours);
  return status == STATUS_NOT_FOUND ? access_end_org(t->txn, org->id, none) : status;
}

static enum status look_at_account(void *context, const struct account *account)
{
  const struct taking *t = context;
  const struct account_past now = access_of_account(account);
  struct account_past then;
  enum status status = access_account_now(t->from, account->id, &then);
  if (status == STATUS_OK && access_same_account(&now, &then)) {
    return STATUS_OK;
  }
  return status != STATUS_OK && status != STATUS_NOT_FOUND ? status : access_end_account(t->txn, account->id, now);
}

static enum status look_at_their_account(void *context, const struct account *account)
{
  const struct taking *t = context;
  const struct account_past none = {.absent = 1};
  struct account_past ours;
  enum status status = access_account_now(t->txn, account->id, &ours);
  return status == STATUS_NOT_FOUND ? access_end_account(t->txn, account->id, none) : status;
}

static enum status look_at_membership(void *context, const struct store_entry *entry)
{
  const struct taking *t = context;
  struct membership membership;
  struct membership theirs;
  enum status status = record_decode(&MEMBERSHIP_RECORD, entry->data, entry->length, &membership);
  if (status != STATUS_OK) {
    return status;
  }
  const struct member_past now = access_of_member(&membership);
  status = membership_get(t->from, membership.account_id, membership.org_id, &theirs);
  if (status == STATUS_OK) {
    const struct member_past then = access_of_member(&theirs);
    return access_same_member(&now, &then) ? STATUS_OK
                                           : access_end_member(t->txn, membership.account_id, membership.org_id, now);
  }
  return status != STATUS_NOT_FOUND ? status : access_end_member(t->txn, membership.account_id, membership.org_id, now);
}

static enum status look_at_their_membership(void *context, const struct store_entry *entry)
{
  const struct taking *t = context;
  const struct member_past none = {.absent = 1};
  struct membership theirs;
  struct membership ours;
  enum status status = record_decode(&MEMBERSHIP_RECORD, entry->data, entry->length, &theirs);
  if (status != STATUS_OK) {
    return status;
  }
  status = membership_get(t->txn, theirs.account_id, theirs.org_id, &ours);
  return status == STATUS_NOT_FOUND ? access_end_member(t->txn, theirs.account_id, theirs.org_id, none) : status;
}

enum status access_note_all(struct store_txn *txn, struct store_txn *from)
{
  const struct store_key all = key_new();
  struct taking taking = {txn, from};
  enum status status = org_each(txn, look_at_org, &taking);
  status = status != STATUS_OK ? status : org_each(from, look_at_their_org, &taking);
  status = status != STATUS_OK ? status : account_each(txn, look_at_account, &taking);
  status = status != STATUS_OK ? status : account_each(from, look_at_their_account, &taking);
  status = status != STATUS_OK ? status : store_each(txn, TABLE_MEMBERSHIPS, &all, look_at_membership, &taking);
  return status != STATUS_OK ? status : store_each(from, TABLE_MEMBERSHIPS, &all, look_at_their_membership, &taking);
}

// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "base/cleanup.h"
#include "change/account.h"
#include "change/fleet_parts.h"
#include "change/new_account.h"
#include "store/fleet.h"
#include "store/numbers_store.h"

// Who has the address of somebody else of the fleet is gone, which comes with a later row.
static enum status make_way(struct change_context *c, const struct account *account)
{
  struct account before;
  enum status status = account_by_email(c->txn, account->email, &before);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  if (before.id == account->id || before.id < STORE_ID_FLEET) {
    return STATUS_OK;
  }
  status = change_end_account(c, &before);
  return status != STATUS_OK ? status : numbers_leave(c->txn, before.uid);
}

static enum status check_account(struct change_context *c, const struct account *account)
{
  struct account other;
  if (account->mapped == 1) {
    error_set(c->error, "account \"%s\": is mapped onto a local user of another host", account->login);
    return STATUS_REFUSED;
  }
  enum status status = account_by_email(c->txn, account->email, &other);
  if (status == STATUS_OK) {
    error_set(c->error, "account \"%s\": the address %s is that of \"%s\" on this host", account->login, account->email,
              other.login);
    return STATUS_EXISTS;
  }
  status = status == STATUS_NOT_FOUND ? change_check_login(c, account->login, account->email) : status;
  return status != STATUS_OK ? status : fleet_check_number(c, account->uid);
}

static enum status add_account(struct change_context *c, const struct fleet_row *row, const struct account *account,
                               bool *ret_clash)
{
  enum status status = make_way(c, account);
  status = status != STATUS_OK ? status : check_account(c, account);
  if (fleet_is_clash(status)) {
    *ret_clash = true;
    return fleet_note_clash(c, row, account->id);
  }
  status = status != STATUS_OK ? status : account_add(c->txn, account);
  return status != STATUS_OK ? status : fleet_clash_drop(c->txn, fleet_kind_name(row->kind), account->id);
}

static enum status update_account(struct change_context *c, const struct fleet_row *row, struct account *before,
                                  const struct account *account)
{
  enum status status =
      fleet_check_same(c, row, before->uid == account->uid && strcmp(before->email, account->email) == 0);
  if (status == STATUS_OK && strcmp(before->login, account->login) != 0) {
    status = account_rename(c->txn, before, account->login, c->now_s);
  }
  return status != STATUS_OK ? status : account_update(c->txn, account);
}

static void forget_account(struct account *account)
{
  explicit_bzero(account->password, sizeof account->password);
}

enum status fleet_put_account(struct change_context *c, const struct fleet_row *row, bool *ret_clash)
{
  struct account account CLEANUP(forget_account) = {.id = 0};
  struct account before CLEANUP(forget_account) = {.id = 0};
  enum status status = fleet_decode(c, row, &ACCOUNT_RECORD, &account);
  status = status != STATUS_OK ? status : fleet_check_same(c, row, account.id == row->account_id);
  if (status != STATUS_OK) {
    return status;
  }
  status = account_get(c->txn, account.id, &before);
  if (status == STATUS_NOT_FOUND) {
    return add_account(c, row, &account, ret_clash);
  }
  // All that an engine knows of a claim is here already.
  return status != STATUS_OK || row->is_claim ? status : update_account(c, row, &before, &account);
}

enum status fleet_end_account(struct change_context *c, int64_t account_id)
{
  struct account account CLEANUP(forget_account) = {.id = 0};
  enum status status = account_get(c->txn, account_id, &account);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? fleet_clash_drop(c->txn, fleet_kind_name(FLEET_ACCOUNT), account_id) : status;
  }
  status = change_end_account(c, &account);
  return status != STATUS_OK ? status : numbers_leave(c->txn, account.uid);
}

enum status fleet_put_membership(struct change_context *c, const struct fleet_row *row)
{
  struct membership membership = {.account_id = 0};
  struct account account CLEANUP(forget_account) = {.id = 0};
  enum status status = fleet_decode(c, row, &MEMBERSHIP_RECORD, &membership);
  status = status != STATUS_OK
               ? status
               : fleet_check_same(c, row, membership.account_id == row->account_id && membership.org_id == row->org_id);
  status = status != STATUS_OK ? status : account_get(c->txn, row->account_id, &account);
  if (status == STATUS_NOT_FOUND) {
    return STATUS_OK; // who clashes
  }
  if (status == STATUS_OK && row->is_claim) {
    status = membership_get(c->txn, row->account_id, row->org_id, &(struct membership){.account_id = 0});
    if (status != STATUS_NOT_FOUND) {
      return status;
    }
    status = STATUS_OK;
  }
  return status != STATUS_OK ? status : membership_put(c->txn, &membership);
}

// Whoever comes back by themselves is a viewer, as after any removal by hand (POLICY E6).
enum status fleet_end_membership(struct change_context *c, const struct fleet_row *row)
{
  enum status status = membership_remove(c->txn, row->account_id, row->org_id);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  return membership_remember_removed(c->txn, row->account_id, row->org_id, c->now_s);
}

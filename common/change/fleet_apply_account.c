// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "base/cleanup.h"
#include "change/account.h"
#include "change/fleet_parts.h"
#include "change/new_account.h"
#include "store/fleet.h"
#include "store/fleet_kept.h"
#include "store/numbers_store.h"

// An org of this host's own is not left without its owner, who gets in by nothing any more.
static enum status keep_local_owner(struct change_context *c, struct account *account, bool *ret_kept)
{
  struct memberships all;
  enum status status = memberships_of(c->txn, account->id, &all);
  *ret_kept = false;
  for (size_t i = 0; status == STATUS_OK && i < all.count; i++) {
    *ret_kept = *ret_kept || (all.list[i].role == ROLE_OWNER && all.list[i].org_id < STORE_ID_FLEET);
  }
  if (status != STATUS_OK || !*ret_kept) {
    return status;
  }
  error_set(c->error, "account \"%s\": is gone from the fleet, and owns an org of this host's own: it is locked",
            account->login);
  account->status = ACCOUNT_LOCKED;
  return account_update(c->txn, account);
}

static enum status end_account(struct change_context *c, struct account *account, bool *ret_clash)
{
  bool is_fleets = account->id >= STORE_ID_FLEET;
  enum status status = is_fleets ? keep_local_owner(c, account, ret_clash) : STATUS_OK;
  if (status != STATUS_OK || *ret_clash) {
    const struct fleet_row row = {.kind = FLEET_ACCOUNT, .account_id = account->id};
    return status != STATUS_OK ? status : fleet_note_clash(c, &row);
  }
  const struct fleet_row of = {.kind = FLEET_ACCOUNT, .account_id = account->id};
  status = change_forget_account(c, account);
  status = status != STATUS_OK ? status : fleet_kept_drop(c->txn, &of);
  return status != STATUS_OK || !is_fleets ? status : numbers_leave(c->txn, account->uid, account->id);
}

static enum status find_and_end(struct change_context *c, int64_t account_id, bool *ret_clash)
{
  struct account account CLEANUP(cleanup_account) = {.id = 0};
  enum status status = account_get(c->txn, account_id, &account);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  return end_account(c, &account, ret_clash);
}

// What it is called by is somebody else's name by now: then it says nothing of them.
static enum status is_in_use(struct change_context *c, const struct account *gone, bool *ret_used)
{
  struct account other CLEANUP(cleanup_account) = {.id = 0};
  enum status status = account_by_login(c->txn, gone->login, &other);
  status = status == STATUS_NOT_FOUND ? account_by_email(c->txn, gone->email, &other) : status;
  *ret_used = status == STATUS_OK;
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status bury(struct change_context *c, const struct fleet_row *row)
{
  struct account gone CLEANUP(cleanup_account) = {.id = 0};
  bool is_used = false;
  enum status status = fleet_decode(c, row, &ACCOUNT_RECORD, &gone);
  status = status != STATUS_OK ? status : fleet_check_same(c, row, gone.id == row->account_id);
  status = status != STATUS_OK ? status : is_in_use(c, &gone, &is_used);
  bool stays = gone.status == ACCOUNT_RETIRED || is_used;
  return status != STATUS_OK || stays ? status : account_bury(c->txn, &gone, c->now_s);
}

enum status fleet_drop_account(struct change_context *c, const struct fleet_row *row, bool *ret_clash)
{
  enum status status = find_and_end(c, row->account_id, ret_clash);
  return status != STATUS_OK || *ret_clash || row->record.length == 0 ? status : bury(c, row);
}

enum status fleet_end_if_nowhere(struct change_context *c, int64_t account_id)
{
  struct memberships all;
  enum status status = memberships_of(c->txn, account_id, &all);
  // An admin host has all of them, or it would make somebody anew who comes back.
  bool nowhere = status == STATUS_OK && all.count == 0 && account_id >= STORE_ID_FLEET && !c->is_admin;
  bool clash = false;
  return nowhere ? find_and_end(c, account_id, &clash) : status;
}

// Who has the address of somebody else of the fleet is gone, which comes with a later row.
static enum status make_way(struct change_context *c, const struct account *account)
{
  struct account before CLEANUP(cleanup_account) = {.id = 0};
  enum status status = account_by_email(c->txn, account->email, &before);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  bool is_theirs = before.id == account->id || before.id < STORE_ID_FLEET;
  bool clash = false;
  return is_theirs ? STATUS_OK : end_account(c, &before, &clash);
}

// What no account of a fleet is, whoever says so: with it a row could be anybody on this host.
static enum status check_values(struct change_context *c, const struct account *account)
{
  bool is_fleets = account->id >= STORE_ID_FLEET;
  if (is_fleets && account->status > ACCOUNT_LOCKED) {
    error_set(c->error, "account \"%s\": is there, and retired", account->login);
    return STATUS_REFUSED;
  }
  if (is_fleets && (account->mapped != 0 || account->gid != account->uid)) {
    error_set(c->error,
              "account \"%s\": is mapped onto a local user of another host, or has a group that is not its own",
              account->login);
    return STATUS_REFUSED;
  }
  return STATUS_OK;
}

static enum status check_account(struct change_context *c, const struct account *account)
{
  struct account other CLEANUP(cleanup_account) = {.id = 0};
  enum status status = check_values(c, account);
  status = status != STATUS_OK ? status : account_by_email(c->txn, account->email, &other);
  if (status == STATUS_OK) {
    error_set(c->error, "account \"%s\": the address %s is that of \"%s\" on this host", account->login, account->email,
              other.login);
    return STATUS_EXISTS;
  }
  status = status == STATUS_NOT_FOUND ? change_check_login(c, account->login, account->email) : status;
  status = status != STATUS_OK ? status : fleet_check_number(c, account->uid, account->id);
  return status != STATUS_OK ? status : change_check_home(c, account, NULL);
}

static enum status add_account(struct change_context *c, const struct fleet_row *row, const struct account *account,
                               bool *ret_clash)
{
  enum status status = make_way(c, account);
  status = status != STATUS_OK ? status : check_account(c, account);
  if (fleet_is_clash(status)) { // also where somebody has made way
    *ret_clash = true;
    return fleet_note_clash(c, row);
  }
  status = status != STATUS_OK ? status : account_add(c->txn, account);
  return status != STATUS_OK ? status : fleet_follow_linked(c, account->id);
}

static enum status check_update(struct change_context *c, const struct account *before, const struct account *account)
{
  enum status status = check_values(c, account);
  if (status == STATUS_OK && strcmp(before->login, account->login) != 0) {
    status = change_check_login(c, account->login, account->email);
  }
  bool moves = strcmp(before->home, account->home) != 0;
  return status != STATUS_OK || !moves ? status : change_check_home(c, account, NULL);
}

static enum status update_account(struct change_context *c, const struct fleet_row *row, struct account *before,
                                  const struct account *account)
{
  enum status status =
      fleet_check_same(c, row, before->uid == account->uid && strcmp(before->email, account->email) == 0);
  status = status != STATUS_OK ? status : check_update(c, before, account);
  if (status == STATUS_OK && strcmp(before->login, account->login) != 0) {
    status = account_rename(c->txn, before, account->login, c->now_s);
  }
  bool is_alone = account->sso_only_org != 0 && account->sso_only_org != before->sso_only_org;
  if (status == STATUS_OK && is_alone) { // as on the host where that was made so
    status = identity_drop_others(c->txn, account->id, account->sso_only_org);
  }
  return status != STATUS_OK ? status : account_update(c->txn, account);
}

enum status fleet_put_account(struct change_context *c, const struct fleet_row *row, bool *ret_clash)
{
  struct account account CLEANUP(cleanup_account) = {.id = 0};
  struct account before CLEANUP(cleanup_account) = {.id = 0};
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

enum status fleet_put_membership(struct change_context *c, const struct fleet_row *row)
{
  struct membership membership = {.account_id = 0};
  struct account account CLEANUP(cleanup_account) = {.id = 0};
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
  status = membership_remember_removed(c->txn, row->account_id, row->org_id, c->now_s);
  return status != STATUS_OK ? status : fleet_end_if_nowhere(c, row->account_id);
}

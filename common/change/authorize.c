// SPDX-License-Identifier: Apache-2.0
// What a delegate's change must meet before it is applied, in its own transaction (POLICY W).
#include <string.h>

#include "base/cleanup.h"
#include "change/context.h"
#include "facts/control.h"
#include "facts/guard.h"

static enum status refuse(struct change_context *c, const char *name, const char *why)
{
  error_set(c->error, "account \"%s\": %s (POLICY %s)", name, why, right_row(c->by->right));
  return STATUS_REFUSED;
}

static const char NOT_THEIRS[] = "is not one that an org of yours is in control of and that is in no other org";

// How far the org in control of an account may go: where the account is a member elsewhere it links and unlinks at its
// own connection and no more; of one that owns another org it touches nothing.
static enum status check_reach(struct change_context *c, const struct account *account, const struct org *org,
                               bool *ret_reaches)
{
  const char *named = c->change->org;
  bool owns = true;
  bool alone = false;
  enum status status = control_is_alone(c->txn, account, org->id, &alone);
  if (status != STATUS_OK) {
    return status;
  }
  status = control_owns_other(c->txn, account, org->id, &owns);
  if (status != STATUS_OK) {
    return status;
  }
  bool links = c->change->kind->about == CHANGE_OF_IDENTITY;
  bool here = strcmp(named, org->slug) == 0;
  *ret_reaches = !owns && (alone ? here || named[0] == '\0' : links && here);
  return STATUS_OK;
}

static enum status look_at_controller(struct change_context *c, const struct account *account, bool *ret_commands)
{
  struct org org;
  enum standing standing = STANDING_NOBODY;
  int64_t controller = 0;
  bool reaches = false;
  enum status status = control_of(c->txn, account, &controller);
  if (status != STATUS_OK) {
    return status;
  }
  status = org_get(c->txn, controller, &org);
  if (status != STATUS_OK) {
    return status;
  }
  status = delegate_standing(c->txn, c->by->delegate, &org, &standing);
  if (status != STATUS_OK) {
    return status;
  }
  status = check_reach(c, account, &org, &reaches);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_commands = reaches && rights_allow(c->by->right, standing);
  return STATUS_OK;
}

// Whether the org in control of ACCOUNT is one that the delegate may do this in, and may do it.
static enum status commands(struct change_context *c, const struct account *account, bool *ret_commands)
{
  enum status status = look_at_controller(c, account, ret_commands);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status change_check_unguarded(struct change_context *c, const struct account *account, const char *name)
{
  bool guarded = true;
  if (c->by->delegate == NULL) {
    return STATUS_OK;
  }
  enum status status = guard_of(c->txn, c->host->config->operators, account, &guarded);
  if (status != STATUS_OK || !guarded) {
    return status;
  }
  return refuse(c, name,
                "is mapped onto a local user, an operator of this host, or holds a local group: only an "
                "operator does this to it");
}

enum status change_check_not_self(struct change_context *c, const struct account *account, const char *name)
{
  if (c->by->delegate == NULL || c->by->delegate->account_id != account->id) {
    return STATUS_OK;
  }
  error_set(c->error, "member \"%s\": is you, and nobody does this to themselves (POLICY W3)", name);
  return STATUS_REFUSED;
}

static enum status check_found(struct change_context *c, const struct account *account)
{
  const char *name = c->change->account;
  bool theirs = false;
  bool own = account->id == c->by->delegate->account_id;
  if (c->by->right == RIGHT_OWN) {
    return own ? STATUS_OK : refuse(c, name, "is not yours");
  }
  enum status status = commands(c, account, &theirs);
  if (status != STATUS_OK) {
    return status;
  }
  if (!theirs) {
    return refuse(c, name, NOT_THEIRS);
  }
  if (own && c->change->kind->about == CHANGE_OF_PASSWORD) {
    return refuse(c, name, "is yours: passwd(1) changes the password, and asks for the old one");
  }
  return change_check_unguarded(c, account, name);
}

// What is done to an account itself, and not to its place in an org, takes an org in control of the account.
static enum status check_account(struct change_context *c)
{
  struct account account;
  enum status status = account_by_name(c->txn, c->change->account, &account);
  if (status == STATUS_NOT_FOUND) {
    return refuse(c, c->change->account, NOT_THEIRS);
  }
  if (status != STATUS_OK) {
    return status;
  }
  status = check_found(c, &account);
  record_done(&ACCOUNT_RECORD, &account);
  return status;
}

enum status change_authorize(struct change_context *c)
{
  const struct change *change = c->change;
  bool of_account = change->kind->about != CHANGE_OF_ORG;
  if (c->by->delegate == NULL) {
    return STATUS_OK;
  }
  if (change->org[0] != '\0' || !of_account) {
    enum status status = delegate_check(c->txn, c->by->delegate, c->by->right, change->org, c->error);
    if (status != STATUS_OK) {
      return status;
    }
  }
  return of_account ? check_account(c) : STATUS_OK;
}

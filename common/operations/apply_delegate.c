// SPDX-License-Identifier: Apache-2.0
// What a delegate's operation must meet before it is applied, in its own transaction (POLICY W).
#include <string.h>

#include "base/cleanup.h"
#include "facts/control.h"
#include "facts/guard.h"
#include "operations/apply.h"

static enum status refuse(struct application *a, const char *why)
{
  report_set(a->report, "account \"%s\": %s (POLICY %s)", a->op->email, why, right_row(a->op->right));
  return STATUS_REFUSED;
}

static const char NOT_THEIRS[] = "is not one that an org of yours is in control of and that is in no other org";

// Whether ACCOUNT owns an org other than ORG_ID.
static enum status owns_another(struct application *a, const struct account *account, int64_t org_id, bool *ret_owns)
{
  struct memberships all;
  bool owns = false;
  enum status status = memberships_of(a->txn, account->id, &all);
  for (size_t i = 0; status == STATUS_OK && i < all.count; i++) {
    owns = owns || (all.list[i].role == ROLE_OWNER && all.list[i].org_id != org_id);
  }
  if (status == STATUS_OK) {
    *ret_owns = owns;
  }
  return status;
}

// How far the org in control of an account may go: where the account is a member elsewhere it links and unlinks at its
// own connection and no more; of one that owns another org it touches nothing.
static enum status check_reach(struct application *a, const struct account *account, const struct org *org,
                               bool *ret_reaches)
{
  bool alone = false;
  bool owns = true;
  bool links = a->op->kind == OPERATION_IDENTITY_LINK || a->op->kind == OPERATION_IDENTITY_UNLINK;
  enum status status = control_is_alone(a->txn, account, org->id, &alone);
  if (status == STATUS_OK) {
    status = owns_another(a, account, org->id, &owns);
  }
  bool named = strcmp(a->op->org, org->slug) == 0;
  if (status == STATUS_OK) {
    *ret_reaches = !owns && (alone ? named || a->op->org[0] == '\0' : links && named);
  }
  return status;
}

// Whether the org in control of ACCOUNT is one that the delegate may do this in, and may do it.
static enum status commands(struct application *a, const struct account *account, bool *ret_commands)
{
  struct org org;
  enum standing standing = STANDING_NOBODY;
  int64_t controller = 0;
  bool reaches = false;
  enum status status = control_of(a->txn, account, &controller);
  if (status == STATUS_OK) {
    status = org_get(a->txn, controller, &org);
  }
  if (status == STATUS_OK) {
    status = delegate_standing(a->txn, a->op->delegate, &org, &standing);
  }
  if (status == STATUS_OK) {
    status = check_reach(a, account, &org, &reaches);
  }
  if (status == STATUS_OK) {
    *ret_commands = reaches && rights_allow(a->op->right, standing);
  }
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status apply_check_unguarded(struct application *a, const struct account *account)
{
  bool guarded = true;
  if (a->op->delegate == NULL) {
    return STATUS_OK;
  }
  enum status status = guard_of(a->txn, a->host->config->operators, account, &guarded);
  return status == STATUS_OK && guarded
             ? refuse(a, "is mapped onto a local user, an operator of this host, or holds a local group: only an "
                         "operator does this to it")
             : status;
}

static enum status check_found(struct application *a, const struct account *account)
{
  bool theirs = false;
  bool own = account->id == a->op->delegate->account_id;
  bool password = a->op->kind == OPERATION_PASSWORD_SET || a->op->kind == OPERATION_PASSWORD_REMOVE;
  if (a->op->right == RIGHT_OWN) {
    return own ? STATUS_OK : refuse(a, "is not yours");
  }
  enum status status = commands(a, account, &theirs);
  if (status == STATUS_OK && !theirs) {
    return refuse(a, NOT_THEIRS);
  }
  if (status == STATUS_OK && own && password) {
    return refuse(a, "is yours: passwd(1) changes the password, and asks for the old one");
  }
  return status == STATUS_OK ? apply_check_unguarded(a, account) : status;
}

static enum status check_account(struct application *a)
{
  struct account account;
  enum status status = account_by_email(a->txn, a->op->email, &account);
  if (status == STATUS_NOT_FOUND) {
    status = account_by_login(a->txn, a->op->email, &account);
  }
  if (status == STATUS_NOT_FOUND) {
    return refuse(a, NOT_THEIRS);
  }
  if (status == STATUS_OK) {
    status = check_found(a, &account);
    record_done(&ACCOUNT_RECORD, &account);
  }
  return status;
}

// What is done to an account itself, and not to its place in an org: it takes an org in control of the account.
static bool is_about_account(enum operation_kind kind)
{
  static const enum operation_kind KINDS[] = {OPERATION_PASSWORD_SET, OPERATION_PASSWORD_REMOVE,
                                              OPERATION_IDENTITY_LINK, OPERATION_IDENTITY_UNLINK,
                                              OPERATION_ACCOUNT_RETIRE};
  for (size_t i = 0; i < COUNT_OF(KINDS); i++) {
    if (KINDS[i] == kind) {
      return true;
    }
  }
  return false;
}

enum status apply_check_delegate(struct application *a)
{
  bool about_account = is_about_account(a->op->kind);
  const struct operation *op = a->op;
  if (op->delegate == NULL) {
    return STATUS_OK;
  }
  enum status status = STATUS_OK;
  if (op->org[0] != '\0' || !about_account) {
    status = delegate_check(a->txn, op->delegate, op->right, op->org, a->report);
  }
  return status == STATUS_OK && about_account ? check_account(a) : status;
}

enum status apply_check_not_self(struct application *a, const struct account *account)
{
  if (a->op->delegate == NULL || a->op->delegate->account_id != account->id) {
    return STATUS_OK;
  }
  report_set(a->report, "member \"%s\": is you, and nobody does this to themselves (POLICY W3)", a->op->email);
  return STATUS_REFUSED;
}

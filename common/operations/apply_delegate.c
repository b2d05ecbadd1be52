// SPDX-License-Identifier: Apache-2.0
// What a delegate's operation must meet before it is applied, in its own transaction (POLICY W).
#include <string.h>

#include "base/cleanup.h"
#include "operations/apply.h"
#include "operations/control.h"

static enum status refuse(struct application *a, const char *why)
{
  report_set(a->report, "account \"%s\": %s (POLICY %s)", a->op->email, why, right_row(a->op->right));
  return STATUS_REFUSED;
}

static const char NOT_THEIRS[] = "is not one that an org of yours is in control of and that is in no other org";

// Whether the org is one that the delegate may do this in, is in control of ACCOUNT, and the only one it is in.
static enum status commands(struct application *a, const struct account *account, bool *ret_commands)
{
  struct org org;
  enum standing standing = STANDING_NOBODY;
  int64_t controller = 0;
  bool alone = false;
  enum status status = control_of(a->txn, account, &controller);
  if (status == STATUS_OK) {
    status = org_get(a->txn, controller, &org);
  }
  if (status == STATUS_OK) {
    status = delegate_standing(a->txn, a->op->delegate, &org, &standing);
  }
  if (status == STATUS_OK) {
    status = control_is_alone(a->txn, account, controller, &alone);
  }
  if (status == STATUS_OK) {
    bool named = a->op->org[0] == '\0' || strcmp(a->op->org, org.slug) == 0;
    *ret_commands = named && alone && rights_allow(a->op->right, standing);
  }
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status check_account(struct application *a)
{
  struct account account;
  bool theirs = false;
  enum status status = account_by_email(a->txn, a->op->email, &account);
  if (status == STATUS_NOT_FOUND) {
    status = account_by_login(a->txn, a->op->email, &account);
  }
  if (status == STATUS_NOT_FOUND) {
    return refuse(a, NOT_THEIRS);
  }
  if (status != STATUS_OK) {
    return status;
  }
  bool own = account.id == a->op->delegate->account_id;
  bool mapped = account.mapped == 1;
  status = commands(a, &account, &theirs);
  record_done(&ACCOUNT_RECORD, &account);
  if (status != STATUS_OK) {
    return status;
  }
  if (a->op->right == RIGHT_OWN) {
    return own ? STATUS_OK : refuse(a, "is not yours");
  }
  if (!theirs) {
    return refuse(a, NOT_THEIRS);
  }
  bool password = a->op->kind == OPERATION_PASSWORD_SET || a->op->kind == OPERATION_PASSWORD_REMOVE;
  if (own && password) {
    return refuse(a, "is yours: passwd(1) changes the password, and asks for the old one");
  }
  // Theirs is what root has given a local user: not an org's to hand on.
  if (mapped) {
    return refuse(a, "is mapped onto a local user: only an operator of this host changes how it signs in");
  }
  return STATUS_OK;
}

// What is done to an account itself, and not to its place in an org: it takes an org in control of the account.
static bool is_about_account(enum operation_kind kind)
{
  static const enum operation_kind KINDS[] = {OPERATION_PASSWORD_SET, OPERATION_PASSWORD_REMOVE,
                                              OPERATION_IDENTITY_LINK, OPERATION_IDENTITY_UNLINK};
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

// What runs of somebody in another org too may belong there, and a local user's is the host's.
enum status apply_check_ending(struct application *a, const struct account *account, int64_t org_id)
{
  bool alone = true;
  if (a->op->delegate == NULL || !a->op->ends_sessions) {
    return STATUS_OK;
  }
  enum status status = control_is_alone(a->txn, account, org_id, &alone);
  if (status != STATUS_OK || (alone && account->mapped == 0)) {
    return status;
  }
  report_set(a->report,
             "member \"%s\": is in another org too, or a local user, and what they run is not this org's to end: "
             "leave --end-sessions out",
             a->op->email);
  return STATUS_REFUSED;
}

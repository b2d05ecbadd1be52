// SPDX-License-Identifier: Apache-2.0
// Changes of a membership that is there.
#include <stdio.h>
#include <string.h>

#include "operations/apply.h"
#include "store/expectations.h"

struct found {
  struct org org;
  struct account account;
  struct membership membership;
};

// The membership that the operation names. An owner's is never changed: an owner is only replaced (POLICY E4). WHAT is
// what would be done ("removed").
static enum status find(struct change_context *a, const char *what, struct found *ret_found)
{
  enum status status = change_find_org(a, a->op->org, &ret_found->org);
  if (status != STATUS_OK) {
    return status;
  }
  status = change_find_account(a, a->op->email, &ret_found->account);
  if (status == STATUS_OK) {
    status = membership_get(a->txn, ret_found->account.id, ret_found->org.id, &ret_found->membership);
  }
  if (status == STATUS_NOT_FOUND) { // the same whether there is such an account or not
    report_set(a->report, "member \"%s\": is not a member of org \"%s\"", a->op->email, ret_found->org.slug);
  }
  if (status == STATUS_OK && ret_found->membership.role == ROLE_OWNER) {
    report_set(a->report, "member \"%s\": owns org \"%s\" and cannot be %s, only replaced ('ssoctl org transfer')",
               a->op->email, ret_found->org.slug, what);
    status = STATUS_REFUSED;
  }
  if (status == STATUS_OK) {
    status = change_check_not_self(a, &ret_found->account, a->op->email);
  }
  if (status == STATUS_OK) {
    status = change_check_unguarded(a, &ret_found->account, a->op->email);
  }
  if (status == STATUS_OK) {
    memcpy(a->event.login, ret_found->account.login, sizeof a->event.login);
    a->result->account = ret_found->account;
    a->result->gid = ret_found->org.gid;
  }
  return status;
}

static enum status store_changed(struct change_context *a, const struct membership *membership, bool changed)
{
  a->result->changed = changed;
  return changed ? membership_put(a->txn, membership) : STATUS_OK;
}

enum status apply_member_role(struct change_context *a)
{
  struct found f;
  enum status status = find(a, "given another role", &f);
  if (status != STATUS_OK) {
    return status;
  }
  if (a->op->value == ROLE_ADMIN) {
    status = change_check_unused(a, &f.account);
  }
  if (status != STATUS_OK) {
    return status;
  }
  bool changed = f.membership.role != a->op->value;
  (void)snprintf(a->event.detail, sizeof a->event.detail, "%s to %s", role_word(f.membership.role),
                 role_word(a->op->value));
  f.membership.role = a->op->value;
  return store_changed(a, &f.membership, changed);
}

static enum status set_status(struct change_context *a, const char *what, enum member_status to)
{
  struct found f;
  enum status status = find(a, what, &f);
  if (status != STATUS_OK) {
    return status;
  }
  bool changed = f.membership.status != to;
  f.membership.status = (uint8_t)to;
  return store_changed(a, &f.membership, changed);
}

enum status apply_member_suspend(struct change_context *a)
{
  return set_status(a, "suspended", MEMBER_SUSPENDED);
}

enum status apply_member_resume(struct change_context *a)
{
  return set_status(a, "resumed", MEMBER_ACTIVE);
}

enum status apply_member_remove(struct change_context *a)
{
  struct found f;
  enum status status = find(a, "removed", &f);
  if (status == STATUS_OK) {
    status = apply_drop_invite(a, f.org.id, f.account.email);
  }
  if (status == STATUS_OK) {
    bool any = false;
    status = expectation_drop(a->txn, f.account.id, f.org.id, &any);
  }
  return status != STATUS_OK ? status : membership_remove(a->txn, f.account.id, f.org.id);
}

// The new owner must be able to get in with the password whatever the provider does (POLICY E3, E4).
static enum status check_may_own(struct change_context *a, const struct found *f)
{
  const char *missing = NULL;
  bool enforced = f->org.enforcement != ENFORCEMENT_OFF;
  if (f->account.status != ACCOUNT_ACTIVE) {
    missing = "their account is locked";
  } else if (f->membership.status != MEMBER_ACTIVE) {
    missing = "their membership is suspended";
  } else if (enforced && f->account.password[0] == '\0') {
    missing = "they have no password (ssoctl password set), and the org enforces";
  } else if (enforced && f->account.password_tried == 0) {
    missing = "they have never signed in with their password, and the org enforces";
  }
  if (missing == NULL) {
    return STATUS_OK;
  }
  report_set(a->report, "member \"%s\": cannot own org \"%s\": %s", a->op->email, f->org.slug, missing);
  return STATUS_REFUSED;
}

static enum status demote_owner(struct change_context *a, const struct org *org, struct account *ret_owner)
{
  struct membership membership;
  enum status status = membership_get(a->txn, org->owner_id, org->id, &membership);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
  }
  membership.role = ROLE_ADMIN;
  status = account_get(a->txn, org->owner_id, ret_owner);
  return status != STATUS_OK ? status : membership_put(a->txn, &membership);
}

// The owner becomes an admin; nobody else changes. The recovery codes were the former owner's.
enum status apply_org_transfer(struct change_context *a)
{
  struct found f = {.org = {.id = 0}};
  struct account before;
  size_t void_codes = 0;
  enum status status = change_find_org(a, a->op->org, &f.org);
  if (status == STATUS_OK) {
    status = change_find_account(a, a->op->email, &f.account);
  }
  if (status == STATUS_OK && f.account.id == f.org.owner_id) {
    a->result->changed = false;
    return STATUS_OK;
  }
  if (status == STATUS_NOT_FOUND && a->report != NULL && f.org.id != 0) {
    report_set(a->report, "member \"%s\": is not a member of org \"%s\"", a->op->email, f.org.slug);
  }
  if (status == STATUS_OK) {
    status = find(a, "made its owner", &f);
  }
  if (status == STATUS_OK) {
    status = check_may_own(a, &f);
  }
  if (status == STATUS_OK) {
    status = change_check_unused(a, &f.account);
  }
  if (status == STATUS_OK) {
    status = apply_drop_recovery(a, &f.org, &void_codes);
  }
  if (status == STATUS_OK) {
    status = demote_owner(a, &f.org, &before);
  }
  if (status != STATUS_OK) {
    return status;
  }
  f.membership.role = ROLE_OWNER;
  f.org.owner_id = f.account.id;
  (void)snprintf(a->event.detail, sizeof a->event.detail, "from %.100s to %.100s%s", before.email, f.account.email,
                 void_codes > 0 ? "; recovery codes void" : "");
  status = membership_put(a->txn, &f.membership);
  return status != STATUS_OK ? status : org_update(a->txn, &f.org);
}

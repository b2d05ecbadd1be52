// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "operations/apply.h"

// For now only addresses on the org's own verified domains are invited: their provider proves them.
enum status apply_invite_create(struct application *a)
{
  struct org org;
  struct account account;
  struct membership membership;
  int64_t owner = 0;
  enum status status = apply_find_org(a, &org);
  if (status != STATUS_OK) {
    return status;
  }
  status = domain_owner(a->txn, name_email_domain(a->op->email), &owner);
  if (status != STATUS_OK || owner != org.id) {
    report_set(a->report, "email \"%s\": is not on a verified domain of org \"%s\"", a->op->email, org.slug);
    return status == STATUS_OK || status == STATUS_NOT_FOUND ? STATUS_REFUSED : status;
  }
  status = account_by_email(a->txn, a->op->email, &account);
  if (status == STATUS_OK) {
    status = membership_get(a->txn, account.id, org.id, &membership);
  }
  if (status != STATUS_NOT_FOUND) {
    report_set(a->report, "email \"%s\": is a member of org \"%s\" already", a->op->email, org.slug);
    return status == STATUS_OK ? STATUS_EXISTS : status;
  }
  struct invite invite = {
      .org_id = org.id, .role = a->op->value, .created_at_s = a->now_s, .expires_at_s = a->op->expires_at_s};
  memcpy(invite.email, a->op->email, sizeof invite.email);
  memcpy(invite.invited_by, a->op->actor, sizeof invite.invited_by);
  (void)snprintf(a->event.detail, sizeof a->event.detail, "%.200s as %s", invite.email, role_word(invite.role));
  return invite_put(a->txn, &invite);
}

enum status apply_invite_cancel(struct application *a)
{
  struct org org;
  enum status status = apply_find_org(a, &org);
  if (status != STATUS_OK) {
    return status;
  }
  (void)snprintf(a->event.detail, sizeof a->event.detail, "%.200s", a->op->email);
  status = invite_remove(a->txn, org.id, a->op->email);
  if (status == STATUS_NOT_FOUND) {
    report_set(a->report, "email \"%s\": has no invite in org \"%s\"", a->op->email, org.slug);
  }
  return status;
}

static enum status find_or_make(struct application *a, const struct org *org, struct account *ret_account)
{
  const struct operation *op = a->op;
  struct memberships all;
  enum status status = account_by_email(a->txn, op->email, ret_account);
  if (status == STATUS_NOT_FOUND) {
    return apply_new_account(a, op->login[0] != '\0' ? op->login : op->email, op->email, org->id, ret_account);
  }
  if (status != STATUS_OK) {
    return status;
  }
  if (op->local_user[0] != '\0' && (ret_account->mapped == 0 || strcmp(op->local_user, ret_account->login) != 0)) {
    report_set(a->report, "email \"%s\": is the account \"%s\"'s, which is not mapped onto local user \"%s\"",
               op->email, ret_account->login, op->local_user);
    return STATUS_EXISTS;
  }
  if (op->login[0] != '\0' && strcmp(op->login, ret_account->login) != 0) {
    report_set(a->report, "email \"%s\": has the login \"%s\" already, which is kept for good", op->email,
               ret_account->login);
    return STATUS_EXISTS;
  }
  status = memberships_of(a->txn, ret_account->id, &all);
  for (size_t i = 0; status == STATUS_OK && i < all.count; i++) {
    bool here = all.list[i].org_id == org->id;
    if (here && all.list[i].role == op->value) {
      a->result->changed = false;
      return STATUS_OK;
    }
    report_set(a->report,
               here ? "email \"%s\": is a member of this org with another role; see 'ssoctl member role'"
                    : "email \"%s\": is a member of another org already",
               op->email);
    status = here ? STATUS_EXISTS : STATUS_REFUSED;
  }
  return status;
}

enum status apply_drop_invite(struct application *a, int64_t org_id, const char *email)
{
  enum status status = invite_remove(a->txn, org_id, email);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status apply_member_add(struct application *a)
{
  struct org org;
  struct account account;
  enum status status = apply_find_org(a, &org);
  if (status == STATUS_OK) {
    status = find_or_make(a, &org, &account);
    a->result->account = account;
  }
  if (status == STATUS_OK && !a->result->changed) {
    return STATUS_OK;
  }
  if (status == STATUS_OK) {
    status = apply_drop_invite(a, org.id, account.email);
  }
  if (status != STATUS_OK) {
    return status;
  }
  a->result->account = account;
  memcpy(a->event.login, account.login, sizeof a->event.login);
  (void)snprintf(a->event.detail, sizeof a->event.detail, "as %s%s%.100s", role_word(a->op->value),
                 a->op->local_user[0] != '\0' ? ", mapped onto local user " : "", a->op->local_user);
  return membership_put(
      a->txn, &(struct membership){account.id, org.id, a->op->value, SOURCE_MANUAL, MEMBER_ACTIVE, a->now_s, 0});
}

enum status apply_password_set(struct application *a)
{
  struct account account;
  enum status status = apply_find_account(a, &account);
  if (status != STATUS_OK) {
    return status;
  }
  memcpy(account.password, a->op->password, sizeof account.password);
  account.password_tried = 0;
  memcpy(a->event.login, account.login, sizeof a->event.login);
  status = apply_file_event(a, account.id);
  return status != STATUS_OK ? status : account_update(a->txn, &account);
}

// The owner of an org that enforces keeps the password (POLICY E3, E4).
enum status apply_password_remove(struct application *a)
{
  struct account account;
  struct memberships all;
  enum status status = apply_find_account(a, &account);
  if (status == STATUS_OK) {
    status = memberships_of(a->txn, account.id, &all);
  }
  for (size_t i = 0; status == STATUS_OK && i < all.count; i++) {
    struct org org;
    status = org_get(a->txn, all.list[i].org_id, &org);
    if (status == STATUS_OK && all.list[i].role == ROLE_OWNER && org.enforcement != ENFORCEMENT_OFF) {
      report_set(a->report, "account \"%s\": owns org \"%s\", whose enforcement is %s, and keeps the password",
                 account.login, org.slug, enforcement_word(org.enforcement));
      return STATUS_REFUSED;
    }
  }
  if (status != STATUS_OK) {
    return status;
  }
  a->result->changed = account.password[0] != '\0';
  explicit_bzero(account.password, sizeof account.password);
  account.password_tried = 0;
  memcpy(a->event.login, account.login, sizeof a->event.login);
  status = apply_file_event(a, account.id);
  return status != STATUS_OK ? status : account_update(a->txn, &account);
}

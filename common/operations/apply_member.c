// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "facts/control.h"
#include "operations/apply.h"

// An org may take in who is its own already, and new people; anybody else is asked (POLICY I2), and so is whoever
// another org governs. Operators know whom they add. ACCOUNT is NULL for a new one.
static enum status check_consent(struct change_context *a, const struct org *org, const struct account *account)
{
  struct memberships all = {.count = 0};
  int64_t governing = 0;
  if (a->by->delegate == NULL) {
    return STATUS_OK;
  }
  enum status status = account != NULL ? memberships_of(a->txn, account->id, &all) : STATUS_OK;
  if (status == STATUS_OK) {
    status = domain_owner(a->txn, name_email_domain(a->op->email), &governing);
  }
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  bool made_here = account == NULL || account->created_by_org == org->id;
  bool own = governing != 0 ? governing == org->id : made_here;
  bool here = all.count == 1 && all.list[0].org_id == org->id; // what comes says so
  if (here || (all.count == 0 && own)) {
    return STATUS_OK;
  }
  report_set(a->report, "email \"%s\": is not this org's to add: invite them ('ssoctl invite create')", a->op->email);
  return STATUS_REFUSED;
}

// An operator adds people to another org only where nobody else can have used the account, unless it is there already.
static enum status check_doubted(struct change_context *a, const struct org *org, const struct account *account)
{
  struct membership here;
  enum status status = membership_get(a->txn, account->id, org->id, &here);
  return status == STATUS_NOT_FOUND ? change_check_unused(a, account) : status;
}

// What a delegate can use up has an end (max-members): numbers are given once.
static enum status check_quota(struct change_context *a, const struct org *org)
{
  bool full = false;
  enum status status = a->by->delegate != NULL ? control_is_full(a->txn, org, &full) : STATUS_OK;
  if (status == STATUS_OK && full) {
    report_set(a->report, "org \"%s\": has as many members as it may have; an operator changes that (max-members)",
               org->slug);
    return STATUS_REFUSED;
  }
  return status;
}

static enum status find_or_make(struct change_context *a, const struct org *org, struct account *ret_account)
{
  const struct operation *op = a->op;
  struct memberships all;
  struct membership there;
  enum status status = account_by_email(a->txn, op->email, ret_account);
  if (status == STATUS_NOT_FOUND) {
    status = check_consent(a, org, NULL);
    if (status == STATUS_OK) {
      status = check_quota(a, org);
    }
    return status != STATUS_OK
               ? status
               : apply_new_account(a, op->login[0] != '\0' ? op->login : op->email, op->email, org->id, ret_account);
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
  if (op->uid != 0 && op->uid != ret_account->uid) {
    report_set(a->report, "email \"%s\": has the uid %u already, which is kept for good", op->email, ret_account->uid);
    return STATUS_EXISTS;
  }
  status = check_consent(a, org, ret_account);
  if (status == STATUS_OK) {
    status = change_check_unguarded(a, ret_account, a->op->email);
  }
  if (status == STATUS_OK && a->by->delegate == NULL) {
    status = check_doubted(a, org, ret_account);
  }
  if (status == STATUS_OK && membership_get(a->txn, ret_account->id, org->id, &there) == STATUS_NOT_FOUND) {
    status = check_quota(a, org);
  }
  if (status == STATUS_OK) {
    status = memberships_of(a->txn, ret_account->id, &all);
  }
  for (size_t i = 0; status == STATUS_OK && i < all.count; i++) {
    bool here = all.list[i].org_id == org->id;
    if (here && op->has_status && all.list[i].status != op->member_status) {
      report_set(a->report, "email \"%s\": is a member of this org and %s; see 'ssoctl member suspend' and 'resume'",
                 op->email, member_status_word(all.list[i].status));
      return STATUS_EXISTS;
    }
    if (here && all.list[i].role == op->value) {
      a->result->changed = false;
      return STATUS_OK;
    }
    if (here) {
      report_set(a->report, "email \"%s\": is a member of this org with another role; see 'ssoctl member role'",
                 op->email);
      status = STATUS_EXISTS;
    }
  }
  return status;
}

// Nobody becomes an owner by being added; an import may say of the one there is that they are (POLICY E4).
static enum status check_role(struct change_context *a, const struct org *org)
{
  struct account owner;
  if (a->op->value < ROLE_OWNER) {
    return STATUS_OK;
  }
  enum status status = account_get(a->txn, org->owner_id, &owner);
  if (status != STATUS_OK) {
    return status;
  }
  bool same = a->op->imported && a->op->value == ROLE_OWNER && strcmp(owner.email, a->op->email) == 0;
  if (!same) {
    report_set(a->report, "email \"%s\": the owner of org \"%s\" is \"%s\"; see 'ssoctl org transfer'", a->op->email,
               org->slug, owner.email);
  }
  record_done(&ACCOUNT_RECORD, &owner);
  return same ? STATUS_OK : STATUS_REFUSED;
}

static enum status check_who(struct change_context *a, const struct org *org)
{
  if (!name_is_email(a->op->email)) {
    report_set(a->report, "email \"%s\": is not an address in lower case", a->op->email);
    return STATUS_INVALID;
  }
  return check_role(a, org);
}

// Trying costs a delegate nothing and leaves no trace: of an account that the org has nothing to do with it says as
// little as of an address that nobody has.
static enum status is_hidden(struct change_context *a, const struct org *org, bool *ret_hidden)
{
  struct account account;
  struct membership here;
  *ret_hidden = false;
  if (a->by->delegate == NULL || !a->host->dry_run) {
    return STATUS_OK;
  }
  enum status status = check_consent(a, org, NULL);
  if (status == STATUS_OK) {
    status = account_by_email(a->txn, a->op->email, &account);
  }
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  int64_t made_by = account.created_by_org;
  status = membership_get(a->txn, account.id, org->id, &here);
  record_done(&ACCOUNT_RECORD, &account);
  *ret_hidden = status == STATUS_NOT_FOUND && made_by != org->id;
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status apply_member_add(struct change_context *a)
{
  struct org org;
  struct account account;
  bool hidden = false;
  a->silent = a->op->imported;
  enum status status = change_find_org(a, a->op->org, &org);
  if (status == STATUS_OK) {
    status = check_who(a, &org);
  }
  if (status == STATUS_OK) {
    status = is_hidden(a, &org, &hidden);
  }
  if (status == STATUS_OK && hidden) {
    return check_quota(a, &org);
  }
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
      a->txn, &(struct membership){account.id, org.id, a->op->value, SOURCE_MANUAL, a->op->member_status, a->now_s, 0});
}

// One event for all that were added before it in its transaction, if any were.
enum status apply_member_import(struct change_context *a)
{
  a->result->changed = a->changed;
  memcpy(a->event.detail, a->op->reason, sizeof a->event.detail);
  return STATUS_OK;
}

// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "operations/apply.h"

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
    if (here) {
      report_set(a->report, "email \"%s\": is a member of this org with another role; see 'ssoctl member role'",
                 op->email);
      status = STATUS_EXISTS;
    }
  }
  return status;
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

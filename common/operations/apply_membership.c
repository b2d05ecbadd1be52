// SPDX-License-Identifier: Apache-2.0
// Changes of a membership that is there.
#include <stdio.h>
#include <string.h>

#include "operations/apply.h"
#include "store/expectations.h"

static enum status find(struct change_context *a, const char *what, struct found_member *ret_found)
{
  enum status status = change_find_member(a, a->op->org, a->op->email, what, ret_found);
  if (status == STATUS_OK) {
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
  struct found_member f;
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
  struct found_member f;
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
  struct found_member f;
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

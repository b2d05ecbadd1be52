// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "change/context.h"
#include "change/org.h"
#include "change/org_own.h"
#include "change/recovery.h"
#include "store/here.h"

static enum status is_owner(struct change_context *c, const struct org_transfer *in, bool *ret_owner)
{
  struct org org;
  struct account account;
  enum status status = change_find_org(c, in->org, &org);
  if (status != STATUS_OK) {
    return status;
  }
  status = change_find_account(c, in->email, &account);
  if (status == STATUS_NOT_FOUND) {
    error_set(c->error, "member \"%s\": is not a member of org \"%s\"", in->email, org.slug);
  }
  if (status != STATUS_OK) {
    return status;
  }
  *ret_owner = account.id == org.owner_id;
  record_done(&ACCOUNT_RECORD, &account);
  return STATUS_OK;
}

// The new owner must be able to get in with the password whatever the provider does (POLICY E3, E4). TRIED: they have
// signed in with it. NULL: they can.
static const char *missing_of(const struct found_member *f, bool tried)
{
  bool enforced = f->org.enforcement != ENFORCEMENT_OFF;
  if (f->account.status != ACCOUNT_ACTIVE) {
    return "their account is locked";
  }
  if (f->membership.status != MEMBER_ACTIVE) {
    return "their membership is suspended";
  }
  if (f->membership.until_s != 0 || f->membership.role_until_s != 0) {
    return "their membership, or their role, ends by itself (ssoctl member resume, member role)";
  }
  if (enforced && f->account.password[0] == '\0') {
    return "they have no password (ssoctl password set), and the org enforces";
  }
  if (enforced && !tried) {
    return "they have never signed in with their password, and the org enforces";
  }
  return NULL;
}

static enum status check_may_own(struct change_context *c, const char *name, const struct found_member *f)
{
  struct account_here here;
  enum status status = account_here_get(c->txn, f->account.id, &here);
  if (status != STATUS_OK) {
    return status;
  }
  const char *missing = missing_of(f, here.password_tried != 0);
  if (missing == NULL) {
    return change_check_unused(c, &f->account);
  }
  error_set(c->error, "member \"%s\": cannot own org \"%s\": %s", name, f->org.slug, missing);
  return STATUS_REFUSED;
}

static enum status demote_owner(struct change_context *c, const struct org *org, struct account *ret_owner)
{
  struct membership membership;
  enum status status = membership_get(c->txn, org->owner_id, org->id, &membership);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
  }
  membership.role = ROLE_ADMIN;
  membership.role_by = ROLE_BY_HAND;
  status = account_get(c->txn, org->owner_id, ret_owner);
  return status != STATUS_OK ? status : membership_put(c->txn, &membership);
}

// The recovery codes were the former owner's.
static enum status hand_over(struct change_context *c, struct found_member *f, struct change_done *result)
{
  struct account before;
  size_t void_codes = 0;
  enum status status = change_drop_recovery(c, &f->org, &void_codes);
  if (status != STATUS_OK) {
    return status;
  }
  status = demote_owner(c, &f->org, &before);
  if (status != STATUS_OK) {
    return status;
  }
  f->membership.role = ROLE_OWNER;
  f->membership.role_by = ROLE_BY_HAND;
  f->org.owner_id = f->account.id;
  (void)snprintf(c->event.detail, sizeof c->event.detail, "from %.100s to %.100s%s", before.email, f->account.email,
                 void_codes > 0 ? "; recovery codes void" : "");
  (void)snprintf(result->before, sizeof result->before, "%s", before.login);
  record_done(&ACCOUNT_RECORD, &before);
  status = membership_put(c->txn, &f->membership);
  return status != STATUS_OK ? status : org_update(c->txn, &f->org);
}

// Nobody is given one by its owner, who then makes the next: it counts as its new owner's (POLICY V6).
static enum status check_made(struct change_context *c, const char *slug)
{
  struct org org;
  enum status status = change_find_org(c, slug, &org);
  return status == STATUS_OK && c->by->delegate != NULL ? org_own_check(c, &org, "be given to another owner") : status;
}

static enum status transfer(struct change_context *c, const void *input, void *ret_result)
{
  const struct org_transfer *in = input;
  struct change_done *result = ret_result;
  struct found_member f;
  bool owns = false;
  enum status status = is_owner(c, in, &owns);
  if (status != STATUS_OK) {
    return status;
  }
  result->changed = !owns;
  if (owns) {
    return STATUS_OK;
  }
  status = check_made(c, in->org);
  if (status != STATUS_OK) {
    return status;
  }
  status = change_find_member(c, in->org, in->email, "made its owner", &f);
  if (status != STATUS_OK) {
    return status;
  }
  status = check_may_own(c, in->email, &f);
  status = status != STATUS_OK ? status : hand_over(c, &f, result);
  record_done(&ACCOUNT_RECORD, &f.account);
  return status;
}

static const struct change_kind TRANSFER = {
    "org.transfer", CHANGE_SITE, CHANGE_OF_ORG, transfer, sizeof(struct change_done), false};

struct change change_org_transfer(const struct org_transfer *in, struct change_done *ret_result)
{
  return (struct change){&TRANSFER, in, ret_result, &ret_result->changed, in->org, ""};
}

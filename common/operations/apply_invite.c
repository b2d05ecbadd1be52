// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "operations/apply.h"
#include "operations/settings.h"

static enum status refuse(struct change_context *a, const struct org *org, const char *why)
{
  report_set(a->report, "org \"%s\": %s", org->slug, why);
  return STATUS_REFUSED;
}

// Whether anything could accept the invite: the org's own provider, a code, or the org that governs the address (I2).
static enum status check_acceptable(struct change_context *a, const struct org *org, bool *ret_provable)
{
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  int64_t owner = 0;
  enum status status = domain_owner(a->txn, name_email_domain(a->op->email), &owner);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  bool governed = status == STATUS_OK;
  if (a->op->via == VIA_SSO && governed && owner != org->id) {
    return refuse(a, org,
                  "the address is on another org's domain: no other provider vouches for it, and --via sso is "
                  "not legal; without it that org's provider accepts the invite");
  }
  if (a->op->via == VIA_SSO && !governed && org->trust != TRUST_ANY) {
    return refuse(a, org, "--via sso for an address that is not on its verified domains needs trust any");
  }
  status = governed ? connection_get(a->txn, owner, CONNECTION_ACTIVE, &connection) : STATUS_NOT_FOUND;
  *ret_provable = status == STATUS_OK;
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status check_no_member(struct change_context *a, const struct org *org)
{
  struct account account;
  struct membership membership;
  enum status status = account_by_email(a->txn, a->op->email, &account);
  if (status == STATUS_OK) {
    status = membership_get(a->txn, account.id, org->id, &membership);
  }
  if (status == STATUS_NOT_FOUND) {
    return STATUS_OK;
  }
  report_set(a->report, "email \"%s\": is a member of org \"%s\" already", a->op->email, org->slug);
  return status == STATUS_OK ? STATUS_EXISTS : status;
}

enum status apply_invite_create(struct change_context *a)
{
  struct org org;
  bool provable = false;
  enum status status = change_find_org(a, a->op->org, &org);
  if (status == STATUS_OK && org.enforcement == ENFORCEMENT_SSO_ONLY) {
    return refuse(a, &org,
                  "is sso-only: whoever its provider lets in joins by themselves, and nobody is invited "
                  "(POLICY I5)");
  }
  if (status == STATUS_OK) {
    status = check_no_member(a, &org);
  }
  if (status == STATUS_OK) {
    status = check_acceptable(a, &org, &provable);
  }
  if (status != STATUS_OK) {
    return status;
  }
  struct invite invite = {.org_id = org.id,
                          .role = a->op->value,
                          .via = provable ? VIA_SSO : a->op->via, // a provider proves it: a code is for nothing
                          .created_at_s = a->now_s,
                          .expires_at_s = a->op->expires_at_s};
  if (invite.expires_at_s == 0) {
    invite.expires_at_s = a->now_s + (org.invite_lifetime_s > 0 ? org.invite_lifetime_s : INVITE_LIFETIME_S);
  }
  if (invite.via == VIA_CODE) {
    memcpy(invite.code, a->op->code, sizeof invite.code);
  }
  memcpy(invite.email, a->op->email, sizeof invite.email);
  (void)snprintf(invite.invited_by, sizeof invite.invited_by, "%s", a->by->actor);
  a->result->invite = invite;
  (void)snprintf(a->event.detail, sizeof a->event.detail, "%.200s as %s", invite.email, role_word(invite.role));
  return invite_put(a->txn, &invite);
}

enum status apply_invite_cancel(struct change_context *a)
{
  struct org org;
  enum status status = change_find_org(a, a->op->org, &org);
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

enum status apply_drop_invite(struct change_context *a, int64_t org_id, const char *email)
{
  enum status status = invite_remove(a->txn, org_id, email);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

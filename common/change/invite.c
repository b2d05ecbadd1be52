// SPDX-License-Identifier: Apache-2.0
#include "change/invite.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "change/context.h"
#include "change/endings.h"
#include "change/new_account.h"
#include "change/org_own.h"
#include "change/settings.h"
#include "store/endings.h"

static enum status refuse(struct change_context *c, const struct org *org, const char *why)
{
  error_set(c->error, "org \"%s\": %s", org->slug, why);
  return STATUS_REFUSED;
}

// Whether anything could accept the invite: the org's own provider, a code, or the org that governs the address (I2).
static enum status check_acceptable(struct change_context *c, const struct org *org, const struct invite_create *in,
                                    bool *ret_provable)
{
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  int64_t owner = 0;
  enum status status = domain_owner(c->txn, name_email_domain(in->email), &owner);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  bool governed = status == STATUS_OK;
  if (in->via == VIA_SSO && governed && owner != org->id) {
    return refuse(c, org,
                  "the address is on another org's domain: no other provider vouches for it, and --via sso is "
                  "not legal; without it that org's provider accepts the invite");
  }
  if (in->via == VIA_SSO && !governed && org->requirements.trust != TRUST_ANY) {
    return refuse(c, org, "--via sso for an address that is not on its verified domains needs trust any");
  }
  status = governed ? connection_get(c->txn, owner, CONNECTION_ACTIVE, &connection) : STATUS_NOT_FOUND;
  *ret_provable = status == STATUS_OK;
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status check_no_member(struct change_context *c, const struct org *org, const char *email)
{
  struct account account;
  struct membership membership;
  enum status status = account_by_email(c->txn, email, &account);
  status = status != STATUS_OK ? status : membership_get(c->txn, account.id, org->id, &membership);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  error_set(c->error, "email \"%s\": is a member of org \"%s\" already", email, org->slug);
  return STATUS_EXISTS;
}

// Whether EMAIL may be invited now, and how.
static enum status check(struct change_context *c, const struct org *org, const struct invite_create *in,
                         bool *ret_provable)
{
  if (org->enforcement == ENFORCEMENT_SSO_ONLY) {
    return refuse(c, org,
                  "is sso-only: whoever its provider lets in joins by themselves, and nobody is invited "
                  "(POLICY I5)");
  }
  enum status status = check_no_member(c, org, in->email);
  return status != STATUS_OK ? status : check_acceptable(c, org, in, ret_provable);
}

struct counting {
  const char *email; // that is invited now, maybe once more
  int64_t now_s;
  size_t others;
};

static enum status count_other(void *context, const struct invite *invite)
{
  struct counting *counting = context;
  counting->others += invite->expires_at_s > counting->now_s && strcmp(invite->email, counting->email) != 0;
  return STATUS_OK;
}

// Each invite makes one more name that strangers may come by: a self-made org has no more of them than members.
static enum status check_few(struct change_context *c, const struct org *org, const char *email)
{
  struct counting counting = {email, c->now_s, 0};
  if (org->self_made != 1) {
    return STATUS_OK;
  }
  enum status status = invite_each(c->txn, org->id, count_other, &counting);
  if (status != STATUS_OK || counting.others < MAX_MEMBERS_SELF_MADE) {
    return status;
  }
  return org_own_check(c, org, "have more invites");
}

static enum status create(struct change_context *c, const void *input, void *ret_result)
{
  const struct invite_create *in = input;
  struct invite_created *result = ret_result;
  struct org org;
  bool provable = false;
  enum status status = change_find_org(c, in->org, &org);
  if (status != STATUS_OK) {
    return status;
  }
  status = check(c, &org, in, &provable);
  status = status != STATUS_OK ? status : check_few(c, &org, in->email);
  if (status == STATUS_OK && !provable) { // a code shows that one was invited, not whose the address is (I3)
    status = change_check_listed(c, in->email);
  }
  if (status != STATUS_OK) {
    return status;
  }
  status = change_check_ending(c, in->email, &in->ending);
  if (status != STATUS_OK) {
    return status;
  }
  struct invite invite = {.org_id = org.id,
                          .role = (uint8_t)in->role,
                          // What proves it accepts it: a code is for nothing, and not for self-made orgs (V6).
                          .via = provable || org.self_made == 1 ? VIA_SSO : (uint8_t)in->via,
                          .created_at_s = c->now_s,
                          .expires_at_s =
                              in->expires_at_s != 0 ? in->expires_at_s : c->now_s + setting_invite_lifetime_s(&org),
                          .until_s = in->ending.until_s};
  invite.expires_at_s = ends_earlier(invite.expires_at_s, invite.until_s);
  (void)snprintf(invite.code, sizeof invite.code, "%s", invite.via == VIA_CODE ? in->code : "");
  (void)snprintf(invite.email, sizeof invite.email, "%s", in->email);
  (void)snprintf(invite.invited_by, sizeof invite.invited_by, "%s", c->by->actor);
  (void)snprintf(c->event.detail, sizeof c->event.detail, "%.200s as %s", invite.email, role_word(invite.role));
  change_detail_ending(c, &in->ending);
  result->invite = invite;
  return invite_put(c->txn, &invite);
}

static enum status cancel(struct change_context *c, const void *input, void *ret_result)
{
  const struct invite_cancel *in = input;
  struct org org;
  (void)ret_result;
  enum status status = change_find_org(c, in->org, &org);
  if (status != STATUS_OK) {
    return status;
  }
  (void)snprintf(c->event.detail, sizeof c->event.detail, "%.200s", in->email);
  status = invite_remove(c->txn, org.id, in->email);
  if (status == STATUS_NOT_FOUND) {
    error_set(c->error, "email \"%s\": has no invite in org \"%s\"", in->email, org.slug);
  }
  return status;
}

enum status change_drop_invite(struct change_context *c, int64_t org_id, const char *email)
{
  enum status status = invite_remove(c->txn, org_id, email);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static const struct change_kind CREATE = {
    "invite.create", CHANGE_SITE, CHANGE_OF_ORG, create, sizeof(struct invite_created), false};
static const struct change_kind CANCEL = {
    "invite.cancel", CHANGE_SITE, CHANGE_OF_ORG, cancel, sizeof(struct change_done), false};

struct change change_invite_create(const struct invite_create *in, struct invite_created *ret_result)
{
  return (struct change){&CREATE, in, ret_result, &ret_result->changed, in->org, ""};
}

struct change change_invite_cancel(const struct invite_cancel *in, struct change_done *ret_result)
{
  return (struct change){&CANCEL, in, ret_result, &ret_result->changed, in->org, ""};
}

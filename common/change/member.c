// SPDX-License-Identifier: Apache-2.0
// Changes of a membership that is there, and what came of an import.
#include "change/member.h"

#include <stdio.h>

#include "change/context.h"
#include "change/endings.h"
#include "change/invite.h"
#include "store/pending_links.h"
#include "store/refresh.h"

static void name_member(const struct found_member *found, struct member_changed *result)
{
  (void)snprintf(result->login, sizeof result->login, "%s", found->account.login);
  (void)snprintf(result->email, sizeof result->email, "%s", found->account.email);
  result->uid = found->account.uid;
  result->gid = found->org.gid;
}

static enum status find(struct change_context *c, const struct member_name *in, const char *what,
                        struct member_changed *result, struct found_member *ret_found)
{
  enum status status = change_find_member(c, in->org, in->email, what, ret_found);
  if (status == STATUS_OK) {
    name_member(ret_found, result);
  }
  return status;
}

static enum status suspend(struct change_context *c, const void *input, void *ret_result)
{
  struct member_changed *result = ret_result;
  struct found_member f;
  enum status status = find(c, input, "suspended", result, &f);
  if (status != STATUS_OK) {
    return status;
  }
  result->changed = f.membership.status != MEMBER_SUSPENDED || f.membership.ended == 1;
  f.membership.status = MEMBER_SUSPENDED;
  f.membership.ended = 0;
  return result->changed ? membership_put(c->txn, &f.membership) : STATUS_OK;
}

static enum status resume(struct change_context *c, const void *input, void *ret_result)
{
  const struct member_resume *in = input;
  struct member_changed *result = ret_result;
  struct found_member f;
  enum status status = find(c, &(struct member_name){in->org, in->email}, "resumed", result, &f);
  status = status != STATUS_OK ? status : change_check_ending(c, in->email, &in->ending);
  if (status != STATUS_OK) {
    return status;
  }
  result->changed = f.membership.status != MEMBER_ACTIVE || f.membership.until_s != in->ending.until_s;
  f.membership.status = MEMBER_ACTIVE;
  f.membership.ended = 0;
  f.membership.until_s = in->ending.until_s;
  change_detail_ending(c, &in->ending);
  return result->changed ? membership_put(c->txn, &f.membership) : STATUS_OK;
}

enum status change_remove_member(struct change_context *c, const struct org *org, const struct account *account)
{
  bool any = false;
  enum status status = change_drop_invite(c, org->id, account->email);
  status = status != STATUS_OK ? status : pending_link_drop(c->txn, account->id, org->id, &any);
  status = status != STATUS_OK ? status : membership_remember_removed(c->txn, account->id, org->id, c->now_s);
  status = status != STATUS_OK ? status : refresh_unmark_gone(c->txn, org->id, account->id);
  return status != STATUS_OK ? status : membership_remove(c->txn, account->id, org->id);
}

static enum status remove_member(struct change_context *c, const void *input, void *ret_result)
{
  struct found_member f;
  enum status status = find(c, input, "removed", ret_result, &f);
  return status != STATUS_OK ? status : change_remove_member(c, &f.org, &f.account);
}

static enum status set_role(struct change_context *c, const void *input, void *ret_result)
{
  const struct member_role *in = input;
  struct member_changed *result = ret_result;
  struct found_member f;
  enum status status = change_find_member(c, in->org, in->email, "given another role", &f);
  if (status != STATUS_OK) {
    return status;
  }
  if (in->role == ROLE_ADMIN) {
    status = change_check_unused(c, &f.account);
  }
  if (status != STATUS_OK) {
    return status;
  }
  status = change_check_ending(c, in->email, &in->ending);
  if (status != STATUS_OK) {
    return status;
  }
  (void)snprintf(c->event.detail, sizeof c->event.detail, "%s to %s", role_word(f.membership.role),
                 role_word((uint8_t)in->role));
  change_detail_ending(c, &in->ending);
  name_member(&f, result);
  (void)snprintf(result->before, sizeof result->before, "%s", role_word(f.membership.role));
  bool by_group = f.membership.role_by == ROLE_BY_GROUP;
  bool for_a_time = in->ending.until_s != 0 && f.membership.role_by != ROLE_BY_HAND; // then as it was before
  result->changed = f.membership.role != in->role || f.membership.role_until_s != in->ending.until_s || by_group;
  f.membership.role = (uint8_t)in->role;
  f.membership.role_by = for_a_time ? ROLE_BY_MEMBERSHIP : ROLE_BY_HAND;
  f.membership.role_until_s = in->ending.until_s;
  return result->changed ? membership_put(c->txn, &f.membership) : STATUS_OK;
}

static enum status import(struct change_context *c, const void *input, void *ret_result)
{
  const struct member_import *in = input;
  struct change_done *result = ret_result;
  result->changed = c->changed;
  (void)snprintf(c->event.detail, sizeof c->event.detail, "%s", in->summary);
  return STATUS_OK;
}

static const struct change_kind REMOVE = {
    "member.remove", CHANGE_SITE, CHANGE_OF_ORG, remove_member, sizeof(struct member_changed), false};
static const struct change_kind SUSPEND = {
    "member.suspend", CHANGE_SITE, CHANGE_OF_ORG, suspend, sizeof(struct member_changed), false};
static const struct change_kind RESUME = {
    "member.resume", CHANGE_SITE, CHANGE_OF_ORG, resume, sizeof(struct member_changed), false};
static const struct change_kind ROLE = {
    "member.role", CHANGE_SITE, CHANGE_OF_ORG, set_role, sizeof(struct member_changed), false};
static const struct change_kind IMPORT = {
    "member.import", CHANGE_SITE, CHANGE_OF_ORG, import, sizeof(struct change_done), false};

struct change change_member_remove(const struct member_name *in, struct member_changed *ret_result)
{
  return (struct change){&REMOVE, in, ret_result, &ret_result->changed, in->org, ""};
}

struct change change_member_suspend(const struct member_name *in, struct member_changed *ret_result)
{
  return (struct change){&SUSPEND, in, ret_result, &ret_result->changed, in->org, ""};
}

struct change change_member_resume(const struct member_resume *in, struct member_changed *ret_result)
{
  return (struct change){&RESUME, in, ret_result, &ret_result->changed, in->org, ""};
}

struct change change_member_role(const struct member_role *in, struct member_changed *ret_result)
{
  return (struct change){&ROLE, in, ret_result, &ret_result->changed, in->org, ""};
}

struct change change_member_import(const struct member_import *in, struct change_done *ret_result)
{
  return (struct change){&IMPORT, in, ret_result, &ret_result->changed, in->org, ""};
}

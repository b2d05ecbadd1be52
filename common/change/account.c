// SPDX-License-Identifier: Apache-2.0
#include "change/account.h"

#include <stdio.h>
#include <string.h>

#include "change/context.h"
#include "change/invite.h"
#include "change/new_account.h"
#include "change/org_own.h"
#include "change/settings.h"
#include "facts/control.h"
#include "store/endings.h"
#include "store/numbers_store.h"
#include "store/pending_links.h"

// An owner can be replaced, and after that everything else (POLICY E4). Whoever has made an org for themself is no
// owner by it (V6): a locked one keeps it, and it goes with one that goes.
static enum status refuse_owner(struct change_context *c, const struct account *account, const char *what)
{
  struct memberships all;
  enum status status = memberships_of(c->txn, account->id, &all);
  for (size_t i = 0; status == STATUS_OK && i < all.count; i++) {
    struct org org;
    status = org_get(c->txn, all.list[i].org_id, &org);
    if (status == STATUS_OK && all.list[i].role == ROLE_OWNER && org.self_made != 1) {
      error_set(c->error, "account \"%s\": owns org \"%s\" and cannot be %s; 'ssoctl org transfer' comes first",
                account->login, org.slug, what);
      return STATUS_REFUSED;
    }
  }
  return status;
}

static void keep(struct account_changed *result, const struct account *account)
{
  result->account = *account;
  explicit_bzero(result->account.password, sizeof result->account.password);
}

static enum status set_status(struct change_context *c, const struct account_name *in, enum account_status to,
                              struct account_changed *result)
{
  struct account account;
  enum status status = change_find_concerned(c, in->account, &account);
  if (status != STATUS_OK) {
    return status;
  }
  if (to == ACCOUNT_LOCKED) {
    status = refuse_owner(c, &account, "locked");
  }
  if (status != STATUS_OK) {
    return status;
  }
  keep(result, &account);
  result->changed = account.status != to;
  account.status = (uint8_t)to;
  return account_update(c->txn, &account);
}

static enum status lock(struct change_context *c, const void *input, void *ret_result)
{
  return set_status(c, input, ACCOUNT_LOCKED, ret_result);
}

static enum status unlock(struct change_context *c, const void *input, void *ret_result)
{
  return set_status(c, input, ACCOUNT_ACTIVE, ret_result);
}

static enum status rename_to(struct change_context *c, const void *input, void *ret_result)
{
  const struct account_rename *in = input;
  struct change_done *result = ret_result;
  struct account account;
  enum status status = change_find_concerned(c, in->account, &account);
  if (status != STATUS_OK) {
    return status;
  }
  (void)snprintf(result->before, sizeof result->before, "%s", account.login);
  result->changed = strcmp(account.login, in->to) != 0;
  if (!result->changed) {
    return STATUS_OK;
  }
  if (account.mapped == 1) {
    error_set(c->error, "account \"%s\": is mapped onto the local user of that name, and keeps it", account.login);
    return STATUS_REFUSED;
  }
  status = change_check_login(c, in->to, account.email);
  if (status != STATUS_OK) {
    return status;
  }
  (void)snprintf(c->event.detail, sizeof c->event.detail, "to %.200s", in->to);
  return account_rename(c->txn, &account, in->to, c->now_s);
}

struct dropping {
  struct change_context *c;
  const char *email;
};

static enum status drop_invite_of(void *context, const struct org *org)
{
  const struct dropping *d = context;
  return change_drop_invite(d->c, org->id, d->email);
}

static enum status drop_memberships(struct change_context *c, const struct account *account)
{
  struct memberships all;
  enum status status = memberships_of(c->txn, account->id, &all);
  for (size_t i = 0; status == STATUS_OK && i < all.count; i++) {
    status = membership_remove(c->txn, account->id, all.list[i].org_id);
  }
  return status;
}

// All that stands for the account.
static enum status drop_all(struct change_context *c, const struct account *account)
{
  bool any = false;
  enum status status = drop_memberships(c, account);
  if (status != STATUS_OK) {
    return status;
  }
  status = org_each(c->txn, drop_invite_of, &(struct dropping){c, account->email});
  if (status != STATUS_OK) {
    return status;
  }
  status = identity_drop_all(c->txn, account->id);
  return status == STATUS_OK ? pending_link_drop(c->txn, account->id, 0, &any) : status;
}

enum status change_forget_account(struct change_context *c, const struct account *account)
{
  enum status status = org_own_drop_all(c, account);
  status = status != STATUS_OK ? status : drop_all(c, account);
  return status != STATUS_OK ? status : account_retire(c->txn, account);
}

enum status change_end_account(struct change_context *c, const struct account *account)
{
  enum status status = refuse_owner(c, account, "removed");
  if (status != STATUS_OK) {
    return status;
  }
  status = org_own_drop_all(c, account);
  if (status != STATUS_OK) {
    return status;
  }
  status = drop_all(c, account);
  return status != STATUS_OK ? status : account_remove(c->txn, account, c->now_s);
}

static enum status remove_account(struct change_context *c, const void *input, void *ret_result)
{
  const struct account_name *in = input;
  struct account account;
  enum status status = change_find_concerned(c, in->account, &account);
  if (status != STATUS_OK) {
    return status;
  }
  keep(ret_result, &account);
  (void)snprintf(c->event.detail, sizeof c->event.detail, "uid %u is not given again", account.uid);
  return change_end_account(c, &account);
}

// Somebody new would be let in again (POLICY E6).
static enum status check_not_kept_out(struct change_context *c, const struct account *account,
                                      const struct memberships *all)
{
  bool kept_out = account->status != ACCOUNT_ACTIVE;
  for (size_t i = 0; i < all->count; i++) {
    kept_out = kept_out || all->list[i].status != MEMBER_ACTIVE;
  }
  if (!kept_out) {
    return STATUS_OK;
  }
  error_set(
      c->error,
      "account \"%s\": is locked or suspended, and whoever is to stay out is not retired; 'ssoctl account unlock' or "
      "'member resume' comes first, or 'account remove'",
      account->login);
  return STATUS_REFUSED;
}

// A delegate retires only who is nobody's but the governing org's.
static enum status check_theirs(struct change_context *c, const struct account *account)
{
  int64_t governing = 0;
  if (c->by->delegate == NULL) {
    return STATUS_OK;
  }
  enum status status = domain_owner(c->txn, name_email_domain(account->email), &governing);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  bool theirs = false;
  status = status == STATUS_OK ? control_is_alone(c->txn, account, governing, &theirs) : STATUS_OK;
  if (status != STATUS_OK || theirs) {
    return status;
  }
  error_set(c->error,
            "account \"%s\": only an operator retires who is in another org, or not on a verified domain "
            "of yours (POLICY S14)",
            account->login);
  return STATUS_REFUSED;
}

static enum status check_may_retire(struct change_context *c, const struct account *account)
{
  struct memberships all;
  enum status status = refuse_owner(c, account, "retired");
  if (status != STATUS_OK) {
    return status;
  }
  if (account->mapped == 1) {
    error_set(c->error, "account \"%s\": is mapped onto a local user, and not retired", account->login);
    return STATUS_REFUSED;
  }
  status = memberships_of(c->txn, account->id, &all);
  if (status != STATUS_OK) {
    return status;
  }
  status = check_not_kept_out(c, account, &all);
  return status != STATUS_OK ? status : check_theirs(c, account);
}

// What the governing org had given waits for the person, who will be somebody new. STATUS_NOT_FOUND: nothing.
static enum status find_given(struct change_context *c, const struct account *account, struct org *ret_governing,
                              struct membership *ret_membership)
{
  int64_t governing = 0;
  enum status status = domain_owner(c->txn, name_email_domain(account->email), &governing);
  if (status != STATUS_OK) {
    return status;
  }
  status = membership_get(c->txn, account->id, governing, ret_membership);
  return status != STATUS_OK ? status : org_get(c->txn, governing, ret_governing);
}

// What ends by itself ends so in the invite, too (POLICY K10): a role that would is a viewer's.
static struct invite new_invite(const struct change_context *c, const struct account *account, const struct org *org,
                                const struct membership *membership)
{
  struct invite invite = {.org_id = org->id,
                          .role = (uint8_t)membership_own_role(membership),
                          .via = VIA_SSO,
                          .created_at_s = c->now_s,
                          .expires_at_s = ends_earlier(c->now_s + setting_invite_lifetime_s(org), membership->until_s),
                          .until_s = membership->until_s};
  (void)snprintf(invite.email, sizeof invite.email, "%s", account->email);
  (void)snprintf(invite.invited_by, sizeof invite.invited_by, "%s", c->by->actor);
  return invite;
}

// Takes all from the account, and leaves an invite to the governing org in place of a membership there.
static enum status make_new(struct change_context *c, const struct account *account)
{
  struct org governing;
  struct membership membership;
  enum status status = find_given(c, account, &governing, &membership);
  bool given = status == STATUS_OK;
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  status = drop_all(c, account);
  if (status != STATUS_OK || !given) {
    return status;
  }
  const struct invite waiting = new_invite(c, account, &governing, &membership);
  return invite_put(c->txn, &waiting);
}

static enum status retire(struct change_context *c, const void *input, void *ret_result)
{
  const struct account_name *in = input;
  struct account account;
  enum status status = change_find_concerned(c, in->account, &account);
  if (status != STATUS_OK) {
    return status;
  }
  status = check_may_retire(c, &account);
  if (status != STATUS_OK) {
    return status;
  }
  status = org_own_drop_all(c, &account);
  if (status != STATUS_OK) {
    return status;
  }
  status = make_new(c, &account);
  if (status != STATUS_OK) {
    return status;
  }
  keep(ret_result, &account);
  (void)snprintf(c->event.detail, sizeof c->event.detail,
                 "uid %u is not given again; %.180s may sign in as somebody new", account.uid, account.email);
  return account_retire(c->txn, &account);
}

static enum status prove(struct change_context *c, const void *input, void *ret_result)
{
  const struct account_prove *in = input;
  struct account account;
  enum status status = change_find_concerned(c, in->account, &account);
  if (status != STATUS_OK) {
    return status;
  }
  keep(ret_result, &account);
  status = domain_proof_now(c->txn, name_email_domain(account.email), &account.proof);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  account.proof = status == STATUS_NOT_FOUND ? PROOF_NONE : account.proof;
  account.email_proven = 1;
  (void)snprintf(c->event.detail, sizeof c->event.detail, "%s", in->reason);
  return account_update(c->txn, &account);
}

static enum status reserve(struct change_context *c, const void *input, void *ret_result)
{
  const struct number_reserve *in = input;
  struct change_done *result = ret_result;
  struct number use;
  bool foreign = false;
  enum status status = numbers_get(c->txn, in->number, &use);
  if (status == STATUS_NOT_FOUND) {
    status = foreign_has_number(c->foreign, in->number, &foreign);
  }
  result->changed = foreign;
  if (status != STATUS_OK || !foreign) {
    return status;
  }
  change_name_login(c, in->login);
  (void)snprintf(c->event.detail, sizeof c->event.detail, "%u is in use elsewhere", in->number);
  return numbers_take(c->txn, in->number, &(struct number){NUMBER_REMOVED, 0});
}

// Of an org that is not named, which nobody but an operator is in control of; all but the retiring.
static const struct change_kind LOCK = {
    "account.lock", CHANGE_SITE, CHANGE_OF_ORG, lock, sizeof(struct account_changed), false};
static const struct change_kind UNLOCK = {
    "account.unlock", CHANGE_SITE, CHANGE_OF_ORG, unlock, sizeof(struct account_changed), false};
static const struct change_kind RENAME = {"account.rename",           CHANGE_SITE, CHANGE_OF_ORG, rename_to,
                                          sizeof(struct change_done), false};
static const struct change_kind REMOVE = {
    "account.remove", CHANGE_SITE, CHANGE_OF_ORG, remove_account, sizeof(struct account_changed), false};
static const struct change_kind RETIRE = {
    "account.retire", CHANGE_SITE, CHANGE_OF_ACCOUNT, retire, sizeof(struct account_changed), false};
static const struct change_kind PROVE = {
    "account.prove", CHANGE_SITE, CHANGE_OF_ORG, prove, sizeof(struct account_changed), false};
static const struct change_kind RESERVE = {"number.reserve",           CHANGE_CLAIM, CHANGE_OF_ORG, reserve,
                                           sizeof(struct change_done), false};

struct change change_account_lock(const struct account_name *in, struct account_changed *ret_result)
{
  return (struct change){&LOCK, in, ret_result, &ret_result->changed, "", ""};
}

struct change change_account_unlock(const struct account_name *in, struct account_changed *ret_result)
{
  return (struct change){&UNLOCK, in, ret_result, &ret_result->changed, "", ""};
}

struct change change_account_rename(const struct account_rename *in, struct change_done *ret_result)
{
  return (struct change){&RENAME, in, ret_result, &ret_result->changed, "", ""};
}

struct change change_account_remove(const struct account_name *in, struct account_changed *ret_result)
{
  return (struct change){&REMOVE, in, ret_result, &ret_result->changed, "", ""};
}

struct change change_account_retire(const struct account_name *in, struct account_changed *ret_result)
{
  return (struct change){&RETIRE, in, ret_result, &ret_result->changed, "", in->account};
}

struct change change_account_prove(const struct account_prove *in, struct account_changed *ret_result)
{
  return (struct change){&PROVE, in, ret_result, &ret_result->changed, "", ""};
}

struct change change_number_reserve(const struct number_reserve *in, struct change_done *ret_result)
{
  return (struct change){&RESERVE, in, ret_result, &ret_result->changed, "", ""};
}

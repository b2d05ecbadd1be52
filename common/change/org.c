// SPDX-License-Identifier: Apache-2.0
#include "change/org.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "change/context.h"
#include "change/covered.h"
#include "change/group.h"
#include "change/new_account.h"
#include "change/org_parts.h"
#include "change/recovery.h"
#include "facts/guard.h"
#include "store/groups.h"
#include "store/linked.h"
#include "store/numbers_store.h"
#include "store/pending_links.h"

enum { ADMINS_SIZE = SLUG_SIZE + 8 };

static enum status refuse_slug(struct change_context *c, const char *slug, enum status status, const char *why)
{
  error_set(c->error, "slug \"%s\": %s", slug, why);
  return status;
}

// All names share one space (POLICY N2).
enum status org_check_free(struct change_context *c, const char *slug)
{
  char admins[ADMINS_SIZE];
  struct account account;
  struct org_group group;
  struct org org;
  (void)snprintf(admins, sizeof admins, "%s-admins", slug);
  if (account_by_login(c->txn, slug, &account) == STATUS_OK ||
      account_by_login(c->txn, admins, &account) == STATUS_OK) {
    return refuse_slug(c, slug, STATUS_EXISTS, "is an account's login name");
  }
  if (group_by_full_name(c->txn, slug, &group) == STATUS_OK) {
    return refuse_slug(c, slug, STATUS_EXISTS, "is the name of a group of another org");
  }
  if (getgrnam(slug) == NULL && getgrnam(admins) == NULL && getpwnam(slug) == NULL && getpwnam(admins) == NULL) {
    return STATUS_OK;
  }
  bool ours = org_by_slug(c->txn, slug, &org) == STATUS_OK;
  return refuse_slug(c, slug, STATUS_EXISTS, ours ? "is an org already" : "is a local user's or group's name");
}

static enum status check_slug(struct change_context *c, const char *slug)
{
  bool buried = true;
  if (!name_is_slug(slug)) {
    return refuse_slug(c, slug, STATUS_INVALID, "is not [a-z][a-z0-9-]{1,22}, ends in -admins, or is a system name");
  }
  if (c->by->delegate != NULL && (account_was_removed(c->txn, slug, &buried) != STATUS_OK || buried)) {
    return refuse_slug(c, slug, STATUS_REFUSED,
                       "was another org's or account's name; only an operator gives it again (POLICY W7)");
  }
  return org_check_free(c, slug);
}

static enum status choose_groups(struct change_context *c, struct org *org)
{
  char admins[ADMINS_SIZE];
  struct map_settings settings = c->host->config->map;
  (void)snprintf(admins, sizeof admins, "%s-admins", org->slug);
  enum status status = numbers_count(c->txn, &settings);
  if (status != STATUS_OK) {
    return status;
  }
  status = numbers_choose(c->txn, c->foreign, org->slug, &settings, &org->gid);
  if (status != STATUS_OK) {
    return status;
  }
  status = numbers_choose(c->txn, c->foreign, admins, &settings, &org->admins_gid);
  if (status != STATUS_OK) {
    return status;
  }
  // Both searches saw the same table: two names may have met at the same number.
  if (org->gid == org->admins_gid) {
    return numbers_choose(c->txn, c->foreign, "groups of an org", &settings, &org->admins_gid);
  }
  return STATUS_OK;
}

// On other hosts, too, the account keeps none of its identities.
static enum status say_unlinked(struct change_context *c, const struct memberships *all, const struct account *account)
{
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && c->is_admin && i < all->count; i++) {
    bool is_fleets = account->id >= STORE_ID_FLEET && all->list[i].org_id >= STORE_ID_FLEET;
    status = is_fleets ? linked_say_none(c->txn, all->list[i].org_id, account->id) : STATUS_OK;
  }
  return status;
}

// An account whose address nobody has proven may be another org's making: whoever made it would get the org along.
static enum status doubt(struct change_context *c, const struct memberships *all, struct account *account,
                         bool *ret_doubted)
{
  bool any = false;
  enum status status = change_check_unused(c, account);
  if (status != STATUS_OK || account->email_proven == 1 || account->mapped == 1 || change_owns_org(all, 0)) {
    return status; // a local user is root's making
  }
  change_drop_password(account);
  account->by_operator = 1; // nothing that another org gave it is left
  *ret_doubted = true;
  status = say_unlinked(c, all, account);
  status = status != STATUS_OK ? status : identity_drop_all(c->txn, account->id);
  if (status != STATUS_OK) {
    return status;
  }
  status = pending_link_drop(c->txn, account->id, 0, &any);
  return status == STATUS_OK ? account_update(c->txn, account) : status;
}

static enum status make_owner(struct change_context *c, const struct org_create *in, int64_t org_id,
                              struct account *ret_account)
{
  const struct new_account made = {.login = in->login[0] != '\0' ? in->login : in->owner,
                                   .email = in->owner,
                                   .name = "", // the name is the org's, not the owner's
                                   .home = "",
                                   .shell = "",
                                   .local_user = in->local_user,
                                   .org_id = org_id,
                                   .by_operator = c->by->delegate == NULL};
  return change_new_account(c, &made, ret_account, NULL);
}

static enum status check_may_found(struct change_context *c, const struct org_create *in, const struct account *account,
                                   const struct memberships *all)
{
  bool asks_mapped = in->local_user[0] != '\0';
  if (all->count == MEMBERSHIPS_MAX) {
    error_set(c->error, "owner \"%s\": is a member of %d orgs already", in->owner, MEMBERSHIPS_MAX);
    return STATUS_REFUSED;
  }
  if (account->status == ACCOUNT_ACTIVE && !asks_mapped) {
    return STATUS_OK;
  }
  error_set(c->error, "owner \"%s\": has the account \"%s\", which is %s", in->owner, account->login,
            asks_mapped ? "there already and is not mapped now" : "locked");
  return STATUS_REFUSED;
}

// The owner: an account that is there, or a new one.
static enum status find_owner(struct change_context *c, const struct org_create *in, int64_t org_id,
                              struct org_created *result)
{
  struct memberships all;
  enum status status = account_by_email(c->txn, in->owner, &result->owner);
  if (status == STATUS_NOT_FOUND) {
    return make_owner(c, in, org_id, &result->owner);
  }
  if (status != STATUS_OK) {
    return status;
  }
  status = memberships_of(c->txn, result->owner.id, &all);
  if (status != STATUS_OK) {
    return status;
  }
  status = check_may_found(c, in, &result->owner, &all);
  return status == STATUS_OK ? doubt(c, &all, &result->owner, &result->doubted) : status;
}

enum status org_store_new(struct change_context *c, struct org *org)
{
  const struct membership membership = {.account_id = org->owner_id,
                                        .org_id = org->id,
                                        .role = ROLE_OWNER,
                                        .source = SOURCE_OWNER,
                                        .joined_at_s = c->now_s};
  enum status status = choose_groups(c, org);
  if (status != STATUS_OK) {
    return status;
  }
  status = org_add(c->txn, org);
  if (status != STATUS_OK) {
    return status;
  }
  status = covered_begin(c, org);
  return status == STATUS_OK ? membership_put(c->txn, &membership) : status;
}

static enum status take_owner(struct change_context *c, const struct org_create *in, int64_t *ret_id,
                              struct org_created *result)
{
  enum status status = check_slug(c, in->org);
  if (status != STATUS_OK) {
    return status;
  }
  status = store_new_id(c->txn, c->is_admin, ret_id);
  return status != STATUS_OK ? status : find_owner(c, in, *ret_id, result);
}

// What was asked for must be what there is of ORG.
static enum status compare(struct change_context *c, const struct org_create *in, const struct org *org,
                           const struct account *owner)
{
  bool same_login = in->login[0] == '\0' || strcmp(in->login, owner->login) == 0;
  bool same_user = in->local_user[0] == '\0' || (owner->mapped == 1 && strcmp(in->local_user, owner->login) == 0);
  if (strcmp(in->name, org->name) == 0 && strcmp(in->owner, owner->email) == 0 && same_login && same_user) {
    return STATUS_OK;
  }
  error_set(c->error, "slug \"%s\": is an org already, \"%s\", whose owner is \"%s\" with the login \"%s\"", org->slug,
            org->name, owner->email, owner->login);
  return STATUS_EXISTS;
}

// STATUS_NOT_FOUND: there is no such org yet.
static enum status find_same(struct change_context *c, const struct org_create *in, struct org_created *result)
{
  struct org org;
  enum status status = org_by_slug(c->txn, in->org, &org);
  if (status != STATUS_OK) {
    return status;
  }
  status = account_get(c->txn, org.owner_id, &result->owner);
  explicit_bzero(result->owner.password, sizeof result->owner.password);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
  }
  result->changed = false;
  result->gid = org.gid;
  return compare(c, in, &org, &result->owner);
}

static enum status create(struct change_context *c, const void *input, void *ret_result)
{
  const struct org_create *in = input;
  struct org_created *result = ret_result;
  struct org org = {.by_root = 1, .created_at_s = c->now_s};
  enum status status = find_same(c, in, result);
  if (status != STATUS_NOT_FOUND) {
    return status;
  }
  status = take_owner(c, in, &org.id, result);
  explicit_bzero(result->owner.password, sizeof result->owner.password); // stored by now
  if (status != STATUS_OK) {
    return status;
  }
  (void)snprintf(org.slug, sizeof org.slug, "%s", in->org);
  (void)snprintf(org.name, sizeof org.name, "%s", in->name);
  org.owner_id = result->owner.id;
  change_name_login(c, in->login);
  (void)snprintf(c->event.detail, sizeof c->event.detail, "owner %.200s", result->owner.email);
  status = org_store_new(c, &org);
  result->gid = org.gid;
  return status;
}

struct renaming {
  struct change_context *c;
  const char *to;
};

// What is mapped from the provider is called by the slug too.
static enum status check_group_name(void *context, const struct org_group *group)
{
  const struct renaming *renaming = context;
  return change_check_group_name(renaming->c, renaming->to, group->name);
}

enum status org_check_group_names(struct change_context *c, int64_t org_id, const char *slug)
{
  return group_each(c->txn, org_id, check_group_name, &(struct renaming){c, slug});
}

static enum status rename_to(struct change_context *c, const void *input, void *ret_result)
{
  const struct org_rename *in = input;
  struct change_done *result = ret_result;
  struct org org;
  enum status status = change_find_org(c, in->org, &org);
  if (status != STATUS_OK) {
    return status;
  }
  result->changed = strcmp(org.slug, in->to) != 0;
  if (!result->changed) {
    return STATUS_OK;
  }
  status = check_slug(c, in->to);
  if (status != STATUS_OK) {
    return status;
  }
  status = org_check_group_names(c, org.id, in->to);
  if (status != STATUS_OK) {
    return status;
  }
  (void)snprintf(c->event.detail, sizeof c->event.detail, "from %s to %.200s", org.slug, in->to);
  (void)snprintf(c->event.org, sizeof c->event.org, "%s", in->to);
  return org_rename(c->txn, &org, in->to);
}

// Who is in no org any more signs in by no password (POLICY L15), and a mapped user's is locked in /etc/shadow: that is
// not for a delegate to do to a guarded account (HOLES H68).
static enum status check_members(struct change_context *c, const struct org *org)
{
  bool any = true;
  if (c->by->delegate == NULL) {
    return STATUS_OK;
  }
  enum status status = guard_of_members(c->txn, c->host->config->operators, org->id, c->by->delegate->account_id, &any);
  if (status != STATUS_OK || !any) {
    return status;
  }
  error_set(c->error,
            "org \"%s\": has members that are mapped onto local users, operators of this host, or hold a local group: "
            "only an operator deletes it (POLICY %s)",
            org->slug, right_row(c->by->right));
  return STATUS_REFUSED;
}

static enum status delete_org(struct change_context *c, const void *input, void *ret_result)
{
  const struct org_delete *in = input;
  struct org org;
  size_t codes = 0;
  (void)ret_result;
  enum status status = change_find_org(c, in->org, &org);
  if (status != STATUS_OK) {
    return status;
  }
  status = check_members(c, &org);
  if (status != STATUS_OK) {
    return status;
  }
  (void)snprintf(c->event.detail, sizeof c->event.detail, "gids %u and %u are not given again", org.gid,
                 org.admins_gid);
  status = change_drop_recovery(c, &org, &codes);
  if (status != STATUS_OK) {
    return status;
  }
  status = change_drop_groups(c, &org);
  return status != STATUS_OK ? status : org_remove(c->txn, &org);
}

static const struct change_kind CREATE = {"org.create", CHANGE_SITE, CHANGE_OF_ORG, create, sizeof(struct org_created),
                                          false};
static const struct change_kind RENAME = {
    "org.rename", CHANGE_SITE, CHANGE_OF_ORG, rename_to, sizeof(struct change_done), false};
static const struct change_kind DELETE = {
    "org.delete", CHANGE_SITE, CHANGE_OF_ORG, delete_org, sizeof(struct change_done), false};

struct change change_org_create(const struct org_create *in, struct org_created *ret_result)
{
  return (struct change){&CREATE, in, ret_result, &ret_result->changed, in->org, ""};
}

struct change change_org_rename(const struct org_rename *in, struct change_done *ret_result)
{
  return (struct change){&RENAME, in, ret_result, &ret_result->changed, in->org, ""};
}

struct change change_org_delete(const struct org_delete *in, struct change_done *ret_result)
{
  return (struct change){&DELETE, in, ret_result, &ret_result->changed, in->org, ""};
}

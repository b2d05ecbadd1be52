// SPDX-License-Identifier: Apache-2.0
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "change/group.h"
#include "facts/guard.h"
#include "operations/confirm.h"
#include "store/expectations.h"
#include "store/groups.h"
#include "store/numbers_store.h"

static enum status check_slug(struct change_context *a, const char *slug)
{
  char admins[SLUG_SIZE + 8];
  struct account account;
  struct org_group group;
  (void)snprintf(admins, sizeof admins, "%s-admins", slug);
  if (!name_is_slug(slug)) {
    report_set(a->report, "slug \"%s\": is not [a-z][a-z0-9-]{1,22}, ends in -admins, or is a system name", slug);
    return STATUS_INVALID;
  }
  bool buried = true;
  if (a->by->delegate != NULL && (account_was_removed(a->txn, slug, &buried) != STATUS_OK || buried)) {
    report_set(a->report,
               "slug \"%s\": was another org's or account's name; only an operator gives it again (POLICY W7)", slug);
    return STATUS_REFUSED;
  }
  if (account_by_login(a->txn, slug, &account) == STATUS_OK ||
      account_by_login(a->txn, admins, &account) == STATUS_OK) {
    report_set(a->report, "slug \"%s\": is an account's login name", slug);
    return STATUS_EXISTS;
  }
  if (group_by_full_name(a->txn, slug, &group) == STATUS_OK) {
    report_set(a->report, "slug \"%s\": is the name of a group of another org", slug);
    return STATUS_EXISTS;
  }
  if (getgrnam(slug) != NULL || getgrnam(admins) != NULL || getpwnam(slug) != NULL || getpwnam(admins) != NULL) {
    struct org org;
    bool ours = org_by_slug(a->txn, slug, &org) == STATUS_OK;
    report_set(a->report, "slug \"%s\": %s", slug, ours ? "is an org already" : "is a local user's or group's name");
    return STATUS_EXISTS;
  }
  return STATUS_OK;
}

static enum status choose_groups(struct change_context *a, struct org *org)
{
  char admins[SLUG_SIZE + 8];
  struct map_settings settings = a->host->config->map;
  (void)snprintf(admins, sizeof admins, "%s-admins", org->slug);
  enum status status = numbers_count(a->txn, &settings);
  if (status == STATUS_OK) {
    status = numbers_choose(a->txn, a->foreign, org->slug, &settings, &org->gid);
  }
  if (status == STATUS_OK) {
    status = numbers_choose(a->txn, a->foreign, admins, &settings, &org->admins_gid);
  }
  // Both searches saw the same table: two names may have met at the same number.
  if (status == STATUS_OK && org->gid == org->admins_gid) {
    status = numbers_choose(a->txn, a->foreign, "groups of an org", &settings, &org->admins_gid);
  }
  return status;
}

static bool owns_any(const struct memberships *all)
{
  for (size_t i = 0; i < all->count; i++) {
    if (all->list[i].role == ROLE_OWNER) {
      return true;
    }
  }
  return false;
}

// An account whose address nobody has proven may be another org's making: whoever made it would get the org along.
static enum status doubt(struct change_context *a, const struct memberships *all, struct account *account)
{
  bool any = false;
  enum status status = change_check_unused(a, account);
  if (status != STATUS_OK || account->email_proven == 1 || account->mapped == 1 || owns_any(all)) {
    return status; // a local user is root's making
  }
  explicit_bzero(account->password, sizeof account->password);
  account->password_tried = 0;
  account->by_operator = 1; // nothing that another org gave it is left
  a->result->doubted = true;
  status = identity_drop_all(a->txn, account->id);
  if (status == STATUS_OK) {
    status = expectation_drop(a->txn, account->id, 0, &any);
  }
  return status == STATUS_OK ? account_update(a->txn, account) : status;
}

// The owner: an account that is there, or a new one.
static enum status find_owner(struct change_context *a, const struct org *org, struct account *ret_account)
{
  const struct operation *op = a->op;
  struct memberships all;
  enum status status = account_by_email(a->txn, op->email, ret_account);
  if (status == STATUS_NOT_FOUND) {
    return apply_new_account(a, op->login[0] != '\0' ? op->login : op->email, op->email, org->id, ret_account);
  }
  if (status == STATUS_OK) {
    status = memberships_of(a->txn, ret_account->id, &all);
  }
  if (status == STATUS_OK && all.count == MEMBERSHIPS_MAX) {
    report_set(a->report, "owner \"%s\": is a member of %d orgs already", op->email, MEMBERSHIPS_MAX);
    return STATUS_REFUSED;
  }
  if (status == STATUS_OK && (ret_account->status != ACCOUNT_ACTIVE || op->local_user[0] != '\0')) {
    report_set(a->report, "owner \"%s\": has the account \"%s\", which is %s", op->email, ret_account->login,
               op->local_user[0] != '\0' ? "there already and is not mapped now" : "locked");
    return STATUS_REFUSED;
  }
  return status == STATUS_OK ? doubt(a, &all, ret_account) : status;
}

enum status apply_org_create(struct change_context *a)
{
  struct org org = {.by_root = 1, .created_at_s = a->now_s};
  struct account owner;
  enum status status = check_slug(a, a->op->org);
  if (status == STATUS_OK) {
    status = store_next_id(a->txn, &org.id);
  }
  if (status != STATUS_OK) {
    return status;
  }
  memcpy(org.slug, a->op->org, sizeof org.slug);
  memcpy(org.name, a->op->name, sizeof org.name);
  struct operation without_name = *a->op; // the name is the org's, not the owner's
  without_name.name[0] = '\0';
  const struct operation *op = a->op;
  a->op = &without_name;
  status = find_owner(a, &org, &owner);
  a->op = op;
  if (status == STATUS_OK) {
    org.owner_id = owner.id;
    status = choose_groups(a, &org);
  }
  if (status == STATUS_OK) {
    status = org_add(a->txn, &org);
  }
  if (status == STATUS_OK) {
    status = apply_begin_covered(a, &org);
  }
  if (status == STATUS_OK) {
    (void)snprintf(a->event.detail, sizeof a->event.detail, "owner %.200s", owner.email);
    a->result->account = owner;
    status = membership_put(
        a->txn, &(struct membership){owner.id, org.id, ROLE_OWNER, SOURCE_OWNER, MEMBER_ACTIVE, a->now_s, 0});
  }
  return status;
}

// What is mapped from the provider is called by the slug too.
static enum status check_group_name(void *context, const struct org_group *group)
{
  struct change_context *a = context;
  return change_check_group_name(a, a->op->login, group->name);
}

// Its groups keep their numbers under the new names (HOLES H11).
enum status apply_org_rename(struct change_context *a)
{
  struct org org;
  enum status status = change_find_org(a, a->op->org, &org);
  if (status == STATUS_OK && strcmp(org.slug, a->op->login) == 0) {
    a->result->changed = false;
    return STATUS_OK;
  }
  if (status == STATUS_OK) {
    status = check_slug(a, a->op->login);
  }
  if (status == STATUS_OK) {
    status = group_each(a->txn, org.id, check_group_name, a);
  }
  if (status != STATUS_OK) {
    return status;
  }
  (void)snprintf(a->event.detail, sizeof a->event.detail, "from %s to %.200s", org.slug, a->op->login);
  memset(a->event.login, 0, sizeof a->event.login);
  (void)snprintf(a->event.org, sizeof a->event.org, "%.*s", (int)sizeof a->event.org - 1, a->op->login);
  return org_rename(a->txn, &org, a->op->login);
}

// Who is in no org any more signs in by no password (POLICY L15), and a mapped user's is locked in /etc/shadow: that is
// not for a delegate to do to a guarded account (HOLES H68).
static enum status check_members(struct change_context *a, const struct org *org)
{
  bool any = true;
  if (a->by->delegate == NULL) {
    return STATUS_OK;
  }
  enum status status = guard_of_members(a->txn, a->host->config->operators, org->id, a->by->delegate->account_id, &any);
  if (status != STATUS_OK || !any) {
    return status;
  }
  report_set(a->report,
             "org \"%s\": has members that are mapped onto local users, operators of this host, or hold a local group: "
             "only an operator deletes it (POLICY %s)",
             org->slug, right_row(a->by->right));
  return STATUS_REFUSED;
}

enum status apply_org_delete(struct change_context *a)
{
  struct org org;
  size_t codes = 0;
  enum status status = change_find_org(a, a->op->org, &org);
  if (status == STATUS_OK) {
    status = check_members(a, &org);
  }
  if (status != STATUS_OK) {
    return status;
  }
  (void)snprintf(a->event.detail, sizeof a->event.detail, "gids %u and %u are not given again", org.gid,
                 org.admins_gid);
  status = apply_drop_recovery(a, &org, &codes);
  if (status == STATUS_OK) {
    status = change_drop_groups(a, &org);
  }
  return status != STATUS_OK ? status : org_remove(a->txn, &org);
}

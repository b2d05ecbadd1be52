// SPDX-License-Identifier: Apache-2.0
#include "change/context.h"

#include <stdio.h>
#include <string.h>

#include "facts/control.h"

enum status change_find_org(struct change_context *c, const char *slug, struct org *ret_org)
{
  enum status status = org_by_slug(c->txn, slug, ret_org);
  if (status == STATUS_NOT_FOUND) {
    error_set(c->error, "org \"%s\": no such org; 'ssoctl org list' shows them", slug);
  }
  return status;
}

enum status change_find_account(struct change_context *c, const char *name, struct account *ret_account)
{
  enum status status = account_by_name(c->txn, name, ret_account);
  if (status == STATUS_NOT_FOUND) {
    error_set(c->error, "account \"%s\": no such email, login or number; 'ssoctl member list' shows them", name);
  }
  return status;
}

static enum status find_membership(struct change_context *c, const char *name, struct found_member *found)
{
  enum status status = change_find_account(c, name, &found->account);
  status = status != STATUS_OK ? status : membership_get(c->txn, found->account.id, found->org.id, &found->membership);
  if (status == STATUS_NOT_FOUND) { // the same whether there is such an account or not
    error_set(c->error, "member \"%s\": is not a member of org \"%s\"", name, found->org.slug);
  }
  return status;
}

static enum status check_may_change(struct change_context *c, const char *name, const char *what,
                                    const struct found_member *found)
{
  if (found->membership.role == ROLE_OWNER) {
    error_set(c->error, "member \"%s\": owns org \"%s\" and cannot be %s, only replaced ('ssoctl org transfer')", name,
              found->org.slug, what);
    return STATUS_REFUSED;
  }
  enum status status = change_check_not_self(c, &found->account, name);
  return status != STATUS_OK ? status : change_check_unguarded(c, &found->account, name);
}

enum status change_find_member(struct change_context *c, const char *slug, const char *name, const char *what,
                               struct found_member *ret_found)
{
  enum status status = change_find_org(c, slug, &ret_found->org);
  if (status != STATUS_OK) {
    return status;
  }
  status = find_membership(c, name, ret_found);
  if (status != STATUS_OK) {
    return status;
  }
  status = check_may_change(c, name, what, ret_found);
  if (status != STATUS_OK) {
    return status;
  }
  change_name_login(c, ret_found->account.login);
  return STATUS_OK;
}

struct facts_query change_query(const struct change_context *c, const char *login)
{
  return (struct facts_query){login,          c->by->service, c->by->rhost, c->now_s, c->host->config->operators,
                              c->host->config};
}

enum status change_load_facts(struct change_context *c, const char *login, struct facts *ret_facts)
{
  const struct facts_query query = change_query(c, login);
  return facts_load(c->txn, &query, ret_facts);
}

enum status change_file_event(struct change_context *c, int64_t account_id)
{
  struct memberships all;
  struct org org;
  enum status status = memberships_of(c->txn, account_id, &all);
  if (status != STATUS_OK || all.count == 0 || c->event.org[0] != '\0') {
    return status;
  }
  status = org_get(c->txn, all.list[0].org_id, &org);
  if (status == STATUS_OK) {
    memcpy(c->event.org, org.slug, sizeof c->event.org);
  }
  return status;
}

void change_name_login(struct change_context *c, const char *login)
{
  memset(c->event.login, 0, sizeof c->event.login);
  (void)snprintf(c->event.login, sizeof c->event.login, "%s", login);
}

void change_drop_password(struct account *account)
{
  explicit_bzero(account->password, sizeof account->password);
}

enum status change_leave_sso_alone(struct change_context *c, struct account *account, int64_t org_id)
{
  change_drop_password(account);
  account->sso_only_org = org_id;
  return identity_drop_others(c->txn, account->id, org_id);
}

bool change_owns_org(const struct memberships *all, int64_t except_id)
{
  for (size_t i = 0; i < all->count; i++) {
    if (all->list[i].role == ROLE_OWNER && all->list[i].org_id != except_id) {
      return true;
    }
  }
  return false;
}

bool change_knows_password(const struct account *account, const char *hash)
{
  return account->password[0] != '\0' && strcmp(account->password, hash) == 0;
}

enum status change_used_unproven(struct change_context *c, const struct account *account, bool *ret_used)
{
  int64_t controller = 0;
  enum status status = domain_owner(c->txn, name_email_domain(account->email), &controller);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  return control_used_unproven(c->txn, account, controller, ret_used);
}

enum status change_check_unused(struct change_context *c, const struct account *account)
{
  bool used = true;
  enum status status = change_used_unproven(c, account, &used);
  if (status != STATUS_OK || !used) {
    return status;
  }
  error_set(c->error,
            "account \"%s\": somebody has used it, and nobody has proven its address: let them sign in at their "
            "organization, or 'ssoctl account retire %s', or 'ssoctl account set %s email=proven --reason TEXT'",
            account->login, account->login, account->login);
  return STATUS_REFUSED;
}

enum status change_find_concerned(struct change_context *c, const char *name, struct account *ret_account)
{
  enum status status = change_find_account(c, name, ret_account);
  if (status != STATUS_OK) {
    return status;
  }
  change_name_login(c, ret_account->login);
  return change_file_event(c, ret_account->id);
}

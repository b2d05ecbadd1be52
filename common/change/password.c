// SPDX-License-Identifier: Apache-2.0
#include "change/password.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "change/context.h"
#include "facts/control.h"
#include "store/here.h"

// The event is filed under the account's org.
static enum status store(struct change_context *c, const struct account *account)
{
  change_name_login(c, account->login);
  enum status status = change_file_event(c, account->id);
  return status != STATUS_OK ? status : account_update(c->txn, account);
}

// Whoever signs in through an org alone gets no other way (POLICY "on-link"); owners are excepted.
static enum status check_settable(struct change_context *c, const struct account *account)
{
  struct memberships all;
  struct org org;
  int64_t controller = 0;
  enum status status = control_of(c->txn, account, &controller);
  if (status != STATUS_OK || account->sso_only_org == 0 || controller != account->sso_only_org) {
    return status;
  }
  status = org_get(c->txn, controller, &org);
  if (status != STATUS_OK) {
    return status;
  }
  status = memberships_of(c->txn, account->id, &all);
  if (status != STATUS_OK || change_owns_org(&all, 0)) {
    return status;
  }
  error_set(c->error,
            "account \"%s\": signs in through org \"%s\" alone (on-link=sso-only), and gets no password; 'ssoctl "
            "identity unlink %s --org %s' comes first",
            account->login, org.slug, account->email, org.slug);
  return STATUS_REFUSED;
}

static enum status set(struct change_context *c, const void *input, void *ret_result)
{
  const struct password_set *in = input;
  struct account account;
  (void)ret_result;
  enum status status = change_find_account(c, in->account, &account);
  if (status != STATUS_OK) {
    return status;
  }
  status = check_settable(c, &account);
  if (status != STATUS_OK) {
    return status;
  }
  (void)snprintf(account.password, sizeof account.password, "%s", in->hash);
  if (c->by->delegate != NULL) { // whoever knows it can use the account, whoever made that
    account.by_operator = 0;
  }
  return store(c, &account);
}

static enum status check_not_needed(struct change_context *c, const struct account *account,
                                    const struct membership *membership)
{
  struct org org;
  enum status status = org_get(c->txn, membership->org_id, &org);
  if (status != STATUS_OK || membership->role != ROLE_OWNER || org.enforcement == ENFORCEMENT_OFF) {
    return status;
  }
  error_set(c->error, "account \"%s\": owns org \"%s\", whose enforcement is %s, and keeps the password",
            account->login, org.slug, enforcement_word(org.enforcement));
  return STATUS_REFUSED;
}

// The owner of an org that enforces keeps the password (POLICY E3, E4).
static enum status check_removable(struct change_context *c, const struct account *account)
{
  struct memberships all;
  enum status status = memberships_of(c->txn, account->id, &all);
  for (size_t i = 0; status == STATUS_OK && i < all.count; i++) {
    status = check_not_needed(c, account, &all.list[i]);
  }
  return status;
}

static enum status remove_password(struct change_context *c, const void *input, void *ret_result)
{
  const struct password_remove *in = input;
  struct change_done *result = ret_result;
  struct account account;
  enum status status = change_find_account(c, in->account, &account);
  if (status != STATUS_OK) {
    return status;
  }
  status = check_removable(c, &account);
  if (status != STATUS_OK) {
    return status;
  }
  result->changed = account.password[0] != '\0';
  change_drop_password(&account);
  return store(c, &account);
}

static bool is_offered_password(const struct facts *facts)
{
  const struct policy_question question = {.stage = STAGE_LOGIN, .person = facts->person};
  struct policy_decision decision;
  policy_decide(&question, &decision);
  return decision.verdict == VERDICT_OFFER && decision.offer_password;
}

static enum status note_tried(struct change_context *c, int64_t account_id)
{
  struct account_here here;
  enum status status = account_here_get(c->txn, account_id, &here);
  if (status != STATUS_OK) {
    return status;
  }
  here.password_tried = 1;
  return account_here_put(c->txn, account_id, &here);
}

// The new one counts as tried (POLICY E2). The old one may have been changed meanwhile, and passwords may not be
// accepted any more.
static enum status change(struct change_context *c, const void *input, void *ret_result)
{
  const struct password_change *in = input;
  struct facts facts;
  struct account *account = &facts.account;
  (void)ret_result;
  change_name_login(c, in->login);
  enum status status = change_load_facts(c, in->login, &facts);
  if (status != STATUS_OK) {
    return status;
  }
  bool same = strcmp(account->password, in->old_hash) == 0; // both are hashes
  if (!is_offered_password(&facts) || !same || in->new_hash[0] == '\0') {
    record_done(&ACCOUNT_RECORD, account);
    return STATUS_REFUSED;
  }
  (void)snprintf(account->password, sizeof account->password, "%s", in->new_hash);
  status = change_file_event(c, account->id);
  status = status != STATUS_OK ? status : account_update(c->txn, account);
  status = status != STATUS_OK ? status : note_tried(c, account->id);
  record_done(&ACCOUNT_RECORD, account);
  return status;
}

static const struct change_kind SET = {"password.set", CHANGE_SITE, CHANGE_OF_PASSWORD, set, sizeof(struct change_done),
                                       false};
static const struct change_kind REMOVE = {"password.remove",          CHANGE_SITE, CHANGE_OF_PASSWORD, remove_password,
                                          sizeof(struct change_done), false};
static const struct change_kind CHANGE = {"password.change",          CHANGE_CLAIM, CHANGE_OF_ORG, change,
                                          sizeof(struct change_done), false};

struct change change_password_set(const struct password_set *in, struct change_done *ret_result)
{
  return (struct change){&SET, in, ret_result, &ret_result->changed, "", in->account};
}

struct change change_password_remove(const struct password_remove *in, struct change_done *ret_result)
{
  return (struct change){&REMOVE, in, ret_result, &ret_result->changed, "", in->account};
}

struct change change_password_change(const struct password_change *in, struct change_done *ret_result)
{
  return (struct change){&CHANGE, in, ret_result, &ret_result->changed, "", ""};
}

// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "change/context.h"
#include "change/endings.h"
#include "change/invite.h"
#include "change/member.h"
#include "change/new_account.h"
#include "change/org_own.h"
#include "facts/control.h"

// An org may take in who is its own already, and new people; anybody else is asked (POLICY I2), and so is whoever
// another org governs. Operators know whom they add. ACCOUNT is NULL for a new one.
static enum status check_consent(struct change_context *c, const char *email, const struct org *org,
                                 const struct account *account)
{
  struct memberships all = {.count = 0};
  int64_t governing = 0;
  if (c->by->delegate == NULL) {
    return STATUS_OK;
  }
  enum status status = account != NULL ? memberships_of(c->txn, account->id, &all) : STATUS_OK;
  status = status != STATUS_OK ? status : domain_owner(c->txn, name_email_domain(email), &governing);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  bool made_here = account == NULL || account->created_by_org == org->id;
  bool own = governing != 0 ? governing == org->id : made_here;
  bool here = all.count == 1 && all.list[0].org_id == org->id; // what comes says so
  if (here || (all.count == 0 && own)) {
    return STATUS_OK;
  }
  error_set(c->error, "email \"%s\": is not this org's to add: invite them ('ssoctl invite create')", email);
  return STATUS_REFUSED;
}

// An operator adds people to another org only where nobody else can have used the account, unless it is there already.
static enum status check_doubted(struct change_context *c, const struct org *org, const struct account *account)
{
  struct membership here;
  if (c->by->delegate != NULL) {
    return STATUS_OK;
  }
  enum status status = membership_get(c->txn, account->id, org->id, &here);
  return status == STATUS_NOT_FOUND ? change_check_unused(c, account) : status;
}

// What a delegate can use up has an end (max-members): numbers are given once.
static enum status check_quota(struct change_context *c, const struct org *org)
{
  bool full = false;
  enum status status = c->by->delegate != NULL ? control_is_full(c->txn, org, &full) : STATUS_OK;
  if (status != STATUS_OK) {
    return status;
  }
  if (full) {
    error_set(c->error, "org \"%s\": has as many members as it may have; an operator changes that (max-members)",
              org->slug);
    return STATUS_REFUSED;
  }
  return STATUS_OK;
}

static enum status make_account(struct change_context *c, const struct member_add *in, const struct org *org,
                                struct account *ret_account)
{
  const struct new_account made = {.login = in->login[0] != '\0' ? in->login : in->email,
                                   .email = in->email,
                                   .name = in->name,
                                   .home = in->home,
                                   .shell = in->shell,
                                   .local_user = in->local_user,
                                   .uid = in->uid,
                                   .org_id = org->id,
                                   .by_operator = c->by->delegate == NULL};
  enum status status = check_consent(c, in->email, org, NULL);
  if (status != STATUS_OK) {
    return status;
  }
  status = check_quota(c, org);
  return status != STATUS_OK ? status : change_new_account(c, &made, ret_account, NULL);
}

// What an account has got it keeps.
static enum status check_same(struct change_context *c, const struct member_add *in, const struct account *account)
{
  if (in->local_user[0] != '\0' && (account->mapped == 0 || strcmp(in->local_user, account->login) != 0)) {
    error_set(c->error, "email \"%s\": is the account \"%s\"'s, which is not mapped onto local user \"%s\"", in->email,
              account->login, in->local_user);
    return STATUS_EXISTS;
  }
  if (in->login[0] != '\0' && strcmp(in->login, account->login) != 0) {
    error_set(c->error, "email \"%s\": has the login \"%s\" already, which is kept for good", in->email,
              account->login);
    return STATUS_EXISTS;
  }
  if (in->uid != 0 && in->uid != account->uid) {
    error_set(c->error, "email \"%s\": has the uid %u already, which is kept for good", in->email, account->uid);
    return STATUS_EXISTS;
  }
  return STATUS_OK;
}

// Of what an account was made with, what was typed now and is not what it has; NULL for none. Whoever imports a file
// means those who are new in it.
static const char *differs(const struct member_add *in, const struct account *account)
{
  if (in->imported) {
    return NULL;
  }
  if (in->name[0] != '\0' && strcmp(in->name, account->name) != 0) {
    return "name";
  }
  if (in->home[0] != '\0' && strcmp(in->home, account->home) != 0) {
    return "home";
  }
  return in->shell[0] != '\0' && strcmp(in->shell, account->shell) != 0 ? "shell" : NULL;
}

// Who is a member already is as they were.
static enum status check_place(struct change_context *c, const struct member_add *in, const struct org *org,
                               const struct account *account, bool *ret_member)
{
  struct membership here;
  enum status status = membership_get(c->txn, account->id, org->id, &here);
  if (status == STATUS_NOT_FOUND) {
    return check_quota(c, org);
  }
  if (status != STATUS_OK) {
    return status;
  }
  if (in->has_status && here.status != in->status) {
    error_set(c->error, "email \"%s\": is a member of this org and %s; see 'ssoctl member suspend' and 'resume'",
              in->email, member_status_word(here.status));
    return STATUS_EXISTS;
  }
  if (membership_own_role(&here) != in->role) {
    error_set(c->error, "email \"%s\": is a member of this org with another role; see 'ssoctl member role'", in->email);
    return STATUS_EXISTS;
  }
  if (in->ending.until_s != 0 && in->ending.until_s != here.until_s) {
    error_set(c->error, "email \"%s\": is a member of this org with another end; see 'ssoctl member resume'",
              in->email);
    return STATUS_EXISTS;
  }
  if (differs(in, account) != NULL) {
    error_set(c->error, "email \"%s\": is a member of this org already, whose account has another %s", in->email,
              differs(in, account));
    return STATUS_EXISTS;
  }
  *ret_member = true;
  return STATUS_OK;
}

static enum status check_found(struct change_context *c, const struct member_add *in, const struct org *org,
                               const struct account *account, bool *ret_member)
{
  enum status status = check_same(c, in, account);
  if (status != STATUS_OK) {
    return status;
  }
  status = check_consent(c, in->email, org, account);
  if (status != STATUS_OK) {
    return status;
  }
  status = change_check_unguarded(c, account, in->email);
  if (status != STATUS_OK) {
    return status;
  }
  status = check_doubted(c, org, account);
  return status != STATUS_OK ? status : check_place(c, in, org, account, ret_member);
}

static enum status find_or_make(struct change_context *c, const struct member_add *in, const struct org *org,
                                struct member_added *result)
{
  bool member = false;
  enum status status = account_by_email(c->txn, in->email, &result->account);
  if (status == STATUS_NOT_FOUND) {
    status = make_account(c, in, org, &result->account);
  } else if (status == STATUS_OK) {
    status = check_found(c, in, org, &result->account, &member);
  }
  explicit_bzero(result->account.password, sizeof result->account.password); // stored by now
  result->changed = !member;
  return status;
}

// Nobody becomes an owner by being added; an import may say of the one there is that they are (POLICY E4).
static enum status check_role(struct change_context *c, const struct member_add *in, const struct org *org)
{
  struct account owner;
  if (in->role < ROLE_OWNER) {
    return STATUS_OK;
  }
  enum status status = account_get(c->txn, org->owner_id, &owner);
  if (status != STATUS_OK) {
    return status;
  }
  bool same = in->imported && in->role == ROLE_OWNER && strcmp(owner.email, in->email) == 0;
  if (!same) {
    error_set(c->error, "email \"%s\": the owner of org \"%s\" is \"%s\"; see 'ssoctl org transfer'", in->email,
              org->slug, owner.email);
  }
  record_done(&ACCOUNT_RECORD, &owner);
  return same ? STATUS_OK : STATUS_REFUSED;
}

static enum status check_who(struct change_context *c, const struct member_add *in, const struct org *org)
{
  if (!name_is_email(in->email)) {
    error_set(c->error, "email \"%s\": is not an address in lower case", in->email);
    return STATUS_INVALID;
  }
  return check_role(c, in, org);
}

// Trying costs a delegate nothing and leaves no trace: of an account that the org has nothing to do with it says as
// little as of an address that nobody has.
static enum status is_hidden(struct change_context *c, const char *email, const struct org *org, bool *ret_hidden)
{
  struct account account;
  struct membership here;
  *ret_hidden = false;
  if (c->by->delegate == NULL || !c->host->dry_run) {
    return STATUS_OK;
  }
  enum status status = check_consent(c, email, org, NULL);
  status = status != STATUS_OK ? status : account_by_email(c->txn, email, &account);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  int64_t made_by = account.created_by_org;
  status = membership_get(c->txn, account.id, org->id, &here);
  record_done(&ACCOUNT_RECORD, &account);
  *ret_hidden = status == STATUS_NOT_FOUND && made_by != org->id;
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status store_member(struct change_context *c, const struct member_add *in, const struct org *org,
                                const struct account *account)
{
  const struct membership membership = {.account_id = account->id,
                                        .org_id = org->id,
                                        .role = (uint8_t)in->role,
                                        .source = SOURCE_MANUAL,
                                        .status = (uint8_t)in->status,
                                        .joined_at_s = c->now_s,
                                        .until_s = in->ending.until_s};
  enum status status = change_drop_invite(c, org->id, account->email);
  if (status != STATUS_OK) {
    return status;
  }
  change_name_login(c, account->login);
  (void)snprintf(c->event.detail, sizeof c->event.detail, "as %s%s%.100s", role_word((uint8_t)in->role),
                 in->local_user[0] != '\0' ? ", mapped onto local user " : "", in->local_user);
  change_detail_ending(c, &in->ending);
  return membership_put(c->txn, &membership);
}

static enum status add(struct change_context *c, const void *input, void *ret_result)
{
  const struct member_add *in = input;
  struct member_added *result = ret_result;
  struct org org;
  bool hidden = false;
  c->silent = in->imported;
  enum status status = change_find_org(c, in->org, &org);
  status = status != STATUS_OK ? status : org_own_check(c, &org, "add members");
  if (status != STATUS_OK) {
    return status;
  }
  status = check_who(c, in, &org);
  status = status != STATUS_OK ? status : change_check_ending(c, in->email, &in->ending);
  if (status != STATUS_OK) {
    return status;
  }
  status = is_hidden(c, in->email, &org, &hidden);
  if (status != STATUS_OK) {
    return status;
  }
  if (hidden) {
    return check_quota(c, &org);
  }
  status = find_or_make(c, in, &org, result);
  return status != STATUS_OK || !result->changed ? status : store_member(c, in, &org, &result->account);
}

static const struct change_kind ADD = {"member.add", CHANGE_SITE, CHANGE_OF_ORG, add, sizeof(struct member_added),
                                       false};

struct change change_member_add(const struct member_add *in, struct member_added *ret_result)
{
  return (struct change){&ADD, in, ret_result, &ret_result->changed, in->org, ""};
}

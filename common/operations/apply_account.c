// SPDX-License-Identifier: Apache-2.0
// Changes of an account that is there.
#include <stdio.h>
#include <string.h>

#include "change/new_account.h"
#include "change/settings.h"
#include "operations/apply.h"
#include "store/expectations.h"
#include "store/numbers_store.h"

// An owner can be replaced, and after that everything else (POLICY E4).
static enum status refuse_owner(struct change_context *a, const struct account *account, const char *what)
{
  struct memberships all;
  enum status status = memberships_of(a->txn, account->id, &all);
  for (size_t i = 0; status == STATUS_OK && i < all.count; i++) {
    struct org org;
    status = org_get(a->txn, all.list[i].org_id, &org);
    if (status == STATUS_OK && all.list[i].role == ROLE_OWNER) {
      report_set(a->report, "account \"%s\": owns org \"%s\" and cannot be %s; 'ssoctl org transfer' comes first",
                 account->login, org.slug, what);
      return STATUS_REFUSED;
    }
  }
  return status;
}

static enum status find(struct change_context *a, struct account *ret_account)
{
  enum status status = change_find_account(a, a->op->email, ret_account);
  if (status == STATUS_OK) {
    memcpy(a->event.login, ret_account->login, sizeof a->event.login);
    a->result->account = *ret_account;
    status = change_file_event(a, ret_account->id);
  }
  return status;
}

static enum status set_status(struct change_context *a, enum account_status to)
{
  struct account account;
  enum status status = find(a, &account);
  if (status == STATUS_OK && to == ACCOUNT_LOCKED) {
    status = refuse_owner(a, &account, "locked");
  }
  if (status != STATUS_OK) {
    return status;
  }
  a->result->changed = account.status != to;
  account.status = (uint8_t)to;
  return account_update(a->txn, &account);
}

enum status apply_account_lock(struct change_context *a)
{
  return set_status(a, ACCOUNT_LOCKED);
}

enum status apply_account_unlock(struct change_context *a)
{
  return set_status(a, ACCOUNT_ACTIVE);
}

// Number, home and memberships stay.
enum status apply_account_rename(struct change_context *a)
{
  struct account account;
  enum status status = find(a, &account);
  if (status == STATUS_OK && strcmp(account.login, a->op->login) == 0) {
    a->result->changed = false;
    return STATUS_OK;
  }
  if (status == STATUS_OK && account.mapped == 1) {
    report_set(a->report, "account \"%s\": is mapped onto the local user of that name, and keeps it", account.login);
    return STATUS_REFUSED;
  }
  if (status == STATUS_OK) {
    status = change_check_login(a, a->op->login, account.email);
  }
  if (status != STATUS_OK) {
    return status;
  }
  (void)snprintf(a->event.detail, sizeof a->event.detail, "to %.200s", a->op->login);
  status = account_rename(a->txn, &account, a->op->login, a->now_s);
  a->result->account = account;
  return status;
}

struct dropping {
  struct change_context *a;
  const char *email;
};

static enum status drop_invite_of(void *context, const struct org *org)
{
  struct dropping *d = context;
  return apply_drop_invite(d->a, org->id, d->email);
}

static enum status drop_memberships(struct change_context *a, const struct account *account)
{
  struct memberships all;
  enum status status = memberships_of(a->txn, account->id, &all);
  for (size_t i = 0; status == STATUS_OK && i < all.count; i++) {
    status = membership_remove(a->txn, account->id, all.list[i].org_id);
  }
  return status;
}

// All that stands for the account.
static enum status drop_all(struct change_context *a, const struct account *account)
{
  bool any = false;
  enum status status = drop_memberships(a, account);
  if (status == STATUS_OK) {
    status = org_each(a->txn, drop_invite_of, &(struct dropping){a, account->email});
  }
  if (status == STATUS_OK) {
    status = identity_drop_all(a->txn, account->id);
  }
  return status == STATUS_OK ? expectation_drop(a->txn, account->id, 0, &any) : status;
}

// Leaves tombstones: the number is never given again, the name not by a sign-in alone (POLICY D1, N4).
enum status apply_account_remove(struct change_context *a)
{
  struct account account;
  enum status status = find(a, &account);
  if (status == STATUS_OK) {
    status = refuse_owner(a, &account, "removed");
  }
  if (status == STATUS_OK) {
    status = drop_all(a, &account);
  }
  (void)snprintf(a->event.detail, sizeof a->event.detail, "uid %u is not given again", account.uid);
  return status != STATUS_OK ? status : account_remove(a->txn, &account, a->now_s);
}

// A delegate retires only who is nobody's but the governing org's, and suspended nowhere.
static enum status check_may_retire(struct change_context *a, const struct account *account)
{
  struct memberships all;
  int64_t governing = 0;
  enum status status = refuse_owner(a, account, "retired");
  if (status == STATUS_OK && account->mapped == 1) {
    report_set(a->report, "account \"%s\": is mapped onto a local user, and not retired", account->login);
    return STATUS_REFUSED;
  }
  if (status == STATUS_OK) {
    status = memberships_of(a->txn, account->id, &all);
  }
  bool kept_out = account->status != ACCOUNT_ACTIVE;
  for (size_t i = 0; status == STATUS_OK && i < all.count; i++) {
    kept_out = kept_out || all.list[i].status != MEMBER_ACTIVE;
  }
  if (status == STATUS_OK && kept_out) { // somebody new would be let in again (POLICY E6)
    report_set(
        a->report,
        "account \"%s\": is locked or suspended, and whoever is to stay out is not retired; 'ssoctl account unlock' or "
        "'member resume' comes first, or 'account remove'",
        account->login);
    return STATUS_REFUSED;
  }
  if (status != STATUS_OK || a->by->delegate == NULL) {
    return status;
  }
  status = domain_owner(a->txn, name_email_domain(account->email), &governing);
  bool theirs = status == STATUS_OK;
  for (size_t i = 0; theirs && i < all.count; i++) {
    theirs = all.list[i].org_id == governing;
  }
  if (!theirs && (status == STATUS_OK || status == STATUS_NOT_FOUND)) {
    report_set(a->report,
               "account \"%s\": only an operator retires who is in another org, or not on a verified domain "
               "of yours (POLICY S14)",
               account->login);
    return STATUS_REFUSED;
  }
  return status;
}

// What the governing org had given waits for the person, who will be somebody new.
static enum status note_membership(struct change_context *a, const struct account *account, struct invite *ret_invite)
{
  struct membership membership;
  struct org org;
  int64_t governing = 0;
  struct invite invite = {.via = VIA_SSO, .created_at_s = a->now_s};
  enum status status = domain_owner(a->txn, name_email_domain(account->email), &governing);
  if (status == STATUS_OK) {
    status = membership_get(a->txn, account->id, governing, &membership);
  }
  if (status == STATUS_OK) {
    status = org_get(a->txn, governing, &org);
  }
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  invite.org_id = governing;
  invite.role = membership.role;
  invite.expires_at_s = a->now_s + (org.invite_lifetime_s > 0 ? org.invite_lifetime_s : INVITE_LIFETIME_S);
  memcpy(invite.email, account->email, sizeof invite.email);
  (void)snprintf(invite.invited_by, sizeof invite.invited_by, "%s", a->by->actor);
  *ret_invite = invite;
  return STATUS_OK;
}

// The person signs in as somebody new; nobody finds anything of the account again (POLICY S14).
enum status apply_account_retire(struct change_context *a)
{
  struct account account;
  struct invite waiting = {.org_id = 0};
  enum status status = find(a, &account);
  if (status == STATUS_OK) {
    status = check_may_retire(a, &account);
  }
  if (status == STATUS_OK) {
    status = note_membership(a, &account, &waiting);
  }
  if (status == STATUS_OK) {
    status = drop_all(a, &account);
  }
  if (status == STATUS_OK && waiting.org_id != 0) {
    status = invite_put(a->txn, &waiting);
  }
  (void)snprintf(a->event.detail, sizeof a->event.detail,
                 "uid %u is not given again; %.180s may sign in as somebody new", account.uid, account.email);
  return status != STATUS_OK ? status : account_retire(a->txn, &account);
}

// An operator knows whose the address is: as if it had been proven under the domain's present proof.
enum status apply_account_prove(struct change_context *a)
{
  struct account account;
  enum status status = find(a, &account);
  if (status != STATUS_OK) {
    return status;
  }
  status = domain_proof_now(a->txn, name_email_domain(account.email), &account.proof);
  account.proof = status == STATUS_NOT_FOUND ? PROOF_NONE : account.proof;
  account.email_proven = 1;
  memcpy(a->event.detail, a->op->reason, sizeof a->event.detail);
  return status != STATUS_OK && status != STATUS_NOT_FOUND ? status : account_update(a->txn, &account);
}

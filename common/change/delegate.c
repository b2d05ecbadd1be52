// SPDX-License-Identifier: Apache-2.0
#include "change/delegate.h"

#include "base/clock.h"
#include "store/endings.h"

static bool has_group(const struct delegate *delegate, gid_t gid)
{
  for (size_t i = 0; i < delegate->group_count; i++) {
    if (delegate->groups[i] == gid) {
      return true;
    }
  }
  return false;
}

static enum standing standing_of(const struct membership *membership)
{
  switch ((enum role)membership->role) {
  case ROLE_VIEWER: return STANDING_VIEWER;
  case ROLE_ADMIN: return STANDING_ADMIN;
  case ROLE_OWNER: return STANDING_OWNER;
  }
  return STANDING_NOBODY;
}

enum status delegate_standing(struct store_txn *txn, const struct delegate *delegate, const struct org *org,
                              enum standing *ret_standing)
{
  struct account account;
  struct membership membership;
  *ret_standing = STANDING_NOBODY;
  enum status status = account_get(txn, delegate->account_id, &account);
  status = status != STATUS_OK ? status : membership_get(txn, account.id, org->id, &membership);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  bool open = has_group(delegate, org->gid);
  membership = membership_at(&membership, clock_now_s());
  if (account.status == ACCOUNT_ACTIVE && membership.status == MEMBER_ACTIVE && open) {
    *ret_standing = standing_of(&membership);
  }
  return STATUS_OK;
}

static enum status refuse(const char *slug, enum right right, enum standing standing, struct error *error)
{
  if (standing == STANDING_NOBODY) {
    error_set(error,
              "org \"%.64s\": is not one that you are an active member of and that this session has opened "
              "(POLICY %s; see DELEGATION in ssoctl(8))",
              slug, right_row(right));
  } else {
    error_set(error, "org \"%.64s\": this takes %s, and you are %s there (POLICY %s)", slug, right_whom(right),
              standing_word(standing), right_row(right));
  }
  return STATUS_REFUSED;
}

enum status delegate_check(struct store_txn *txn, const struct delegate *delegate, enum right right, const char *slug,
                           struct error *error)
{
  struct org org;
  enum standing standing = STANDING_NOBODY;
  enum status status = org_by_slug(txn, slug, &org);
  status = status != STATUS_OK ? status : delegate_standing(txn, delegate, &org, &standing);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  return rights_allow(right, standing) ? STATUS_OK : refuse(slug, right, standing, error);
}

enum status delegate_sees_org(struct store_txn *txn, const struct delegate *delegate, const struct org *org,
                              bool *ret_sees)
{
  enum standing standing = STANDING_NOBODY;
  enum status status = delegate_standing(txn, delegate, org, &standing);
  if (status == STATUS_OK) {
    *ret_sees = rights_allow(RIGHT_SEE, standing);
  }
  return status;
}

// What is looked for among the orgs of a person.
struct search {
  struct store_txn *txn;
  const struct delegate *delegate;
  bool sees;
};

static enum status look_at(struct search *search, int64_t org_id)
{
  struct org org;
  bool sees = false;
  enum status status = org_get(search->txn, org_id, &org);
  if (status != STATUS_OK) {
    return status;
  }
  status = delegate_sees_org(search->txn, search->delegate, &org, &sees);
  if (status != STATUS_OK) {
    return status;
  }
  search->sees = search->sees || sees;
  return STATUS_OK;
}

static enum status look_at_invite(void *context, const struct invite *invite)
{
  return look_at(context, invite->org_id);
}

static enum status look_at_domain(struct search *search, const char *email)
{
  int64_t org_id = 0;
  enum status status = domain_owner(search->txn, name_email_domain(email), &org_id);
  status = status != STATUS_OK ? status : look_at(search, org_id);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

// An invite is about an address alone: it shows nobody's account.
static enum status look_at_email(struct search *search, const char *email)
{
  enum status status = look_at_domain(search, email);
  return status == STATUS_OK ? invite_each_of(search->txn, email, look_at_invite, search) : status;
}

static enum status look_at_account(struct search *search, const struct account *account)
{
  struct memberships all;
  enum status status = memberships_of(search->txn, account->id, &all);
  for (size_t i = 0; status == STATUS_OK && i < all.count; i++) {
    status = look_at(search, all.list[i].org_id);
  }
  return status == STATUS_OK ? look_at_domain(search, account->email) : status;
}

enum status delegate_sees(struct store_txn *txn, const struct delegate *delegate, const char *person, bool *ret_sees)
{
  struct search search = {txn, delegate, false};
  struct account account;
  enum status status = account_by_name(txn, person, &account);
  if (status == STATUS_OK) {
    status = look_at_account(&search, &account);
    record_done(&ACCOUNT_RECORD, &account);
  } else if (status == STATUS_NOT_FOUND) {
    status = name_is_email(person) ? look_at_email(&search, person) : STATUS_OK;
  }
  if (status == STATUS_OK) {
    *ret_sees = search.sees;
  }
  return status;
}

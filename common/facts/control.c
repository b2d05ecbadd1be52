// SPDX-License-Identifier: Apache-2.0
#include "facts/control.h"
#include "store/here.h"

#include <errno.h>
#include <sys/stat.h>

enum status control_of(struct store_txn *txn, const struct account *account, int64_t *ret_org_id)
{
  struct memberships all;
  int64_t org_id = 0;
  enum status status = domain_owner(txn, name_email_domain(account->email), &org_id);
  if (status == STATUS_OK) {
    *ret_org_id = org_id;
  }
  if (status != STATUS_NOT_FOUND) {
    return status;
  }
  status = memberships_of(txn, account->id, &all);
  if (status == STATUS_OK) {
    bool made_here = all.count == 1 && all.list[0].org_id == account->created_by_org;
    *ret_org_id = made_here ? account->created_by_org : 0;
  }
  return status;
}

enum status control_is_own(struct store_txn *txn, const struct membership *membership, bool alone, bool *ret_own)
{
  struct org org;
  int64_t count = 1;
  *ret_own = false;
  if (membership->role != ROLE_OWNER) {
    return STATUS_OK;
  }
  enum status status = org_get(txn, membership->org_id, &org);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
  }
  if (org.self_made == 1 && alone) {
    status = membership_count(txn, org.id, &count);
  }
  *ret_own = status == STATUS_OK && org.self_made == 1 && count == 1;
  return status;
}

enum status control_owns_other(struct store_txn *txn, const struct account *account, int64_t except_id, bool *ret_owns)
{
  struct memberships all;
  bool owns = false;
  enum status status = memberships_of(txn, account->id, &all);
  for (size_t i = 0; status == STATUS_OK && i < all.count; i++) {
    bool own = false;
    status = control_is_own(txn, &all.list[i], false, &own);
    owns = owns || (all.list[i].role == ROLE_OWNER && all.list[i].org_id != except_id && !own);
  }
  if (status == STATUS_OK) {
    *ret_owns = owns;
  }
  return status;
}

enum status control_is_alone(struct store_txn *txn, const struct account *account, int64_t org_id, bool *ret_alone)
{
  struct memberships all;
  enum status status = memberships_of(txn, account->id, &all);
  bool alone = true;
  for (size_t i = 0; status == STATUS_OK && i < all.count; i++) {
    bool own = false;
    status = control_is_own(txn, &all.list[i], true, &own);
    alone = alone && (own || all.list[i].org_id == org_id);
  }
  if (status == STATUS_OK) {
    *ret_alone = alone;
  }
  return status;
}

bool control_has_home(const struct account *account)
{
  struct stat st;
  return lstat(account->home, &st) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

// An invitation that was accepted while nobody had proven the address was accepted by its code: earlier builds did not
// note more than that.
static bool has_used_code(const struct account *account, const struct memberships *all)
{
  bool used = account->code_used == 1;
  for (size_t i = 0; i < all->count; i++) {
    used = used || all->list[i].source == SOURCE_INVITATION;
  }
  return used;
}

enum status control_used_unproven(struct store_txn *txn, const struct account *account, int64_t controller,
                                  bool *ret_used)
{
  struct memberships all;
  struct account_here here;
  bool added =
      account->mapped == 1 || account->by_operator == 1 || (controller != 0 && account->created_by_org == controller);
  *ret_used = false;
  if (account->email_proven == 1) {
    return STATUS_OK;
  }
  enum status status = memberships_of(txn, account->id, &all);
  status = status != STATUS_OK ? status : account_here_get(txn, account->id, &here);
  if (status == STATUS_OK && (!added || has_used_code(account, &all))) {
    *ret_used = here.last_sign_in_at_s != 0 || control_has_home(account);
  }
  return status;
}

enum status control_is_full(struct store_txn *txn, const struct org *org, bool *ret_full)
{
  int64_t count = 0;
  int64_t most = org->max_members > 0 ? org->max_members : MAX_MEMBERS_DEFAULT;
  most = org->self_made == 1 && most > MAX_MEMBERS_SELF_MADE ? MAX_MEMBERS_SELF_MADE : most;
  enum status status = membership_count(txn, org->id, &count);
  if (status == STATUS_OK) {
    *ret_full = count >= most;
  }
  return status;
}

// SPDX-License-Identifier: Apache-2.0
#include "history.h"

#include "base/clock.h"
#include "store/accounts.h"
#include "store/orgs.h"

int64_t began_s;
int64_t org_id;
int64_t guest_id;

struct store_txn *begin_at(int64_t after_s)
{
  struct store_txn *txn = NULL;
  assert_int_equal(store_lock(store), STATUS_OK);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  store_set_moment(txn, began_s + after_s);
  return txn;
}

void end_moment(struct store_txn *txn)
{
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
}

void start_history(void)
{
  create_acme();
  assert_int_equal(add_member(GUEST), STATUS_OK);
  began_s = clock_now_s();
  org_id = stored_org("acme").id;
  guest_id = get_account(GUEST).id;
  assert_int_equal(count(TABLE_ACCESS), 0);
}

struct membership read_member(struct store_txn *txn)
{
  struct membership membership;
  assert_int_equal(membership_get(txn, guest_id, org_id, &membership), STATUS_OK);
  return membership;
}

void put_member(int64_t after_s, enum role role, enum member_status status)
{
  struct store_txn *txn = begin_at(after_s);
  struct membership membership = read_member(txn);
  membership.role = (uint8_t)role;
  membership.status = (uint8_t)status;
  assert_int_equal(membership_put(txn, &membership), STATUS_OK);
  end_moment(txn);
}

enum status member_at(int64_t after_s, struct membership *ret_membership)
{
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  return access_member_at(txn, guest_id, org_id, began_s + after_s, ret_membership);
}

void expect_member(int64_t after_s, enum role role, enum member_status status)
{
  struct membership membership;
  assert_int_equal(member_at(after_s, &membership), STATUS_OK);
  assert_int_equal(membership.role, role);
  assert_int_equal(membership.status, status);
}

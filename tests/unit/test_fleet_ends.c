// SPDX-License-Identifier: Apache-2.0
// What ends by itself on a host of a fleet: what is the fleet's an admin host writes down, and keeps nothing else back.
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "change/endings.h"
#include "change/fleet_host.h"
#include "change/gone.h"
#include "fleet_ground.h"
#include "store/refresh.h"

enum { DAY_S = 86400, DAYS = 100 };

static struct gone gone;
static struct endings endings;

static struct store_txn *begin_writing(void)
{
  struct store_txn *txn = NULL;
  assert_int_equal(store_lock(store), STATUS_OK);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  return txn;
}

static void end_writing(struct store_txn *txn)
{
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
}

// Their provider has refused them so many days ago, and this host has found that out.
static void refuse(const char *email, int64_t gone_at_s)
{
  const struct refresh refresh = {.org_id = stored_org("acme").id,
                                  .account_id = get_account(email).id,
                                  .subject = "u",
                                  .state = REFRESH_REFUSED,
                                  .refused_at_s = clock_now_s() - DAYS * DAY_S,
                                  .gone_at_s = gone_at_s};
  struct store_txn *txn = begin_writing();
  assert_int_equal(refresh_put(txn, &refresh), STATUS_OK);
  end_writing(txn);
}

static struct membership place_of(const char *email)
{
  struct membership membership;
  int64_t org_id = stored_org("acme").id;
  int64_t account_id = get_account(email).id;
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_int_equal(membership_get(txn, account_id, org_id, &membership), STATUS_OK);
  return membership;
}

static void end_at(const char *email, int64_t until_s)
{
  struct membership membership = place_of(email);
  struct store_txn *txn = begin_writing();
  membership.until_s = until_s;
  assert_int_equal(membership_put(txn, &membership), STATUS_OK);
  end_writing(txn);
}

static void who_is_gone_is_written_down_and_removed_by_an_admin(void **state)
{
  (void)state;
  fill_fleet();
  assert_int_equal(set_setting("gone-after", "30d"), STATUS_OK);
  refuse(ALICE, clock_now_s() - DAYS * DAY_S);
  refuse(BOB, 0);
  assert_int_equal(resume_member(BOB), STATUS_OK);
  size_t before = pushes;
  assert_int_equal(make(change_gone(&(struct gone_of){0, 0}, &gone)), STATUS_OK);
  assert_int_equal(gone.count, 1);
  assert_string_equal(gone.list[0].login, BOB);
  assert_int_equal(pushes, before);
  (void)place_of(ALICE);
}

static void on_a_member_host_what_ends_is_left_to_an_admin_host(void **state)
{
  (void)state;
  fill_fleet();
  on_another_host();
  (void)take_over(0, engine.count, STATUS_OK);
  end_at(ALICE, 1);
  assert_int_equal(make(change_endings(&endings)), STATUS_OK);
  assert_int_equal(endings.count, 0);
  assert_int_equal(place_of(ALICE).status, MEMBER_ACTIVE); // and counts as suspended all the same
}

static enum status no_fleets(void *context, const struct account *account)
{
  (void)context;
  if (account->id >= STORE_ID_FLEET) {
    fail_msg("%s is here still", account->login);
  }
  return STATUS_OK;
}

// Or it could join no other one.
static void an_admin_host_that_leaves_keeps_nobody_of_the_fleet(void **state)
{
  struct fleet_left left;
  (void)state;
  fill_fleet();
  assert_int_equal(remove_member(BOB), STATUS_OK);
  (void)get_account(BOB); // an admin host has them still
  assert_int_equal(make(change_fleet_leave(&(struct fleet_leave){.keep = false}, &left)), STATUS_OK);
  assert_int_equal(left.orgs, 1);
  struct store_txn *txn = read_txn();
  assert_int_equal(account_each(txn, no_fleets, NULL), STATUS_OK);
  store_abort(&txn);
  join_fleet(true);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      FLEET_TEST(who_is_gone_is_written_down_and_removed_by_an_admin),
      FLEET_TEST(on_a_member_host_what_ends_is_left_to_an_admin_host),
      FLEET_TEST(an_admin_host_that_leaves_keeps_nobody_of_the_fleet),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

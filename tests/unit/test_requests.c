// SPDX-License-Identifier: Apache-2.0
// What members ask for (POLICY K10), on a real store: who may, how often, and how long it stays.
#include "base/clock.h"
#include "change/endings.h"
#include "change/org.h"
#include "requesting.h"
#include "store/endings.h"

static const char OWNER[] = "boss@example.org";

static enum status approve(const char *who)
{
  return make(change_request_approve(about(who), &answered));
}

static struct request request_of(int64_t org_id, int64_t account_id, int64_t asked_at_s)
{
  return (struct request){org_id, account_id, ROLE_ADMIN, 60, "why", asked_at_s, asked_at_s + REQUEST_LIFE_S, 0};
}

static void requests_are_one_for_each_member_and_org_and_expire(void **state)
{
  (void)state;
  struct request found;
  struct store_txn *txn CLEANUP(store_abort) = write_txn();
  struct request first = request_of(7, 1, 1000);
  struct request second = request_of(7, 1, 1001);
  struct request elsewhere = request_of(8, 1, 1000);
  second.for_s = 61;
  assert_int_equal(request_put(txn, &first), STATUS_OK);
  assert_int_equal(request_put(txn, &second), STATUS_OK);
  assert_int_equal(request_put(txn, &elsewhere), STATUS_OK);
  assert_int_equal(request_get(txn, 7, 1, 1002, &found), STATUS_OK);
  assert_int_equal(found.for_s, 61);
  assert_int_equal(found.number, second.number);
  assert_true(0 < first.number && first.number < second.number && second.number < elsewhere.number);
  assert_int_equal(request_get(txn, 7, 1, 1001 + REQUEST_LIFE_S - 1, &found), STATUS_OK);
  assert_int_equal(request_get(txn, 7, 1, 1001 + REQUEST_LIFE_S, &found), STATUS_NOT_FOUND);
  assert_int_equal(request_get(txn, 7, 2, 1002, &found), STATUS_NOT_FOUND);
  assert_int_equal(request_drop(txn, 7, 1), STATUS_OK);
  assert_int_equal(request_drop(txn, 7, 1), STATUS_OK);
  assert_int_equal(request_get(txn, 7, 1, 1002, &found), STATUS_NOT_FOUND);
  assert_int_equal(request_get(txn, 8, 1, 1002, &found), STATUS_OK);
  store_abort(&txn);
  store_unlock(store);
}

static void requests_of_an_org_are_bounded_and_what_has_expired_makes_room(void **state)
{
  (void)state;
  struct store_txn *txn = write_txn();
  for (int64_t account = 1; account <= REQUESTS_MAX; account++) {
    struct request request = request_of(7, account, 1000 + account);
    assert_int_equal(request_put(txn, &request), STATUS_OK);
  }
  struct request one_more = request_of(7, 5000, 2000);
  struct request again = request_of(7, 50, 2000);
  struct request elsewhere = request_of(8, 5000, 2000);
  struct request later = request_of(7, 5000, 1010 + REQUEST_LIFE_S);
  assert_int_equal(request_put(txn, &one_more), STATUS_TOO_LARGE);
  assert_int_equal(request_put(txn, &again), STATUS_OK);
  assert_int_equal(request_put(txn, &elsewhere), STATUS_OK);
  assert_int_equal(request_put(txn, &later), STATUS_OK);
  commit_txn(txn);
  assert_int_equal(open_requests(7, 2000), REQUESTS_MAX - 10 + 1);
  assert_int_equal(open_requests(0, 2000), REQUESTS_MAX - 10 + 2);
  assert_int_equal(count(TABLE_REQUESTS), REQUESTS_MAX - 10 + 2);
  assert_int_equal(open_requests(0, 1000000), 0);
}

static void K10_only_members_ask_and_for_themselves(void **state)
{
  (void)state;
  request_set_up();
  assert_int_equal(create_org("beta", "boss@beta.example"), STATUS_OK);
  const struct request_ask for_other = {"acme", GUEST, ROLE_ADMIN, 60, "x"};
  assert_int_equal(make_as(ADMIN, RIGHT_OWN, change_request_ask(&for_other, &asked)), STATUS_REFUSED);
  assert_int_equal(make(change_request_ask(&for_other, &asked)), STATUS_REFUSED);
  assert_int_equal(ask_of("beta", GUEST, ROLE_ADMIN, 60), STATUS_REFUSED);
  char said[sizeof error.text];
  memcpy(said, error.text, sizeof said);
  assert_int_equal(ask_of("none", GUEST, ROLE_ADMIN, 60), STATUS_REFUSED);
  memcpy(strstr(error.text, "none"), "beta", 4);
  assert_string_equal(error.text, said); // nothing is told of orgs
  assert_int_equal(ask_role(OWNER), STATUS_REFUSED);
  assert_int_equal(ask_role(ADMIN), STATUS_REFUSED); // is one already
  assert_int_equal(ask_access(GUEST), STATUS_REFUSED);
  assert_int_equal(lock_account(GUEST), STATUS_OK);
  assert_int_equal(ask_role(GUEST), STATUS_REFUSED);
  assert_int_equal(open_requests(0, clock_now_s()), 0);
}

static void K10_a_session_that_has_not_opened_the_org_asks_for_nothing_there(void **state)
{
  (void)state;
  request_set_up();
  const gid_t groups[] = {1};
  const struct delegate delegate = {get_account(GUEST).id, groups, 1};
  const struct change_by by = {.actor = GUEST, .rhost = "", .service = "", .delegate = &delegate, .right = RIGHT_OWN};
  const struct request_ask in = {"acme", GUEST, ROLE_ADMIN, 60, "x"};
  assert_int_equal(change_run(&host, &by, change_request_ask(&in, &asked), &error), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "has not opened it"));
  end_member(GUEST); // then it cannot
  const struct request_ask access = {"acme", GUEST, ROLE_VIEWER, 60, "x"};
  assert_int_equal(change_run(&host, &by, change_request_ask(&access, &asked), &error), STATUS_OK);
}

static void E6_whom_an_admin_has_suspended_does_not_ask(void **state)
{
  (void)state;
  struct endings endings;
  request_set_up();
  assert_int_equal(suspend_member(GUEST), STATUS_OK);
  assert_int_equal(ask_access(GUEST), STATUS_REFUSED);
  assert_int_equal(resume_member(GUEST), STATUS_OK);
  end_member(GUEST);
  assert_int_equal(suspend_member(GUEST), STATUS_OK); // past its end, and before it was written down
  assert_int_equal(ask_access(GUEST), STATUS_REFUSED);
  assert_int_equal(resume_member(GUEST), STATUS_OK);
  end_member(GUEST);
  assert_int_equal(make(change_endings(&endings)), STATUS_OK);
  assert_int_equal(ask_access(GUEST), STATUS_OK);
  assert_int_equal(suspend_member(GUEST), STATUS_OK);
  assert_true(changed_member.changed);
  assert_int_equal(approve(GUEST), STATUS_REFUSED);
  assert_int_equal(ask_access(GUEST), STATUS_REFUSED);
}

static void H74_asking_again_and_again_does_not_fill_the_audit_trail(void **state)
{
  (void)state;
  request_set_up();
  assert_int_equal(ask_role(GUEST), STATUS_OK);
  int64_t number = asked.number;
  int64_t expires_at_s = asked.expires_at_s;
  int64_t last = last_event().number;
  age_request(GUEST, 10);
  assert_int_equal(ask_role(GUEST), STATUS_OK);
  assert_false(asked.changed);
  assert_false(asked.replaced);
  assert_int_equal(asked.number, number);
  assert_int_equal(asked.expires_at_s, expires_at_s);
  assert_int_equal(ask_of("acme", GUEST, ROLE_ADMIN, 60), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "may be asked for from "));
  assert_int_equal(last_event().number, last);
  age_request(GUEST, -3600); // a clock that was ahead
  assert_int_equal(ask_of("acme", GUEST, ROLE_ADMIN, 60), STATUS_OK);
  assert_true(asked.replaced);
  assert_int_equal(ask_role(GUEST), STATUS_REFUSED);
  age_request(GUEST, REQUEST_EVERY_S);
  assert_int_equal(ask_role(GUEST), STATUS_OK);
  assert_true(asked.replaced);
}

static void K10_a_request_goes_with_the_membership_the_account_and_the_org(void **state)
{
  (void)state;
  request_set_up();
  assert_int_equal(ask_role(GUEST), STATUS_OK);
  assert_int_equal(remove_member(GUEST), STATUS_OK);
  assert_int_equal(count(TABLE_REQUESTS), 0);
  assert_int_equal(add_member(GUEST), STATUS_OK);
  assert_int_equal(approve(GUEST), STATUS_NOT_FOUND);
  assert_int_equal(ask_role(GUEST), STATUS_OK);
  assert_int_equal(remove_account(GUEST), STATUS_OK);
  assert_int_equal(count(TABLE_REQUESTS), 0);
  const char *const other = "other@nowhere.example";
  assert_int_equal(add_member(other), STATUS_OK);
  assert_int_equal(ask_role(other), STATUS_OK);
  assert_int_equal(make(change_org_delete(&(struct org_delete){.org = "acme"}, &done)), STATUS_OK);
  assert_int_equal(count(TABLE_REQUESTS), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(requests_are_one_for_each_member_and_org_and_expire),
      STORE_TEST(requests_of_an_org_are_bounded_and_what_has_expired_makes_room),
      STORE_TEST(K10_only_members_ask_and_for_themselves),
      STORE_TEST(K10_a_session_that_has_not_opened_the_org_asks_for_nothing_there),
      STORE_TEST(E6_whom_an_admin_has_suspended_does_not_ask),
      STORE_TEST(H74_asking_again_and_again_does_not_fill_the_audit_trail),
      STORE_TEST(K10_a_request_goes_with_the_membership_the_account_and_the_org),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// How long it is known who could get in at a time, from when on, and whatever the clock did meanwhile.
#include <unistd.h>

#include "history.h"
#include "store/access_kind.h"
#include "store/audit.h"

static const char OTHER[] = "other@nowhere.example";

static void trimming_takes_no_answer_that_is_kept_for(void **state)
{
  (void)state;
  start_history();
  int64_t since_s = 0;
  for (int i = 1; i <= 20; i++) {
    put_member(100 * i, i % 2 == 0 ? ROLE_VIEWER : ROLE_ADMIN, MEMBER_ACTIVE);
  }
  assert_int_equal(count(TABLE_ACCESS), 20 * 2);
  for (int i = 0; i < 3; i++) { // a few at a time
    struct store_txn *txn = begin_at(5000);
    assert_int_equal(access_trim(txn, began_s + 1050), STATUS_OK);
    end_moment(txn);
  }
  assert_int_equal(count(TABLE_ACCESS), 10 * 2);
  expect_member(1000, ROLE_VIEWER, MEMBER_ACTIVE);
  expect_member(1050, ROLE_VIEWER, MEMBER_ACTIVE);
  expect_member(1100, ROLE_ADMIN, MEMBER_ACTIVE);
  expect_member(2000, ROLE_VIEWER, MEMBER_ACTIVE);
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  int64_t from_s = 0;
  int64_t until_s = 0;
  bool unknown = false;
  assert_int_equal(access_since(txn, &since_s), STATUS_OK);
  assert_int_equal(since_s, began_s + 1000); // what ended last of what has gone
  assert_int_equal(access_is_unknown(txn, began_s + 999, &unknown, &from_s, &until_s), STATUS_OK);
  assert_true(unknown);
  assert_int_equal(from_s, 0);
  assert_int_equal(until_s, began_s + 1000);
  assert_int_equal(access_is_unknown(txn, began_s + 1000, &unknown, &from_s, &until_s), STATUS_OK);
  assert_false(unknown);
}

static void what_is_older_than_the_audit_trail_is_kept_goes_with_the_changes_that_follow(void **state)
{
  (void)state;
  start_history();
  int64_t since_s = 0;
  put_member(-3 * 86400, ROLE_ADMIN, MEMBER_ACTIVE);
  put_member(-2 * 86400, ROLE_VIEWER, MEMBER_ACTIVE);
  put_member(-3600, ROLE_ADMIN, MEMBER_ACTIVE);
  config.audit_keep_s = 86400;
  assert_int_equal(add_member(OTHER), STATUS_OK);
  config.audit_keep_s = 0;
  assert_int_equal(count(TABLE_ACCESS), 1 * 2);
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_int_equal(access_since(txn, &since_s), STATUS_OK);
  assert_true(since_s >= began_s - 600); // nothing is taken back of what was not known
}

static void of_before_the_store_was_made_and_of_gaps_nothing_is_known(void **state)
{
  (void)state;
  start_history();
  int64_t since_s = 0;
  int64_t from_s = 0;
  int64_t until_s = 0;
  bool unknown = true;
  struct store_txn *txn = begin_at(500);
  assert_int_equal(access_since(txn, &since_s), STATUS_OK);
  assert_in_range(since_s, began_s - 600, began_s);
  assert_int_equal(access_note_gap(txn, began_s + 200), STATUS_OK);
  assert_int_equal(access_is_unknown(txn, since_s - 1, &unknown, &from_s, &until_s), STATUS_OK);
  assert_true(unknown);
  assert_int_equal(until_s, since_s);
  assert_int_equal(access_is_unknown(txn, since_s, &unknown, &from_s, &until_s), STATUS_OK);
  assert_false(unknown);
  assert_int_equal(access_is_unknown(txn, began_s + 200, &unknown, &from_s, &until_s), STATUS_OK);
  assert_true(unknown);
  assert_int_equal(from_s, began_s + 200);
  assert_int_equal(until_s, began_s + 500);
  assert_int_equal(access_is_unknown(txn, began_s + 500, &unknown, &from_s, &until_s), STATUS_OK);
  assert_false(unknown);
  end_moment(txn);
}

static void the_present_is_what_is_stored_whatever_the_clock_says(void **state)
{
  (void)state;
  start_history();
  struct membership membership;
  put_member(86400, ROLE_ADMIN, MEMBER_ACTIVE); // by a clock that was set back since
  expect_member(0, ROLE_VIEWER, MEMBER_ACTIVE);
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_int_equal(access_member_at(txn, guest_id, org_id, 0, &membership), STATUS_OK);
  assert_int_equal(membership.role, ROLE_ADMIN);
}

static void a_clock_that_was_ahead_for_a_while_hides_nothing_that_came_after(void **state)
{
  (void)state;
  start_history();
  put_member(86400, ROLE_ADMIN, MEMBER_ACTIVE); // by a clock that was set back since
  put_member(100, ROLE_ADMIN, MEMBER_SUSPENDED);
  put_member(200, ROLE_VIEWER, MEMBER_SUSPENDED);
  put_member(172800, ROLE_ADMIN, MEMBER_SUSPENDED); // and once more
  put_member(300, ROLE_VIEWER, MEMBER_ACTIVE);
  expect_member(99, ROLE_VIEWER, MEMBER_ACTIVE);
  expect_member(100, ROLE_ADMIN, MEMBER_SUSPENDED);
  expect_member(199, ROLE_ADMIN, MEMBER_SUSPENDED);
  expect_member(200, ROLE_VIEWER, MEMBER_SUSPENDED);
  expect_member(299, ROLE_VIEWER, MEMBER_SUSPENDED);
  expect_member(300, ROLE_VIEWER, MEMBER_ACTIVE);
  expect_member(90000, ROLE_VIEWER, MEMBER_ACTIVE);
}

// A change that takes its time: what it stores is kept with the moment at which it began, as its event is.
static enum status get_slowly(void *context, uint64_t index, struct error *for_error, struct change *ret_change)
{
  (void)index;
  (void)for_error;
  (void)sleep(2);
  *ret_change = *(const struct change *)context;
  return STATUS_OK;
}

static enum status take_last(void *context, const struct audit_event *event)
{
  *(struct audit_event *)context = *event;
  return STATUS_OK;
}

static enum status take_ended(void *context, const struct store_entry *entry)
{
  struct member_past past;
  enum status status = record_decode(&MEMBER_PAST_RECORD, entry->data, entry->length, &past);
  *(int64_t *)context = past.ended_at_s;
  return status;
}

static void a_change_is_kept_with_the_moment_that_its_audit_event_has(void **state)
{
  (void)state;
  start_history();
  const struct member_role role = {"acme", GUEST, ROLE_ADMIN, {0, ""}};
  struct change change = change_member_role(&role, &changed_member);
  const struct changes slow = {1, get_slowly, NULL, &change};
  struct audit_event event = {.number = 0};
  uint64_t index = 0;
  int64_t ended_s = 0;
  assert_int_equal(change_run_all(&host, &by_root, &slow, &error, &index), STATUS_OK);
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  const struct store_key key = key_of_i64(ACCESS_MEMBER);
  assert_int_equal(audit_each_last(txn, 1, take_last, &event), STATUS_OK);
  assert_string_equal(event.event, "member.role");
  assert_int_equal(store_each(txn, TABLE_ACCESS, &key, take_ended, &ended_s), STATUS_OK);
  assert_int_equal(ended_s, event.at_s);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(trimming_takes_no_answer_that_is_kept_for),
      STORE_TEST(what_is_older_than_the_audit_trail_is_kept_goes_with_the_changes_that_follow),
      STORE_TEST(of_before_the_store_was_made_and_of_gaps_nothing_is_known),
      STORE_TEST(the_present_is_what_is_stored_whatever_the_clock_says),
      STORE_TEST(a_clock_that_was_ahead_for_a_while_hides_nothing_that_came_after),
      STORE_TEST(a_change_is_kept_with_the_moment_that_its_audit_event_has),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

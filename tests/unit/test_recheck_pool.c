// SPDX-License-Identifier: Apache-2.0
// K9: who is asked about next, and beside whom.
#include <unistd.h>

#include "recheck_pool.h"
#include "unit.h"

enum { EVERY_MS = 100, NOW_MS_LATER = 10 * EVERY_MS };

static struct lanes lanes;
static struct pool pool;
static int64_t now_ms;

static int make_ground(void **state)
{
  (void)state;
  unit_make_directory(unit_directory, sizeof unit_directory);
  lanes = lanes_new(EVERY_MS);
  pool = pool_new();
  return 0;
}

static int remove_ground(void **state)
{
  pool_done(&pool);
  lanes_done(&lanes);
  return unit_remove_ground(state);
}

static const char *path(void)
{
  static char text[sizeof unit_directory + 8];
  (void)snprintf(text, sizeof text, "%s/asking", unit_directory);
  return text;
}

// An org ID with so many people from FIRST on, who may all be asked about.
static void open_lane(int64_t id, int64_t first, size_t people)
{
  const struct org org = {.id = id, .slug = "acme"};
  assert_int_equal(lanes_open(&lanes, &org), STATUS_OK);
  for (size_t i = 0; i < people; i++) {
    assert_int_equal(lanes_add(&lanes, first + (int64_t)i), STATUS_OK);
  }
  now_ms = lanes.list[0].due_ms + NOW_MS_LATER;
}

static size_t hold(void)
{
  size_t left = 0;
  pool_fill(&pool, &lanes, now_ms);
  assert_int_equal(pool_hold(&pool, path(), &left), STATUS_OK);
  return left;
}

static size_t count(int64_t org_id, enum slot_state state)
{
  size_t found = 0;
  for (size_t i = 0; i < POOL_SLOTS; i++) {
    found += pool.slots[i].lane != NULL && pool.slots[i].lane->org_id == org_id && pool.slots[i].state == state;
  }
  return found;
}

static struct slot *slot_of(int64_t account_id)
{
  for (size_t i = 0; i < POOL_SLOTS; i++) {
    if (pool.slots[i].state != SLOT_FREE && pool.slots[i].account_id == account_id) {
      return &pool.slots[i];
    }
  }
  return NULL;
}

static void so_many_of_one_org_are_asked_about_at_once(void **state)
{
  (void)state;
  open_lane(1, 10, 7);
  open_lane(2, 20, 7);
  open_lane(3, 30, 7);
  assert_int_equal(hold(), 0);
  assert_int_equal(count(1, SLOT_HELD), POOL_OF_ORG);
  assert_int_equal(count(2, SLOT_HELD), POOL_OF_ORG);
  assert_int_equal(count(3, SLOT_HELD), 0);
}

static void a_slot_that_is_free_is_given_to_the_next_while_others_ask_still(void **state)
{
  (void)state;
  open_lane(1, 10, 5);
  open_lane(2, 20, 5);
  assert_int_equal(hold(), 0);
  slot_free(slot_of(21));
  assert_int_equal(hold(), 0);
  assert_int_equal(count(2, SLOT_HELD), POOL_OF_ORG);
  assert_non_null(slot_of(24));
  assert_null(slot_of(14));
}

static void whose_turn_was_not_comes_first_once_a_slot_is_free(void **state)
{
  (void)state;
  open_lane(1, 10, 9);
  open_lane(2, 20, 9);
  open_lane(3, 30, 9);
  assert_int_equal(hold(), 0);
  slot_free(slot_of(10));
  slot_free(slot_of(20));
  assert_int_equal(hold(), 0);
  assert_true(count(3, SLOT_HELD) > 0);
}

static void nobody_is_asked_about_for_two_orgs_at_once(void **state)
{
  (void)state;
  open_lane(1, 10, 1);
  open_lane(2, 10, 2);
  assert_int_equal(hold(), 0);
  assert_int_equal(count(2, SLOT_HELD), 0);
  slot_free(slot_of(10));
  assert_int_equal(hold(), 0);
  assert_int_equal(count(2, SLOT_HELD), 2);
}

static void the_pace_of_the_org_is_kept(void **state)
{
  (void)state;
  open_lane(1, 10, 3);
  now_ms = lanes.list[0].due_ms;
  assert_int_equal(hold(), 0);
  assert_int_equal(count(1, SLOT_HELD), 1);
  now_ms += EVERY_MS;
  assert_int_equal(hold(), 0);
  assert_int_equal(count(1, SLOT_HELD), 2);
}

static void who_is_asked_about_by_a_login_is_waited_for_and_then_left(void **state)
{
  (void)state;
  int lock CLEANUP(cleanup_fd) = -1;
  open_lane(1, 10, 2);
  assert_int_equal(asking_lock(path(), 10, 0, &lock), STATUS_OK);
  assert_int_equal(hold(), 0);
  assert_int_equal(slot_of(10)->state, SLOT_WAITS);
  assert_int_equal(slot_of(11)->state, SLOT_HELD);
  slot_of(10)->deadline_ms = 0;
  assert_int_equal(hold(), 1);
  assert_null(slot_of(10));
}

static void who_was_waited_for_is_asked_about_once_the_login_has(void **state)
{
  (void)state;
  int lock = -1;
  open_lane(1, 10, 1);
  assert_int_equal(asking_lock(path(), 10, 0, &lock), STATUS_OK);
  assert_int_equal(hold(), 0);
  cleanup_fd(&lock);
  assert_int_equal(hold(), 0);
  assert_int_equal(slot_of(10)->state, SLOT_HELD);
}

static void a_helper_that_says_nothing_is_over_at_its_deadline(void **state)
{
  (void)state;
  int fds[2];
  open_lane(1, 10, 1);
  assert_int_equal(hold(), 0);
  assert_int_equal(pipe(fds), 0);
  struct slot *slot = slot_of(10);
  slot->asking.oidc.process.fd = fds[0];
  slot_asks(slot, INT64_MAX);
  pool_wait(&pool, &lanes, 0);
  assert_int_equal(slot->state, SLOT_ASKS);
  slot_asks(slot, 0);
  pool_wait(&pool, &lanes, INT64_MAX);
  assert_int_equal(slot->state, SLOT_IS_OVER);
  assert_true(pool_has(&pool, SLOT_IS_OVER));
  (void)close(fds[1]);
}

static void nothing_is_waited_for_where_there_is_something_to_do(void **state)
{
  (void)state;
  open_lane(1, 10, 1);
  pool_wait(&pool, &lanes, INT64_MAX); // somebody is due
  assert_int_equal(hold(), 0);
  assert_true(pool_is_busy(&pool));
  pool_wait(&pool, &lanes, INT64_MAX); // who is held can be asked about
  slot_free(slot_of(10));
  assert_false(pool_is_busy(&pool));
  assert_false(lanes_wait(&lanes));
  pool_wait(&pool, &lanes, INT64_MAX); // nothing will ever be
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(so_many_of_one_org_are_asked_about_at_once, make_ground, remove_ground),
      cmocka_unit_test_setup_teardown(a_slot_that_is_free_is_given_to_the_next_while_others_ask_still, make_ground,
                                      remove_ground),
      cmocka_unit_test_setup_teardown(whose_turn_was_not_comes_first_once_a_slot_is_free, make_ground, remove_ground),
      cmocka_unit_test_setup_teardown(nobody_is_asked_about_for_two_orgs_at_once, make_ground, remove_ground),
      cmocka_unit_test_setup_teardown(the_pace_of_the_org_is_kept, make_ground, remove_ground),
      cmocka_unit_test_setup_teardown(who_is_asked_about_by_a_login_is_waited_for_and_then_left, make_ground,
                                      remove_ground),
      cmocka_unit_test_setup_teardown(who_was_waited_for_is_asked_about_once_the_login_has, make_ground, remove_ground),
      cmocka_unit_test_setup_teardown(a_helper_that_says_nothing_is_over_at_its_deadline, make_ground, remove_ground),
      cmocka_unit_test_setup_teardown(nothing_is_waited_for_where_there_is_something_to_do, make_ground, remove_ground),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

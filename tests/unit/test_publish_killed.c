// SPDX-License-Identifier: Apache-2.0
// The published map after whoever changed it was killed: the next one repairs it. SSOORG_TEST_SEED repeats a run by the
// number that it printed.
#include "killed.h"
#include "many.h"
#include "map/map_read.h"
#include "publish/publish.h"
#include "published.h"
#include "sign_ins.h"
#include "trial.h"

enum { PEOPLE = 40, KILLS = 500, STOPS_MAX = 40 };

// Something that the map must show, with somebody who is as the last round left them.
static void change_somebody(unsigned round)
{
  char email[EMAIL_SIZE];
  char fresh[EMAIL_SIZE];
  char login[LOGIN_SIZE];
  person(round % PEOPLE, email);
  (void)snprintf(fresh, sizeof fresh, "fresh%u@acme.test", round);
  (void)snprintf(login, sizeof login, "q%u", round);
  switch (round % 4) {
  case 0: (void)sign_in(fresh, fresh, fresh); break;
  case 1: (void)rename_account(email, login); break;
  case 2: (void)remove_account(email); break;
  default: (void)add_member(email); break;
  }
}

static void open_to_write(void)
{
  open_store(STORE_READ_WRITE);
}

static bool is_current(void)
{
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  return publish_is_current(txn, &config, map_path, NULL);
}

// A map that calls itself clean shows what was stored; one that does not still serves names, and is repaired.
static bool check_and_repair(void)
{
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  struct map_account owner;
  assert_int_equal(map_open(map_path, &map), STATUS_OK);
  assert_int_equal(map_account_by_login(&map, "boss@example.org", &owner), STATUS_OK);
  bool clean = map_is_clean(&map);
  assert_int_equal(is_current(), clean);
  if (clean) {
    expect_what_the_store_says();
  }
  assert_int_equal(change_publish(&host, NULL, &error), STATUS_OK);
  assert_true(is_current());
  return !clean;
}

static void whoever_is_killed_at_one_of_500_points_leaves_what_the_next_repairs(void **state)
{
  (void)state;
  int killed = 0;
  int dirty = 0;
  fixture_set_up_two();
  store_close(&store);
  for (unsigned i = 0; killed < KILLS && i < 8 * KILLS; i++) {
    killed += killed_at(open_to_write, change_somebody, i, 1 + (unsigned)trial_random(STOPS_MAX));
    open_store(STORE_READ_WRITE);
    dirty += check_and_repair();
    store_close(&store);
  }
  open_store(STORE_READ_WRITE);
  print_message("%d killed, %d left a dirty map\n", killed, dirty);
  assert_int_equal(killed, KILLS);
  assert_true(dirty > KILLS / 20);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(whoever_is_killed_at_one_of_500_points_leaves_what_the_next_repairs),
  };
  trial_begin();
  trial.random = trial_seed;
  return cmocka_run_group_tests(tests, NULL, NULL);
}

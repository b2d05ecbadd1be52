// SPDX-License-Identifier: Apache-2.0
// Numbers of accounts and groups: which are legal, and which are chosen.
#include "map/numbers.h"
#include "unit.h"

static enum status taken_below(void *context, uint32_t number, bool *ret_taken)
{
  *ret_taken = number < *(const uint32_t *)context;
  return STATUS_OK;
}

static void N4_numbers_are_the_first_free_ones_from_the_names_hash(void **state)
{
  (void)state;
  static const unsigned char SEED[16] = {9};
  struct map_settings settings = {.ranges = {4, {70000, 70009, 80000, 80009}}, .used = {2, {0, 0}}};
  uint32_t limit = 0;
  uint32_t first = 0;
  uint32_t again = 0;
  assert_int_equal(number_choose(SEED, "alice", &settings, taken_below, &limit, &first), STATUS_OK);
  assert_in_range(first, 70000, 70009);
  assert_int_equal(number_choose(SEED, "alice", &settings, taken_below, &limit, &again), STATUS_OK);
  assert_int_equal(first, again);
  limit = 70009; // only the last of the first range is free
  assert_int_equal(number_choose(SEED, "alice", &settings, taken_below, &limit, &again), STATUS_OK);
  assert_int_equal(again, 70009);
  limit = 70010; // none is
  assert_int_equal(number_choose(SEED, "alice", &settings, taken_below, &limit, &again), STATUS_OK);
  assert_in_range(again, 80000, 80009);
  limit = 0;
  settings.used.values[0] = 5; // half full: passed over
  assert_int_equal(number_choose(SEED, "alice", &settings, taken_below, &limit, &again), STATUS_OK);
  assert_in_range(again, 80000, 80009);
  settings.used.values[1] = 5;
  assert_int_equal(number_choose(SEED, "alice", &settings, taken_below, &limit, &again), STATUS_NOT_FOUND);
}

static void H22_H49_numbers_of_systemd_and_out_of_range_are_not_legal(void **state)
{
  (void)state;
  static const uint32_t ILLEGAL[] = {0, 1, 999, 61184, 65519, 65534, 65535, 2147483648U, 4294967294U, 4294967295U};
  static const uint32_t LEGAL[] = {1000, 61183, 65520, 65536, 99999, 2147483647};
  for (size_t i = 0; i < COUNT_OF(ILLEGAL); i++) {
    assert_false(number_is_legal(ILLEGAL[i]));
  }
  for (size_t i = 0; i < COUNT_OF(LEGAL); i++) {
    assert_true(number_is_legal(LEGAL[i]));
  }
}

static void numbers_of_local_users_are_seen(void **state)
{
  (void)state;
  bool local = false;
  assert_int_equal(number_is_local(0, &local), STATUS_OK);
  assert_true(local);
  assert_int_equal(number_is_local(2147483646, &local), STATUS_OK);
  assert_false(local);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(N4_numbers_are_the_first_free_ones_from_the_names_hash),
      cmocka_unit_test(H22_H49_numbers_of_systemd_and_out_of_range_are_not_legal),
      cmocka_unit_test(numbers_of_local_users_are_seen),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

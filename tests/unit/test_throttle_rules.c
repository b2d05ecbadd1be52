// SPDX-License-Identifier: Apache-2.0
// Throttles (POLICY T): the pure rules, whatever is stored.
#include "policy/throttle.h"
#include "unit.h"

static void T_after_the_free_tries_there_is_one_each_30_seconds(void **state)
{
  (void)state;
  struct throttle t = {.kind = THROTTLE_ACCOUNT};
  int64_t now_s = 1000000;
  for (int i = 0; i < 10; i++) {
    assert_true(throttle_allows(&t, now_s));
    throttle_count(&t, now_s);
  }
  assert_false(throttle_allows(&t, now_s));
  assert_false(throttle_allows(&t, now_s + 29));
  assert_true(throttle_allows(&t, now_s + 30));
  throttle_count(&t, now_s + 30);
  assert_false(throttle_allows(&t, now_s + 59));
  // The first try is long over, but the last one beyond the free ones began the time anew.
  assert_false(throttle_allows(&(struct throttle){THROTTLE_ACCOUNT, "", 11, now_s + 890, now_s + 890}, now_s + 900));
  assert_true(throttle_allows(&t, now_s + 30 + 900));
  throttle_count(&t, now_s + 30 + 900);
  assert_int_equal(t.count, 1);
}

static void T_a_clock_that_was_set_back_stops_nobody_for_long(void **state)
{
  (void)state;
  struct throttle t = {THROTTLE_ACCOUNT, "", 10, 2000000, 2000000};
  assert_true(throttle_allows(&t, 1000000));
}

static void T_each_kind_has_its_limit(void **state)
{
  (void)state;
  static const uint32_t FREE[] = {0, 10, 30, 10, 20, 60, 60, 100, 0, 0};
  for (size_t kind = 0; kind < COUNT_OF(FREE); kind++) {
    assert_int_equal(throttle_free((enum throttle_kind)kind), FREE[kind]);
  }
}

static void V2_mails_have_no_pause_after_which_one_more_goes(void **state)
{
  (void)state;
  const int64_t now_s = 1000000;
  for (int kind = THROTTLE_MAIL_TO; kind <= THROTTLE_MAIL_NEW; kind++) {
    struct throttle t = {.kind = (uint8_t)kind};
    int64_t window_s = kind == THROTTLE_MAIL_TO ? 900 : 3600;
    for (int i = 0; i < 3; i++) {
      assert_true(throttle_allows_mail(&t, 3, now_s + i));
      throttle_count(&t, now_s + i);
    }
    assert_false(throttle_allows_mail(&t, 3, now_s + 3));
    assert_false(throttle_allows_mail(&t, 3, now_s + window_s - 1));
    assert_true(throttle_allows_mail(&t, 3, now_s + window_s)); // since the first, whatever came later
    throttle_count(&t, now_s + window_s);
    assert_int_equal(t.count, 1);
    assert_true(throttle_is_of_mail((enum throttle_kind)kind));
  }
  assert_false(throttle_is_of_mail(THROTTLE_FAILURES));
}

static void T_ipv6_addresses_are_taken_by_64_bits(void **state)
{
  (void)state;
  static const char *const CASES[][2] = {{"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
                                         {"2001:db8:1:2::1", "2001:db8:1:2::/64"},
                                         {"fe80::1%eth0", "fe80::/64"},
                                         {"::ffff:192.0.2.7", "192.0.2.7"},
                                         {"192.0.2.7", "192.0.2.7"},
                                         {"host.example.org", "host.example.org"},
                                         {"", "console"}};
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    char text[THROTTLE_ADDRESS_SIZE];
    throttle_address(CASES[i][0], text);
    assert_string_equal(text, CASES[i][1]);
  }
}

static void H78_failures_are_counted_across_addresses_and_slow_whoever_guesses(void **state)
{
  (void)state;
  struct throttle t = {.kind = THROTTLE_FAILURES};
  for (int i = 0; i < 99; i++) {
    throttle_count(&t, 2000000 + i);
  }
  assert_int_equal(throttle_delay_s(&t, 2000100), 0);
  throttle_count(&t, 2000100);
  assert_int_equal(throttle_delay_s(&t, 2000100), THROTTLE_DELAY_S);
  for (int i = 0; i < 1000; i++) {
    throttle_count(&t, 2000101);
  }
  assert_int_equal(throttle_delay_s(&t, 2000101), THROTTLE_DELAY_MAX_S);
  assert_int_equal(throttle_delay_s(&t, 2000000 + THROTTLE_HOUR_S), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(T_after_the_free_tries_there_is_one_each_30_seconds),
      cmocka_unit_test(T_a_clock_that_was_set_back_stops_nobody_for_long),
      cmocka_unit_test(T_each_kind_has_its_limit),
      cmocka_unit_test(V2_mails_have_no_pause_after_which_one_more_goes),
      cmocka_unit_test(T_ipv6_addresses_are_taken_by_64_bits),
      cmocka_unit_test(H78_failures_are_counted_across_addresses_and_slow_whoever_guesses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

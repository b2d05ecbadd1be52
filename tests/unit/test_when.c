// SPDX-License-Identifier: Apache-2.0
// Moments as people type them.
#include "base/when.h"

#include <string.h>

#include "base/cleanup.h"
#include "unit.h"

enum { NOW_S = 1798637589 }; // 2026-12-30T13:33:09Z

static int64_t parsed(const char *text)
{
  int64_t at_s = -1;
  assert_int_equal(when_parse(text, NOW_S, &at_s), STATUS_OK);
  return at_s;
}

static void durations_days_and_dates_are_moments(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    int64_t at_s;
  } CASES[] = {
      {"0s", NOW_S},
      {"90s", NOW_S - 90},
      {"15m", NOW_S - 900},
      {"1w", NOW_S - 7 * 86400},
      {"2w", NOW_S - 14 * 86400},
      {"today", 1798588800},
      {"yesterday", 1798588800 - 86400},
      {"2026-12-30", 1798588800},
      {"2026-12-30T13:33:09Z", NOW_S},
      {"2026-12-30t13:33:09z", NOW_S},
      {"2026-12-30 13:33:09Z", NOW_S}, // RFC 3339 5.6: a blank where people read it
      {"2026-12-30T13:33:09.999Z", NOW_S},
      {"2026-12-30T14:33:09+01:00", NOW_S},
      {"2026-12-30T08:03:09-05:30", NOW_S},
      {"2024-02-29", 1709164800},
      {"1970-01-01", 0},
      {"2016-12-31T23:59:60Z", 1483228800},
  };
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    assert_int_equal(parsed(CASES[i].text), CASES[i].at_s);
  }
}

static void midnight_is_in_the_day_that_it_begins(void **state)
{
  (void)state;
  int64_t at_s = -1;
  assert_int_equal(when_parse("today", 86400, &at_s), STATUS_OK);
  assert_int_equal(at_s, 86400);
  assert_int_equal(when_parse("today", 86399, &at_s), STATUS_OK);
  assert_int_equal(at_s, 0);
}

static void what_is_no_moment_is_refused_and_leaves_the_result(void **state)
{
  (void)state;
  static const char *const ILLEGAL[] = {"",
                                        "tomorrow",
                                        "Today",
                                        "today ",
                                        "1y",
                                        "-1w",
                                        "w",
                                        "2026",
                                        "2026-11",
                                        "2026-13-01",
                                        "2026-00-01",
                                        "2026-11-00",
                                        "2026-11-31",
                                        "2026-02-29",
                                        "2100-02-29",
                                        "1969-12-31",
                                        "20261101",
                                        "2026-1-01",
                                        " 2026-11-01",
                                        "2026-11-01 ",
                                        "2026-11-01T",
                                        "2026-11-01T08:00Z",
                                        "2026-11-01T08:00:00",
                                        "2026-11-01T24:00:00Z",
                                        "2026-11-01T08:60:00Z",
                                        "2026-11-01T08:00:61Z",
                                        "2026-11-01T08:00:00.Z",
                                        "2026-11-01T08:00:00+1:00",
                                        "2026-11-01T08:00:00+24:00",
                                        "2026-11-01T08:00:00+0100",
                                        "2026-11-01T08:00:00Zx"};
  for (size_t i = 0; i < COUNT_OF(ILLEGAL); i++) {
    int64_t at_s = -7;
    assert_int_equal(when_parse(ILLEGAL[i], NOW_S, &at_s), STATUS_INVALID);
    assert_int_equal(at_s, -7);
  }
}

static void every_truncation_is_a_day_or_nothing(void **state)
{
  (void)state;
  static const char WHOLE[] = "2026-12-30T13:33:09+00:00";
  for (size_t length = 0; length < sizeof WHOLE - 1; length++) {
    char text[sizeof WHOLE] = "";
    int64_t at_s = -7;
    memcpy(text, WHOLE, length);
    assert_int_equal(when_parse(text, NOW_S, &at_s), length == 10 ? STATUS_OK : STATUS_INVALID);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(durations_days_and_dates_are_moments),
      cmocka_unit_test(midnight_is_in_the_day_that_it_begins),
      cmocka_unit_test(what_is_no_moment_is_refused_and_leaves_the_result),
      cmocka_unit_test(every_truncation_is_a_day_or_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

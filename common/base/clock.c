// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"

#include <limits.h>
#include <stdio.h>
#include <time.h>

static const int64_t YEAR_10000_S = 253402300800;

int64_t clock_monotonic_ms(void)
{
  struct timespec now = {0};
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_now_s(void)
{
  struct timespec now = {0};
  (void)clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec;
}

int clock_left_ms(int64_t deadline_ms)
{
  int64_t left = deadline_ms - clock_monotonic_ms();
  if (left <= 0) {
    return 0;
  }
  return left > INT_MAX ? INT_MAX : (int)left;
}

void clock_text(int64_t at_s, char text[static CLOCK_TEXT_SIZE])
{
  time_t at = at_s;
  struct tm parts;
  if (at_s <= 0 || at_s >= YEAR_10000_S || gmtime_r(&at, &parts) == NULL) {
    (void)snprintf(text, CLOCK_TEXT_SIZE, "-");
    return;
  }
  (void)strftime(text, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts);
}

// SPDX-License-Identifier: Apache-2.0
// Moments in nanoseconds, for what is measured in this process.
#pragma once
#include <stdint.h>
#include <time.h>

// Nanoseconds on CLOCK (clock_gettime(2)).
static inline int64_t moment_on(clockid_t clock)
{
  struct timespec now = {0};
  (void)clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline int64_t moment_now(void)
{
  return moment_on(CLOCK_MONOTONIC);
}

// SPDX-License-Identifier: Apache-2.0
// Time: deadlines on the monotonic clock, dates on the real one.
#pragma once
#include <stddef.h>
#include <stdint.h>

// Milliseconds on CLOCK_MONOTONIC; for deadlines only.
int64_t clock_monotonic_ms(void);

// Seconds since 1970, UTC.
int64_t clock_now_s(void);

// Milliseconds left until DEADLINE_MS, 0 if it has passed, at most INT_MAX: fit for poll().
int clock_left_ms(int64_t deadline_ms);

enum { CLOCK_TEXT_SIZE = 32 };

// Writes AT_S as RFC 3339 UTC ("2026-01-31T08:00:00Z") into TEXT; "-" for 0 or a date beyond the year 9999.
void clock_text(int64_t at_s, char text[static CLOCK_TEXT_SIZE]);

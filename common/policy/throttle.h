// SPDX-License-Identifier: Apache-2.0
// Whether something may be tried once more (POLICY T): pure functions over counters.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "store/entities.h"

enum {
  THROTTLE_WINDOW_S = 900, // in which so many tries are free
  THROTTLE_PAUSE_S = 30,   // between tries beyond them
  THROTTLE_ADDRESS_SIZE = 64,
  THROTTLE_HOUR_S = 3600, // in which THROTTLE_FAILURES are counted
  THROTTLE_DELAY_S = 3,
  THROTTLE_DELAY_MAX_S = 30,
};

// How many tries of a kind are free in THROTTLE_WINDOW_S. 0 for no kind.
uint32_t throttle_free(enum throttle_kind kind);

// Whether one more try is allowed at NOW_S after what THROTTLE (all zero: nothing yet) has counted.
bool throttle_allows(const struct throttle *throttle, int64_t now_s);

// How long a try at NOW_S is to take after so many failures; 0 for at once.
int64_t throttle_delay_s(const struct throttle *throttle, int64_t now_s);

// Counts one try at NOW_S.
void throttle_count(struct throttle *throttle, int64_t now_s);

// The subject for a remote address: an IPv4 address, the /64 of an IPv6 one, any other text cut to size, "console" for
// none.
void throttle_address(const char *rhost, char text[static THROTTLE_ADDRESS_SIZE]);

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
  THROTTLE_HOUR_S = 3600, // in which THROTTLE_FAILURES are counted, and mails but for those to an address
  THROTTLE_DELAY_S = 3,
  THROTTLE_DELAY_MAX_S = 30,
};

// How many tries of a kind are free in THROTTLE_WINDOW_S. 0 for no kind, and for mails.
uint32_t throttle_free(enum throttle_kind kind);

// Mails have limits that the host's settings say: whether KIND counts them.
bool throttle_is_of_mail(enum throttle_kind kind);

// Whether one more mail may be sent at NOW_S, of at most MOST in the time that the kind is counted in. There is no
// pause after which one goes.
bool throttle_allows_mail(const struct throttle *throttle, uint32_t most, int64_t now_s);

// Whether one more try is allowed at NOW_S after what THROTTLE (all zero: nothing yet) has counted.
bool throttle_allows(const struct throttle *throttle, int64_t now_s);

// How long a try at NOW_S is to take after so many failures; 0 for at once.
int64_t throttle_delay_s(const struct throttle *throttle, int64_t now_s);

// The time in which those of KIND are counted, in seconds.
int64_t throttle_window_s(enum throttle_kind kind);

// Counts one try at NOW_S.
void throttle_count(struct throttle *throttle, int64_t now_s);

// The subject for a remote address: an IPv4 address, the /64 of an IPv6 one, any other text cut to size, "console" for
// none.
void throttle_address(const char *rhost, char text[static THROTTLE_ADDRESS_SIZE]);

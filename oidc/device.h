// SPDX-License-Identifier: Apache-2.0
// Device authorization: RFC 8628 3.1 and 3.2.
#pragma once
#include <stdint.h>

#include "base/bytes.h"
#include "base/status.h"
#include "exchange.h"

struct cJSON;

enum {
  DEVICE_INTERVAL_DEFAULT_S = 5, // RFC 8628 3.2
  DEVICE_INTERVAL_MIN_S = 1,
  DEVICE_INTERVAL_MAX_S = 60, // a provider that wants longer may say slow_down
};

// For device_codes_done().
struct device_codes {
  struct bytes device_code; // secret
  struct message_code shown;
  uint32_t interval_s;
};

void device_codes_done(struct device_codes *codes);

// Checks ANSWER: device_code and user_code visible ASCII, verification_uri (or, without it, verification_url) and, if
// there, verification_uri_complete fit to be shown, expires_in a positive integer; an interval below or above the
// limits is brought to them, any that is not an integer or negative is refused. A null is as good as absent, and both
// times may be written as strings of digits; a complete address that is empty or too long is left out. STATUS_REFUSED
// with FAILURE_MISCONFIGURED, STATUS_NO_MEMORY. *RET_CODES must be all zero.
MUST_CHECK enum status device_read(struct exchange *x, const struct cJSON *answer, struct device_codes *ret_codes);

// Asks for the codes. Statuses as in exchange.h; *RET_CODES must be all zero.
MUST_CHECK enum status device_authorize(struct exchange *x, struct device_codes *ret_codes);

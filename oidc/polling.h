// SPDX-License-Identifier: Apache-2.0
// Waiting for the person: RFC 8628 3.4 and 3.5. Nothing but HTTP 200 with a bearer token and an ID token ends it well.
#pragma once
#include <stdint.h>

#include "base/bytes.h"
#include "base/status.h"
#include "device.h"
#include "exchange.h"

struct cJSON;

// For tokens_done().
struct tokens {
  struct bytes access_token;
  struct bytes id_token;      // empty after a refresh that brings none
  struct bytes refresh_token; // empty if none was wanted or came, or none that can be kept
  bool unkept;                // one came that cannot be
};

void tokens_done(struct tokens *tokens);

// The members of a successful answer (RFC 6749 5.1, OIDC Core 3.1.3.3): token_type Bearer or absent, access_token,
// id_token, which a refresh may leave out (OIDC Core 12.2), refresh_token where one is wanted. STATUS_REFUSED
// (FAILURE_TOKEN without an ID token, else FAILURE_MISCONFIGURED), STATUS_NO_MEMORY. *RET_TOKENS must be all zero.
MUST_CHECK enum status polling_read(struct exchange *x, const struct cJSON *answer, struct tokens *ret_tokens);

// Polls until the codes expire at EXPIRES_AT_MS (monotonic): first after one interval; authorization_pending goes on,
// slow_down adds 5 s for good, no answer, HTTP 429 and 5xx double the wait until the next answer, and a Retry-After is
// kept to; access_denied and its like are FAILURE_DECLINED, expired_token and its like and the end of the time
// FAILURE_EXPIRED (FAILURE_UNREACHABLE or FAILURE_BUSY if the last try had no answer), any other error
// FAILURE_MISCONFIGURED or FAILURE_CLIENT with the provider's words. Statuses as in exchange.h; *RET_TOKENS must
// be all zero.
MUST_CHECK enum status polling_run(struct exchange *x, const struct device_codes *codes, int64_t expires_at_ms,
                                   struct tokens *ret_tokens);

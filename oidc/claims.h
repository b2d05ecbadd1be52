// SPDX-License-Identifier: Apache-2.0
// The claims of an ID token whose signature is good: OIDC Core 2 and 3.1.3.7, RFC 7519 4.1.
#pragma once
#include <stdint.h>

#include "base/status.h"
#include "helper/failure.h"
#include "protocol/protocol.h"

struct cJSON;

enum { CLAIMS_CLOCK_SKEW_S = 60 }; // how far a provider's clock may be ahead: for iat and nbf, never for exp

// What the claims must say.
struct claims_expected {
  const char *issuer;
  const char *client_id;
  const char *audiences; // that may stand beside the client id in aud, separated by spaces; "" for none
  int64_t now_s;
};

// iss equals the issuer byte for byte; aud is the client id or an array of strings that holds it and, besides, nothing
// but the audiences; azp equals the client id if it is there; exp is a date in the future; iat is a date, nbf, if
// there, too, neither ahead by more than the skew; sub is a string of 1 to 255 clean bytes. The subject goes to
// RET_SUBJECT. STATUS_REFUSED, FAILURE_TOKEN, and R names the clause.
MUST_CHECK enum status claims_check(const struct cJSON *claims, const struct claims_expected *expected,
                                    struct failure *r, char ret_subject[static PROTOCOL_SUBJECT_SIZE]);

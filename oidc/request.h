// SPDX-License-Identifier: Apache-2.0
// The request that the parent sends: what is legal in it.
#pragma once
#include <stdbool.h>

#include "base/status.h"
#include "helper/failure.h"
#include "protocol/protocol.h"

enum { REQUEST_TIMEOUT_MAX_S = 3600 };

// Checks every field before anything is sent anywhere: issuer (https, or http to loopback if allowed; of one tenant),
// client id and secret (RFC 6749 appendix A: visible ASCII and space), authentication method, scopes with "openid"
// among them (OIDC Core 3.1.2.1), email claim, timeout. STATUS_REFUSED, with FAILURE_REQUEST in R.
MUST_CHECK enum status request_check(const struct message_sign_in *request, struct failure *r);

// Whether ISSUER speaks for every tenant of a provider, so that an identity from there names nobody's organization:
// Microsoft's tenant of people's own accounts does not for a social connection.
bool request_is_for_all(const struct message_sign_in *request, const char *issuer);

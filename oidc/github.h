// SPDX-License-Identifier: Apache-2.0
// GitHub, which speaks OAuth 2.0 with RFC 8628 and no OpenID (POLICY V1): no discovery, no ID token, no keys. Who
// somebody is comes from its REST API, asked with the token that this client got with its own device code over TLS.
#pragma once
#include "exchange.h"

struct tokens;

// Fills in where X's issuer, github.com or an enterprise server, is asked, and for what, as GitHub documents it.
// STATUS_TOO_LARGE with a failure.
MUST_CHECK enum status github_find(struct exchange *x);

// Fills in who TOKENS are of: the account's number as subject, its name, and the primary address with whether GitHub
// has verified it. Statuses as in exchange.h.
MUST_CHECK enum status github_identify(struct exchange *x, const struct tokens *tokens,
                                       struct message_authorized *ret_identity);

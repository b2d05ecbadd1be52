// SPDX-License-Identifier: Apache-2.0
// The assertion by which a client shows that it has its key or secret (RFC 7523 3, OIDC Core 9: private_key_jwt and
// client_secret_jwt): good for one request.
#pragma once
#include "base/bytes.h"
#include "base/status.h"
#include "helper/failure.h"
#include "protocol/protocol.h"

enum { ASSERTION_LIFETIME_S = 300 };

// Makes a new assertion of REQUEST's client for AUDIENCE (the URL of the token endpoint, or the issuer) into
// RET_ASSERTION, which must be empty; by a key if client_auth is CLIENT_AUTH_PRIVATE_KEY_JWT, else by the secret.
// STATUS_REFUSED (FAILURE_REQUEST, R says why): the key cannot be used. STATUS_NO_MEMORY. STATUS_IO: no random number.
MUST_CHECK enum status assertion_make(const struct message_sign_in *request, const char *audience, struct failure *r,
                                      struct bytes *ret_assertion);

// SPDX-License-Identifier: Apache-2.0
// The key with which this client signs who it is (RFC 7523, OIDC Core 9): RSA with RS256, EC on P-256 with ES256, or
// its secret with HS256. By libcjose, which only this and client_key_pem.h know.
#pragma once
#include "base/bytes.h"
#include "base/status.h"
#include "helper/failure.h"

struct client_key;

// Reads a private key: PEM that is not encrypted (RFC 7468: PKCS #8, PKCS #1 or SEC 1), or a JWK (RFC 7517) with its
// private members, whose "kid" then stands in every signed header. STATUS_REFUSED (FAILURE_REQUEST, R says why):
// neither, RSA under 2048 bits, another curve, a JWK for another use. STATUS_NO_MEMORY.
MUST_CHECK enum status client_key_read(const struct bytes *text, struct failure *r, struct client_key **ret_key);

// The key that is SECRET itself, for HS256 (RFC 7518 3.2). STATUS_NO_MEMORY.
MUST_CHECK enum status client_key_of_secret(const struct bytes *secret, struct client_key **ret_key);

void client_key_free(struct client_key *key);
void client_key_done(struct client_key **key); // for CLEANUP()

// Appends the compact serialization (RFC 7515 7.1) of the JSON text CLAIMS, signed, to OUT. STATUS_NO_MEMORY, also when
// the library fails for another reason, which it does not tell.
MUST_CHECK enum status client_key_sign(const struct client_key *key, const char *claims, struct bytes *out);

// SPDX-License-Identifier: Apache-2.0
// A private key in PEM made a JWK. By libcrypto, which only this knows.
#pragma once
#include "base/bytes.h"
#include "base/status.h"

// Appends the RSA or P-256 key in the LENGTH bytes at PEM to OUT as a JWK with its private members (RFC 7518 6).
// STATUS_INVALID: no private key, or an encrypted one. STATUS_NOT_FOUND: a key of another kind, or on another
// curve. STATUS_NO_MEMORY.
MUST_CHECK enum status client_key_pem_to_jwk(const struct bytes *pem, struct bytes *out);

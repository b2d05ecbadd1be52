// SPDX-License-Identifier: Apache-2.0
// JSON Web Signatures (RFC 7515), by liboauth2: the only file that knows it. It checks a signature against one key;
// what the token says, and whether the key fits it, is checked before and after (id_token.h, claims.h, keys.h).
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/status.h"

// Prepares liboauth2: silent, because its messages may contain whole tokens, with a cache too small to hold anything,
// and wiping what it frees. Once, before anything else here; it writes to /dev/shm, so before files are forbidden.
// STATUS_IO.
MUST_CHECK enum status jose_start_up(void);

// Decodes LENGTH bytes of base64url without padding (RFC 7515 2) and appends them to OUT. STATUS_INVALID for any other
// byte or an impossible length, STATUS_NO_MEMORY.
MUST_CHECK enum status jose_decode(const char *text, size_t length, struct bytes *out);

// Appends LENGTH bytes as base64url without padding to OUT. STATUS_NO_MEMORY.
MUST_CHECK enum status jose_encode(const void *data, size_t length, struct bytes *out);

// True if the compact serialisation TOKEN is signed by the public key JWK (RFC 7517, one key as a JSON object). Its
// dates are not looked at. The caller has made sure that the token's algorithm is an asymmetric one for that kind of
// key: anything else here reads beyond its memory.
bool jose_is_signed_by(const char *token, const char *jwk);

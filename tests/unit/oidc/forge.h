// SPDX-License-Identifier: Apache-2.0
// Keys and signed tokens for tests, good and bad ones.
#pragma once
#include <stddef.h>
#include <stdint.h>

struct evp_pkey_st;

struct forge_key {
  struct evp_pkey_st *pkey;
  const char *alg; // that it signs with: RS256, PS256, RS512, ES256, ES384, HS256 (with the text of its JWK), none
};

// A new key: RSA of BITS, or EC on CURVE ("P-256", "P-384"). The test ends if that fails.
struct forge_key forge_rsa(int bits, const char *alg);
struct forge_key forge_ec(const char *curve, const char *alg);
void forge_key_done(struct forge_key *key);

// The public key as a JWK object with MEMBERS (such as "\"kid\":\"a\"", may be "") added. For free().
char *forge_jwk(const struct forge_key *key, const char *members);

// A JWK set of the COUNT objects. For free().
char *forge_set(const char *const *jwks, size_t count);

// "HEADER.PAYLOAD.SIGNATURE" of the two JSON texts. For free().
char *forge_token(const struct forge_key *key, const char *header, const char *payload);

// The HMAC-SHA256 of TEXT with SECRET as base64url. For free().
char *forge_mac(const char *secret, const char *text);

// Base64url of LENGTH bytes. For free().
char *forge_base64url(const void *data, size_t length);

// As asprintf(), ending the test if that fails. For free().
char *forge_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

// SPDX-License-Identifier: Apache-2.0
// A provider's public keys (RFC 7517, RFC 7518 6), and the one that a token must be signed with.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/status.h"
#include "exchange.h"

struct cJSON;

enum {
  KEY_SET_MAX = 64,
  KEY_SET_RSA_MIN_BITS = 2048,
  KEY_SET_RSA_MAX_BITS = 8192,
};

// What the rest must know of an algorithm: its name, the kind of key it takes, the length of its signature.
struct key_algorithm {
  const char *name;
  const char *kty;
  const char *crv;          // NULL for RSA
  size_t coordinate_length; // of crv, in bytes; a signature is two of them. 0 for RSA
};

// The algorithm called NAME if it is one of RS256 to RS512, PS256 to PS512, ES256 to ES512 (letter case included), else
// NULL. Static.
const struct key_algorithm *key_algorithm_find(const char *name);

// One chosen key.
struct key {
  struct bytes jwk;        // a JSON object with nothing but the public members, for jose_is_signed_by()
  size_t signature_length; // that a signature by it has
};

void key_done(struct key *key);

// Checks that DOCUMENT has a "keys" array of at most KEY_SET_MAX objects (RFC 7517 5). STATUS_REFUSED,
// FAILURE_MISCONFIGURED.
MUST_CHECK enum status key_set_check(const struct cJSON *document, struct refusal *r);

// Fetches X's key set, checked. *RET_DOCUMENT is for document_free(). Statuses as in exchange.h.
MUST_CHECK enum status key_set_fetch(struct exchange *x, struct cJSON **ret_document);

// The number of keys in DOCUMENT that could sign a token by any algorithm of key_algorithm_find().
uint32_t key_set_count(const struct cJSON *document);

// Chooses the one key in DOCUMENT that fits ALGORITHM by kty, crv, use, key_ops and alg (null or empty: no restriction)
// and, if KID is not NULL, has just that "kid"; the same key listed twice is one. *RET_KEY must be all zero.
// STATUS_NOT_FOUND if none fits; STATUS_REFUSED (FAILURE_TOKEN, R says why) if several do, or the one is too weak or
// not well-formed; STATUS_NO_MEMORY.
MUST_CHECK enum status key_set_choose(const struct cJSON *document, const struct key_algorithm *algorithm,
                                      const char *kid, struct refusal *r, struct key *ret_key);

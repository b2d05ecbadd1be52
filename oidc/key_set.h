// SPDX-License-Identifier: Apache-2.0
// A provider's public keys (RFC 7517, RFC 7518 6), and the one that a token must be signed with.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/status.h"
#include "exchange.h"
#include "key_algorithm.h"

struct cJSON;

enum { KEY_SET_MAX = 64 };

// One chosen key.
struct key {
  struct bytes jwk;        // a JSON object with nothing but the public members, for jose_is_signed_by()
  size_t signature_length; // that a signature by it has
};

void key_done(struct key *key);

// Checks that DOCUMENT has a "keys" array of at most KEY_SET_MAX objects (RFC 7517 5). STATUS_REFUSED,
// FAILURE_MISCONFIGURED.
MUST_CHECK enum status key_set_check(const struct cJSON *document, struct failure *r);

// Fetches X's key set, checked. *RET_DOCUMENT is for document_free(). Statuses as in exchange.h.
MUST_CHECK enum status key_set_fetch(struct exchange *x, struct cJSON **ret_document);

// The number of keys in DOCUMENT that could sign a token by any algorithm of key_algorithm_find().
uint32_t key_set_count(const struct cJSON *document);

// Chooses the one key in DOCUMENT that fits ALGORITHM by kty, crv, use, key_ops and alg (null or empty: no restriction)
// and, if KID is not NULL, has just that "kid"; the same key listed twice is one. *RET_KEY must be all zero.
// STATUS_NOT_FOUND if none fits; STATUS_REFUSED (FAILURE_TOKEN, R says why) if several do, or the one is too weak or
// not well-formed; STATUS_NO_MEMORY.
MUST_CHECK enum status key_set_choose(const struct cJSON *document, const struct key_algorithm *algorithm,
                                      const char *kid, struct failure *r, struct key *ret_key);

// SPDX-License-Identifier: Apache-2.0
// The algorithms that a token may be signed with (RFC 7518 3.1), and how strong an RSA key must be.
#pragma once
#include <stddef.h>

enum {
  KEY_ALGORITHM_RSA_MIN_BITS = 2048,
  KEY_ALGORITHM_RSA_MAX_BITS = 8192,
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

// All of them. Static.
const struct key_algorithm *key_algorithms(size_t *ret_count);

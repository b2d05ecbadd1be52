// SPDX-License-Identifier: Apache-2.0
#include "key_algorithm.h"

#include <string.h>

#include "base/cleanup.h"

static const struct key_algorithm ALGORITHMS[] = {
    {"RS256", "RSA", NULL, 0},    {"RS384", "RSA", NULL, 0},    {"RS512", "RSA", NULL, 0},
    {"PS256", "RSA", NULL, 0},    {"PS384", "RSA", NULL, 0},    {"PS512", "RSA", NULL, 0},
    {"ES256", "EC", "P-256", 32}, {"ES384", "EC", "P-384", 48}, {"ES512", "EC", "P-521", 66},
};

const struct key_algorithm *key_algorithm_find(const char *name)
{
  for (size_t i = 0; i < COUNT_OF(ALGORITHMS); i++) {
    if (strcmp(ALGORITHMS[i].name, name) == 0) {
      return &ALGORITHMS[i];
    }
  }
  return NULL;
}

const struct key_algorithm *key_algorithms(size_t *ret_count)
{
  *ret_count = COUNT_OF(ALGORITHMS);
  return ALGORITHMS;
}

// SPDX-License-Identifier: Apache-2.0
// SipHash-2-4 with a 64-bit result (Aumasson, Bernstein: "SipHash: a fast short-input PRF", 2012).
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { SIPHASH_SEED_SIZE = 16 };

uint64_t siphash(const unsigned char seed[static SIPHASH_SEED_SIZE], const void *data, size_t length);

// The same in parts: siphash_words() takes a multiple of 8 bytes, any number of times, siphash_end() the rest.
struct siphash_state {
  uint64_t v[4];
  size_t length;
};

void siphash_begin(struct siphash_state *state, const unsigned char seed[static SIPHASH_SEED_SIZE]);
void siphash_words(struct siphash_state *state, const void *data, size_t length);
uint64_t siphash_end(struct siphash_state *state, const void *data, size_t length);

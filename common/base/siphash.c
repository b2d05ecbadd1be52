// SPDX-License-Identifier: Apache-2.0
#include "base/siphash.h"

#include "base/endian.h"

static uint64_t rotate(uint64_t x, int bits)
{
  return (x << bits) | (x >> (64 - bits));
}

static void sip_rounds(uint64_t v[static 4], int rounds)
{
  while (rounds-- > 0) {
    v[0] += v[1];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[0] = rotate(v[0], 32);
    v[2] += v[3];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[2] = rotate(v[2], 32);
  }
}

static void sip_word(uint64_t v[static 4], uint64_t word)
{
  v[3] ^= word;
  sip_rounds(v, 2);
  v[0] ^= word;
}

void siphash_begin(struct siphash_state *state, const unsigned char seed[static SIPHASH_SEED_SIZE])
{
  uint64_t k0 = endian_get_u64(seed);
  uint64_t k1 = endian_get_u64(seed + 8);
  *state = (struct siphash_state){
      .v = {k0 ^ 0x736f6d6570736575U, k1 ^ 0x646f72616e646f6dU, k0 ^ 0x6c7967656e657261U, k1 ^ 0x7465646279746573U}};
}

void siphash_words(struct siphash_state *state, const void *data, size_t length)
{
  const unsigned char *at = data;
  for (size_t left = length; left >= 8; left -= 8, at += 8) {
    sip_word(state->v, endian_get_u64(at));
  }
  state->length += length;
}

uint64_t siphash_end(struct siphash_state *state, const void *data, size_t length)
{
  size_t words = length & ~(size_t)7;
  const unsigned char *at = (const unsigned char *)data + words;
  uint64_t *v = state->v;
  siphash_words(state, data, words);
  uint64_t last = (uint64_t)(state->length + length - words) << 56;
  for (size_t i = 0; i < length - words; i++) {
    last |= (uint64_t)at[i] << (8 * i);
  }
  sip_word(v, last);
  v[2] ^= 0xff;
  sip_rounds(v, 4);
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t siphash(const unsigned char seed[static SIPHASH_SEED_SIZE], const void *data, size_t length)
{
  struct siphash_state state;
  siphash_begin(&state, seed);
  return siphash_end(&state, data, length);
}

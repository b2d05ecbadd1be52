// SPDX-License-Identifier: Apache-2.0
#include "base/siphash.h"

#include "base/endian.h"

struct sip_state {
  uint64_t v0, v1, v2, v3;
};

static uint64_t rotate(uint64_t x, int bits)
{
  return (x << bits) | (x >> (64 - bits));
}

static void sip_rounds(struct sip_state *s, int rounds)
{
  while (rounds-- > 0) {
    s->v0 += s->v1;
    s->v1 = rotate(s->v1, 13) ^ s->v0;
    s->v0 = rotate(s->v0, 32);
    s->v2 += s->v3;
    s->v3 = rotate(s->v3, 16) ^ s->v2;
    s->v0 += s->v3;
    s->v3 = rotate(s->v3, 21) ^ s->v0;
    s->v2 += s->v1;
    s->v1 = rotate(s->v1, 17) ^ s->v2;
    s->v2 = rotate(s->v2, 32);
  }
}

static void sip_word(struct sip_state *s, uint64_t word)
{
  s->v3 ^= word;
  sip_rounds(s, 2);
  s->v0 ^= word;
}

uint64_t siphash(const unsigned char seed[static SIPHASH_SEED_SIZE], const void *data, size_t length)
{
  uint64_t k0 = endian_get_u64(seed);
  uint64_t k1 = endian_get_u64(seed + 8);
  struct sip_state s = {k0 ^ 0x736f6d6570736575U, k1 ^ 0x646f72616e646f6dU, k0 ^ 0x6c7967656e657261U,
                        k1 ^ 0x7465646279746573U};
  const unsigned char *at = data;
  size_t left = length;
  for (; left >= 8; left -= 8, at += 8) {
    sip_word(&s, endian_get_u64(at));
  }
  uint64_t last = (uint64_t)length << 56;
  for (size_t i = 0; i < left; i++) {
    last |= (uint64_t)at[i] << (8 * i);
  }
  sip_word(&s, last);
  s.v2 ^= 0xff;
  sip_rounds(&s, 4);
  return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

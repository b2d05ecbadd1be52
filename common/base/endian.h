// SPDX-License-Identifier: Apache-2.0
// Little-endian integers at any address.
#pragma once
#include <endian.h>
#include <stdint.h>
#include <string.h>

static inline void endian_put_u32(unsigned char *at, uint32_t value)
{
  uint32_t little = htole32(value);
  memcpy(at, &little, sizeof little);
}

static inline void endian_put_u64(unsigned char *at, uint64_t value)
{
  uint64_t little = htole64(value);
  memcpy(at, &little, sizeof little);
}

static inline uint32_t endian_get_u32(const unsigned char *at)
{
  uint32_t little;
  memcpy(&little, at, sizeof little);
  return le32toh(little);
}

static inline uint64_t endian_get_u64(const unsigned char *at)
{
  uint64_t little;
  memcpy(&little, at, sizeof little);
  return le64toh(little);
}

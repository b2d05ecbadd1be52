// SPDX-License-Identifier: Apache-2.0
// SipHash-2-4 with a 64-bit result (Aumasson, Bernstein: "SipHash: a fast short-input PRF", 2012).
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { SIPHASH_SEED_SIZE = 16 };

uint64_t siphash(const unsigned char seed[static SIPHASH_SEED_SIZE], const void *data, size_t length);

// SPDX-License-Identifier: Apache-2.0
// On which line of a file each address was: 16 bytes for each, by 96 bits of keyed hashes, so that two addresses pass
// for one with a probability below 10^-16 among a million.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "base/siphash.h"
#include "base/status.h"

struct email_set_slot {
  uint64_t hash;
  uint32_t check;
  uint32_t line; // 0 for none
};

struct email_set {
  unsigned char keys[2][SIPHASH_SEED_SIZE];
  struct email_set_slot *slots;
  size_t slot_count; // a power of two
  size_t count;
};

// All zero is not valid: email_set_init() fills in the keys. STATUS_IO.
MUST_CHECK enum status email_set_init(struct email_set *set);

// Forgets all of them and gives the memory back; the keys stay.
void email_set_clear(struct email_set *set);

// Notes that EMAIL is on LINE, which is not 0: *RET_LINE is the line it was on before, or 0 if it was on none.
// STATUS_NO_MEMORY.
MUST_CHECK enum status email_set_note(struct email_set *set, const char *email, uint32_t line, uint32_t *ret_line);

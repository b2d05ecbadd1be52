// SPDX-License-Identifier: Apache-2.0
// Codes that people type: of invites and for recovery. 100 random bits in an alphabet without look-alikes, in groups of
// five; only their hash is stored (change/password_hash.h). A recovery code is found by
// its first two letters, which are stored as they are: 90 bits of it are secret.
#pragma once
#include "base/bytes.h"

enum { CODE_LETTERS = 20, CODE_SIZE = CODE_LETTERS + 4 }; // "7K2QD-0R9XW-..." with its NUL

// A new code as it is shown. STATUS_IO.
MUST_CHECK enum status code_new(char text[static CODE_SIZE]);

// What was typed as it is hashed: capitals, without spaces and hyphens, O for 0 and I and L for 1. bytes_done().
// STATUS_INVALID for what cannot be a code, STATUS_NO_MEMORY.
MUST_CHECK enum status code_fold(const struct bytes *typed, struct bytes *ret_folded);

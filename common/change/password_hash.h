// SPDX-License-Identifier: Apache-2.0
// Stored passwords: yescrypt through libcrypt, crypt(5).
#pragma once
#include <stdbool.h>

#include "base/bytes.h"
#include "store/entities.h"

enum { PASSWORD_MIN = 8, PASSWORD_MAX = 511 }; // bytes; CRYPT_MAX_PASSPHRASE_SIZE is 512 with its NUL

// Hashes PASSWORD with a fresh salt. STATUS_INVALID for one shorter than PASSWORD_MIN, longer than PASSWORD_MAX or with
// a NUL; STATUS_NO_MEMORY, STATUS_IO.
MUST_CHECK enum status password_hash(const struct bytes *password, char ret_hash[static PASSWORD_HASH_SIZE]);

// Whether PASSWORD is the one of HASH. Compares in constant time and takes as long for an empty HASH. False for an
// empty password, and on any failure.
bool password_matches(const struct bytes *password, const char *hash);

// SPDX-License-Identifier: Apache-2.0
// What PostgreSQL keeps of a password: a verifier, so that its log never has the password itself (RFC 5802, RFC 7677).
#pragma once
#include <stddef.h>

#include "base/status.h"

enum { SCRAM_SALT_SIZE = 16, SCRAM_VERIFIER_SIZE = 160 };

// "SCRAM-SHA-256$4096:SALT$STORED-KEY:SERVER-KEY" of PASSWORD, which is ASCII. STATUS_IO: the library refuses.
MUST_CHECK enum status scram_verifier(const char *password, const unsigned char salt[static SCRAM_SALT_SIZE],
                                      char ret_verifier[static SCRAM_VERIFIER_SIZE]);

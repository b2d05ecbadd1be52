// SPDX-License-Identifier: Apache-2.0
// Choosing a new password at the prompt.
#pragma once
#include "session.h"

// Asks for a new password, twice, until it is good enough and typed alike, three times at most; OLD (may be empty) is
// what it replaces. STATUS_OK: *RET_HASH is its hash. STATUS_TOLD: it came to nothing, and the person knows why;
// otherwise as session_ask().
MUST_CHECK enum status new_password_ask(struct session *s, const struct bytes *old,
                                        char ret_hash[static PASSWORD_HASH_SIZE]);

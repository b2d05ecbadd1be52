// SPDX-License-Identifier: Apache-2.0
// Recovery codes at the hidden prompt (POLICY L5): looked for wherever something is typed that has the shape of one.
#pragma once
#include "session.h"

// A recovery code that was typed.
struct typed_recovery {
  char prefix[RECOVERY_PREFIX_SIZE];
  char hash[PASSWORD_HASH_SIZE];
};

// Whether TYPED is an unused recovery code of the account of FACTS: *RET_CODE is it then. What has a code's shape takes
// as long as one hash, whoever it was typed for and whether there are codes; what has not takes no time.
bool recovery_prompt_matches(struct session *s, const struct facts *facts, const struct bytes *typed,
                             struct typed_recovery *ret_code);

// Says aloud that a code was used, to the person and in the log.
void recovery_prompt_tell(struct session *s, const struct signed_in *result);

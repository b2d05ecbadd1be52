// SPDX-License-Identifier: Apache-2.0
// Recovery codes at the hidden prompt (POLICY L5): looked for wherever something is typed that has the shape of one.
#pragma once
#include "session.h"

// Whether TYPED is an unused recovery code of the account in SITUATION; OP gets its prefix and hash. What has a code's
// shape takes as long as one hash, whoever it was typed for and whether there are codes; what has not takes no time.
bool recovery_matches(struct session *s, const struct facts *facts, const struct bytes *typed, struct operation *op);

// Says aloud that a code was used, to the person and in the log.
void recovery_tell(struct session *s, const struct operation_result *result);

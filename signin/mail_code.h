// SPDX-License-Identifier: Apache-2.0
// A code that is sent to the person's own address and typed at the prompt (POLICY V2). It is kept in this process
// alone.
#pragma once
#include "session.h"

// Signs the person in so. STATUS_OK: granted, *RET_RESULT says as whom. STATUS_TOLD: refused. STATUS_CLOSED: the person
// has gone. Anything else: refused without a word yet.
MUST_CHECK enum status mail_code_sign_in(struct session *s, const struct facts *facts, struct signed_in *ret_result);

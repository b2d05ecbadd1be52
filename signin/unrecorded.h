// SPDX-License-Identifier: Apache-2.0
// An owner's password where the store takes no writes (POLICY E4): it signs in, and is said in the log alone.
#pragma once
#include "session.h"

// HASH is that of the password which matched what was typed; WHY is what the store said to being written. Decides once
// more by what is stored now, as change_password_sign_in() does, and keeps a ticket in /run. STATUS_REFUSED:
// *RET_RESULT.decision says why; WHY: whoever it is is no owner; else as run_ticket_put().
MUST_CHECK enum status unrecorded_sign_in(struct session *s, const char *hash, enum status why,
                                          struct signed_in *ret_result);

// SPDX-License-Identifier: Apache-2.0
// The device authorization grant (RFC 8628), relayed to the person's terminal while ssoorg-oidc polls.
#pragma once
#include "session.h"

// Signs the person in through the connection of org ORG_ID. STATUS_OK: granted, *RET_RESULT says as whom.
// STATUS_TOLD: refused. STATUS_CLOSED: the person has gone. Anything else: refused
// without a word yet.
MUST_CHECK enum status sso_sign_in(struct session *s, const struct facts *facts, int64_t org_id,
                                   struct signed_in *ret_result);

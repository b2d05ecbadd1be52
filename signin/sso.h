// SPDX-License-Identifier: Apache-2.0
// The device authorization grant (RFC 8628), relayed to the person's terminal while ssoorg-oidc polls.
#pragma once
#include "session.h"

// Whose connection it is: an org's, or a social one of the host.
struct sso_through {
  int64_t id;
  bool social;
};

// Signs the person in through that connection. STATUS_OK: granted, *RET_RESULT says as whom. STATUS_TOLD: refused.
// STATUS_CLOSED: the person has gone. Anything else: refused without a word yet.
MUST_CHECK enum status sso_sign_in(struct session *s, const struct facts *facts, struct sso_through through,
                                   struct signed_in *ret_result);

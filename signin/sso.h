// SPDX-License-Identifier: Apache-2.0
// The device authorization grant (RFC 8628), relayed to the person's terminal while ssoorg-oidc polls.
#pragma once
#include "session.h"

// Whose connection it is: an org's, or a social one of the host.
struct sso_through {
  enum way way; // WAY_SSO or WAY_SOCIAL
  int64_t id;
};

// Signs the person in through that connection. STATUS_OK: granted, *RET_RESULT says as whom. STATUS_TOLD: refused.
// STATUS_CLOSED: the person has gone. Anything else: refused without a word yet.
MUST_CHECK enum status sso_sign_in(struct session *s, const struct facts *facts, struct sso_through through,
                                   struct signed_in *ret_result);

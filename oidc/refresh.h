// SPDX-License-Identifier: Apache-2.0
// Asking again about somebody who has signed in before (RFC 6749 6, OIDC Core 12).
#pragma once
#include "base/status.h"
#include "exchange.h"
#include "protocol/channel.h"
#include "protocol/protocol.h"

// Uses the refresh token of the request, once. One that takes its place is sent as ROTATED over C before anything else
// of the answer is looked at. The ID token is verified as that of a sign-in, or userinfo is asked where there is none;
// either must speak of the request's subject. FAILURE_GRANT for invalid_grant; X->unanswered where nobody can tell
// whether the provider has used the token up. Statuses as in exchange.h, and those of channel_send().
MUST_CHECK enum status refresh(struct exchange *x, struct channel *c, struct message_authorized *ret_identity);

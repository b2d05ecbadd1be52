// SPDX-License-Identifier: Apache-2.0
// From the answer of a token endpoint to who it is about. Statuses as in exchange.h; *RET_IDENTITY, all zero before, is
// for identity_done().
#pragma once
#include "base/status.h"
#include "exchange.h"
#include "polling.h"
#include "protocol/protocol.h"

struct cJSON;

// By the ID token among TOKENS, verified whole (OIDC Core 3.1.3.7) with KEYS, and by userinfo for what it lacks.
MUST_CHECK enum status identify(struct exchange *x, const struct cJSON *keys, const struct tokens *tokens,
                                struct message_authorized *ret_identity);

// By userinfo alone, which must be that of SUBJECT, text that is clean: after a refresh that brings no ID token.
MUST_CHECK enum status identify_by_userinfo(struct exchange *x, const struct tokens *tokens, const char *subject,
                                            struct message_authorized *ret_identity);

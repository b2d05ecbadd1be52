// SPDX-License-Identifier: Apache-2.0
// The userinfo endpoint: OIDC Core 5.3.
#pragma once
#include "base/bytes.h"
#include "base/status.h"
#include "exchange.h"

struct cJSON;

// Fetches the claims that ACCESS_TOKEN opens. Their "sub" must equal SUBJECT byte for byte (5.3.2), else FAILURE_TOKEN.
// *RET_CLAIMS is for document_free(). Statuses as in exchange.h.
MUST_CHECK enum status userinfo_fetch(struct exchange *x, const struct bytes *access_token, const char *subject,
                                      struct cJSON **ret_claims);

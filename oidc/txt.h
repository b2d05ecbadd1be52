// SPDX-License-Identifier: Apache-2.0
// The TXT records of one name (RFC 1035 3.3.14): what ssoctl asks for to see a domain proven.
#pragma once
#include "base/status.h"
#include "protocol/channel.h"

enum { TXT_TIMEOUT_MAX_S = 60 };

// Looks up what REQUEST asks for, in REQUEST->timeout_s at most, and sends TEXTS, or FAILED for a request that is not
// legal. Errors as channel_send(); STATUS_CLOSED if the parent is gone.
MUST_CHECK enum status txt_serve(struct channel *c, const struct message_txt *request);

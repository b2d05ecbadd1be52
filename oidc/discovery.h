// SPDX-License-Identifier: Apache-2.0
// What a provider says about itself: OpenID Connect Discovery 4, with the device endpoint of RFC 8628 4.
#pragma once
#include "base/bytes.h"
#include "base/status.h"
#include "exchange.h"

struct cJSON;

// Appends the address of ISSUER's discovery document to OUT: any final "/" is dropped and
// "/.well-known/openid-configuration" added behind the path (Discovery 4.1). STATUS_NO_MEMORY.
MUST_CHECK enum status discovery_url(const char *issuer, struct bytes *out);

// Checks DOCUMENT and fills X->found, but for its keys: "issuer" equals the configured one byte for byte (4.3), the
// device authorization, token and key set endpoints are there and, like the userinfo endpoint if there is one, https
// (or http to loopback if the request allows it). STATUS_REFUSED with FAILURE_MISCONFIGURED.
MUST_CHECK enum status discovery_read(struct exchange *x, const struct cJSON *document);

// Fetches and reads the document. Statuses as in exchange.h.
MUST_CHECK enum status discovery_fetch(struct exchange *x);

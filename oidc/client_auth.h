// SPDX-License-Identifier: Apache-2.0
// How this client tells a provider who it is (RFC 6749 2.3.1): nothing but its id, HTTP Basic, or in the body.
#pragma once
#include "base/bytes.h"
#include "base/status.h"
#include "http.h"
#include "protocol/protocol.h"

// What one request needs; USER and PASSWORD are form-encoded and used with HTTP Basic only. For client_auth_done().
struct client_auth_parts {
  struct bytes user;
  struct bytes password;
};

void client_auth_done(struct client_auth_parts *parts);

// Adds the client's identification to FORM, or to PARTS and then to HTTP_REQUEST, which borrows it from there. If this
// fails nothing may be sent. STATUS_NO_MEMORY, STATUS_TOO_LARGE.
MUST_CHECK enum status client_auth_add(const struct message_sign_in *request, struct bytes *form,
                                       struct client_auth_parts *parts, struct http_request *http_request);

// SPDX-License-Identifier: Apache-2.0
// How this client tells a provider who it is (RFC 6749 2.3.1): nothing but its id, HTTP Basic, in the body, or
// an assertion (RFC 7523 2.2).
#pragma once
#include <stdbool.h>

#include "base/bytes.h"
#include "base/status.h"
#include "exchange.h"
#include "http.h"

// What one request needs; USER and PASSWORD are form-encoded and used with HTTP Basic only. For client_auth_done().
struct client_auth_parts {
  struct bytes user;
  struct bytes password;
};

void client_auth_done(struct client_auth_parts *parts);

// The way in which X's client shows who it is: as the request says or, with "auto", the first that the provider lists,
// that this client has what it takes for and that client_auth_next() has not put behind it.
enum client_auth client_auth_of(const struct exchange *x);

// With "auto" in a test: after FAILURE_CLIENT, goes on to the next way that the provider lists and
// forgets the failure. False if there is none, or the failure is another.
bool client_auth_next(struct exchange *x);

// Adds the client's identification to FORM, or to PARTS and then to HTTP_REQUEST, which borrows it from there. If this
// fails nothing may be sent. What shows who we are is kept in X. Statuses as in exchange.h.
MUST_CHECK enum status client_auth_add(struct exchange *x, struct bytes *form, struct client_auth_parts *parts,
                                       struct http_request *http_request);

// SPDX-License-Identifier: Apache-2.0
// Requests to a provider, by libcurl, which only this and http_options.h know. https with TLS 1.2 or newer (http to
// loopback if the request allows it), certificate and name checked, no redirects, no proxy, no cookies, nothing from
// the environment, bounded bodies, headers and times; one connection for all requests as long as the provider keeps it.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/status.h"
#include "helper/failure.h"

enum {
  HTTP_BODY_MAX = 256 * 1024,
  HTTP_HEADERS_MAX = 64 * 1024,
  HTTP_CONNECT_TIMEOUT_MS = 4500,    // to find the address and to connect: a provider that is away is told of soon
  HTTP_CONNECT_TIMEOUT_MIN_MS = 500, // for connecting, however long the address took
  HTTP_REQUEST_TIMEOUT_MS = 30 * 1000,
  HTTP_CLOCKS_MS = 10, // libcurl rounds what is left to its own clock: so close to a deadline, that ended the request
};

struct http;

struct http_settings {
  const struct bytes *ca_pem; // empty: the system's certificates; else these alone. Borrowed for the life of the http
  bool allow_loopback_http;
  int parent_fd;          // watched during every request
  int64_t deadline_ms;    // monotonic, for everything
  bool wants_certificate; // look at the servers' certificates; it costs a little
};

struct http_request {
  const char *url;
  const struct bytes *form; // NULL: GET; else POST application/x-www-form-urlencoded
  const struct bytes *user; // with PASSWORD: HTTP Basic (RFC 7617), both already form-encoded; else NULL
  const struct bytes *password;
  const struct bytes *bearer; // access token (RFC 6750 2.1), else NULL
};

// BODY is the owner's, for http_answer_done().
struct http_answer {
  long status;
  bool is_page;          // Content-Type is that of HTML: meant for a browser, whatever it holds
  int64_t retry_after_s; // RFC 9110 10.2.3; 0: not said
  struct bytes body;
};

void http_answer_done(struct http_answer *answer);

// Prepares libcurl, which will wipe what it frees. Once, before anything else here. STATUS_NO_MEMORY.
MUST_CHECK enum status http_start_up(void);

// STATUS_NO_MEMORY.
MUST_CHECK enum status http_new(const struct http_settings *settings, struct http **ret_http);
void http_free(struct http *http);
void http_done(struct http **http); // for CLEANUP()

// Sends REQUEST and receives the whole answer; every HTTP status but a redirect is an answer. *RET_ANSWER must be all
// zero. STATUS_IO: no answer, which may be different the next time (R says why: FAILURE_UNREACHABLE). STATUS_TIMEOUT:
// the deadline has passed (R likewise). STATUS_CLOSED: the parent is gone. STATUS_REFUSED: a URL, certificate,
// redirect or size that will never do (R says why). STATUS_NO_MEMORY.
MUST_CHECK enum status http_send(struct http *http, const struct http_request *request, struct failure *r,
                                 struct http_answer *ret_answer);

// Whether the last request got no answer because its connection was lost, not because there was none in time.
bool http_was_lost(const struct http *http);

// Waits until UNTIL_MS (monotonic). As parent_wait().
MUST_CHECK enum status http_wait(const struct http *http, int64_t until_ms);

// From now on requests also end UNTIL_MS (monotonic), as those that get no answer do; 0: no more.
void http_limit(struct http *http, int64_t until_ms);

// When requests that are under way end at the latest: by http_limit() or by the deadline of everything.
int64_t http_until_ms(const struct http *http);

// Until when the certificate of the server that answered last is valid, in seconds since 1970; 0 where none was looked
// at.
int64_t http_certificate_ends_at_s(const struct http *http);

int64_t http_deadline_ms(const struct http *http);
uint32_t http_requests(const struct http *http);    // sent so far
uint32_t http_connections(const struct http *http); // opened so far

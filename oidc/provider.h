// SPDX-License-Identifier: Apache-2.0
// The provider's answers: JSON documents, and errors (RFC 6749 5.2).
#pragma once
#include <stdbool.h>

#include "base/status.h"
#include "exchange.h"
#include "http.h"

struct cJSON;

// GETs URL and parses the answer, which must be HTTP 200 with a strict JSON object that is no error. WHAT names it in
// the failure ("discovery document"). *RET_DOCUMENT is for document_free(). Statuses as in exchange.h.
MUST_CHECK enum status provider_get(struct exchange *x, const char *what, const struct http_request *request,
                                    struct cJSON **ret_document);

// The same for an answer that is a JSON array: *RET_DOCUMENT is an object whose member PROVIDER_LIST it is.
#define PROVIDER_LIST "list"
MUST_CHECK enum status provider_get_list(struct exchange *x, const char *what, const struct http_request *request,
                                         struct cJSON **ret_document);

// One try: whatever answer comes is *RET_ANSWER, which is all zero before. Statuses as http_send().
typedef enum status provider_send(struct exchange *x, const void *context, struct http_answer *ret_answer);

// Has SEND try, and again after a pause that grows or that the provider names: at HTTP 502, 503 and 504 and 429 with a
// Retry-After (RFC 9110 10.2.3, RFC 6585 4) as long as there is time, at a lost connection twice. The last answer is
// *RET_ANSWER, for http_answer_done(). Statuses as http_send().
MUST_CHECK enum status provider_ask(struct exchange *x, provider_send *send, const void *context,
                                    struct http_answer *ret_answer);

// Parses ANSWER, which must be HTTP 200 with a strict JSON object that is no error. *RET_DOCUMENT is for
// document_free(). Statuses as in exchange.h.
MUST_CHECK enum status provider_read(struct exchange *x, const char *what, const struct http_answer *answer,
                                     struct cJSON **ret_document);

// POSTs FORM, with this client's authentication added to it, to URL, once. Whatever answer comes is *RET_ANSWER, for
// http_answer_done(). Statuses as http_send().
MUST_CHECK enum status provider_post(struct exchange *x, const char *url, struct bytes *form,
                                     struct http_answer *ret_answer);

// Parses the body of ANSWER, whatever its HTTP status and whatever it is called, unless that is HTML.
// FAILURE_MISCONFIGURED.
MUST_CHECK enum status provider_parse(struct exchange *x, const char *what, const struct http_answer *answer,
                                      struct cJSON **ret_document);

// Whether ANSWER says that the provider cannot answer now.
bool provider_is_busy(const struct http_answer *answer);

// The "error" of an answer (RFC 6749 5.2), which some give with HTTP 200, too; NULL if it has none, or a null. BODY may
// be NULL. What is no string is an error without a name: "". Borrowed.
const char *provider_error(const struct cJSON *body);

// The first line of the "error_description" of BODY, which may be NULL, or of what Okta calls so; "" if it has none.
struct shown provider_description(const struct cJSON *body);

// Refuses with FAILURE_BUSY for HTTP 429, FAILURE_UNREACHABLE if else provider_is_busy(), FAILURE_CLIENT for
// invalid_client, else FAILURE_MISCONFIGURED; with the HTTP status and, if BODY (may be NULL) has them, the provider's
// "error" and "error_description", escaped. Returns STATUS_REFUSED.
enum status provider_refuse(struct exchange *x, const char *what, const struct http_answer *answer,
                            const struct cJSON *body);

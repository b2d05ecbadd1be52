// SPDX-License-Identifier: Apache-2.0
// The provider's answers: JSON documents, and errors (RFC 6749 5.2).
#pragma once
#include <stdbool.h>

#include "base/status.h"
#include "exchange.h"
#include "http.h"

struct cJSON;

// GETs URL and parses the answer, which must be HTTP 200 with a JSON type and a strict JSON object. WHAT names it in
// the refusal ("discovery document"). *RET_DOCUMENT is for document_free(). Statuses as in exchange.h.
MUST_CHECK enum status provider_get(struct exchange *x, const char *what, const struct http_request *request,
                                    struct cJSON **ret_document);

// POSTs FORM, with this client's authentication added to it, to URL. Whatever answer comes is *RET_ANSWER, for
// http_answer_done(). Statuses as http_send().
MUST_CHECK enum status provider_post(struct exchange *x, const char *url, struct bytes *form,
                                     struct http_answer *ret_answer);

// Parses the body of ANSWER as provider_get() does, whatever its HTTP status. FAILURE_MISCONFIGURED.
MUST_CHECK enum status provider_parse(struct exchange *x, const char *what, const struct http_answer *answer,
                                      struct cJSON **ret_document);

// Whether ANSWER says that the provider cannot answer now.
bool provider_is_busy(const struct http_answer *answer);

// Refuses with FAILURE_UNREACHABLE if provider_is_busy(), else FAILURE_MISCONFIGURED; with the HTTP status and, if BODY
// (may be NULL) has them, the provider's "error" and "error_description", escaped. Returns STATUS_REFUSED.
enum status provider_refuse(struct exchange *x, const char *what, const struct http_answer *answer,
                            const struct cJSON *body);

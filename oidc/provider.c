// SPDX-License-Identifier: Apache-2.0
#include "provider.h"

#include <string.h>

#include "base/cleanup.h"
#include "client_auth.h"
#include "document.h"

enum { HTTP_OK = 200, HTTP_TOO_MANY_REQUESTS = 429, HTTP_SERVER_ERROR = 500 };

// RFC 9110 15.6, RFC 6585 4: a provider in trouble, not one that is set up wrongly.
bool provider_is_busy(const struct http_answer *answer)
{
  return answer->status == HTTP_TOO_MANY_REQUESTS || answer->status >= HTTP_SERVER_ERROR;
}

enum status provider_refuse(struct exchange *x, const char *what, const struct http_answer *answer,
                            const struct cJSON *body)
{
  const char *error = body != NULL ? document_string(body, "error") : NULL;
  const char *description = body != NULL ? document_string(body, "error_description") : NULL;
  enum failure reason = provider_is_busy(answer) ? FAILURE_UNREACHABLE : FAILURE_MISCONFIGURED;
  if (error == NULL) {
    return refusal_set(&x->refusal, reason, "%s: HTTP %ld without a reason", what, answer->status);
  }
  struct shown shown_error = refusal_show(error, strlen(error));
  struct shown shown_description =
      refusal_show(description != NULL ? description : "", description != NULL ? strlen(description) : 0);
  return refusal_set(&x->refusal, reason, "%s: HTTP %ld: %s%s%s", what, answer->status, shown_error.text,
                     description != NULL ? ": " : "", shown_description.text);
}

enum status provider_parse(struct exchange *x, const char *what, const struct http_answer *answer,
                           struct cJSON **ret_document)
{
  if (!answer->is_json) {
    return refusal_set(&x->refusal, FAILURE_MISCONFIGURED, "%s: the answer is not of type application/json", what);
  }
  enum status status = document_parse(answer->body.data, answer->body.length, ret_document);
  if (status == STATUS_INVALID || status == STATUS_TOO_LARGE) {
    return refusal_set(&x->refusal, FAILURE_MISCONFIGURED, "%s: the answer is not a JSON object as RFC 8259 has it",
                       what);
  }
  return status;
}

enum status provider_get(struct exchange *x, const char *what, const struct http_request *request,
                         struct cJSON **ret_document)
{
  struct http_answer answer CLEANUP(http_answer_done) = {0};
  enum status status = http_send(x->http, request, &x->refusal, &answer);
  if (status != STATUS_OK) {
    return status;
  }
  if (answer.status != HTTP_OK) {
    return provider_refuse(x, what, &answer, NULL);
  }
  return provider_parse(x, what, &answer, ret_document);
}

enum status provider_post(struct exchange *x, const char *url, struct bytes *form, struct http_answer *ret_answer)
{
  struct client_auth_parts parts CLEANUP(client_auth_done) = {0};
  struct http_request request = {.url = url, .form = form};
  enum status status = client_auth_add(x, form, &parts, &request);
  return status != STATUS_OK ? status : http_send(x->http, &request, &x->refusal, ret_answer);
}

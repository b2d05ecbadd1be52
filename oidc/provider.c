// SPDX-License-Identifier: Apache-2.0
#include "provider.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "client_auth.h"
#include "document.h"

enum {
  HTTP_OK = 200,
  HTTP_UNAUTHORIZED = 401,
  HTTP_TOO_MANY_REQUESTS = 429,
  HTTP_SERVER_ERROR = 500,
  HTTP_BAD_GATEWAY = 502,
  HTTP_GATEWAY_TIMEOUT = 504,
  RETRY_FIRST_MS = 250,
  RETRY_LONGEST_MS = 4000,
  RETRY_FOR_MS = 30 * 1000,
  LOST_MAX = 2, // connections in a row, after which nobody is there
  RETRY_AFTER_MAX_S = 86400
};

// RFC 9110 15.6, RFC 6585 4: a provider in trouble, not one that is set up wrongly.
bool provider_is_busy(const struct http_answer *answer)
{
  return answer->status == HTTP_TOO_MANY_REQUESTS || answer->status >= HTTP_SERVER_ERROR;
}

const char *provider_error(const struct cJSON *body)
{
  const struct cJSON *error = document_value(body, "error");
  const char *name = document_text(error);
  return error == NULL || name != NULL ? name : "";
}

static enum failure_reason reason_of(const struct http_answer *answer, const char *error)
{
  if (answer->status == HTTP_TOO_MANY_REQUESTS || strcmp(error, "rate_limit_exceeded") == 0) { // Google: with 403
    return FAILURE_BUSY;
  }
  if (provider_is_busy(answer)) {
    return FAILURE_UNREACHABLE;
  }
  // RFC 6749 5.2: what fails with 401 is the client's authentication, whatever Keycloak calls it.
  bool client = strcmp(error, "invalid_client") == 0 ||
                (answer->status == HTTP_UNAUTHORIZED && strcmp(error, "unauthorized_client") == 0);
  return client ? FAILURE_CLIENT : FAILURE_MISCONFIGURED;
}

// What some APIs call the two members of RFC 6749 5.2 instead: Google's limits, Okta's.
static const char *text_of(const struct cJSON *body, const char *const *names, size_t count)
{
  for (size_t i = 0; body != NULL && i < count; i++) {
    const char *text = document_string(body, names[i]);
    if (text != NULL && text[0] != '\0') {
      return text;
    }
  }
  return NULL;
}

// Microsoft's go on in further lines with numbers that mean something to Microsoft.
struct shown provider_description(const struct cJSON *body)
{
  static const char *const NAMES[] = {"error_description", "errorSummary"};
  const char *text = text_of(body, NAMES, COUNT_OF(NAMES));
  const char *line_end = text != NULL ? strstr(text, "\r\n") : NULL;
  size_t length = line_end != NULL ? (size_t)(line_end - text) : text != NULL ? strlen(text) : 0;
  return failure_show(text != NULL ? text : "", length);
}

static uint32_t retry_after_s(const struct http_answer *answer)
{
  int64_t said_s = provider_is_busy(answer) ? answer->retry_after_s : 0;
  return (uint32_t)(said_s < RETRY_AFTER_MAX_S ? said_s : RETRY_AFTER_MAX_S);
}

static void show_later(const struct http_answer *answer, char later[static 64])
{
  later[0] = '\0';
  if (answer->status == HTTP_TOO_MANY_REQUESTS && answer->retry_after_s > 0 &&
      answer->retry_after_s <= RETRY_AFTER_MAX_S) {
    (void)snprintf(later, 64, " (Retry-After: %lld)", (long long)answer->retry_after_s);
  }
}

enum status provider_refuse(struct exchange *x, const char *what, const struct http_answer *answer,
                            const struct cJSON *body)
{
  static const char *const NAMES[] = {"error", "errorCode", "error_code"};
  const char *error = text_of(body, NAMES, COUNT_OF(NAMES));
  struct shown description = provider_description(body);
  char later[64];
  show_later(answer, later);
  if (error == NULL) {
    (void)failure_set(&x->failure, reason_of(answer, ""), "%s: HTTP %ld without a reason%s", what, answer->status,
                      later);
  } else {
    struct shown shown = failure_show(error, strlen(error));
    (void)failure_set(&x->failure, reason_of(answer, error), "%s: HTTP %ld: %s%s%s%s", what, answer->status, shown.text,
                      description.text[0] != '\0' ? ": " : "", description.text, later);
  }
  x->failure.retry_after_s = retry_after_s(answer);
  return STATUS_REFUSED;
}

enum status provider_parse(struct exchange *x, const char *what, const struct http_answer *answer,
                           struct cJSON **ret_document)
{
  if (answer->is_page) {
    return failure_set(&x->failure, FAILURE_MISCONFIGURED, "%s: the answer is a page of HTML", what);
  }
  enum status status = document_parse(answer->body.data, answer->body.length, ret_document);
  if (status == STATUS_INVALID || status == STATUS_TOO_LARGE) {
    return failure_set(&x->failure, FAILURE_MISCONFIGURED, "%s: the answer is not a JSON object as RFC 8259 has it",
                       what);
  }
  return status;
}

// How long to wait before the same is asked once more; -1: it is not.
static int64_t pause_ms(const struct exchange *x, enum status status, const struct http_answer *answer, int tries)
{
  int64_t grown_ms = tries < 4 ? (int64_t)RETRY_FIRST_MS << tries : RETRY_LONGEST_MS;
  if (status == STATUS_IO) {
    return http_was_lost(x->http) && tries < LOST_MAX ? grown_ms : -1;
  }
  bool passing = answer->status >= HTTP_BAD_GATEWAY && answer->status <= HTTP_GATEWAY_TIMEOUT;
  bool told = answer->status == HTTP_TOO_MANY_REQUESTS && answer->retry_after_s > 0;
  if (status != STATUS_OK || (!passing && !told) || answer->retry_after_s > RETRY_FOR_MS / 1000) {
    return -1;
  }
  return answer->retry_after_s * 1000 > grown_ms ? answer->retry_after_s * 1000 : grown_ms;
}

// How one of several attempts to ask the same went.
struct attempt {
  enum status status;
  struct http_answer answer;
  struct failure failure;
};

static void attempt_done(struct attempt *attempt)
{
  http_answer_done(&attempt->answer);
}

// Whether the same is to be asked once more; the pause before that has passed then, and ATTEMPT has what this one left.
static enum status wait_to_ask(struct exchange *x, struct attempt *attempt, int64_t wait_ms, int64_t until_ms,
                               bool *ret_again)
{
  int64_t next_ms = clock_monotonic_ms() + wait_ms;
  *ret_again = wait_ms >= 0 && next_ms < until_ms && next_ms < http_until_ms(x->http);
  if (!*ret_again) {
    return STATUS_OK;
  }
  attempt->failure = x->failure;
  x->failure = (struct failure){0};
  return http_wait(x->http, next_ms);
}

static enum status give(struct exchange *x, struct attempt *attempt, const struct failure *failure,
                        struct http_answer *ret_answer)
{
  x->failure = *failure;
  *ret_answer = attempt->answer;
  attempt->answer = (struct http_answer){0};
  return attempt->status;
}

static bool had_no_time(const struct exchange *x, enum status status)
{
  return (status == STATUS_TIMEOUT || status == STATUS_IO) && clock_left_ms(http_until_ms(x->http)) <= HTTP_CLOCKS_MS;
}

enum status provider_ask(struct exchange *x, provider_send *send, const void *context, struct http_answer *ret_answer)
{
  struct attempt last CLEANUP(attempt_done) = {0};
  int64_t until_ms = 0;
  for (int tries = 0;; tries++) {
    struct attempt this CLEANUP(attempt_done) = {0};
    bool again = false;
    this.status = send(x, context, &this.answer);
    if (had_no_time(x, this.status) && tries > 0) { // the one before it says more of the provider
      return give(x, &last, &last.failure, ret_answer);
    }
    until_ms = tries == 0 ? clock_monotonic_ms() + RETRY_FOR_MS : until_ms;
    enum status waited = wait_to_ask(x, &this, pause_ms(x, this.status, &this.answer, tries), until_ms, &again);
    if (waited != STATUS_OK) {
      return waited;
    }
    if (!again) {
      return give(x, &this, &x->failure, ret_answer);
    }
    attempt_done(&last);
    last = this;
    this = (struct attempt){0};
  }
}

enum status provider_read(struct exchange *x, const char *what, const struct http_answer *answer,
                          struct cJSON **ret_document)
{
  struct cJSON *document CLEANUP(document_done) = NULL;
  enum status status = provider_parse(x, what, answer, &document);
  if (status == STATUS_NO_MEMORY) {
    return status;
  }
  if (answer->status != HTTP_OK || provider_error(document) != NULL) {
    return provider_refuse(x, what, answer, document);
  }
  if (status != STATUS_OK) {
    return status;
  }
  *ret_document = document;
  document = NULL;
  return STATUS_OK;
}

static enum status get(struct exchange *x, const void *context, struct http_answer *ret_answer)
{
  return http_send(x->http, context, &x->failure, ret_answer);
}

enum status provider_get(struct exchange *x, const char *what, const struct http_request *request,
                         struct cJSON **ret_document)
{
  struct http_answer answer CLEANUP(http_answer_done) = {0};
  enum status status = provider_ask(x, get, request, &answer);
  return status != STATUS_OK ? status : provider_read(x, what, &answer, ret_document);
}

// An error, or something else than was asked for.
static enum status refuse_no_list(struct exchange *x, const char *what, const struct http_answer *answer)
{
  struct cJSON *document CLEANUP(document_done) = NULL;
  enum status status = provider_read(x, what, answer, &document);
  return status != STATUS_OK ? status
                             : failure_set(&x->failure, FAILURE_MISCONFIGURED, "%s: the answer is no JSON array", what);
}

// Wrapped, so that the same strict reader reads it.
static enum status read_list(struct exchange *x, const char *what, struct http_answer *answer,
                             struct cJSON **ret_document)
{
  struct bytes whole CLEANUP(bytes_done) = BYTES_EMPTY;
  const char *text = bytes_text(&answer->body);
  if (answer->status != HTTP_OK || text[strspn(text, " \t\r\n")] != '[') {
    return refuse_no_list(x, what, answer);
  }
  enum status status = bytes_append_text(&whole, "{\"" PROVIDER_LIST "\":");
  if (status != STATUS_OK) {
    return status;
  }
  status = bytes_append(&whole, answer->body.data, answer->body.length);
  if (status != STATUS_OK) {
    return status;
  }
  status = bytes_append_text(&whole, "}");
  if (status != STATUS_OK) {
    return status;
  }
  bytes_done(&answer->body);
  bytes_take(&answer->body, &whole);
  return provider_read(x, what, answer, ret_document);
}

enum status provider_get_list(struct exchange *x, const char *what, const struct http_request *request,
                              struct cJSON **ret_document)
{
  struct http_answer answer CLEANUP(http_answer_done) = {0};
  struct cJSON *document CLEANUP(document_done) = NULL;
  enum status status = provider_ask(x, get, request, &answer);
  if (status != STATUS_OK) {
    return status;
  }
  status = read_list(x, what, &answer, &document);
  if (status != STATUS_OK) {
    return status;
  }
  if (!document_is_array(document_member(document, PROVIDER_LIST))) {
    return failure_set(&x->failure, FAILURE_MISCONFIGURED, "%s: the answer is no JSON array", what);
  }
  *ret_document = document;
  document = NULL;
  return STATUS_OK;
}

enum status provider_post(struct exchange *x, const char *url, struct bytes *form, struct http_answer *ret_answer)
{
  struct client_auth_parts parts CLEANUP(client_auth_done) = {0};
  struct http_request request = {.url = url, .form = form};
  enum status status = client_auth_add(x, form, &parts, &request);
  return status != STATUS_OK ? status : http_send(x->http, &request, &x->failure, ret_answer);
}

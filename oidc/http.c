// SPDX-License-Identifier: Apache-2.0
#include "http.h"

#include <curl/curl.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/url.h"
#include "curl_options.h"
#include "helper/parent.h"
#include "http_error.h"
#include "http_hosts.h"
#include "http_options.h"
#include "memory.h"
#include "transfer.h"

enum { CODE_TOO_LARGE = 100 }; // CURLE_TOO_LARGE, for which libcurl before 8.6 has no name

struct http {
  CURLM *multi;
  CURL *easy;
  struct curl_slist *headers;
  struct curl_slist *hosts; // resolved
  struct http_settings settings;
  bool was_lost;        // the connection of the last request
  bool plain;           // the request under way is http, to loopback
  size_t header_length; // received in this request
  size_t limit_met;     // what was received is longer than this; 0: nothing is
  struct bytes *body;   // where the body goes
  int64_t limit_ms;     // of the requests at present, monotonic; 0: none
  uint32_t requests;
  uint32_t connections;
  int64_t certificate_ends_at_s;
  char problem[CURL_ERROR_SIZE];
};

void http_answer_done(struct http_answer *answer)
{
  bytes_done(&answer->body);
  *answer = (struct http_answer){0};
}

enum status http_start_up(void)
{
  CURLcode code = curl_global_init_mem(CURL_GLOBAL_DEFAULT, memory_alloc, memory_free, memory_realloc, memory_strdup,
                                       memory_calloc);
  return code == CURLE_OK ? STATUS_OK : STATUS_NO_MEMORY;
}

static size_t receive_body(char *data, size_t one, size_t length, void *context)
{
  struct http *http = context;
  (void)one;
  if (length > HTTP_BODY_MAX - http->body->length) {
    http->limit_met = HTTP_BODY_MAX;
    return 0;
  }
  return bytes_append(http->body, data, length) == STATUS_OK ? length : 0;
}

static size_t receive_header(char *data, size_t one, size_t length, void *context)
{
  struct http *http = context;
  (void)data;
  (void)one;
  if (length > HTTP_HEADERS_MAX - http->header_length) {
    http->limit_met = HTTP_HEADERS_MAX;
    return 0;
  }
  http->header_length += length;
  return length;
}

static bool set_callbacks(struct http *http)
{
  CURL *e = http->easy;
  bool ok = curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, receive_body) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_WRITEDATA, http) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, receive_header) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_HEADERDATA, http) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, transfer_open_socket) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, &http->plain) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_HTTPHEADER, http->headers) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_CERTINFO, http->settings.wants_certificate ? 1L : 0L) == CURLE_OK;
  return ok && curl_easy_setopt(e, CURLOPT_ERRORBUFFER, http->problem) == CURLE_OK;
}

enum status http_new(const struct http_settings *settings, struct http **ret_http)
{
  struct http *http CLEANUP(http_done) = calloc(1, sizeof *http);
  if (http == NULL) {
    return STATUS_NO_MEMORY;
  }
  http->settings = *settings;
  http->multi = curl_multi_init();
  http->easy = curl_easy_init();
  http->headers = curl_slist_append(NULL, "Accept: application/json");
  if (http->multi == NULL || http->easy == NULL || http->headers == NULL) {
    return STATUS_NO_MEMORY;
  }
  if (!set_callbacks(http) || !curl_options_fix(http->easy) || !curl_options_trust(http->easy, settings->ca_pem)) {
    return STATUS_NO_MEMORY;
  }
  *ret_http = http;
  http = NULL;
  return STATUS_OK;
}

void http_free(struct http *http)
{
  if (http != NULL) {
    curl_easy_cleanup(http->easy);
    if (http->multi != NULL) {
      (void)curl_multi_cleanup(http->multi);
    }
    curl_slist_free_all(http->headers);
    curl_slist_free_all(http->hosts);
    free(http);
  }
}

void http_done(struct http **http)
{
  http_free(*http);
  *http = NULL;
}

static bool set_request(struct http *http, const struct http_request *request, int64_t connect_by_ms)
{
  CURL *e = http->easy;
  long left = clock_left_ms(http_until_ms(http));
  left = left > 0 ? left : 1; // 0 would be no limit
  long total = left < HTTP_REQUEST_TIMEOUT_MS ? left : HTTP_REQUEST_TIMEOUT_MS;
  long connect = clock_left_ms(connect_by_ms);
  connect = connect < HTTP_CONNECT_TIMEOUT_MIN_MS ? HTTP_CONNECT_TIMEOUT_MIN_MS : connect;
  http->plain = strncmp(request->url, "http:", 5) == 0;
  bool ok = curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, http->plain ? "http" : "https") == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_URL, request->url) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_RESOLVE, http->hosts) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, total) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, connect) == CURLE_OK;
  return ok && http_options_request(e, request);
}

static enum status explain(const struct http *http, const char *url, CURLcode code, struct failure *r)
{
  struct shown where = failure_show(url, strlen(url));
  const char *words = http->problem[0] != '\0' ? http->problem : curl_easy_strerror(code);
  struct shown why = failure_show(words, strlen(words));
  // libcurl says either of a header line that is longer than it takes.
  bool too_long = code == CURLE_OUT_OF_MEMORY || (int)code == CODE_TOO_LARGE;
  bool no_room = code == CURLE_OUT_OF_MEMORY || (code == CURLE_WRITE_ERROR && http->limit_met == 0);
  if (no_room && !memory_is_left(HTTP_BODY_MAX)) {
    return STATUS_NO_MEMORY;
  }
  if (http->limit_met > 0 || too_long) {
    size_t limit = http->limit_met > 0 ? http->limit_met : HTTP_HEADERS_MAX;
    return failure_set(r, FAILURE_MISCONFIGURED, "%s: the %s longer than %zu bytes", where.text,
                       limit == HTTP_BODY_MAX ? "answer is" : "answer's headers are", limit);
  }
  if (http_error_is_tls(code, words)) {
    return failure_set(r, FAILURE_TLS, "%s: %s", where.text, why.text);
  }
  if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WRITE_ERROR) {
    return failure_set(r, FAILURE_MISCONFIGURED, "%s: %s", where.text, why.text);
  }
  (void)failure_set(r, FAILURE_UNREACHABLE, "%s: %s", where.text, why.text);
  return clock_left_ms(http->settings.deadline_ms) <= HTTP_CLOCKS_MS ? STATUS_TIMEOUT : STATUS_IO;
}

// Providers call their JSON all sorts of things, but never a page.
static bool names_page(const char *type)
{
  static const char *const PAGES[] = {"text/html", "application/xhtml+xml"};
  size_t length = type != NULL ? strcspn(type, "; \t") : 0;
  for (size_t i = 0; i < COUNT_OF(PAGES); i++) {
    if (length == strlen(PAGES[i]) && strncasecmp(type, PAGES[i], length) == 0) {
      return true;
    }
  }
  return false;
}

// The server's own is the first of the chain.
static void take_certificate(struct http *http)
{
  static const char NAME[] = "Expire date:";
  struct curl_certinfo *chain = NULL;
  if (!http->settings.wants_certificate || curl_easy_getinfo(http->easy, CURLINFO_CERTINFO, &chain) != CURLE_OK ||
      chain == NULL || chain->num_of_certs < 1) {
    return;
  }
  for (const struct curl_slist *line = chain->certinfo[0]; line != NULL; line = line->next) {
    if (strncmp(line->data, NAME, sizeof NAME - 1) == 0) {
      time_t at_s = curl_getdate(line->data + sizeof NAME - 1, NULL);
      http->certificate_ends_at_s = at_s > 0 ? at_s : 0;
    }
  }
}

static enum status take_answer(struct http *http, const char *url, struct failure *r, struct http_answer *answer)
{
  long connections = 0;
  const char *type = NULL;
  curl_off_t retry_after_s = 0;
  (void)curl_easy_getinfo(http->easy, CURLINFO_RESPONSE_CODE, &answer->status);
  (void)curl_easy_getinfo(http->easy, CURLINFO_CONTENT_TYPE, &type);
  (void)curl_easy_getinfo(http->easy, CURLINFO_NUM_CONNECTS, &connections);
  http->connections += (uint32_t)connections;
  answer->is_page = names_page(type);
  take_certificate(http);
  if (curl_easy_getinfo(http->easy, CURLINFO_RETRY_AFTER, &retry_after_s) == CURLE_OK && retry_after_s > 0) {
    answer->retry_after_s = retry_after_s;
  }
  if (answer->status >= 300 && answer->status <= 399) {
    struct shown where = failure_show(url, strlen(url));
    return failure_set(r, FAILURE_MISCONFIGURED, "%s: redirects (HTTP %ld), which is not followed", where.text,
                       answer->status);
  }
  return STATUS_OK;
}

static enum status send_request(struct http *http, const struct http_request *request, int64_t connect_by_ms,
                                struct failure *r, struct http_answer *answer)
{
  CURLcode code = CURLE_OK;
  http->body = &answer->body;
  http->header_length = 0;
  http->limit_met = 0;
  http->problem[0] = '\0';
  if (!set_request(http, request, connect_by_ms) || curl_multi_add_handle(http->multi, http->easy) != CURLM_OK) {
    return STATUS_NO_MEMORY;
  }
  http->requests++;
  enum status status = transfer_run(http->multi, http->settings.parent_fd, http->settings.deadline_ms, &code);
  if (status == STATUS_OK && code == CURLE_OK) {
    status = take_answer(http, request->url, r, answer);
  } else if (status == STATUS_OK || status == STATUS_TIMEOUT) {
    status = explain(http, request->url, status == STATUS_OK ? code : CURLE_OPERATION_TIMEDOUT, r);
  }
  http->was_lost = status == STATUS_IO && http_error_is_lost(code, http->problem);
  (void)curl_multi_remove_handle(http->multi, http->easy);
  http->body = NULL;
  return status;
}

// To find the address is a part of connecting.
static enum status resolve_and_send(struct http *http, const struct http_request *request, struct failure *r,
                                    struct http_answer *answer)
{
  int64_t connect_by_ms = clock_monotonic_ms() + HTTP_CONNECT_TIMEOUT_MS;
  connect_by_ms = connect_by_ms < http_until_ms(http) ? connect_by_ms : http_until_ms(http);
  enum status status = http_hosts_add(&http->hosts, request->url, http->settings.parent_fd, connect_by_ms, r);
  if (status == STATUS_IO && clock_left_ms(http->settings.deadline_ms) == 0) {
    return STATUS_TIMEOUT;
  }
  return status != STATUS_OK ? status : send_request(http, request, connect_by_ms, r, answer);
}

enum status http_send(struct http *http, const struct http_request *request, struct failure *r,
                      struct http_answer *ret_answer)
{
  struct http_answer answer CLEANUP(http_answer_done) = {0};
  struct shown where = failure_show(request->url, strlen(request->url));
  if (!url_is_endpoint(request->url, http->settings.allow_loopback_http)) {
    return failure_set(r, FAILURE_MISCONFIGURED, "%s: not an https URL", where.text);
  }
  if (clock_left_ms(http->settings.deadline_ms) == 0) {
    (void)failure_set(r, FAILURE_UNREACHABLE, "%s: the time is up", where.text);
    return STATUS_TIMEOUT;
  }
  enum status status = resolve_and_send(http, request, r, &answer);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_answer = answer;
  answer = (struct http_answer){0};
  return STATUS_OK;
}

enum status http_wait(const struct http *http, int64_t until_ms)
{
  return parent_wait(http->settings.parent_fd, until_ms);
}

void http_limit(struct http *http, int64_t until_ms)
{
  http->limit_ms = until_ms;
}

bool http_was_lost(const struct http *http)
{
  return http->was_lost;
}

int64_t http_until_ms(const struct http *http)
{
  bool limited = http->limit_ms > 0 && http->limit_ms < http->settings.deadline_ms;
  return limited ? http->limit_ms : http->settings.deadline_ms;
}

int64_t http_certificate_ends_at_s(const struct http *http)
{
  return http->certificate_ends_at_s;
}

int64_t http_deadline_ms(const struct http *http)
{
  return http->settings.deadline_ms;
}

uint32_t http_requests(const struct http *http)
{
  return http->requests;
}

uint32_t http_connections(const struct http *http)
{
  return http->connections;
}

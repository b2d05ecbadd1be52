// SPDX-License-Identifier: Apache-2.0
#include "device.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "base/url.h"
#include "document.h"
#include "helper/form.h"
#include "protocol/oauth.h"
#include "provider.h"

void device_codes_done(struct device_codes *codes)
{
  bytes_done(&codes->device_code);
  explicit_bzero(codes, sizeof *codes);
}

static enum status refuse(struct exchange *x, const char *member)
{
  return failure_set(&x->failure, FAILURE_MISCONFIGURED, "RFC 8628 3.2: %s is missing or not legal", member);
}

static enum status read_codes(struct exchange *x, const struct cJSON *answer, struct device_codes *codes)
{
  const char *device_code = document_string(answer, "device_code");
  const char *user_code = document_string(answer, "user_code");
  struct message_code *shown = &codes->shown;
  if (device_code == NULL || !oauth_is_visible(device_code, strlen(device_code))) {
    return refuse(x, "device_code");
  }
  if (user_code == NULL || !oauth_is_visible(user_code, strlen(user_code)) || strstr(user_code, "  ") != NULL ||
      text_copy(user_code, shown->user_code, sizeof shown->user_code)) {
    return refuse(x, "user_code");
  }
  return bytes_append_text(&codes->device_code, device_code);
}

static enum status read_address(struct exchange *x, const struct cJSON *answer, const char *name, char *url)
{
  const char *value = document_string(answer, name);
  if (value == NULL || !url_is_for_people(value, x->request->allow_loopback_http == 1) ||
      text_copy(value, url, PROTOCOL_URL_SIZE) != STATUS_OK) {
    return refuse(x, name);
  }
  return STATUS_OK;
}

// The complete address is a convenience: one that says nothing, or that no terminal would show, is left out.
static bool has_complete(const struct cJSON *answer)
{
  const char *complete = document_string(answer, "verification_uri_complete");
  bool useless = complete != NULL && (complete[0] == '\0' || strlen(complete) >= PROTOCOL_URL_SIZE);
  return document_value(answer, "verification_uri_complete") != NULL && !useless;
}

// Google and Microsoft's older endpoints call it "verification_url", as drafts of RFC 8628 did.
static enum status read_addresses(struct exchange *x, const struct cJSON *answer, struct message_code *shown)
{
  bool draft = document_value(answer, "verification_uri") == NULL && document_value(answer, "verification_url") != NULL;
  enum status status =
      read_address(x, answer, draft ? "verification_url" : "verification_uri", shown->verification_uri);
  if (status != STATUS_OK) {
    return status;
  }
  if (has_complete(answer)) {
    return read_address(x, answer, "verification_uri_complete", shown->verification_uri_complete);
  }
  return STATUS_OK;
}

// ADFS and old versions of Microsoft's endpoints write their integers as strings.
static enum status read_seconds(const struct cJSON *answer, const char *name, int64_t min, int64_t *ret_seconds)
{
  const char *text = document_string(answer, name);
  if (document_value(answer, name) == NULL) {
    return STATUS_NOT_FOUND;
  }
  return text != NULL ? text_to_i64(text, min, INT32_MAX, ret_seconds)
                      : document_integer(answer, name, min, INT32_MAX, ret_seconds);
}

static enum status read_times(struct exchange *x, const struct cJSON *answer, struct device_codes *codes)
{
  int64_t expires_in = 0;
  int64_t interval = DEVICE_INTERVAL_DEFAULT_S;
  if (read_seconds(answer, "expires_in", 1, &expires_in) != STATUS_OK) {
    return refuse(x, "expires_in");
  }
  enum status status = read_seconds(answer, "interval", 0, &interval);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return refuse(x, "interval");
  }
  if (interval < DEVICE_INTERVAL_MIN_S) {
    interval = DEVICE_INTERVAL_MIN_S;
  }
  if (interval > DEVICE_INTERVAL_MAX_S) {
    interval = DEVICE_INTERVAL_MAX_S;
  }
  codes->shown.expires_in_s = (uint32_t)expires_in;
  codes->interval_s = (uint32_t)interval;
  return STATUS_OK;
}

enum status device_read(struct exchange *x, const struct cJSON *answer, struct device_codes *ret_codes)
{
  struct device_codes codes CLEANUP(device_codes_done) = {0};
  enum status status = read_codes(x, answer, &codes);
  if (status != STATUS_OK) {
    return status;
  }
  status = read_addresses(x, answer, &codes.shown);
  if (status != STATUS_OK) {
    return status;
  }
  status = read_times(x, answer, &codes);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_codes = codes;
  codes.device_code = (struct bytes)BYTES_EMPTY;
  return STATUS_OK;
}

// OIDC Core 11: a refresh token is asked for by a scope.
static enum status add_scopes(const struct exchange *x, struct bytes *form)
{
  char scopes[OAUTH_SCOPES_SIZE];
  bool offline = x->request->offline != 0 && x->knows_offline;
  enum status status =
      oauth_add_scope(x->scopes != NULL ? x->scopes : x->request->scopes, offline ? OAUTH_OFFLINE : "", scopes);
  return status != STATUS_OK ? status : form_add(form, "scope", scopes);
}

// The form is made anew each time: an assertion in it is good for one use.
static enum status post(struct exchange *x, const void *context, struct http_answer *ret_answer)
{
  struct bytes form CLEANUP(bytes_done) = BYTES_EMPTY;
  (void)context;
  enum status status = add_scopes(x, &form);
  return status != STATUS_OK ? status : provider_post(x, x->found.device_authorization_endpoint, &form, ret_answer);
}

enum status device_authorize(struct exchange *x, struct device_codes *ret_codes)
{
  struct http_answer answer CLEANUP(http_answer_done) = {0};
  struct cJSON *document CLEANUP(document_done) = NULL;
  enum status status = provider_ask(x, post, NULL, &answer);
  if (status != STATUS_OK) {
    return status;
  }
  status = provider_read(x, "device authorization", &answer, &document);
  return status != STATUS_OK ? status : device_read(x, document, ret_codes);
}

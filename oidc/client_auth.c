// SPDX-License-Identifier: Apache-2.0
#include "client_auth.h"

#include <string.h>

#include "assertion.h"
#include "base/cleanup.h"
#include "base/url.h"
#include "helper/form.h"
#include "jose.h"
#include "protocol/oauth.h"

void client_auth_done(struct client_auth_parts *parts)
{
  bytes_done(&parts->user);
  bytes_done(&parts->password);
}

// An answer may repeat what an earlier request showed, too.
static void keep_earlier(struct exchange *x)
{
  struct bytes *slot = &x->earlier[x->earlier_count % EXCHANGE_EARLIER];
  if (x->credential.length > 0) {
    bytes_done(slot);
    bytes_take(slot, &x->credential);
    x->earlier_count++;
  }
}

// What stands behind "Basic " in the header (RFC 7617 2): libcurl writes it, this only knows it.
static enum status keep_basic(struct exchange *x, const struct client_auth_parts *parts)
{
  struct bytes pair CLEANUP(bytes_done) = BYTES_EMPTY;
  keep_earlier(x);
  enum status status = bytes_append(&pair, bytes_text(&parts->user), parts->user.length);
  if (status != STATUS_OK) {
    return status;
  }
  status = bytes_append_text(&pair, ":");
  if (status != STATUS_OK) {
    return status;
  }
  status = bytes_append(&pair, bytes_text(&parts->password), parts->password.length);
  if (status != STATUS_OK) {
    return status;
  }
  status = jose_encode(pair.data, pair.length, &x->credential);
  if (status != STATUS_OK) {
    return status;
  }
  for (size_t i = 0; i < x->credential.length; i++) {
    char *at = &x->credential.data[i];
    *at = (char)(*at == '-' ? '+' : *at == '_' ? '/' : *at); // base64 instead of base64url
  }
  return STATUS_OK;
}

static enum status add_basic(struct exchange *x, struct bytes *form, struct client_auth_parts *parts,
                             struct http_request *http_request)
{
  const struct message_sign_in *request = x->request;
  enum status status = form_encode(&parts->user, request->client_id, strlen(request->client_id));
  if (status != STATUS_OK) {
    return status;
  }
  status = form_encode(&parts->password, bytes_text(&request->client_secret), request->client_secret.length);
  if (status != STATUS_OK) {
    return status;
  }
  status = keep_basic(x, parts);
  if (status != STATUS_OK) {
    return status;
  }
  http_request->user = &parts->user;
  http_request->password = &parts->password;
  // RFC 6749 2.3.1 has it in the header alone; some read it in the form alone, and nobody minds it there.
  return form_add(form, "client_id", request->client_id);
}

static enum status add_post(const struct message_sign_in *request, struct bytes *form)
{
  enum status status = form_add(form, "client_id", request->client_id);
  return status != STATUS_OK ? status : form_add(form, "client_secret", bytes_text(&request->client_secret));
}

// Whatever the endpoint, the assertion is for the token endpoint (OIDC Core 9); RFC 8628 3.1 names no other audience. A
// provider that calls somebody else's endpoint its own gets an assertion that is good at its own issuer alone.
static const char *audience_of(const struct exchange *x)
{
  bool own = url_is_same_origin(x->found.token_endpoint, x->request->issuer);
  return own ? x->found.token_endpoint : x->request->issuer;
}

static enum status add_assertion(struct exchange *x, struct bytes *form)
{
  static const char TYPE[] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
  keep_earlier(x);
  enum status status = assertion_make(x->request, audience_of(x), &x->failure, &x->credential);
  if (status != STATUS_OK) {
    return status;
  }
  status = form_add(form, "client_id", x->request->client_id);
  if (status != STATUS_OK) {
    return status;
  }
  status = form_add(form, "client_assertion_type", TYPE);
  return status != STATUS_OK ? status : form_add(form, "client_assertion", bytes_text(&x->credential));
}

// Whether METHOD could be used with what this client has.
static bool is_possible(const struct message_sign_in *request, enum client_auth method)
{
  return method != CLIENT_AUTH_SECRET_JWT || request->client_secret.length >= OAUTH_HS256_SECRET_MIN;
}

// The secret in the form goes first where it is listed: some providers' device endpoints read nothing else, and tell of
// it in the browser only. "none" is what a provider means that gives secrets to nobody.
static enum client_auth choose(const struct exchange *x, uint32_t without)
{
  static const enum client_auth ORDER[] = {CLIENT_AUTH_POST, CLIENT_AUTH_BASIC, CLIENT_AUTH_SECRET_JWT,
                                           CLIENT_AUTH_NONE};
  uint8_t first = x->request->auth_first;
  if (first > 0 && first <= CLIENT_AUTH_AUTO && (without & 1U << (first - 1)) == 0) { // as a test has found before
    return (enum client_auth)(first - 1);
  }
  for (size_t i = 0; i < COUNT_OF(ORDER); i++) {
    bool listed = (x->methods & 1U << ORDER[i]) != 0 && (without & 1U << ORDER[i]) == 0;
    if (listed && is_possible(x->request, ORDER[i])) {
      return ORDER[i];
    }
  }
  return CLIENT_AUTH_AUTO;
}

enum client_auth client_auth_of(const struct exchange *x)
{
  enum client_auth method = (enum client_auth)x->request->client_auth;
  if (method != CLIENT_AUTH_AUTO) {
    return method;
  }
  method = x->request->client_secret.length > 0 ? choose(x, x->methods_tried) : CLIENT_AUTH_NONE;
  return method != CLIENT_AUTH_AUTO ? method : CLIENT_AUTH_BASIC;
}

bool client_auth_next(struct exchange *x)
{
  uint32_t tried = x->methods_tried | 1U << client_auth_of(x);
  bool may = x->failure.reason == FAILURE_CLIENT && x->request->tries_auth == 1 &&
             x->request->client_auth == CLIENT_AUTH_AUTO && x->request->client_secret.length > 0;
  if (!may || choose(x, tried) == CLIENT_AUTH_AUTO) {
    return false;
  }
  x->methods_tried = tried;
  x->failure = (struct failure){0};
  return true;
}

enum status client_auth_add(struct exchange *x, struct bytes *form, struct client_auth_parts *parts,
                            struct http_request *http_request)
{
  switch (client_auth_of(x)) {
  case CLIENT_AUTH_NONE: return form_add(form, "client_id", x->request->client_id);
  case CLIENT_AUTH_BASIC: return add_basic(x, form, parts, http_request);
  case CLIENT_AUTH_POST: return add_post(x->request, form);
  case CLIENT_AUTH_SECRET_JWT:
  case CLIENT_AUTH_PRIVATE_KEY_JWT: return add_assertion(x, form);
  case CLIENT_AUTH_AUTO:
  case CLIENT_AUTH_COUNT: break;
  }
  return STATUS_INVALID;
}

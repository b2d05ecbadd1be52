// SPDX-License-Identifier: Apache-2.0
#include "client_auth.h"

#include <string.h>

#include "assertion.h"
#include "base/cleanup.h"
#include "base/url.h"
#include "form.h"
#include "jose.h"

void client_auth_done(struct client_auth_parts *parts)
{
  bytes_done(&parts->user);
  bytes_done(&parts->password);
}

// What stands behind "Basic " in the header (RFC 7617 2): libcurl writes it, this only knows it.
static enum status keep_basic(struct exchange *x, const struct client_auth_parts *parts)
{
  struct bytes pair CLEANUP(bytes_done) = BYTES_EMPTY;
  bytes_done(&x->credential);
  enum status status = bytes_append(&pair, bytes_text(&parts->user), parts->user.length);
  if (status == STATUS_OK) {
    status = bytes_append_text(&pair, ":");
  }
  if (status == STATUS_OK) {
    status = bytes_append(&pair, bytes_text(&parts->password), parts->password.length);
  }
  if (status == STATUS_OK) {
    status = jose_encode(pair.data, pair.length, &x->credential);
  }
  for (size_t i = 0; i < x->credential.length; i++) {
    char *at = &x->credential.data[i];
    *at = (char)(*at == '-' ? '+' : *at == '_' ? '/' : *at); // base64 instead of base64url
  }
  return status;
}

static enum status add_basic(struct exchange *x, struct client_auth_parts *parts, struct http_request *http_request)
{
  const struct message_sign_in *request = x->request;
  enum status status = form_encode(&parts->user, request->client_id, strlen(request->client_id));
  if (status == STATUS_OK) {
    status = form_encode(&parts->password, bytes_text(&request->client_secret), request->client_secret.length);
  }
  if (status == STATUS_OK) {
    status = keep_basic(x, parts);
  }
  if (status == STATUS_OK) {
    http_request->user = &parts->user;
    http_request->password = &parts->password;
  }
  return status;
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
  bytes_done(&x->credential);
  enum status status = assertion_make(x->request, audience_of(x), &x->refusal, &x->credential);
  if (status == STATUS_OK) {
    status = form_add(form, "client_id", x->request->client_id);
  }
  if (status == STATUS_OK) {
    status = form_add(form, "client_assertion_type", TYPE);
  }
  return status != STATUS_OK ? status : form_add(form, "client_assertion", bytes_text(&x->credential));
}

enum status client_auth_add(struct exchange *x, struct bytes *form, struct client_auth_parts *parts,
                            struct http_request *http_request)
{
  switch ((enum client_auth)x->request->client_auth) {
  case CLIENT_AUTH_NONE: return form_add(form, "client_id", x->request->client_id);
  case CLIENT_AUTH_BASIC: return add_basic(x, parts, http_request);
  case CLIENT_AUTH_POST: return add_post(x->request, form);
  case CLIENT_AUTH_SECRET_JWT:
  case CLIENT_AUTH_PRIVATE_KEY_JWT: return add_assertion(x, form);
  }
  return STATUS_INVALID;
}

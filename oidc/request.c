// SPDX-License-Identifier: Apache-2.0
#include "request.h"

#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/url.h"
#include "client_key.h"
#include "protocol/oauth.h"

bool request_is_for_all(const struct message_sign_in *request, const char *issuer)
{
  bool own_accounts = request->social == 1 && url_is_microsoft_personal(issuer);
  return url_is_tenant_independent(issuer) && !own_accounts;
}

static enum status check_issuer(const struct message_sign_in *request, struct failure *r)
{
  struct shown issuer = failure_show(request->issuer, strlen(request->issuer));
  if (request_is_for_all(request, request->issuer)) {
    return failure_set(r, FAILURE_REQUEST,
                       "issuer: %s speaks for every tenant; the issuer of your own tenant is needed", issuer.text);
  }
  if (!url_is_issuer(request->issuer, request->allow_loopback_http != 0)) {
    return failure_set(r, FAILURE_REQUEST, "issuer: %s is not an https URL without query and fragment", issuer.text);
  }
  return STATUS_OK;
}

// Read once here, so that a key that cannot be used is told of before the provider is asked for anything.
static enum status check_key(const struct bytes *text, struct failure *r)
{
  struct client_key *key CLEANUP(client_key_done) = NULL;
  if (text->length == 0 || memchr(text->data, '\0', text->length) != NULL) {
    return failure_set(r, FAILURE_REQUEST, "client key: empty, or not text");
  }
  return client_key_read(text, r, &key);
}

static enum status check_client(const struct message_sign_in *request, struct failure *r)
{
  const struct bytes *secret = &request->client_secret;
  if (!oauth_is_visible(request->client_id, strlen(request->client_id))) {
    return failure_set(r, FAILURE_REQUEST, "client id: must be printable ASCII and not empty");
  }
  if (request->client_auth >= CLIENT_AUTH_COUNT) {
    return failure_set(r, FAILURE_REQUEST, "client authentication: method %u is not known", request->client_auth);
  }
  if (request->auth_first > 1 + CLIENT_AUTH_SECRET_JWT) {
    return failure_set(r, FAILURE_REQUEST, "client authentication: method %u is not known", request->auth_first - 1);
  }
  if (request->client_auth == CLIENT_AUTH_PRIVATE_KEY_JWT) {
    return check_key(secret, r);
  }
  bool needed =
      request->client_auth != CLIENT_AUTH_NONE && !(request->client_auth == CLIENT_AUTH_AUTO && secret->length == 0);
  if (needed && !oauth_is_visible(bytes_text(secret), secret->length)) {
    return failure_set(r, FAILURE_REQUEST, "client secret: must be printable ASCII and not empty");
  }
  if (request->client_auth == CLIENT_AUTH_SECRET_JWT && secret->length < OAUTH_HS256_SECRET_MIN) {
    return failure_set(r, FAILURE_REQUEST, "client secret: RFC 7518 3.2: HS256 needs %d bytes or more",
                       OAUTH_HS256_SECRET_MIN);
  }
  return STATUS_OK;
}

static enum status check_endpoint(const struct message_sign_in *request, const char *what, const char *url,
                                  struct failure *r)
{
  if (url[0] == '\0' || url_is_endpoint(url, request->allow_loopback_http != 0)) {
    return STATUS_OK;
  }
  struct shown shown = failure_show(url, strlen(url));
  return failure_set(r, FAILURE_REQUEST, "%s: %s is not an https URL", what, shown.text);
}

static enum status check_provider(const struct message_sign_in *request, struct failure *r)
{
  enum status status = check_issuer(request, r);
  if (status != STATUS_OK) {
    return status;
  }
  status = check_endpoint(request, "device endpoint", request->device_endpoint, r);
  return status != STATUS_OK ? status : check_endpoint(request, "key set", request->key_set, r);
}

enum status request_check(const struct message_sign_in *request, struct failure *r)
{
  enum status status = check_provider(request, r);
  if (status != STATUS_OK) {
    return status;
  }
  status = check_client(request, r);
  if (status != STATUS_OK) {
    return status;
  }
  if (!oauth_is_scope_list(request->scopes)) {
    return failure_set(r, FAILURE_REQUEST, "scopes: must be a list with single spaces, \"openid\" among them");
  }
  if (request->email_claim[0] != '\0' && !oauth_is_visible(request->email_claim, strlen(request->email_claim))) {
    return failure_set(r, FAILURE_REQUEST, "email claim: must be printable ASCII");
  }
  if (request->groups_claim[0] != '\0' && !oauth_is_visible(request->groups_claim, strlen(request->groups_claim))) {
    return failure_set(r, FAILURE_REQUEST, "groups claim: must be printable ASCII");
  }
  if (request->audiences[0] != '\0' && !oauth_is_visible(request->audiences, strlen(request->audiences))) {
    return failure_set(r, FAILURE_REQUEST, "audiences: must be printable ASCII");
  }
  if (request->speaks >= SPEAKS_COUNT) {
    return failure_set(r, FAILURE_REQUEST, "provider: kind %u is not known", request->speaks);
  }
  if (request->timeout_s == 0 || request->timeout_s > REQUEST_TIMEOUT_MAX_S) {
    return failure_set(r, FAILURE_REQUEST, "timeout: %u is not 1 to %d seconds", request->timeout_s,
                       REQUEST_TIMEOUT_MAX_S);
  }
  return STATUS_OK;
}

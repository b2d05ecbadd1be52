// SPDX-License-Identifier: Apache-2.0
#include "discovery.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "base/url.h"
#include "document.h"
#include "protocol/oauth.h"
#include "provider.h"
#include "request.h"

static const char WELL_KNOWN[] = "/.well-known/openid-configuration";

enum status discovery_url(const char *issuer, struct bytes *out)
{
  size_t length = strlen(issuer);
  if (length > 0 && issuer[length - 1] == '/') {
    length--;
  }
  enum status status = bytes_append(out, issuer, length);
  return status != STATUS_OK ? status : bytes_append_text(out, WELL_KNOWN);
}

static enum status check_issuer(struct exchange *x, const struct cJSON *document)
{
  const char *issuer = document_string(document, "issuer");
  if (issuer == NULL) {
    return failure_set(&x->failure, FAILURE_MISCONFIGURED, "OIDC Discovery 3: issuer is missing or not a string");
  }
  struct shown shown = failure_show(issuer, strlen(issuer));
  if (request_is_for_all(x->request, issuer)) {
    return failure_set(&x->failure, FAILURE_MISCONFIGURED,
                       "OIDC Discovery 4.3: issuer: %s speaks for every tenant; use the issuer of your own tenant",
                       shown.text);
  }
  // ADFS calls itself by its host in capitals, whatever it is asked by.
  if (!url_is_same_but_host_case(issuer, x->request->issuer) || strlen(issuer) >= PROTOCOL_URL_SIZE) {
    return failure_set(&x->failure, FAILURE_MISCONFIGURED,
                       "OIDC Discovery 4.3: issuer: the provider calls itself %s, which is not the configured issuer",
                       shown.text);
  }
  return STATUS_OK;
}

static enum status read_endpoint(struct exchange *x, const struct cJSON *document, const char *name, char *url)
{
  const char *value = document_string(document, name);
  if (value == NULL) {
    return failure_set(&x->failure, FAILURE_MISCONFIGURED, "OIDC Discovery 3: %s is missing or not a string", name);
  }
  bool usable = url_is_endpoint(value, x->request->allow_loopback_http != 0);
  if (!usable || text_copy(value, url, PROTOCOL_URL_SIZE) != STATUS_OK) {
    struct shown shown = failure_show(value, strlen(value));
    return failure_set(&x->failure, FAILURE_MISCONFIGURED, "OIDC Discovery 3: %s: %s is not an https URL", name,
                       shown.text);
  }
  return STATUS_OK;
}

// One that the request names goes before what is published; it was looked at by request_check().
static enum status choose_endpoint(struct exchange *x, const struct cJSON *document, const char *given,
                                   const char *name, char *url)
{
  return given[0] != '\0' ? text_copy(given, url, PROTOCOL_URL_SIZE) : read_endpoint(x, document, name, url);
}

// Some have the grant and publish no endpoint of it.
static enum status refuse_no_grant(struct exchange *x, const struct cJSON *document)
{
  bool listed = document_holds(document_member(document, "grant_types_supported"),
                               "urn:ietf:params:oauth:grant-type:device_code");
  return failure_set(&x->failure, FAILURE_MISCONFIGURED, "RFC 8628 4: device_authorization_endpoint: %s",
                     listed ? "the provider lists the device grant, and does not publish the endpoint of it"
                            : "the provider does not offer the device grant");
}

static enum status read_endpoints(struct exchange *x, const struct cJSON *document, struct message_found *found)
{
  static const char DEVICE[] = "device_authorization_endpoint";
  if (x->request->device_endpoint[0] == '\0' && document_value(document, DEVICE) == NULL) {
    return refuse_no_grant(x, document);
  }
  enum status status =
      choose_endpoint(x, document, x->request->device_endpoint, DEVICE, found->device_authorization_endpoint);
  if (status != STATUS_OK) {
    return status;
  }
  status = read_endpoint(x, document, "token_endpoint", found->token_endpoint);
  if (status != STATUS_OK) {
    return status;
  }
  status = choose_endpoint(x, document, x->request->key_set, "jwks_uri", found->jwks_uri);
  if (status != STATUS_OK) {
    return status;
  }
  if (document_member(document, "userinfo_endpoint") != NULL) {
    return read_endpoint(x, document, "userinfo_endpoint", found->userinfo_endpoint);
  }
  return STATUS_OK;
}

// OIDC Discovery 3: client_secret_basic if nothing is said.
static uint32_t read_methods(const struct cJSON *document)
{
  static const char *const NAMES[CLIENT_AUTH_AUTO] = {"none", "client_secret_basic", "client_secret_post",
                                                      "client_secret_jwt", "private_key_jwt"};
  const struct cJSON *listed = document_member(document, "token_endpoint_auth_methods_supported");
  uint32_t methods = 0;
  for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
    methods |= document_holds(listed, NAMES[i]) ? 1U << i : 0;
  }
  return methods != 0 ? methods : 1U << CLIENT_AUTH_BASIC;
}

// OIDC Discovery 3: the list is RECOMMENDED. Those that refuse what they do not list give a refresh token without it,
// as Google and GitLab do.
static bool may_know_scope(const struct cJSON *document, const char *scope)
{
  const struct cJSON *listed = document_member(document, "scopes_supported");
  return listed == NULL || document_holds(listed, scope);
}

enum status discovery_read(struct exchange *x, const struct cJSON *document)
{
  struct message_found found = {0};
  enum status status = check_issuer(x, document);
  if (status != STATUS_OK) {
    return status;
  }
  status = read_endpoints(x, document, &found);
  if (status != STATUS_OK) {
    return status;
  }
  status = text_copy(document_string(document, "issuer"), found.issuer, sizeof found.issuer);
  if (status != STATUS_OK) {
    return status;
  }
  x->found = found;
  x->methods = read_methods(document);
  x->knows_offline = may_know_scope(document, OAUTH_OFFLINE);
  return STATUS_OK;
}

enum status discovery_fetch(struct exchange *x)
{
  struct bytes url CLEANUP(bytes_done) = BYTES_EMPTY;
  struct cJSON *document CLEANUP(document_done) = NULL;
  enum status status = discovery_url(x->request->issuer, &url);
  if (status != STATUS_OK) {
    return status;
  }
  struct http_request request = {.url = url.data};
  status = provider_get(x, "discovery document", &request, &document);
  return status != STATUS_OK ? status : discovery_read(x, document);
}

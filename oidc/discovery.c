// SPDX-License-Identifier: Apache-2.0
#include "discovery.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "base/url.h"
#include "document.h"
#include "provider.h"

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
    return refusal_set(&x->refusal, FAILURE_MISCONFIGURED, "OIDC Discovery 3: issuer is missing or not a string");
  }
  struct shown shown = refusal_show(issuer, strlen(issuer));
  if (url_is_tenant_independent(issuer)) {
    return refusal_set(&x->refusal, FAILURE_MISCONFIGURED,
                       "OIDC Discovery 4.3: issuer: %s speaks for every tenant; use the issuer of your own tenant",
                       shown.text);
  }
  if (strcmp(issuer, x->request->issuer) != 0) {
    return refusal_set(&x->refusal, FAILURE_MISCONFIGURED,
                       "OIDC Discovery 4.3: issuer: the provider calls itself %s, which is not the configured issuer",
                       shown.text);
  }
  return STATUS_OK;
}

static enum status read_endpoint(struct exchange *x, const struct cJSON *document, const char *name, char *url)
{
  const char *value = document_string(document, name);
  if (value == NULL) {
    return refusal_set(&x->refusal, FAILURE_MISCONFIGURED, "OIDC Discovery 3: %s is missing or not a string", name);
  }
  bool usable = url_is_endpoint(value, x->request->allow_loopback_http != 0);
  if (!usable || text_copy(value, url, PROTOCOL_URL_SIZE) != STATUS_OK) {
    struct shown shown = refusal_show(value, strlen(value));
    return refusal_set(&x->refusal, FAILURE_MISCONFIGURED, "OIDC Discovery 3: %s: %s is not an https URL", name,
                       shown.text);
  }
  return STATUS_OK;
}

static enum status read_endpoints(struct exchange *x, const struct cJSON *document, struct message_found *found)
{
  enum status status = STATUS_OK;
  if (document_member(document, "device_authorization_endpoint") == NULL) {
    return refusal_set(&x->refusal, FAILURE_MISCONFIGURED,
                       "RFC 8628 4: device_authorization_endpoint: the provider does not offer the device grant");
  }
  status = read_endpoint(x, document, "device_authorization_endpoint", found->device_authorization_endpoint);
  if (status == STATUS_OK) {
    status = read_endpoint(x, document, "token_endpoint", found->token_endpoint);
  }
  if (status == STATUS_OK) {
    status = read_endpoint(x, document, "jwks_uri", found->jwks_uri);
  }
  if (status == STATUS_OK && document_member(document, "userinfo_endpoint") != NULL) {
    status = read_endpoint(x, document, "userinfo_endpoint", found->userinfo_endpoint);
  }
  return status;
}

enum status discovery_read(struct exchange *x, const struct cJSON *document)
{
  struct message_found found = {0};
  enum status status = check_issuer(x, document);
  if (status == STATUS_OK) {
    status = read_endpoints(x, document, &found);
  }
  if (status == STATUS_OK) {
    status = text_copy(x->request->issuer, found.issuer, sizeof found.issuer);
  }
  if (status == STATUS_OK) {
    x->found = found;
  }
  return status;
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

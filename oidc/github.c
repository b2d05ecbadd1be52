// SPDX-License-Identifier: Apache-2.0
#include "github.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "client_auth.h"
#include "document.h"
#include "identity.h"
#include "polling.h"
#include "provider.h"

enum { EMAILS_MAX = 100 };

static const char SCOPES[] = "read:user user:email";

static const char GITHUB_COM[] = "https://github.com";

static bool put(char *url, const char *base, const char *path)
{
  int length = snprintf(url, PROTOCOL_URL_SIZE, "%s%s", base, path);
  return length > 0 && length < PROTOCOL_URL_SIZE;
}

enum status github_find(struct exchange *x)
{
  struct message_found *found = &x->found;
  const char *issuer = x->request->issuer;
  bool own = strcmp(issuer, GITHUB_COM) != 0;
  char api[PROTOCOL_URL_SIZE] = "https://api.github.com";
  bool fits = !own || put(api, issuer, "/api/v3");
  fits = fits && put(found->issuer, issuer, "") &&
         put(found->device_authorization_endpoint, issuer, "/login/device/code") &&
         put(found->token_endpoint, issuer, "/login/oauth/access_token") && put(found->userinfo_endpoint, api, "/user");
  x->scopes = SCOPES;
  x->methods = 1U << CLIENT_AUTH_NONE;
  return fits ? STATUS_OK : failure_set(&x->failure, FAILURE_REQUEST, "issuer: is too long for GitHub's endpoints");
}

static enum status refuse(struct exchange *x, const char *why)
{
  return failure_set(&x->failure, FAILURE_TOKEN, "GitHub: %s", why);
}

// The account's number; what it is called may pass on to somebody else.
static enum status read_user(struct exchange *x, const struct cJSON *user, struct message_authorized *identity)
{
  int64_t number = 0;
  const char *name = document_string(user, "name");
  name = name != NULL ? name : document_string(user, "login");
  if (document_integer(user, "id", 1, INT64_C(1) << 53, &number) != STATUS_OK) {
    return refuse(x, "user: id is missing or no number");
  }
  (void)snprintf(identity->subject, sizeof identity->subject, "%lld", (long long)number);
  if (name != NULL && text_copy_clean(name, strlen(name), identity->name, sizeof identity->name) != STATUS_OK) {
    identity->name[0] = '\0';
  }
  return STATUS_OK;
}

// The one address that is primary counts, and no other.
static enum status read_emails(struct exchange *x, const struct cJSON *emails, struct message_authorized *identity)
{
  const struct cJSON *primary = NULL;
  if (document_count(emails) > EMAILS_MAX) {
    return refuse(x, "user/emails: lists more than 100 addresses");
  }
  for (const struct cJSON *item = document_first(emails); item != NULL; item = document_next(item)) {
    if (!document_is_object(item) || !document_is_true(document_member(item, "primary"))) {
      continue;
    }
    if (primary != NULL) {
      return refuse(x, "user/emails: two addresses are primary");
    }
    primary = item;
  }
  const char *email = primary != NULL ? document_string(primary, "email") : NULL;
  if (email == NULL) {
    return STATUS_OK;
  }
  if (name_fold_email(email, identity->email) != STATUS_OK) {
    identity->email[0] = '\0';
    identity->email_state = EMAIL_ILLEGAL;
    return STATUS_OK;
  }
  identity->email_state = document_is_true(document_member(primary, "verified")) ? EMAIL_VERIFIED : EMAIL_UNVERIFIED;
  return STATUS_OK;
}

static enum status ask(struct exchange *x, const struct tokens *tokens, struct message_authorized *identity)
{
  struct cJSON *user CLEANUP(document_done) = NULL;
  struct cJSON *emails CLEANUP(document_done) = NULL;
  char url[PROTOCOL_URL_SIZE];
  struct http_request request = {.url = x->found.userinfo_endpoint, .bearer = &tokens->access_token};
  enum status status = provider_get(x, "user", &request, &user);
  if (status != STATUS_OK) {
    return status;
  }
  status = read_user(x, user, identity);
  if (status != STATUS_OK) {
    return status;
  }
  if (!put(url, x->found.userinfo_endpoint, "/emails")) {
    return refuse(x, "user/emails: its address is too long");
  }
  request.url = url;
  status = provider_get_list(x, "user/emails", &request, &emails);
  return status != STATUS_OK ? status : read_emails(x, document_member(emails, PROVIDER_LIST), identity);
}

enum status github_identify(struct exchange *x, const struct tokens *tokens, struct message_authorized *ret_identity)
{
  struct message_authorized identity CLEANUP(identity_done) = {.email_state = EMAIL_ABSENT};
  enum status status = ask(x, tokens, &identity);
  if (status != STATUS_OK) {
    return status;
  }
  (void)snprintf(identity.issuer, sizeof identity.issuer, "%s", x->request->issuer);
  (void)snprintf(identity.client_id, sizeof identity.client_id, "%s", x->request->client_id);
  identity.client_auth = (uint8_t)client_auth_of(x);
  identity.requests = http_requests(x->http);
  identity.connections = http_connections(x->http);
  *ret_identity = identity;
  identity.groups = (struct bytes)BYTES_EMPTY;
  return STATUS_OK;
}

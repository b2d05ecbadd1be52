// SPDX-License-Identifier: Apache-2.0
#include "identify.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/url.h"
#include "claims.h"
#include "client_auth.h"
#include "document.h"
#include "group_claim.h"
#include "id_token.h"
#include "identity.h"
#include "strength.h"
#include "userinfo.h"

static const char DEFAULT_EMAIL_CLAIM[] = "email";

static enum status fill_client(const struct exchange *x, struct message_authorized *identity)
{
  enum status status = text_copy(x->request->issuer, identity->issuer, sizeof identity->issuer);
  return status != STATUS_OK ? status
                             : text_copy(x->request->client_id, identity->client_id, sizeof identity->client_id);
}

static enum status fill_proof(const struct exchange *x, const struct id_token *token,
                              struct message_authorized *identity)
{
  const char *key_id = token->key_id != NULL ? token->key_id : "";
  text_escape(key_id, strlen(key_id), identity->key_id, sizeof identity->key_id);
  strength_show(token->claims, identity);
  enum status status = fill_client(x, identity);
  if (status != STATUS_OK) {
    return status;
  }
  return text_copy(token->algorithm->name, identity->algorithm, sizeof identity->algorithm);
}

static const char *email_claim_of(const struct exchange *x)
{
  return x->request->email_claim[0] != '\0' ? x->request->email_claim : DEFAULT_EMAIL_CLAIM;
}

static void hand_over(const struct exchange *x, struct message_authorized *identity,
                      struct message_authorized *ret_identity)
{
  identity->client_auth = (uint8_t)client_auth_of(x);
  identity->requests = http_requests(x->http);
  identity->connections = http_connections(x->http);
  *ret_identity = *identity;
  identity->groups = (struct bytes)BYTES_EMPTY;
}

static enum status ask_userinfo(struct exchange *x, const struct tokens *tokens, const struct id_token *token,
                                struct message_authorized *identity)
{
  struct cJSON *userinfo CLEANUP(document_done) = NULL;
  const char *email_claim = email_claim_of(x);
  const char *groups_claim = x->request->groups_claim;
  bool verified = x->request->userinfo_for == USERINFO_VERIFIED;
  bool wanted = identity_needs_userinfo(token->claims, email_claim, verified) ||
                !group_claim_is_there(token->claims, groups_claim);
  bool needed = wanted && x->found.userinfo_endpoint[0] != '\0';
  enum status status = needed ? userinfo_fetch(x, &tokens->access_token, identity->subject, &userinfo) : STATUS_OK;
  if (status != STATUS_OK) {
    return status;
  }
  identity_fill(token->claims, userinfo, email_claim, identity);
  if (url_is_microsoft(x->request->issuer)) {
    identity_take_edov(token->claims, identity);
  }
  enum groups_state state = GROUPS_UNSAID;
  status = group_claim_read(token->claims, userinfo, groups_claim, &identity->groups, &state);
  identity->groups_state = (uint8_t)state;
  return status;
}

enum status identify(struct exchange *x, const struct cJSON *keys, const struct tokens *tokens,
                     struct message_authorized *ret_identity)
{
  struct message_authorized identity CLEANUP(identity_done) = {.email_state = EMAIL_ABSENT};
  struct id_token token CLEANUP(id_token_done) = {0};
  struct claims_expected expected = {x->found.issuer, x->request->client_id, x->request->audiences, clock_now_s()};
  enum status status = id_token_parse(&tokens->id_token, &x->failure, &token);
  if (status != STATUS_OK) {
    return status;
  }
  // Before the signature: what costs little comes first, and all must hold.
  status = claims_check(token.claims, &expected, &x->failure, identity.subject);
  if (status != STATUS_OK) {
    return status;
  }
  status = id_token_verify_or_refetch(x, &token, keys);
  if (status != STATUS_OK) {
    return status;
  }
  status = strength_check(token.claims, x->request->required_acr, x->request->required_amr, &x->failure);
  if (status != STATUS_OK) {
    return status;
  }
  status = fill_proof(x, &token, &identity);
  if (status != STATUS_OK) {
    return status;
  }
  status = ask_userinfo(x, tokens, &token, &identity);
  if (status != STATUS_OK) {
    return status;
  }
  hand_over(x, &identity, ret_identity);
  return STATUS_OK;
}

enum status identify_by_userinfo(struct exchange *x, const struct tokens *tokens, const char *subject,
                                 struct message_authorized *ret_identity)
{
  struct message_authorized identity CLEANUP(identity_done) = {.email_state = EMAIL_ABSENT};
  struct cJSON *userinfo CLEANUP(document_done) = NULL;
  const char *groups_claim = x->request->groups_claim;
  if (x->found.userinfo_endpoint[0] == '\0') {
    return failure_set(&x->failure, FAILURE_MISCONFIGURED,
                       "OIDC Core 12.2: neither an ID token nor a userinfo endpoint says who it is");
  }
  enum status status = userinfo_fetch(x, &tokens->access_token, subject, &userinfo);
  if (status != STATUS_OK) {
    return status;
  }
  status = fill_client(x, &identity);
  status = status != STATUS_OK ? status : text_copy(subject, identity.subject, sizeof identity.subject);
  if (status != STATUS_OK) {
    return status;
  }
  identity_fill(userinfo, NULL, email_claim_of(x), &identity);
  enum groups_state state = GROUPS_UNSAID;
  status = group_claim_read(userinfo, NULL, groups_claim, &identity.groups, &state);
  identity.groups_state = (uint8_t)state;
  if (status != STATUS_OK) {
    return status;
  }
  hand_over(x, &identity, ret_identity);
  return STATUS_OK;
}

// SPDX-License-Identifier: Apache-2.0
#include "sign_in.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/url.h"
#include "claims.h"
#include "client_auth.h"
#include "device.h"
#include "discovery.h"
#include "document.h"
#include "github.h"
#include "group_claim.h"
#include "id_token.h"
#include "identity.h"
#include "key_set.h"
#include "polling.h"
#include "qr.h"
#include "strength.h"
#include "userinfo.h"

static const char DEFAULT_EMAIL_CLAIM[] = "email";

static void blot_out_tokens(struct failure *r, const struct device_codes *codes, const struct tokens *tokens)
{
  failure_blot_out(r, &codes->device_code);
  failure_blot_out(r, &tokens->access_token);
  failure_blot_out(r, &tokens->id_token);
}

// The codes live as long as the provider says, but no longer than the whole exchange.
static enum status show_codes(struct exchange *x, struct channel *c, struct device_codes *codes,
                              int64_t *ret_expires_at_ms)
{
  int64_t now_ms = clock_monotonic_ms();
  int64_t expires_at_ms = now_ms + (int64_t)codes->shown.expires_in_s * 1000;
  if (expires_at_ms > http_deadline_ms(x->http)) {
    expires_at_ms = http_deadline_ms(x->http);
  }
  codes->shown.expires_in_s = (uint32_t)((expires_at_ms - now_ms) / 1000);
  codes->shown.lacks_landlock = (uint32_t)x->lacks_landlock;
  *ret_expires_at_ms = expires_at_ms;
  if (x->request->wants_qr != 0) {
    bool complete = codes->shown.verification_uri_complete[0] != '\0';
    qr_draw(complete ? codes->shown.verification_uri_complete : codes->shown.verification_uri, codes->shown.qr,
            sizeof codes->shown.qr);
  }
  return channel_send(c, MESSAGE_CODE, &codes->shown, http_deadline_ms(x->http));
}

static enum status fill_proof(struct exchange *x, const struct id_token *token, struct message_authorized *identity)
{
  const char *key_id = token->key_id != NULL ? token->key_id : "";
  text_escape(key_id, strlen(key_id), identity->key_id, sizeof identity->key_id);
  strength_show(token->claims, identity);
  enum status status = text_copy(x->request->issuer, identity->issuer, sizeof identity->issuer);
  if (status != STATUS_OK) {
    return status;
  }
  status = text_copy(x->request->client_id, identity->client_id, sizeof identity->client_id);
  if (status != STATUS_OK) {
    return status;
  }
  return text_copy(token->algorithm->name, identity->algorithm, sizeof identity->algorithm);
}

static bool is_github(const struct exchange *x)
{
  return x->request->speaks == SPEAKS_GITHUB;
}

// Where the provider is asked, and whether it takes this client; *RET_CODES must be all zero.
static enum status authorize(struct exchange *x, struct device_codes *ret_codes)
{
  enum status status = is_github(x) ? github_find(x) : discovery_fetch(x);
  if (status != STATUS_OK) {
    return status;
  }
  status = device_authorize(x, ret_codes);
  while (status == STATUS_REFUSED && client_auth_next(x)) {
    http_limit(x->http, clock_monotonic_ms() + PROTOCOL_CODE_WAIT_MS); // a test, for which nobody waits as for a login
    status = device_authorize(x, ret_codes);
  }
  return status;
}

static enum status ask_userinfo(struct exchange *x, const struct tokens *tokens, const struct id_token *token,
                                struct message_authorized *identity)
{
  struct cJSON *userinfo CLEANUP(document_done) = NULL;
  const char *email_claim = x->request->email_claim[0] != '\0' ? x->request->email_claim : DEFAULT_EMAIL_CLAIM;
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

static enum status identify(struct exchange *x, const struct cJSON *keys, const struct tokens *tokens,
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
  identity.client_auth = (uint8_t)client_auth_of(x);
  identity.requests = http_requests(x->http);
  identity.connections = http_connections(x->http);
  *ret_identity = identity;
  identity.groups = (struct bytes)BYTES_EMPTY;
  return STATUS_OK;
}

static enum status run(struct exchange *x, struct channel *c, struct device_codes *codes, struct tokens *tokens,
                       struct message_authorized *ret_identity)
{
  struct cJSON *keys CLEANUP(document_done) = NULL;
  int64_t expires_at_ms = 0;
  // A person waits, and sees nothing yet.
  http_limit(x->http, clock_monotonic_ms() + PROTOCOL_CODE_WAIT_MS);
  enum status status = authorize(x, codes);
  http_limit(x->http, 0);
  if (status != STATUS_OK) {
    return status;
  }
  status = show_codes(x, c, codes, &expires_at_ms);
  if (status != STATUS_OK) {
    return status;
  }
  status = is_github(x) ? STATUS_OK : key_set_fetch(x, &keys);
  if (status != STATUS_OK) {
    return status;
  }
  status = polling_run(x, codes, expires_at_ms, tokens);
  if (status != STATUS_OK) {
    return status;
  }
  return is_github(x) ? github_identify(x, tokens, ret_identity) : identify(x, keys, tokens, ret_identity);
}

enum status sign_in(struct exchange *x, struct channel *c, struct message_authorized *ret_identity)
{
  struct device_codes codes CLEANUP(device_codes_done) = {0};
  struct tokens tokens CLEANUP(tokens_done) = {0};
  enum status status = run(x, c, &codes, &tokens, ret_identity);
  if (status != STATUS_OK) {
    blot_out_tokens(&x->failure, &codes, &tokens);
  }
  return status;
}

enum status discover(struct exchange *x)
{
  struct cJSON *keys CLEANUP(document_done) = NULL;
  struct device_codes codes CLEANUP(device_codes_done) = {0};
  http_limit(x->http, clock_monotonic_ms() + PROTOCOL_CODE_WAIT_MS); // as in a sign-in
  // Shows that the provider takes this client; the codes are forgotten.
  enum status status = authorize(x, &codes);
  http_limit(x->http, 0);
  if (status != STATUS_OK) {
    return status;
  }
  x->found.client_auth = (uint8_t)client_auth_of(x);
  if (is_github(x)) {
    return STATUS_OK; // there are no keys
  }
  status = key_set_fetch(x, &keys);
  if (status != STATUS_OK) {
    return status;
  }
  x->found.keys = key_set_count(keys);
  x->found.certificate_ends_at_s = http_certificate_ends_at_s(x->http);
  if (x->found.keys == 0) {
    return failure_set(&x->failure, FAILURE_MISCONFIGURED, "RFC 7517: the key set has no key that can be used");
  }
  return STATUS_OK;
}

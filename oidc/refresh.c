// SPDX-License-Identifier: Apache-2.0
#include "refresh.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "client_auth.h"
#include "discovery.h"
#include "document.h"
#include "helper/form.h"
#include "identify.h"
#include "identity.h"
#include "key_set.h"
#include "polling.h"
#include "protocol/oauth.h"
#include "provider.h"

enum { HTTP_OK = 200, HTTP_TOO_MANY_REQUESTS = 429 };

static const char WHAT[] = "token endpoint";

static void rotated_done(struct message_rotated *rotated)
{
  bytes_done(&rotated->refresh_token);
}

static enum status check_request(struct exchange *x)
{
  const struct message_sign_in *request = x->request;
  const struct bytes *token = &request->refresh_token;
  if (!oauth_is_visible(bytes_text(token), token->length)) {
    return failure_set(&x->failure, FAILURE_REQUEST, "refresh token: must be printable ASCII and not empty");
  }
  if (request->subject[0] == '\0' || !text_is_clean(request->subject, strlen(request->subject))) {
    return failure_set(&x->failure, FAILURE_REQUEST, "subject: is missing or not legal");
  }
  return request->speaks == SPEAKS_OPENID
             ? STATUS_OK
             : failure_set(&x->failure, FAILURE_REQUEST, "provider: one that speaks OpenID alone is asked again");
}

// RFC 6749 5.2. What is no word of the provider, as a gateway's page, leaves open what became of the token.
static enum status read_error(struct exchange *x, const struct http_answer *answer, const struct cJSON *body)
{
  const char *error = provider_error(body);
  bool busy = provider_is_busy(answer);
  x->unanswered = busy ? answer->status != HTTP_TOO_MANY_REQUESTS : error == NULL;
  if (error == NULL || busy || strcmp(error, "invalid_grant") != 0) {
    return provider_refuse(x, WHAT, answer, body);
  }
  struct shown description = provider_description(body);
  return failure_set(&x->failure, FAILURE_GRANT, "RFC 6749 5.2: invalid_grant%s%s",
                     description.text[0] != '\0' ? ": " : "", description.text);
}

static enum status read_answer(struct exchange *x, const struct http_answer *answer, struct tokens *ret_tokens)
{
  struct cJSON *document CLEANUP(document_done) = NULL;
  enum status status = provider_parse(x, WHAT, answer, &document);
  if (status == STATUS_NO_MEMORY) {
    return status;
  }
  if (answer->status != HTTP_OK || provider_error(document) != NULL) {
    return read_error(x, answer, document);
  }
  status = status != STATUS_OK ? status : polling_read(x, document, ret_tokens);
  x->unanswered = status != STATUS_OK;
  return status;
}

static enum status ask(struct exchange *x, struct tokens *ret_tokens)
{
  struct bytes form CLEANUP(bytes_done) = BYTES_EMPTY;
  struct http_answer answer CLEANUP(http_answer_done) = {0};
  enum status status = form_add(&form, "grant_type", "refresh_token");
  if (status != STATUS_OK) {
    return status;
  }
  status = form_add(&form, "refresh_token", bytes_text(&x->request->refresh_token));
  if (status != STATUS_OK) {
    return status;
  }
  x->unanswered = true;
  status = provider_post(x, x->found.token_endpoint, &form, &answer);
  return status != STATUS_OK ? status : read_answer(x, &answer, ret_tokens);
}

// Whatever else is wrong with the answer: the token that was used counts no more.
static enum status pass_on(const struct exchange *x, struct channel *c, const struct tokens *tokens)
{
  struct message_rotated rotated CLEANUP(rotated_done) = {BYTES_EMPTY};
  const struct bytes *token = &tokens->refresh_token;
  if (token->length == 0 && !tokens->unkept) {
    return STATUS_OK;
  }
  enum status status = bytes_append(&rotated.refresh_token, bytes_text(token), token->length);
  return status != STATUS_OK ? status : channel_send(c, MESSAGE_ROTATED, &rotated, http_deadline_ms(x->http));
}

static enum status by_id_token(struct exchange *x, const struct tokens *tokens, struct message_authorized *ret_identity)
{
  struct message_authorized identity CLEANUP(identity_done) = {.email_state = EMAIL_ABSENT};
  struct cJSON *keys CLEANUP(document_done) = NULL;
  enum status status = key_set_fetch(x, &keys);
  status = status != STATUS_OK ? status : identify(x, keys, tokens, &identity);
  if (status != STATUS_OK) {
    return status;
  }
  if (strcmp(identity.subject, x->request->subject) != 0) {
    return failure_set(&x->failure, FAILURE_TOKEN, "OIDC Core 12.2: sub: the ID token speaks of somebody else");
  }
  *ret_identity = identity;
  identity.groups = (struct bytes)BYTES_EMPTY;
  return STATUS_OK;
}

static enum status run(struct exchange *x, struct channel *c, struct tokens *tokens,
                       struct message_authorized *ret_identity)
{
  enum status status = check_request(x);
  status = status != STATUS_OK ? status : discovery_fetch(x);
  status = status != STATUS_OK ? status : ask(x, tokens);
  while (status == STATUS_REFUSED && client_auth_next(x)) { // the token is not looked at before the client is known
    status = ask(x, tokens);
  }
  if (status != STATUS_OK) {
    return status;
  }
  status = pass_on(x, c, tokens);
  if (status != STATUS_OK) {
    return status;
  }
  return tokens->id_token.length > 0 ? by_id_token(x, tokens, ret_identity)
                                     : identify_by_userinfo(x, tokens, x->request->subject, ret_identity);
}

enum status refresh(struct exchange *x, struct channel *c, struct message_authorized *ret_identity)
{
  struct tokens tokens CLEANUP(tokens_done) = {0};
  enum status status = run(x, c, &tokens, ret_identity);
  if (status != STATUS_OK) {
    failure_blot_out(&x->failure, &x->request->refresh_token);
    failure_blot_out(&x->failure, &tokens.access_token);
    failure_blot_out(&x->failure, &tokens.id_token);
    failure_blot_out(&x->failure, &tokens.refresh_token);
  }
  return status;
}

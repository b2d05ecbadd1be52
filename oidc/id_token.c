// SPDX-License-Identifier: Apache-2.0
#include "id_token.h"

#include <string.h>

#include "base/cleanup.h"
#include "document.h"
#include "jose.h"

struct part {
  const char *text;
  size_t length;
};

enum { HEADER, PAYLOAD, SIGNATURE, PART_COUNT };

void id_token_done(struct id_token *token)
{
  document_free(token->header);
  document_free(token->claims);
  *token = (struct id_token){0};
}

static enum status split(const struct bytes *text, struct failure *r, struct part *parts)
{
  const char *at = bytes_text(text);
  if (text->length > ID_TOKEN_MAX) {
    return failure_set(r, FAILURE_TOKEN, "ID token: longer than %d bytes", ID_TOKEN_MAX);
  }
  if (strlen(at) != text->length) {
    return failure_set(r, FAILURE_TOKEN, "RFC 7515 7.1: a NUL in the token");
  }
  for (int i = 0; i < PART_COUNT; i++) {
    size_t length = strcspn(at, ".");
    bool last = at[length] == '\0';
    if (length == 0 || last != (i == SIGNATURE)) {
      return failure_set(r, FAILURE_TOKEN, "RFC 7515 7.1: the token is not three parts, none empty");
    }
    parts[i] = (struct part){at, length};
    at += length + 1;
  }
  return STATUS_OK;
}

static enum status parse_part(const struct part *part, const char *clause, struct failure *r,
                              struct cJSON **ret_document)
{
  struct bytes text CLEANUP(bytes_done) = BYTES_EMPTY;
  enum status status = jose_decode(part->text, part->length, &text);
  status = status != STATUS_OK ? status : document_parse(text.data, text.length, ret_document);
  if (status == STATUS_OK || status == STATUS_NO_MEMORY) {
    return status;
  }
  return failure_set(r, FAILURE_TOKEN, "%s is not base64url of a JSON object without duplicate members", clause);
}

static enum status check_algorithm(struct id_token *token, struct failure *r)
{
  const char *name = document_string(token->header, "alg");
  token->algorithm = name != NULL ? key_algorithm_find(name) : NULL;
  if (token->algorithm == NULL) {
    struct shown shown = failure_show(name != NULL ? name : "", name != NULL ? strlen(name) : 0);
    return failure_set(r, FAILURE_TOKEN, "RFC 7515 4.1.1: alg: \"%s\" is not RS, PS or ES with 256, 384 or 512",
                       shown.text);
  }
  return STATUS_OK;
}

static enum status check_header(struct id_token *token, struct failure *r)
{
  // An extension that is not understood must not be ignored. What the token itself says of its key (jwk, jku, x5u, x5c:
  // RFC 7515 4.1.2 to 4.1.6) is never looked at: the key is one that the provider publishes.
  static const char *const FORBIDDEN[][2] = {{"crit", "RFC 7515 4.1.11"}, {"b64", "RFC 7797 3"}};
  for (size_t i = 0; i < COUNT_OF(FORBIDDEN); i++) {
    if (document_member(token->header, FORBIDDEN[i][0]) != NULL) {
      return failure_set(r, FAILURE_TOKEN, "%s: %s is not accepted here", FORBIDDEN[i][1], FORBIDDEN[i][0]);
    }
  }
  const char *type = document_string(token->header, "typ");
  if (document_member(token->header, "typ") != NULL && (type == NULL || strcasecmp(type, "JWT") != 0)) {
    return failure_set(r, FAILURE_TOKEN, "RFC 7519 5.1: typ is not JWT");
  }
  token->key_id = document_string(token->header, "kid");
  if (document_member(token->header, "kid") != NULL && token->key_id == NULL) {
    return failure_set(r, FAILURE_TOKEN, "RFC 7515 4.1.4: kid is not a string");
  }
  return STATUS_OK;
}

static enum status measure_signature(const struct part *part, struct failure *r, size_t *ret_length)
{
  struct bytes signature CLEANUP(bytes_done) = BYTES_EMPTY;
  enum status status = jose_decode(part->text, part->length, &signature);
  if (status == STATUS_INVALID) {
    return failure_set(r, FAILURE_TOKEN, "RFC 7515 7.1: the signature is not base64url");
  }
  if (status == STATUS_OK) {
    *ret_length = signature.length;
  }
  return status;
}

enum status id_token_parse(const struct bytes *text, struct failure *r, struct id_token *ret_token)
{
  struct part parts[PART_COUNT] = {{0}};
  struct id_token token CLEANUP(id_token_done) = {.text = text};
  enum status status = split(text, r, parts);
  if (status != STATUS_OK) {
    return status;
  }
  status = parse_part(&parts[HEADER], "RFC 7515 4: the header", r, &token.header);
  if (status != STATUS_OK) {
    return status;
  }
  status = check_header(&token, r);
  if (status != STATUS_OK) {
    return status;
  }
  status = check_algorithm(&token, r);
  if (status != STATUS_OK) {
    return status;
  }
  status = parse_part(&parts[PAYLOAD], "RFC 7519 7.2: the claims set", r, &token.claims);
  if (status != STATUS_OK) {
    return status;
  }
  status = measure_signature(&parts[SIGNATURE], r, &token.signature_length);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_token = token;
  token = (struct id_token){0};
  return STATUS_OK;
}

enum status id_token_verify(const struct id_token *token, const struct cJSON *keys, struct failure *r)
{
  struct key key CLEANUP(key_done) = {0};
  enum status status = key_set_choose(keys, token->algorithm, token->key_id, r, &key);
  if (status != STATUS_OK) {
    return status;
  }
  if (token->signature_length != key.signature_length) {
    return failure_set(r, FAILURE_TOKEN, "RFC 7518 3: the signature has %zu bytes, not the %zu of the key",
                       token->signature_length, key.signature_length);
  }
  if (!jose_is_signed_by(bytes_text(token->text), bytes_text(&key.jwk))) {
    return failure_set(r, FAILURE_TOKEN, "RFC 7515 5.2: the signature is not valid");
  }
  return STATUS_OK;
}

enum status id_token_verify_or_refetch(struct exchange *x, const struct id_token *token, const struct cJSON *keys)
{
  enum status status = id_token_verify(token, keys, &x->failure);
  if (status != STATUS_NOT_FOUND) {
    return status;
  }
  struct cJSON *fresh CLEANUP(document_done) = NULL;
  if (token->key_id != NULL) {
    status = key_set_fetch(x, &fresh);
    status = status != STATUS_OK ? status : id_token_verify(token, fresh, &x->failure);
  }
  if (status != STATUS_NOT_FOUND) {
    return status;
  }
  const char *key_id = token->key_id != NULL ? token->key_id : "";
  struct shown shown = failure_show(key_id, strlen(key_id));
  return failure_set(&x->failure, FAILURE_TOKEN, "OIDC Core 10.1: kid: the provider has no key \"%s\" for %s",
                     shown.text, token->algorithm->name);
}

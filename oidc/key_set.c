// SPDX-License-Identifier: Apache-2.0
#include "key_set.h"

#include <string.h>

#include "base/cleanup.h"
#include "document.h"
#include "jose.h"
#include "provider.h"

enum { EXPONENT_MAX_LENGTH = 8 };

void key_done(struct key *key)
{
  bytes_done(&key->jwk);
}

static bool has_text(const struct cJSON *key, const char *name, const char *text)
{
  const char *value = document_string(key, name);
  return value != NULL && strcmp(value, text) == 0;
}

// All three are optional (RFC 7517 4.2 to 4.4): one that is null or empty restricts nothing.
static bool is_unsaid(const struct cJSON *value)
{
  const char *text = document_text(value);
  return value == NULL || document_is_null(value) || (text != NULL && text[0] == '\0') ||
         (document_is_array(value) && document_count(value) == 0);
}

static bool is_absent_or(const struct cJSON *key, const char *name, const char *text)
{
  return is_unsaid(document_member(key, name)) || has_text(key, name, text);
}

static bool may_verify(const struct cJSON *key)
{
  const struct cJSON *operations = document_member(key, "key_ops");
  return is_absent_or(key, "use", "sig") && (is_unsaid(operations) || document_holds(operations, "verify"));
}

static bool fits(const struct cJSON *key, const struct key_algorithm *algorithm, const char *kid)
{
  bool kind = has_text(key, "kty", algorithm->kty) && (algorithm->crv == NULL || has_text(key, "crv", algorithm->crv));
  bool name = kid == NULL || has_text(key, "kid", kid);
  return kind && name && may_verify(key) && is_absent_or(key, "alg", algorithm->name);
}

// Without the padding that RFC 7515 2 leaves out and some write.
static size_t value_length(const char *text)
{
  size_t length = strlen(text);
  size_t padding = length % 4 == 0 && length > 0 ? (size_t)(text[length - 1] == '=') : 0;
  padding += padding > 0 && text[length - 2] == '=';
  return length - padding;
}

static enum status decode_member(const struct cJSON *key, const char *name, struct bytes *out)
{
  const char *text = document_string(key, name);
  return text == NULL ? STATUS_INVALID : jose_decode(text, value_length(text), out);
}

// Leading zeros do not make a key longer (RFC 7518 6.3.1.1 forbids them anyway).
static size_t bit_length(const struct bytes *number)
{
  size_t skipped = 0;
  while (skipped < number->length && number->data[skipped] == 0) {
    skipped++;
  }
  if (skipped == number->length) {
    return 0;
  }
  size_t bits = (number->length - skipped) * 8;
  for (unsigned char top = (unsigned char)number->data[skipped]; (top & 0x80) == 0; top = (unsigned char)(top << 1)) {
    bits--;
  }
  return bits;
}

static bool is_exponent(const struct bytes *e)
{
  bool odd = e->length > 0 && (e->data[e->length - 1] & 1) != 0;
  return odd && e->length <= EXPONENT_MAX_LENGTH && bit_length(e) > 1;
}

static enum status add_member(struct bytes *jwk, const char *name, const char *value)
{
  const char *const parts[] = {jwk->length > 0 ? ",\"" : "{\"", name, "\":\""};
  enum status status = bytes_append_texts(jwk, parts, COUNT_OF(parts));
  if (status != STATUS_OK) {
    return status;
  }
  status = bytes_append(jwk, value, value_length(value));
  return status != STATUS_OK ? status : bytes_append_text(jwk, "\"");
}

// Built anew from members that were checked to be base64url, so that nothing else in the key reaches the library.
static enum status build(const struct cJSON *key, const char *const *names, size_t count, struct bytes *jwk)
{
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < count; i++) {
    status = add_member(jwk, names[i], document_string(key, names[i]));
  }
  return status != STATUS_OK ? status : bytes_append(jwk, "}", 1);
}

static enum status read_rsa(const struct cJSON *key, struct failure *r, struct key *ret_key)
{
  static const char *const NAMES[] = {"kty", "n", "e"};
  struct bytes n CLEANUP(bytes_done) = BYTES_EMPTY;
  struct bytes e CLEANUP(bytes_done) = BYTES_EMPTY;
  enum status status = decode_member(key, "n", &n);
  status = status != STATUS_OK ? status : decode_member(key, "e", &e);
  if (status == STATUS_NO_MEMORY) {
    return status;
  }
  if (status != STATUS_OK || !is_exponent(&e)) {
    return failure_set(r, FAILURE_TOKEN, "RFC 7518 6.3.1: the RSA key is not well-formed");
  }
  size_t bits = bit_length(&n);
  if (bits < KEY_ALGORITHM_RSA_MIN_BITS || bits > KEY_ALGORITHM_RSA_MAX_BITS) {
    return failure_set(r, FAILURE_TOKEN, "RFC 7518 3.3: the RSA key has %zu bits, not %d to %d", bits,
                       KEY_ALGORITHM_RSA_MIN_BITS, KEY_ALGORITHM_RSA_MAX_BITS);
  }
  ret_key->signature_length = (bits + 7) / 8;
  return build(key, NAMES, COUNT_OF(NAMES), &ret_key->jwk);
}

static enum status read_ec(const struct cJSON *key, const struct key_algorithm *algorithm, struct failure *r,
                           struct key *ret_key)
{
  static const char *const NAMES[] = {"kty", "crv", "x", "y"};
  struct bytes x CLEANUP(bytes_done) = BYTES_EMPTY;
  struct bytes y CLEANUP(bytes_done) = BYTES_EMPTY;
  enum status status = decode_member(key, "x", &x);
  status = status != STATUS_OK ? status : decode_member(key, "y", &y);
  if (status == STATUS_NO_MEMORY) {
    return status;
  }
  if (status != STATUS_OK || x.length != algorithm->coordinate_length || y.length != algorithm->coordinate_length) {
    return failure_set(r, FAILURE_TOKEN, "RFC 7518 6.2.1: the EC key is not well-formed");
  }
  ret_key->signature_length = 2 * algorithm->coordinate_length;
  return build(key, NAMES, COUNT_OF(NAMES), &ret_key->jwk);
}

enum status key_set_check(const struct cJSON *document, struct failure *r)
{
  const struct cJSON *keys = document_member(document, "keys");
  size_t count = document_count(keys);
  if (!document_is_array(keys)) {
    return failure_set(r, FAILURE_MISCONFIGURED, "RFC 7517 5.1: keys is missing or not an array");
  }
  if (count > KEY_SET_MAX) {
    return failure_set(r, FAILURE_MISCONFIGURED, "RFC 7517 5.1: %zu keys, more than %d", count, KEY_SET_MAX);
  }
  for (const struct cJSON *key = document_first(keys); key != NULL; key = document_next(key)) {
    if (!document_is_object(key)) {
      return failure_set(r, FAILURE_MISCONFIGURED, "RFC 7517 5.1: a key is not an object");
    }
  }
  return STATUS_OK;
}

enum status key_set_fetch(struct exchange *x, struct cJSON **ret_document)
{
  struct cJSON *document CLEANUP(document_done) = NULL;
  struct http_request request = {.url = x->found.jwks_uri};
  enum status status = provider_get(x, "key set", &request, &document);
  if (status != STATUS_OK) {
    return status;
  }
  status = key_set_check(document, &x->failure);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_document = document;
  document = NULL;
  return STATUS_OK;
}

static enum status read_key(const struct cJSON *key, const struct key_algorithm *algorithm, struct failure *r,
                            struct key *ret_key)
{
  return algorithm->crv == NULL ? read_rsa(key, r, ret_key) : read_ec(key, algorithm, r, ret_key);
}

static bool is_usable(const struct cJSON *item)
{
  size_t count = 0;
  const struct key_algorithm *algorithms = key_algorithms(&count);
  for (size_t i = 0; i < count; i++) {
    struct key key CLEANUP(key_done) = {0};
    struct failure ignored = {0};
    if (fits(item, &algorithms[i], NULL) && read_key(item, &algorithms[i], &ignored, &key) == STATUS_OK) {
      return true;
    }
  }
  return false;
}

uint32_t key_set_count(const struct cJSON *document)
{
  const struct cJSON *keys = document_member(document, "keys");
  uint32_t count = 0;
  for (const struct cJSON *key = document_first(keys); key != NULL; key = document_next(key)) {
    count += is_usable(key);
  }
  return count;
}

// Whether A and B are the same public key, to the letter: some providers list one twice.
static bool is_same(const struct cJSON *a, const struct cJSON *b)
{
  static const char *const NAMES[] = {"kty", "n", "e", "crv", "x", "y"};
  for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
    const char *first = document_string(a, NAMES[i]);
    const char *second = document_string(b, NAMES[i]);
    if ((first == NULL) != (second == NULL) || (first != NULL && strcmp(first, second) != 0)) {
      return false;
    }
  }
  return true;
}

enum status key_set_choose(const struct cJSON *document, const struct key_algorithm *algorithm, const char *kid,
                           struct failure *r, struct key *ret_key)
{
  const struct cJSON *keys = document_member(document, "keys");
  const struct cJSON *chosen = NULL;
  for (const struct cJSON *key = document_first(keys); key != NULL; key = document_next(key)) {
    if (!fits(key, algorithm, kid)) {
      continue;
    }
    if (chosen != NULL && !is_same(chosen, key)) {
      return failure_set(r, FAILURE_TOKEN, "OIDC Core 10.1: kid: more than one key of the provider fits the token");
    }
    chosen = key;
  }
  if (chosen == NULL) {
    return STATUS_NOT_FOUND;
  }
  struct key key CLEANUP(key_done) = {0};
  enum status status = read_key(chosen, algorithm, r, &key);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_key = key;
  key = (struct key){0};
  return STATUS_OK;
}

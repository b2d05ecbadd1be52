// SPDX-License-Identifier: Apache-2.0
#include "client_key.h"

#include <cjose/cjose.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "client_key_pem.h"
#include "document.h"
#include "key_algorithm.h"

// What can stand in the "alg" of what this client signs.
struct client_key {
  cjose_jwk_t *jwk;
  const char *algorithm; // static
  char *key_id;          // NULL: none
};

static void cleanup_header(cjose_header_t **header)
{
  if (*header != NULL) {
    cjose_header_release(*header);
  }
}

static void cleanup_jws(cjose_jws_t **jws)
{
  if (*jws != NULL) {
    cjose_jws_release(*jws);
  }
}

void client_key_free(struct client_key *key)
{
  if (key != NULL) {
    (void)cjose_jwk_release(key->jwk);
    free(key->key_id);
    free(key);
  }
}

void client_key_done(struct client_key **key)
{
  client_key_free(*key);
  *key = NULL;
}

static enum status refuse(struct failure *r, const char *why)
{
  return failure_set(r, FAILURE_REQUEST, "client key: %s", why);
}

// RFC 7517 4.2 to 4.4: a key that says it is for something else is not used.
static bool is_for_signing(const struct cJSON *jwk, const char *algorithm)
{
  const struct cJSON *operations = document_member(jwk, "key_ops");
  const char *use = document_string(jwk, "use");
  const char *named = document_string(jwk, "alg");
  bool use_fits = document_member(jwk, "use") == NULL || (use != NULL && strcmp(use, "sig") == 0);
  bool alg_fits = document_member(jwk, "alg") == NULL || (named != NULL && strcmp(named, algorithm) == 0);
  return use_fits && alg_fits && (operations == NULL || document_holds(operations, "sign"));
}

static const char *algorithm_of(const struct cJSON *jwk)
{
  const char *kty = document_string(jwk, "kty");
  const char *crv = document_string(jwk, "crv");
  if (kty != NULL && strcmp(kty, "RSA") == 0) {
    return "RS256";
  }
  return kty != NULL && strcmp(kty, "EC") == 0 && crv != NULL && strcmp(crv, "P-256") == 0 ? "ES256" : NULL;
}

static enum status import(const struct bytes *text, const struct cJSON *jwk, struct failure *r, struct client_key *key)
{
  const char *key_id = document_string(jwk, "kid");
  cjose_err error = {0};
  key->jwk = cjose_jwk_import(bytes_text(text), text->length, &error);
  if (key->jwk == NULL) {
    return error.code == CJOSE_ERR_NO_MEMORY ? STATUS_NO_MEMORY : refuse(r, "its numbers are no RSA or EC key");
  }
  size_t bits = cjose_jwk_get_keysize(key->jwk, &error);
  if (strcmp(key->algorithm, "RS256") == 0 &&
      (bits < KEY_ALGORITHM_RSA_MIN_BITS || bits > KEY_ALGORITHM_RSA_MAX_BITS)) {
    return failure_set(r, FAILURE_REQUEST, "client key: RSA with %zu bits, not %d to %d", bits,
                       KEY_ALGORITHM_RSA_MIN_BITS, KEY_ALGORITHM_RSA_MAX_BITS);
  }
  key->key_id = key_id != NULL ? strdup(key_id) : NULL;
  return key_id != NULL && key->key_id == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

static enum status read_jwk(const struct bytes *text, struct failure *r, struct client_key *key)
{
  struct cJSON *jwk CLEANUP(document_done) = NULL;
  enum status status = document_parse(bytes_text(text), text->length, &jwk);
  if (status != STATUS_OK) {
    return status == STATUS_NO_MEMORY ? status : refuse(r, "neither PEM nor a strict JSON object");
  }
  key->algorithm = algorithm_of(jwk);
  if (key->algorithm == NULL || document_string(jwk, "d") == NULL) {
    return refuse(r, "the JWK is no private key of kty RSA, or EC on P-256");
  }
  if (!is_for_signing(jwk, key->algorithm)) {
    return refuse(r, "the JWK's use, alg or key_ops say that it is not for RS256 or ES256 signatures");
  }
  if (document_member(jwk, "kid") != NULL && document_string(jwk, "kid") == NULL) {
    return refuse(r, "the JWK's kid is not a string");
  }
  return import(text, jwk, r, key);
}

static enum status read_pem(const struct bytes *text, struct failure *r, struct client_key *key)
{
  struct bytes jwk CLEANUP(bytes_done) = BYTES_EMPTY;
  enum status status = client_key_pem_to_jwk(text, &jwk);
  if (status == STATUS_INVALID) {
    return refuse(r, "the PEM holds no private key that can be read; it must not be encrypted");
  }
  if (status == STATUS_NOT_FOUND) {
    return refuse(r, "neither RSA, nor EC on P-256");
  }
  return status != STATUS_OK ? status : read_jwk(&jwk, r, key);
}

enum status client_key_read(const struct bytes *text, struct failure *r, struct client_key **ret_key)
{
  struct client_key *key CLEANUP(client_key_done) = calloc(1, sizeof *key);
  if (key == NULL) {
    return STATUS_NO_MEMORY;
  }
  bool is_pem = strstr(bytes_text(text), "-----BEGIN ") != NULL;
  enum status status = is_pem ? read_pem(text, r, key) : read_jwk(text, r, key);
  struct bytes tried CLEANUP(bytes_done) = BYTES_EMPTY;
  if (status != STATUS_OK) {
    return status;
  }
  // Whether its numbers are a key shows when it signs.
  if (client_key_sign(key, "{}", &tried) != STATUS_OK) {
    return refuse(r, "it cannot sign");
  }
  *ret_key = key;
  key = NULL;
  return STATUS_OK;
}

enum status client_key_of_secret(const struct bytes *secret, struct client_key **ret_key)
{
  struct client_key *key CLEANUP(client_key_done) = calloc(1, sizeof *key);
  if (key == NULL) {
    return STATUS_NO_MEMORY;
  }
  cjose_err error = {0};
  key->algorithm = "HS256";
  key->jwk = cjose_jwk_create_oct_spec((const uint8_t *)bytes_text(secret), secret->length, &error);
  if (key->jwk == NULL) {
    return STATUS_NO_MEMORY;
  }
  *ret_key = key;
  key = NULL;
  return STATUS_OK;
}

static cjose_header_t *header_of(const struct client_key *key)
{
  cjose_err error = {0};
  cjose_header_t *header CLEANUP(cleanup_header) = cjose_header_new(&error);
  bool filled = header != NULL && cjose_header_set(header, CJOSE_HDR_ALG, key->algorithm, &error) &&
                cjose_header_set(header, "typ", "JWT", &error) &&
                (key->key_id == NULL || cjose_header_set(header, CJOSE_HDR_KID, key->key_id, &error));
  cjose_header_t *taken = filled ? header : NULL;
  header = filled ? NULL : header;
  return taken;
}

enum status client_key_sign(const struct client_key *key, const char *claims, struct bytes *out)
{
  cjose_err error = {0};
  const char *compact = NULL;
  cjose_header_t *header CLEANUP(cleanup_header) = header_of(key);
  if (header == NULL) {
    return STATUS_NO_MEMORY;
  }
  cjose_jws_t *jws CLEANUP(cleanup_jws) =
      cjose_jws_sign(key->jwk, header, (const uint8_t *)claims, strlen(claims), &error);
  if (jws == NULL || !cjose_jws_export(jws, &compact, &error)) {
    return STATUS_NO_MEMORY;
  }
  return bytes_append_text(out, compact); // COMPACT lives in the JWS
}

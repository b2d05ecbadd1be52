// SPDX-License-Identifier: Apache-2.0
#include "client_key_pem.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "jose.h"

enum { P256_COORDINATE_LENGTH = 32 };

// One member of the JWK and the library's name of its number.
struct number {
  const char *member;
  const char *parameter;
  int length; // of the number in bytes, filled with zeros in front; 0: as long as it is
};

static void cleanup_bio(BIO **bio)
{
  BIO_free(*bio);
}

static void cleanup_key(EVP_PKEY **key)
{
  EVP_PKEY_free(*key);
}

static void cleanup_number(BIGNUM **number)
{
  BN_clear_free(*number);
}

// A key that needs a passphrase is refused, not asked for.
static int have_no_passphrase(char *buffer, int size, int writing, void *context)
{
  (void)buffer;
  (void)size;
  (void)writing;
  (void)context;
  return -1;
}

static enum status add_text(struct bytes *out, const char *member, const char *text)
{
  const char *const parts[] = {out->length > 0 ? ",\"" : "{\"", member, "\":\"", text, "\""};
  return bytes_append_texts(out, parts, COUNT_OF(parts));
}

static enum status add_number(struct bytes *out, const EVP_PKEY *key, const struct number *n)
{
  BIGNUM *number CLEANUP(cleanup_number) = NULL;
  struct bytes raw CLEANUP(bytes_done) = BYTES_EMPTY;
  struct bytes text CLEANUP(bytes_done) = BYTES_EMPTY;
  if (EVP_PKEY_get_bn_param(key, n->parameter, &number) != 1) {
    return STATUS_NO_MEMORY;
  }
  int length = n->length > 0 ? n->length : BN_num_bytes(number);
  enum status status = bytes_reserve(&raw, (size_t)length);
  if (status != STATUS_OK) {
    return status;
  }
  if (BN_bn2binpad(number, (unsigned char *)raw.data, length) != length) {
    return STATUS_INVALID;
  }
  raw.length = (size_t)length;
  status = jose_encode(raw.data, raw.length, &text);
  return status != STATUS_OK ? status : add_text(out, n->member, bytes_text(&text));
}

static enum status add_numbers(struct bytes *out, const EVP_PKEY *key, const struct number *numbers, size_t count)
{
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < count; i++) {
    status = add_number(out, key, &numbers[i]);
  }
  return status != STATUS_OK ? status : bytes_append(out, "}", 1);
}

static enum status write_rsa(const EVP_PKEY *key, struct bytes *out)
{
  static const struct number NUMBERS[] = {
      {"n", OSSL_PKEY_PARAM_RSA_N, 0},          {"e", OSSL_PKEY_PARAM_RSA_E, 0},
      {"d", OSSL_PKEY_PARAM_RSA_D, 0},          {"p", OSSL_PKEY_PARAM_RSA_FACTOR1, 0},
      {"q", OSSL_PKEY_PARAM_RSA_FACTOR2, 0},    {"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1, 0},
      {"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2, 0}, {"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1, 0},
  };
  enum status status = add_text(out, "kty", "RSA");
  return status != STATUS_OK ? status : add_numbers(out, key, NUMBERS, COUNT_OF(NUMBERS));
}

static bool is_on_p256(const EVP_PKEY *key)
{
  char group[32] = "";
  return EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group, NULL) == 1 &&
         strcmp(group, "prime256v1") == 0;
}

static enum status write_ec(const EVP_PKEY *key, struct bytes *out)
{
  static const struct number NUMBERS[] = {
      {"x", OSSL_PKEY_PARAM_EC_PUB_X, P256_COORDINATE_LENGTH},
      {"y", OSSL_PKEY_PARAM_EC_PUB_Y, P256_COORDINATE_LENGTH},
      {"d", OSSL_PKEY_PARAM_PRIV_KEY, P256_COORDINATE_LENGTH},
  };
  if (!is_on_p256(key)) {
    return STATUS_NOT_FOUND;
  }
  enum status status = add_text(out, "kty", "EC");
  if (status != STATUS_OK) {
    return status;
  }
  status = add_text(out, "crv", "P-256");
  return status != STATUS_OK ? status : add_numbers(out, key, NUMBERS, COUNT_OF(NUMBERS));
}

enum status client_key_pem_to_jwk(const struct bytes *pem, struct bytes *out)
{
  BIO *bio CLEANUP(cleanup_bio) = BIO_new_mem_buf(bytes_text(pem), (int)pem->length);
  if (bio == NULL) {
    return STATUS_NO_MEMORY;
  }
  EVP_PKEY *key CLEANUP(cleanup_key) = PEM_read_bio_PrivateKey(bio, NULL, have_no_passphrase, NULL);
  if (key == NULL) {
    return STATUS_INVALID;
  }
  switch (EVP_PKEY_get_base_id(key)) {
  case EVP_PKEY_RSA: return write_rsa(key, out);
  case EVP_PKEY_EC: return write_ec(key, out);
  default: return STATUS_NOT_FOUND;
  }
}

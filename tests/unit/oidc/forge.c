// SPDX-License-Identifier: Apache-2.0
#include "forge.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static void must(int good, const char *what)
{
  if (!good) {
    (void)fprintf(stderr, "forge: %s\n", what);
    abort();
  }
}

char *forge_text(const char *format, ...)
{
  char *text = NULL;
  va_list arguments;
  va_start(arguments, format);
  int length = vasprintf(&text, format, arguments);
  va_end(arguments);
  must(length >= 0, "vasprintf");
  return text;
}

struct forge_key forge_rsa(int bits, const char *alg)
{
  struct forge_key key = {EVP_RSA_gen((unsigned)bits), alg};
  must(key.pkey != NULL, "RSA key");
  return key;
}

struct forge_key forge_ec(const char *curve, const char *alg)
{
  struct forge_key key = {EVP_EC_gen(curve), alg};
  must(key.pkey != NULL, "EC key");
  return key;
}

void forge_key_done(struct forge_key *key)
{
  EVP_PKEY_free(key->pkey);
  key->pkey = NULL;
}

char *forge_base64url(const void *data, size_t length)
{
  char *text = calloc(1, length / 3 * 4 + 5);
  must(text != NULL, "memory");
  int written = EVP_EncodeBlock((unsigned char *)text, data, (int)length);
  for (int i = 0; i < written; i++) {
    text[i] = (char)(text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i]);
  }
  text[strcspn(text, "=")] = '\0';
  return text;
}

// The parameter NAME as base64url, filled up with zeros to WIDTH bytes.
static char *number(const struct forge_key *key, const char *name, int width)
{
  BIGNUM *value = NULL;
  unsigned char bytes[1024];
  must(EVP_PKEY_get_bn_param(key->pkey, name, &value), name);
  int length = width > 0 ? width : BN_num_bytes(value);
  must(BN_bn2binpad(value, bytes, length) == length, "width");
  BN_free(value);
  return forge_base64url(bytes, (size_t)length);
}

static int is_rsa(const struct forge_key *key)
{
  return EVP_PKEY_is_a(key->pkey, "RSA");
}

char *forge_jwk(const struct forge_key *key, const char *members)
{
  const char *comma = members[0] != '\0' ? "," : "";
  if (is_rsa(key)) {
    char *n CLEANUP(cleanup_free) = number(key, OSSL_PKEY_PARAM_RSA_N, 0);
    char *e CLEANUP(cleanup_free) = number(key, OSSL_PKEY_PARAM_RSA_E, 0);
    return forge_text("{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"%s%s}", n, e, comma, members);
  }
  int width = (EVP_PKEY_get_bits(key->pkey) + 7) / 8;
  char *x CLEANUP(cleanup_free) = number(key, OSSL_PKEY_PARAM_EC_PUB_X, width);
  char *y CLEANUP(cleanup_free) = number(key, OSSL_PKEY_PARAM_EC_PUB_Y, width);
  return forge_text("{\"kty\":\"EC\",\"crv\":\"P-%d\",\"x\":\"%s\",\"y\":\"%s\"%s%s}", width * 8, x, y, comma, members);
}

char *forge_set(const char *const *jwks, size_t count)
{
  char *set = forge_text("{\"keys\":[");
  for (size_t i = 0; i < count; i++) {
    char *before = set;
    set = forge_text("%s%s%s", before, i > 0 ? "," : "", jwks[i]);
    free(before);
  }
  char *open = set;
  set = forge_text("%s]}", open);
  free(open);
  return set;
}

static const EVP_MD *digest_of(const char *alg)
{
  return strstr(alg, "512") != NULL ? EVP_sha512() : strstr(alg, "384") != NULL ? EVP_sha384() : EVP_sha256();
}

static char *concatenate(const unsigned char *der, size_t length, int width)
{
  unsigned char raw[256];
  ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &der, (long)length);
  must(signature != NULL, "ECDSA signature");
  must(BN_bn2binpad(ECDSA_SIG_get0_r(signature), raw, width) == width, "r");
  must(BN_bn2binpad(ECDSA_SIG_get0_s(signature), raw + width, width) == width, "s");
  ECDSA_SIG_free(signature);
  return forge_base64url(raw, (size_t)width * 2);
}

static char *sign_with_key(const struct forge_key *key, const char *input)
{
  unsigned char signature[1024];
  size_t length = sizeof signature;
  EVP_PKEY_CTX *settings = NULL;
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  must(context != NULL && EVP_DigestSignInit(context, &settings, digest_of(key->alg), NULL, key->pkey), "sign");
  if (key->alg[0] == 'P') {
    must(EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING) > 0, "PSS");
    must(EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST) > 0, "PSS salt");
  }
  must(EVP_DigestSign(context, signature, &length, (const unsigned char *)input, strlen(input)), "sign");
  EVP_MD_CTX_free(context);
  if (is_rsa(key)) {
    return forge_base64url(signature, length);
  }
  return concatenate(signature, length, (EVP_PKEY_get_bits(key->pkey) + 7) / 8);
}

char *forge_mac(const char *secret, const char *text)
{
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  must(HMAC(EVP_sha256(), secret, (int)strlen(secret), (const unsigned char *)text, strlen(text), mac, &length) != NULL,
       "HMAC");
  return forge_base64url(mac, length);
}

static char *sign(const struct forge_key *key, const char *input)
{
  if (strcmp(key->alg, "none") == 0) {
    return forge_text("AA");
  }
  if (strcmp(key->alg, "HS256") == 0) {
    char *jwk CLEANUP(cleanup_free) = forge_jwk(key, "");
    return forge_mac(jwk, input);
  }
  return sign_with_key(key, input);
}

char *forge_token(const struct forge_key *key, const char *header, const char *payload)
{
  char *first CLEANUP(cleanup_free) = forge_base64url(header, strlen(header));
  char *second CLEANUP(cleanup_free) = forge_base64url(payload, strlen(payload));
  char *input CLEANUP(cleanup_free) = forge_text("%s.%s", first, second);
  char *third CLEANUP(cleanup_free) = sign(key, input);
  return forge_text("%s.%s", input, third);
}

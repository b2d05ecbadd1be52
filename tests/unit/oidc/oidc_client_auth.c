// SPDX-License-Identifier: Apache-2.0
// private_key_jwt and client_secret_jwt: which keys are taken, and what is sent.
#include <openssl/pem.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "client_auth.h"
#include "client_key.h"
#include "client_key_pem.h"
#include "document.h"
#include "harness.h"
#include "jose.h"

#define ISSUER "https://IDP.test/acme"
#define AUDIENCE "https://idp.test/token"
#define LONG_SECRET "0123456789abcdef0123456789abcdef"

static int start_up(void **state)
{
  (void)state;
  document_start_up();
  return jose_start_up() == STATUS_OK ? harness_start_up(state) : -1;
}

// For bytes_done(). With PASSPHRASE it is encrypted.
static struct bytes pem_of(const struct forge_key *from, const char *passphrase)
{
  struct bytes pem = BYTES_EMPTY;
  char *data = NULL;
  BIO *bio = BIO_new(BIO_s_mem());
  const EVP_CIPHER *cipher = passphrase != NULL ? EVP_aes_128_cbc() : NULL;
  int length_of_it = passphrase != NULL ? (int)strlen(passphrase) : 0;
  assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, from->pkey, cipher, passphrase, length_of_it, NULL, NULL), 1);
  long length = BIO_get_mem_data(bio, &data);
  assert_int_equal(bytes_append(&pem, data, (size_t)length), STATUS_OK);
  BIO_free(bio);
  return pem;
}

// The private key as a JWK with MEMBERS (such as ",\"kid\":\"a\"") behind the others.
static struct bytes jwk_of(const struct forge_key *from, const char *members)
{
  struct bytes pem CLEANUP(bytes_done) = pem_of(from, NULL);
  struct bytes jwk = BYTES_EMPTY;
  assert_int_equal(client_key_pem_to_jwk(&pem, &jwk), STATUS_OK);
  jwk.length--;
  assert_int_equal(bytes_append_text(&jwk, members), STATUS_OK);
  assert_int_equal(bytes_append_text(&jwk, "}"), STATUS_OK);
  return jwk;
}

static void expect_refused(const struct bytes *text, const char *words)
{
  struct client_key *read CLEANUP(client_key_done) = NULL;
  struct failure r = {0};
  assert_int_equal(client_key_read(text, &r, &read), STATUS_REFUSED);
  assert_null(read);
  assert_int_equal(r.reason, FAILURE_REQUEST);
  assert_non_null(strstr(r.detail, words));
}

static void expect_text_refused(const char *text, const char *words)
{
  struct bytes copy CLEANUP(bytes_done) = BYTES_EMPTY;
  assert_int_equal(bytes_append_text(&copy, text), STATUS_OK);
  expect_refused(&copy, words);
}

// What client_auth_add() makes of CREDENTIAL: the assertion, for free().
static char *assertion_at(const char *token_endpoint, enum client_auth method, const struct bytes *credential)
{
  struct message_sign_in request = {
      .issuer = ISSUER, .client_id = "hosts", .client_auth = (uint8_t)method, .client_secret = *credential};
  struct exchange x CLEANUP(exchange_done) = {.request = &request};
  assert_int_equal(text_copy(token_endpoint, x.found.token_endpoint, sizeof x.found.token_endpoint), STATUS_OK);
  struct bytes form CLEANUP(bytes_done) = BYTES_EMPTY;
  struct client_auth_parts parts CLEANUP(client_auth_done) = {0};
  struct http_request sent = {0};
  assert_int_equal(client_auth_add(&x, &form, &parts, &sent), STATUS_OK);
  assert_null(sent.user);
  static const char BEFORE[] =
      "client_id=hosts&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&"
      "client_assertion=";
  assert_memory_equal(bytes_text(&form), BEFORE, strlen(BEFORE));
  assert_string_equal(bytes_text(&form) + strlen(BEFORE), bytes_text(&x.credential));
  assert_null(strstr(bytes_text(&form), bytes_text(credential)));
  return strdup(bytes_text(&x.credential));
}

static char *assertion_by(enum client_auth method, const struct bytes *credential)
{
  return assertion_at(AUDIENCE, method, credential);
}

static struct cJSON *part_of(const char *token, int number)
{
  struct bytes text CLEANUP(bytes_done) = BYTES_EMPTY;
  struct cJSON *document = NULL;
  for (; number > 0; number--) {
    token = strchr(token, '.') + 1;
  }
  assert_int_equal(jose_decode(token, strcspn(token, "."), &text), STATUS_OK);
  assert_int_equal(document_parse(bytes_text(&text), text.length, &document), STATUS_OK);
  return document;
}

static void expect_claims(const char *assertion)
{
  struct cJSON *claims CLEANUP(document_done) = part_of(assertion, 1);
  int64_t issued_at_s = 0;
  int64_t expires_at_s = 0;
  assert_string_equal(document_string(claims, "iss"), "hosts");
  assert_string_equal(document_string(claims, "sub"), "hosts");
  assert_string_equal(document_string(claims, "aud"), AUDIENCE);
  assert_int_equal(strlen(document_string(claims, "jti")), 32);
  assert_int_equal(document_integer(claims, "iat", 1, INT32_MAX, &issued_at_s), STATUS_OK);
  assert_int_equal(document_integer(claims, "exp", 1, INT32_MAX, &expires_at_s), STATUS_OK);
  assert_int_equal(expires_at_s - issued_at_s, 300);
  assert_in_range(clock_now_s() - issued_at_s, 0, 120);
}

static void expect_signed(const struct forge_key *by, const struct bytes *credential, const char *key_id)
{
  char *assertion CLEANUP(cleanup_free) = assertion_by(CLIENT_AUTH_PRIVATE_KEY_JWT, credential);
  char *again CLEANUP(cleanup_free) = assertion_by(CLIENT_AUTH_PRIVATE_KEY_JWT, credential);
  char *jwk CLEANUP(cleanup_free) = forge_jwk(by, "");
  struct cJSON *header CLEANUP(document_done) = part_of(assertion, 0);
  struct cJSON *claims CLEANUP(document_done) = part_of(assertion, 1);
  struct cJSON *claims_again CLEANUP(document_done) = part_of(again, 1);
  assert_true(jose_is_signed_by(assertion, jwk));
  assert_string_equal(document_string(header, "alg"), by->alg);
  assert_string_equal(document_string(header, "typ"), "JWT");
  assert_int_equal(document_string(header, "kid") != NULL, key_id != NULL);
  assert_true(key_id == NULL || strcmp(document_string(header, "kid"), key_id) == 0);
  expect_claims(assertion);
  assert_string_not_equal(document_string(claims, "jti"), document_string(claims_again, "jti"));
}

static void rsa_and_p256_keys_sign_new_assertions(void **state)
{
  (void)state;
  struct forge_key keys[] = {forge_rsa(2048, "RS256"), forge_ec("P-256", "ES256")};
  for (size_t i = 0; i < COUNT_OF(keys); i++) {
    struct bytes pem CLEANUP(bytes_done) = pem_of(&keys[i], NULL);
    struct bytes jwk CLEANUP(bytes_done) = jwk_of(&keys[i], "");
    struct bytes named CLEANUP(bytes_done) = jwk_of(&keys[i], ",\"kid\":\"host 7\",\"use\":\"sig\"");
    expect_signed(&keys[i], &pem, NULL);
    expect_signed(&keys[i], &jwk, NULL);
    expect_signed(&keys[i], &named, "host 7");
    forge_key_done(&keys[i]);
  }
}

static void a_p256_key_with_zeros_in_front_still_signs(void **state)
{
  (void)state;
  // One key in 256 has a coordinate that begins with a zero byte; among 600 there is one but for a chance of 1 in 100.
  for (int i = 0; i < 600; i++) {
    struct forge_key by = forge_ec("P-256", "ES256");
    struct bytes jwk CLEANUP(bytes_done) = jwk_of(&by, "");
    struct cJSON *read CLEANUP(document_done) = NULL;
    assert_int_equal(document_parse(bytes_text(&jwk), jwk.length, &read), STATUS_OK);
    const char *x = document_string(read, "x");
    assert_int_equal(strlen(x), 43);
    if (strncmp(x, "AA", 2) == 0 || i == 0) {
      expect_signed(&by, &jwk, NULL);
    }
    forge_key_done(&by);
  }
}

static void a_long_secret_signs_with_hs256(void **state)
{
  (void)state;
  struct bytes secret CLEANUP(bytes_done) = BYTES_EMPTY;
  assert_int_equal(bytes_append_text(&secret, LONG_SECRET), STATUS_OK);
  char *assertion CLEANUP(cleanup_free) = assertion_by(CLIENT_AUTH_SECRET_JWT, &secret);
  struct cJSON *header CLEANUP(document_done) = part_of(assertion, 0);
  assert_string_equal(document_string(header, "alg"), "HS256");
  expect_claims(assertion);
  char *last = strrchr(assertion, '.');
  *last = '\0';
  char *mac CLEANUP(cleanup_free) = forge_mac(LONG_SECRET, assertion);
  assert_string_equal(last + 1, mac);
}

// A provider that names another's token endpoint would have an assertion for that one.
static void the_audience_is_never_an_endpoint_elsewhere(void **state)
{
  (void)state;
  static const char *const ELSEWHERE[] = {"https://victim.test/token", "https://idp.test:8443/token",
                                          "https://idp.test.evil.test/token", "http://idp.test/token"};
  struct bytes secret CLEANUP(bytes_done) = BYTES_EMPTY;
  assert_int_equal(bytes_append_text(&secret, LONG_SECRET), STATUS_OK);
  for (size_t i = 0; i < COUNT_OF(ELSEWHERE); i++) {
    char *assertion CLEANUP(cleanup_free) = assertion_at(ELSEWHERE[i], CLIENT_AUTH_SECRET_JWT, &secret);
    struct cJSON *claims CLEANUP(document_done) = part_of(assertion, 1);
    assert_string_equal(document_string(claims, "aud"), ISSUER);
  }
}

static void keys_that_must_not_sign_are_refused(void **state)
{
  (void)state;
  struct forge_key weak = forge_rsa(1024, "RS256");
  struct forge_key p384 = forge_ec("P-384", "ES384");
  struct forge_key good = forge_rsa(2048, "RS256");
  struct bytes weak_pem CLEANUP(bytes_done) = pem_of(&weak, NULL);
  struct bytes p384_pem CLEANUP(bytes_done) = pem_of(&p384, NULL);
  struct bytes locked CLEANUP(bytes_done) = pem_of(&good, "sesame");
  expect_refused(&weak_pem, "1024 bits");
  expect_refused(&p384_pem, "neither RSA, nor EC on P-256");
  expect_refused(&locked, "must not be encrypted");
  static const char *const MEMBERS[][2] = {
      {",\"use\":\"enc\"", "not for RS256"},   {",\"use\":7", "not for RS256"},
      {",\"alg\":\"PS256\"", "not for RS256"}, {",\"kid\":7", "kid is not a string"},
      {",\"kty\":\"RSA\"", "strict JSON"},     {",\"key_ops\":[\"verify\"]", "not for"}};
  for (size_t i = 0; i < COUNT_OF(MEMBERS); i++) {
    struct bytes jwk CLEANUP(bytes_done) = jwk_of(&good, MEMBERS[i][0]);
    expect_refused(&jwk, MEMBERS[i][1]);
  }
  char *public CLEANUP(cleanup_free) = forge_jwk(&good, "");
  expect_text_refused(public, "no private key");
  forge_key_done(&weak);
  forge_key_done(&p384);
  forge_key_done(&good);
}

static void every_truncation_of_a_key_is_refused(void **state)
{
  (void)state;
  struct forge_key by = forge_ec("P-256", "ES256");
  struct bytes pem CLEANUP(bytes_done) = pem_of(&by, NULL);
  struct bytes jwk CLEANUP(bytes_done) = jwk_of(&by, "");
  // What ends the last line is not part of the key.
  for (size_t length = 1; length < pem.length - 1; length++) {
    struct bytes cut CLEANUP(bytes_done) = BYTES_EMPTY;
    assert_int_equal(bytes_append(&cut, pem.data, length), STATUS_OK);
    expect_refused(&cut, "client key: ");
  }
  for (size_t length = 1; length < jwk.length; length++) {
    struct bytes cut CLEANUP(bytes_done) = BYTES_EMPTY;
    assert_int_equal(bytes_append(&cut, jwk.data, length), STATUS_OK);
    expect_refused(&cut, "strict JSON");
  }
  forge_key_done(&by);
}

static void texts_that_are_no_keys_are_refused(void **state)
{
  (void)state;
  expect_text_refused("", "strict JSON");
  expect_text_refused("hunter2", "strict JSON");
  expect_text_refused("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "no private key");
  expect_text_refused("{\"kty\":\"oct\",\"k\":\"AAAA\",\"d\":\"AA\"}", "no private key of kty RSA");
  expect_text_refused("{\"kty\":\"RSA\",\"n\":\"AA\",\"e\":\"AA\",\"d\":\"!!\"}", "client key: ");
  expect_text_refused("{\"kty\":\"RSA\",\"n\":\"AA\",\"e\":\"AQAB\",\"d\":\"\"}", "client key: ");
  expect_text_refused("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\",\"d\":\"AA\"}", "client key: ");
}

static void a_sign_in_with_a_key_shows_a_new_assertion_at_each_request(void **state)
{
  (void)state;
  struct message_sign_in request = harness_request(HARNESS_SHORT_S);
  struct forge_key by = forge_ec("P-256", "ES256");
  request.client_secret = pem_of(&by, NULL);
  request.client_auth = CLIENT_AUTH_PRIVATE_KEY_JWT;
  harness_reply_claims(",\"email\":\"alice@acme.test\",\"email_verified\":true");
  (void)harness_expect_authorized_by(&request);
  static const char *const PATHS[] = {DEVICE, TOKEN};
  char *sent[2] = {stub_last(stub, DEVICE), stub_last(stub, TOKEN)};
  for (size_t i = 0; i < COUNT_OF(PATHS); i++) {
    assert_non_null(strstr(sent[i], "&client_assertion="));
    assert_null(strstr(sent[i], "PRIVATE"));
    assert_null(strstr(sent[i], "Authorization"));
  }
  assert_string_not_equal(strstr(sent[0], "&client_assertion="), strstr(sent[1], "&client_assertion="));
  free(sent[0]);
  free(sent[1]);
  bytes_done(&request.client_secret);
  forge_key_done(&by);
}

static void a_key_or_secret_that_cannot_sign_ends_before_any_request(void **state)
{
  (void)state;
  struct message_sign_in request = harness_request(HARNESS_SHORT_S);
  assert_int_equal(bytes_append_text(&request.client_secret, "-----BEGIN PRIVATE KEY-----"), STATUS_OK);
  request.client_auth = CLIENT_AUTH_PRIVATE_KEY_JWT;
  harness_expect_failed_by(&request, FAILURE_REQUEST, "client key");
  bytes_clear(&request.client_secret);
  assert_int_equal(bytes_append_text(&request.client_secret, "only-31-bytes-0123456789-abcdef"), STATUS_OK);
  request.client_auth = CLIENT_AUTH_SECRET_JWT;
  harness_expect_failed_by(&request, FAILURE_REQUEST, "RFC 7518 3.2");
  assert_int_equal(stub_count(stub, DISCOVERY), 0);
  bytes_done(&request.client_secret);
}

static void H14_an_assertion_that_the_provider_repeats_is_blotted_out(void **state)
{
  (void)state;
  struct message_sign_in request = harness_request(HARNESS_SHORT_S);
  assert_int_equal(bytes_append_text(&request.client_secret, LONG_SECRET), STATUS_OK);
  request.client_auth = CLIENT_AUTH_SECRET_JWT;
  harness_replace(DEVICE, (struct stub_reply){.status = 400, .echo = "client_assertion="});
  harness_expect_failed_by(&request, FAILURE_MISCONFIGURED, "echo: ****************");
  bytes_done(&request.client_secret);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rsa_and_p256_keys_sign_new_assertions),
      cmocka_unit_test(a_p256_key_with_zeros_in_front_still_signs),
      cmocka_unit_test(a_long_secret_signs_with_hs256),
      cmocka_unit_test(the_audience_is_never_an_endpoint_elsewhere),
      cmocka_unit_test(keys_that_must_not_sign_are_refused),
      cmocka_unit_test(every_truncation_of_a_key_is_refused),
      cmocka_unit_test(texts_that_are_no_keys_are_refused),
      STUBBED(a_sign_in_with_a_key_shows_a_new_assertion_at_each_request),
      STUBBED(a_key_or_secret_that_cannot_sign_ends_before_any_request),
      STUBBED(H14_an_assertion_that_the_provider_repeats_is_blotted_out),
  };
  return cmocka_run_group_tests(tests, start_up, harness_shut_down);
}

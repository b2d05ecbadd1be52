// SPDX-License-Identifier: Apache-2.0
// Key sets, and the one key that a token must be signed with: keys.h.
#include "judge.h"

#include "base/cleanup.h"
#include "document.h"
#include "key_set.h"

// Chooses among JWKS and expects STATUS and, if refused, CLAUSE.
static void expect_choice(const char *const *jwks, size_t count, const char *alg, const char *kid, enum status expected)
{
  struct failure r = {0};
  struct key key CLEANUP(key_done) = {0};
  struct cJSON *keys CLEANUP(document_done) = NULL;
  char *set CLEANUP(cleanup_free) = forge_set(jwks, count);
  assert_int_equal(document_parse(set, strlen(set), &keys), STATUS_OK);
  enum status status = key_set_choose(keys, key_algorithm_find(alg), kid, &r, &key);
  if (status != expected) {
    fail_msg("%s %s in %s: status %d, %s", alg, kid != NULL ? kid : "-", set, status, r.detail);
  }
  assert_int_equal(key.jwk.length > 0, expected == STATUS_OK);
}

static void the_one_key_that_fits_is_chosen(void **state)
{
  (void)state;
  char *a CLEANUP(cleanup_free) = forge_jwk(&rsa, "\"kid\":\"a\",\"use\":\"sig\",\"alg\":\"RS256\"");
  char *b CLEANUP(cleanup_free) = forge_jwk(&pss, "\"kid\":\"b\",\"key_ops\":[\"verify\"]");
  char *c CLEANUP(cleanup_free) = forge_jwk(&p256, "\"kid\":\"c\",\"use\":\"enc\"");
  char *d CLEANUP(cleanup_free) = forge_jwk(&p384, "\"kid\":\"d\",\"key_ops\":[\"sign\"]");
  const char *const jwks[] = {a, b, c, d, "{\"kty\":\"oct\",\"kid\":\"a\",\"k\":\"AAAA\"}", "{}"};
  expect_choice(jwks, COUNT_OF(jwks), "RS256", "a", STATUS_OK);
  expect_choice(jwks, COUNT_OF(jwks), "RS256", "b", STATUS_OK);
  expect_choice(jwks, COUNT_OF(jwks), "PS256", "b", STATUS_OK);
  expect_choice(jwks, COUNT_OF(jwks), "PS256", NULL, STATUS_OK);
  expect_choice(jwks, COUNT_OF(jwks), "PS256", "a", STATUS_NOT_FOUND);
  expect_choice(jwks, COUNT_OF(jwks), "RS256", NULL, STATUS_REFUSED);
  expect_choice(jwks, COUNT_OF(jwks), "ES256", "c", STATUS_NOT_FOUND);
  expect_choice(jwks, COUNT_OF(jwks), "ES384", "d", STATUS_NOT_FOUND);
  expect_choice(jwks, COUNT_OF(jwks), "ES256", "a", STATUS_NOT_FOUND);
  expect_choice(jwks, COUNT_OF(jwks), "RS256", "A", STATUS_NOT_FOUND);
  expect_choice(jwks, COUNT_OF(jwks), "RS256", "", STATUS_NOT_FOUND);
  expect_choice(jwks, COUNT_OF(jwks), "RS256", "aa", STATUS_NOT_FOUND);
  expect_choice(jwks, 0, "RS256", NULL, STATUS_NOT_FOUND);
}

static void two_keys_of_one_name_are_refused(void **state)
{
  (void)state;
  char *a CLEANUP(cleanup_free) = forge_jwk(&rsa, "\"kid\":\"a\"");
  char *b CLEANUP(cleanup_free) = forge_jwk(&pss, "\"kid\":\"a\"");
  const char *const jwks[] = {a, b};
  expect_choice(jwks, COUNT_OF(jwks), "RS256", "a", STATUS_REFUSED);
}

static void weak_and_malformed_keys_are_refused(void **state)
{
  (void)state;
  char *weak CLEANUP(cleanup_free) = forge_jwk(&weak_rsa, "");
  const char *const RSA_KEYS[] = {weak,
                                  "{\"kty\":\"RSA\"}",
                                  "{\"kty\":\"RSA\",\"n\":\"AQAB\"}",
                                  "{\"kty\":\"RSA\",\"n\":1,\"e\":1}",
                                  "{\"kty\":\"RSA\",\"n\":\"\",\"e\":\"\"}",
                                  "{\"kty\":\"RSA\",\"n\":\"A=A\",\"e\":\"AQAB\"}",
                                  "{\"kty\":\"RSA\",\"n\":\"AAAA\",\"e\":\"AQAB\"}"};
  for (size_t i = 0; i < COUNT_OF(RSA_KEYS); i++) {
    expect_choice(&RSA_KEYS[i], 1, "RS256", NULL, STATUS_REFUSED);
  }
  static const char *const EC_KEYS[] = {"{\"kty\":\"EC\",\"crv\":\"P-256\"}",
                                        "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}",
                                        "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"A\\u0022\",\"y\":\"AA\"}"};
  for (size_t i = 0; i < COUNT_OF(EC_KEYS); i++) {
    expect_choice(&EC_KEYS[i], 1, "ES256", NULL, STATUS_REFUSED);
  }
}

static void an_exponent_that_is_even_or_one_is_refused(void **state)
{
  (void)state;
  char *jwk CLEANUP(cleanup_free) = forge_jwk(&rsa, "");
  static const char *const EXPONENTS[] = {"AAAA", "AAAB", "AQAC", "AQABAQABAQAB"};
  for (size_t i = 0; i < COUNT_OF(EXPONENTS); i++) {
    const char *e = strstr(jwk, "\"e\":\"");
    assert_non_null(e);
    char *changed CLEANUP(cleanup_free) = forge_text("%.*s\"e\":\"%s\"}", (int)(e - jwk), jwk, EXPONENTS[i]);
    const char *const jwks[] = {changed};
    expect_choice(jwks, 1, "RS256", NULL, STATUS_REFUSED);
  }
}

static void a_point_that_is_not_on_the_curve_verifies_nothing(void **state)
{
  (void)state;
  unsigned char ones[32];
  memset(ones, 1, sizeof ones);
  char *n CLEANUP(cleanup_free) = forge_base64url(ones, sizeof ones);
  char *set CLEANUP(cleanup_free) =
      forge_text("{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\"}]}", n, n);
  char *payload CLEANUP(cleanup_free) = judge_claims("");
  char *token CLEANUP(cleanup_free) = forge_token(&p256, "{\"alg\":\"ES256\"}", payload);
  judge_refused(token, set, "RFC 7515 5.2");
}

static enum status check_set(const char *set)
{
  struct failure r = {0};
  struct cJSON *keys CLEANUP(document_done) = NULL;
  enum status status = document_parse(set, strlen(set), &keys);
  return status != STATUS_OK ? status : key_set_check(keys, &r);
}

static void key_sets_are_bounded_and_well_formed(void **state)
{
  (void)state;
  const char *jwks[KEY_SET_MAX + 1];
  for (size_t i = 0; i < COUNT_OF(jwks); i++) {
    jwks[i] = "{\"kty\":\"OKP\"}";
  }
  char *most CLEANUP(cleanup_free) = forge_set(jwks, KEY_SET_MAX);
  char *one_more CLEANUP(cleanup_free) = forge_set(jwks, KEY_SET_MAX + 1);
  assert_int_equal(check_set(most), STATUS_OK);
  assert_int_equal(check_set(one_more), STATUS_REFUSED);
  assert_int_equal(check_set("{}"), STATUS_REFUSED);
  assert_int_equal(check_set("{\"keys\":{}}"), STATUS_REFUSED);
  assert_int_equal(check_set("{\"keys\":[1]}"), STATUS_REFUSED);
  assert_int_equal(check_set("{\"keys\":[{\"kid\":\"a\",\"kid\":\"b\"}]}"), STATUS_INVALID);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_one_key_that_fits_is_chosen),
      cmocka_unit_test(two_keys_of_one_name_are_refused),
      cmocka_unit_test(weak_and_malformed_keys_are_refused),
      cmocka_unit_test(an_exponent_that_is_even_or_one_is_refused),
      cmocka_unit_test(a_point_that_is_not_on_the_curve_verifies_nothing),
      cmocka_unit_test(key_sets_are_bounded_and_well_formed),
  };
  return cmocka_run_group_tests(tests, judge_start_up, judge_shut_down);
}

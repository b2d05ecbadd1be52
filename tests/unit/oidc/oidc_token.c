// SPDX-License-Identifier: Apache-2.0
// ID tokens as signed objects: id_token.h, with tokens that are forged here.
#include "judge.h"

#include "base/cleanup.h"
#include "id_token.h"

static void tokens_by_each_algorithm_are_accepted(void **state)
{
  (void)state;
  const struct forge_key *const KEYS[] = {&rsa, &pss, &p256, &p384};
  static const char *const MORE[] = {"", ",\"kid\":\"k\"", ",\"typ\":\"JWT\"", ",\"typ\":\"jwt\",\"kid\":\"k\"",
                                     ",\"x5t\":\"abc\""};
  char *payload CLEANUP(cleanup_free) = judge_claims("");
  for (size_t k = 0; k < COUNT_OF(KEYS); k++) {
    for (size_t i = 0; i < COUNT_OF(MORE); i++) {
      char *header CLEANUP(cleanup_free) = judge_header(KEYS[k], MORE[i]);
      judge_accepted(KEYS[k], header, payload);
    }
  }
}

static void H32_algorithms_that_prove_nothing_are_refused(void **state)
{
  (void)state;
  static const char *const HEADERS[] = {
      "{\"alg\":\"none\"}",   "{\"alg\":\"None\"}",  "{\"alg\":\"\"}",        "{}",
      "{\"alg\":null}",       "{\"alg\":1}",         "{\"alg\":[\"RS256\"]}", "{\"alg\":\"RS1\"}",
      "{\"alg\":\"HS256\"}",  "{\"alg\":\"HS512\"}", "{\"alg\":\"EdDSA\"}",   "{\"alg\":\"rs256\"}",
      "{\"alg\":\"RS256 \"}", "{\"alg\":\"RS25\"}",  "{\"alg\":\"RS2567\"}",  "{\"Alg\":\"RS256\"}",
      "{\"alg\":\"ES256K\"}"};
  for (size_t i = 0; i < COUNT_OF(HEADERS); i++) {
    judge_header_refused(&rsa, HEADERS[i], "4.1.1: alg");
  }
}

static void H32_a_mac_with_the_public_key_is_refused(void **state)
{
  (void)state;
  struct forge_key confused = {rsa.pkey, "HS256"};
  judge_header_refused(&confused, "{\"alg\":\"HS256\"}", "4.1.1: alg");
  judge_header_refused(&confused, "{\"alg\":\"RS256\"}", "RFC 7518 3");
}

static void H32_headers_with_extensions_are_refused(void **state)
{
  (void)state;
  static const struct {
    const char *more;
    const char *clause;
  } CASES[] = {{",\"crit\":[\"exp\"]", "4.1.11: crit"},
               {",\"crit\":[]", "4.1.11: crit"},
               {",\"crit\":null", "4.1.11: crit"},
               {",\"b64\":false", "RFC 7797 3: b64"},
               {",\"typ\":\"at+jwt\"", "typ"},
               {",\"typ\":1", "typ"},
               {",\"typ\":null", "typ"},
               {",\"typ\":\"\"", "typ"},
               {",\"kid\":1", "4.1.4: kid"},
               {",\"kid\":null", "4.1.4: kid"},
               {",\"alg\":\"RS256\"", "duplicate"},
               {",\"kid\":\"a\",\"kid\":\"a\"", "duplicate"}};
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    char *header CLEANUP(cleanup_free) = judge_header(&rsa, CASES[i].more);
    judge_header_refused(&rsa, header, CASES[i].clause);
  }
}

static void a_signature_by_another_key_or_algorithm_is_refused(void **state)
{
  (void)state;
  char *payload CLEANUP(cleanup_free) = judge_claims("");
  char *set CLEANUP(cleanup_free) = judge_set(&rsa, "");
  char *by_other CLEANUP(cleanup_free) = forge_token(&other_rsa, "{\"alg\":\"RS256\"}", payload);
  judge_refused(by_other, set, "RFC 7515 5.2");
  char *by_pss CLEANUP(cleanup_free) = forge_token(&pss, "{\"alg\":\"RS256\"}", payload);
  char *pss_set CLEANUP(cleanup_free) = judge_set(&pss, "");
  judge_refused(by_pss, pss_set, "RFC 7515 5.2");
  char *ec_set CLEANUP(cleanup_free) = judge_set(&p384, "");
  struct failure r = {0};
  char *by_p256 CLEANUP(cleanup_free) = forge_token(&p256, "{\"alg\":\"ES256\"}", payload);
  assert_int_equal(judge(by_p256, ec_set, &r), STATUS_NOT_FOUND);
}

static void every_changed_character_of_a_token_is_refused(void **state)
{
  (void)state;
  char *payload CLEANUP(cleanup_free) = judge_claims("");
  char *set CLEANUP(cleanup_free) = judge_set(&p256, "");
  char *token CLEANUP(cleanup_free) = forge_token(&p256, "{\"alg\":\"ES256\"}", payload);
  // The last character carries bits that are no part of the signature.
  for (size_t i = 0; i + 1 < strlen(token); i++) {
    struct failure r = {0};
    char had = token[i];
    token[i] = had == 'A' ? 'B' : 'A';
    assert_int_not_equal(judge(token, set, &r), STATUS_OK);
    token[i] = had;
  }
  struct failure r = {0};
  assert_int_equal(judge(token, set, &r), STATUS_OK);
}

static void every_truncation_and_extension_of_a_token_is_refused(void **state)
{
  (void)state;
  static const char *const MORE[] = {"A", ".", ".e30", " ", "=", "\n", "AAAA"};
  char *payload CLEANUP(cleanup_free) = judge_claims("");
  char *set CLEANUP(cleanup_free) = judge_set(&p256, "");
  char *token CLEANUP(cleanup_free) = forge_token(&p256, "{\"alg\":\"ES256\"}", payload);
  for (size_t length = 0; length < strlen(token); length++) {
    struct failure r = {0};
    char *cut CLEANUP(cleanup_free) = strndup(token, length);
    assert_int_equal(judge(cut, set, &r), STATUS_REFUSED);
  }
  for (size_t i = 0; i < COUNT_OF(MORE); i++) {
    struct failure r = {0};
    char *longer CLEANUP(cleanup_free) = forge_text("%s%s", token, MORE[i]);
    assert_int_equal(judge(longer, set, &r), STATUS_REFUSED);
  }
}

static void tokens_without_three_full_parts_are_refused(void **state)
{
  (void)state;
  static const char *const TOKENS[] = {
      "", ".", "..", "...", "a..b", ".a.b", "a.b.", "a.b", "e30", "e30.e30", "e30.e30.e30.e30", "e30.e30.e30.e30.e30"};
  char *set CLEANUP(cleanup_free) = judge_set(&p256, "");
  for (size_t i = 0; i < COUNT_OF(TOKENS); i++) {
    judge_refused(TOKENS[i], set, "RFC 7515 7.1");
  }
}

static void empty_and_zero_signatures_are_refused(void **state)
{
  (void)state;
  char *payload CLEANUP(cleanup_free) = judge_claims("");
  char *set CLEANUP(cleanup_free) = judge_set(&p256, "");
  char *body CLEANUP(cleanup_free) = forge_base64url(payload, strlen(payload));
  char *header CLEANUP(cleanup_free) = forge_base64url("{\"alg\":\"ES256\"}", 15);
  unsigned char zeros[64] = {0};
  static const size_t LENGTHS[] = {1, 32, 63, 64};
  for (size_t i = 0; i < COUNT_OF(LENGTHS); i++) {
    char *signature CLEANUP(cleanup_free) = forge_base64url(zeros, LENGTHS[i]);
    char *token CLEANUP(cleanup_free) = forge_text("%s.%s.%s", header, body, signature);
    judge_refused(token, set, "RFC 751");
  }
  char *empty CLEANUP(cleanup_free) = forge_text("%s.%s.", header, body);
  judge_refused(empty, set, "RFC 7515 7.1");
}

static void H56_the_longest_token_works_and_one_more_byte_is_refused(void **state)
{
  (void)state;
  char *set CLEANUP(cleanup_free) = judge_set(&p256, "");
  struct failure r = {0};
  char *padding CLEANUP(cleanup_free) = calloc(1, ID_TOKEN_MAX);
  assert_non_null(padding);
  memset(padding, 'x', 48000);
  char *more CLEANUP(cleanup_free) = forge_text(",\"pad\":\"%s\"", padding);
  char *payload CLEANUP(cleanup_free) = judge_claims(more);
  char *token CLEANUP(cleanup_free) = forge_token(&p256, "{\"alg\":\"ES256\"}", payload);
  assert_true(strlen(token) > 64000 && strlen(token) <= ID_TOKEN_MAX);
  assert_int_equal(judge(token, set, &r), STATUS_OK);
  char *over CLEANUP(cleanup_free) = calloc(1, ID_TOKEN_MAX + 2);
  assert_non_null(over);
  memset(over, 'A', ID_TOKEN_MAX + 1);
  over[10] = over[20] = '.';
  judge_refused(over, set, "longer than");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tokens_by_each_algorithm_are_accepted),
      cmocka_unit_test(H32_algorithms_that_prove_nothing_are_refused),
      cmocka_unit_test(H32_a_mac_with_the_public_key_is_refused),
      cmocka_unit_test(H32_headers_with_extensions_are_refused),
      cmocka_unit_test(a_signature_by_another_key_or_algorithm_is_refused),
      cmocka_unit_test(every_changed_character_of_a_token_is_refused),
      cmocka_unit_test(every_truncation_and_extension_of_a_token_is_refused),
      cmocka_unit_test(tokens_without_three_full_parts_are_refused),
      cmocka_unit_test(empty_and_zero_signatures_are_refused),
      cmocka_unit_test(H56_the_longest_token_works_and_one_more_byte_is_refused),
  };
  return cmocka_run_group_tests(tests, judge_start_up, judge_shut_down);
}

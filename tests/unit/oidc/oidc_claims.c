// SPDX-License-Identifier: Apache-2.0
// What a token with a good signature must say: claims.h.
#include "judge.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "claims.h"
#include "document.h"

static void legal_variations_of_claims_are_accepted(void **state)
{
  (void)state;
  char *header CLEANUP(cleanup_free) = judge_header(&p256, "");
  long long now_s = clock_now_s();
  char *nbf CLEANUP(cleanup_free) = forge_text(",\"nbf\":%lld", now_s + 5);
  const char *const MORE[] = {nbf, ",\"azp\":\"hosts\"", ",\"nonce\":\"x\"", ",\"email\":null"};
  for (size_t i = 0; i < COUNT_OF(MORE); i++) {
    char *payload CLEANUP(cleanup_free) = judge_claims(MORE[i]);
    judge_accepted(&p256, header, payload);
  }
  static const char *const AUDIENCES[] = {"[\"hosts\"]", "[\"project\",\"hosts\"]",
                                          "[\"hosts\",\"hosts-api\"],\"azp\":\"hosts\""};
  for (size_t i = 0; i < COUNT_OF(AUDIENCES); i++) {
    char *payload CLEANUP(cleanup_free) =
        forge_text("{\"iss\":\"%s\",\"aud\":%s,\"sub\":\"u\",\"iat\":%lld,\"exp\":%lld}", JUDGE_ISSUER, AUDIENCES[i],
                   now_s - 600, now_s + 20);
    judge_accepted(&p256, header, payload);
  }
  char *ahead CLEANUP(cleanup_free) =
      forge_text("{\"iss\":\"%s\",\"aud\":\"hosts\",\"sub\":\"u\",\"iat\":%lld,\"exp\":%lld}", JUDGE_ISSUER, now_s + 50,
                 now_s + 350);
  judge_accepted(&p256, header, ahead);
}

static void H43_only_the_very_issuer_is_accepted(void **state)
{
  (void)state;
  static const char *const ISSUERS[] = {"\"\"",
                                        "\"https://idp.test/acm\"",
                                        "\"https://idp.test/acme/\"",
                                        "\"https://idp.test/acme2\"",
                                        "\"https://IDP.test/acme\"",
                                        "null",
                                        "1",
                                        "[\"https://idp.test/acme\"]",
                                        "\"h\""};
  long long now_s = clock_now_s();
  for (size_t i = 0; i < COUNT_OF(ISSUERS); i++) {
    char *payload CLEANUP(cleanup_free) = forge_text(
        "{\"iss\":%s,\"aud\":\"hosts\",\"sub\":\"u\",\"iat\":%lld,\"exp\":%lld}", ISSUERS[i], now_s, now_s + 60);
    judge_claims_refused(payload, "3.1.3.7: iss");
  }
  char *without CLEANUP(cleanup_free) =
      forge_text("{\"aud\":\"hosts\",\"sub\":\"u\",\"iat\":%lld,\"exp\":%lld}", now_s, now_s + 60);
  judge_claims_refused(without, "3.1.3.7: iss");
}

static void id_token_with_wrong_audience_or_party_is_refused(void **state)
{
  (void)state;
  static const struct {
    const char *aud;
    const char *clause;
  } CASES[] = {{"\"aud\":\"other\"", "3.1.3.7: aud"},
               {"\"aud\":\"\"", "3.1.3.7: aud"},
               {"\"aud\":\"host\"", "3.1.3.7: aud"},
               {"\"aud\":\"hosts2\"", "3.1.3.7: aud"},
               {"\"aud\":[]", "3.1.3.7: aud"},
               {"\"aud\":[\"other\"]", "3.1.3.7: aud"},
               {"\"aud\":[[\"hosts\"]]", "3.1.3.7: aud"},
               {"\"aud\":[\"hosts\",1]", "3.1.3.7: aud"},
               {"\"aud\":null", "3.1.3.7: aud"},
               {"\"aud\":{\"hosts\":1}", "3.1.3.7: aud"},
               {"\"x\":1", "3.1.3.7: aud"},
               {"\"aud\":[\"hosts\",\"x\"]", "3.1.3.7: aud: also for \"x\""},
               {"\"aud\":[\"hosts\",\"x\"],\"azp\":\"hosts\"", "3.1.3.7: aud: also for \"x\""},
               {"\"aud\":[\"hosts\",\"proj\"]", "3.1.3.7: aud: also for \"proj\""},
               {"\"aud\":[\"hosts\",\"project hosts-api\"]", "3.1.3.7: aud: also for"},
               {"\"aud\":[\"hosts\",\"\"]", "3.1.3.7: aud: also for \"\""},
               {"\"aud\":[\"project\"]", "3.1.3.7: aud: not this client"},
               {"\"aud\":[\"hosts\",\"project\"],\"azp\":\"project\"", "3.1.3.7: azp"},
               {"\"aud\":[\"hosts\",\"x\"],\"azp\":\"x\"", "3.1.3.7: azp"},
               {"\"aud\":\"hosts\",\"azp\":\"x\"", "3.1.3.7: azp"},
               {"\"aud\":\"hosts\",\"azp\":null", "3.1.3.7: azp"},
               {"\"aud\":\"hosts\",\"azp\":[\"hosts\"]", "3.1.3.7: azp"},
               {"\"aud\":\"hosts\",\"azp\":\"\"", "3.1.3.7: azp"}};
  long long now_s = clock_now_s();
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    char *payload CLEANUP(cleanup_free) = forge_text("{\"iss\":\"%s\",%s,\"sub\":\"u\",\"iat\":%lld,\"exp\":%lld}",
                                                     JUDGE_ISSUER, CASES[i].aud, now_s, now_s + 60);
    judge_claims_refused(payload, CASES[i].clause);
  }
}

static void dates_that_are_no_dates_or_out_of_time_are_refused(void **state)
{
  (void)state;
  long long now_s = clock_now_s();
  static const char *const NOT_DATES[] = {"null", "\"x\"", "-1", "0", "0.5", "1e300", "true", "[]", "99999999999999"};
  for (size_t i = 0; i < COUNT_OF(NOT_DATES); i++) {
    char *exp CLEANUP(cleanup_free) = forge_text(
        "{\"iss\":\"%s\",\"aud\":\"hosts\",\"sub\":\"u\",\"iat\":%lld,\"exp\":%s}", JUDGE_ISSUER, now_s, NOT_DATES[i]);
    judge_claims_refused(exp, "exp");
    char *iat CLEANUP(cleanup_free) =
        forge_text("{\"iss\":\"%s\",\"aud\":\"hosts\",\"sub\":\"u\",\"iat\":%s,\"exp\":%lld}", JUDGE_ISSUER,
                   NOT_DATES[i], now_s + 60);
    judge_claims_refused(iat, "iat");
    char *more CLEANUP(cleanup_free) = forge_text(",\"nbf\":%s", NOT_DATES[i]);
    char *nbf CLEANUP(cleanup_free) = judge_claims(more);
    judge_claims_refused(nbf, "nbf");
  }
  const struct {
    long long iat, exp;
    const char *clause;
  } CASES[] = {{now_s - 60, now_s - 1, "exp"},
               {now_s - 60, now_s, "exp"},
               {now_s - 9999, now_s - 9000, "exp"},
               {now_s + CLAIMS_CLOCK_SKEW_S + 10, now_s + 600, "iat"}};
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    char *payload CLEANUP(cleanup_free) =
        forge_text("{\"iss\":\"%s\",\"aud\":\"hosts\",\"sub\":\"u\",\"iat\":%lld,\"exp\":%lld}", JUDGE_ISSUER,
                   CASES[i].iat, CASES[i].exp);
    judge_claims_refused(payload, CASES[i].clause);
  }
  char *more CLEANUP(cleanup_free) = forge_text(",\"nbf\":%lld", now_s + CLAIMS_CLOCK_SKEW_S + 10);
  char *later CLEANUP(cleanup_free) = judge_claims(more);
  judge_claims_refused(later, "nbf");
  char *no_exp CLEANUP(cleanup_free) =
      forge_text("{\"iss\":\"%s\",\"aud\":\"hosts\",\"sub\":\"u\",\"iat\":%lld}", JUDGE_ISSUER, now_s);
  judge_claims_refused(no_exp, "exp");
  char *no_iat CLEANUP(cleanup_free) =
      forge_text("{\"iss\":\"%s\",\"aud\":\"hosts\",\"sub\":\"u\",\"exp\":%lld}", JUDGE_ISSUER, now_s + 60);
  judge_claims_refused(no_iat, "iat");
}

static void P10_a_fraction_moves_no_date_past_its_limit(void **state)
{
  (void)state;
  const struct claims_expected expected = {JUDGE_ISSUER, "hosts", "", 1000000000};
  static const struct {
    const char *exp, *iat;
    const char *clause; // NULL: accepted
  } CASES[] = {{"1000000001", "1000000000.25", NULL},   {"1000000001.0", "1000000060", NULL},
               {"1.000000001e9", "1e9", NULL},          {"1000000000.999", "1000000000", "exp"},
               {"1000000000.001", "1000000000", "exp"}, {"1000000001", "1000000060.5", "iat"},
               {"1000000001", "0.25", "iat"},           {"253402300799.5", "1000000000", NULL},
               {"253402300800.5", "1000000000", "exp"}};
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    struct failure failure = {0};
    char subject[PROTOCOL_SUBJECT_SIZE];
    char *text CLEANUP(cleanup_free) =
        forge_text("{\"iss\":\"%s\",\"aud\":\"hosts\",\"sub\":\"u\",\"iat\":%s,\"exp\":%s}", JUDGE_ISSUER, CASES[i].iat,
                   CASES[i].exp);
    struct cJSON *claims CLEANUP(document_done) = NULL;
    assert_int_equal(document_parse(text, strlen(text), &claims), STATUS_OK);
    enum status status = claims_check(claims, &expected, &failure, subject);
    if ((status == STATUS_OK) != (CASES[i].clause == NULL) ||
        (CASES[i].clause != NULL && strstr(failure.detail, CASES[i].clause) == NULL)) {
      fail_msg("%s: %s", text, failure.detail);
    }
  }
}

static char *subject_claims(const char *subject)
{
  long long now_s = clock_now_s();
  return forge_text("{\"iss\":\"%s\",\"aud\":\"hosts\",\"iat\":%lld,\"exp\":%lld%s}", JUDGE_ISSUER, now_s, now_s + 60,
                    subject);
}

static void H56_the_longest_subject_works_and_illegal_ones_are_refused(void **state)
{
  (void)state;
  static const char *const SUBJECTS[] = {"",
                                         ",\"sub\":\"\"",
                                         ",\"sub\":1",
                                         ",\"sub\":null",
                                         ",\"sub\":[\"u\"]",
                                         ",\"sub\":\"a\\nb\"",
                                         ",\"sub\":\"a\\u001b\"",
                                         ",\"sub\":\"\\u202e\""};
  for (size_t i = 0; i < COUNT_OF(SUBJECTS); i++) {
    char *payload CLEANUP(cleanup_free) = subject_claims(SUBJECTS[i]);
    judge_claims_refused(payload, "OIDC Core 2: sub");
  }
  char longest[256] = {0};
  memset(longest, 's', 255);
  char *more CLEANUP(cleanup_free) = forge_text(",\"sub\":\"%s\"", longest);
  char *payload CLEANUP(cleanup_free) = subject_claims(more);
  judge_accepted(&p256, "{\"alg\":\"ES256\"}", payload);
  char *one_more CLEANUP(cleanup_free) = forge_text(",\"sub\":\"%ss\"", longest);
  char *too_long CLEANUP(cleanup_free) = subject_claims(one_more);
  judge_claims_refused(too_long, "OIDC Core 2: sub");
}

static void payloads_that_are_not_strict_objects_are_refused(void **state)
{
  (void)state;
  static const char *const MORE[] = {",\"sub\":\"u-2\"", ",\"x\":\"\\u0000\"", ",\"x\":\"\xff\"", "} x{",
                                     ",\"d\":[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]"};
  for (size_t i = 0; i < COUNT_OF(MORE); i++) {
    char *payload CLEANUP(cleanup_free) = judge_claims(MORE[i]);
    judge_claims_refused(payload, "RFC 7519 7.2");
  }
  judge_claims_refused("[]", "RFC 7519 7.2");
  judge_claims_refused("x", "RFC 7519 7.2");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(legal_variations_of_claims_are_accepted),
      cmocka_unit_test(H43_only_the_very_issuer_is_accepted),
      cmocka_unit_test(id_token_with_wrong_audience_or_party_is_refused),
      cmocka_unit_test(dates_that_are_no_dates_or_out_of_time_are_refused),
      cmocka_unit_test(P10_a_fraction_moves_no_date_past_its_limit),
      cmocka_unit_test(H56_the_longest_subject_works_and_illegal_ones_are_refused),
      cmocka_unit_test(payloads_that_are_not_strict_objects_are_refused),
  };
  return cmocka_run_group_tests(tests, judge_start_up, judge_shut_down);
}

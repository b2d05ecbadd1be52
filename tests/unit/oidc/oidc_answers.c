// SPDX-License-Identifier: Apache-2.0
// What a device endpoint and a token endpoint answer: device.h, polling.h.
#include <string.h>

#include "base/cleanup.h"
#include "device.h"
#include "forge.h"
#include "parsed.h"
#include "polling.h"

// The members of a device answer, with the one called NAME replaced by VALUE or left out for NULL.
static char *device_answer(const char *name, const char *value)
{
  static const char *const MEMBERS[][2] = {{"device_code", "\"d-secret\""},
                                           {"user_code", "\"AB-CD\""},
                                           {"verification_uri", "\"https://idp.test/device\""},
                                           {"expires_in", "300"},
                                           {"interval", "7"},
                                           {"verification_uri_complete", "\"https://idp.test/device?c=AB-CD\""}};
  char *text = forge_text("{\"x\":1");
  for (size_t i = 0; i < COUNT_OF(MEMBERS); i++) {
    char *before CLEANUP(cleanup_free) = text;
    const char *member = strcmp(MEMBERS[i][0], name) == 0 ? value : MEMBERS[i][1];
    text = member != NULL ? forge_text("%s,\"%s\":%s", before, MEMBERS[i][0], member) : forge_text("%s", before);
  }
  char *open CLEANUP(cleanup_free) = text;
  return forge_text("%s}", open);
}

static enum status read_device(const char *name, const char *value, struct device_codes *codes)
{
  struct exchange x = {.request = &REQUEST};
  char *text CLEANUP(cleanup_free) = device_answer(name, value);
  struct cJSON *document CLEANUP(document_done) = parsed(text);
  enum status status = device_read(&x, document, codes);
  if (status != STATUS_OK) {
    assert_int_equal(x.failure.reason, FAILURE_MISCONFIGURED);
    assert_non_null(strstr(x.failure.detail, name));
    assert_null(strstr(x.failure.detail, "d-secret"));
  }
  return status;
}

static void a_good_device_answer_is_read(void **state)
{
  (void)state;
  struct device_codes codes CLEANUP(device_codes_done) = {0};
  assert_int_equal(read_device("", NULL, &codes), STATUS_OK);
  assert_string_equal(bytes_text(&codes.device_code), "d-secret");
  assert_string_equal(codes.shown.user_code, "AB-CD");
  assert_string_equal(codes.shown.verification_uri, "https://idp.test/device");
  assert_string_equal(codes.shown.verification_uri_complete, "https://idp.test/device?c=AB-CD");
  assert_int_equal(codes.shown.expires_in_s, 300);
  assert_int_equal(codes.interval_s, 7);
}

static void absent_optional_members_of_a_device_answer_have_defaults(void **state)
{
  (void)state;
  struct device_codes plain CLEANUP(device_codes_done) = {0};
  assert_int_equal(read_device("interval", NULL, &plain), STATUS_OK);
  assert_int_equal(plain.interval_s, DEVICE_INTERVAL_DEFAULT_S);
  struct device_codes codes CLEANUP(device_codes_done) = {0};
  assert_int_equal(read_device("verification_uri_complete", NULL, &codes), STATUS_OK);
  assert_string_equal(codes.shown.verification_uri_complete, "");
}

static void intervals_are_kept_within_bounds(void **state)
{
  (void)state;
  static const struct {
    const char *value;
    uint32_t interval_s;
  } CASES[] = {{"0", DEVICE_INTERVAL_MIN_S},
               {"1", 1},
               {"60", 60},
               {"61", DEVICE_INTERVAL_MAX_S},
               {"1000000", DEVICE_INTERVAL_MAX_S}};
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    struct device_codes codes CLEANUP(device_codes_done) = {0};
    assert_int_equal(read_device("interval", CASES[i].value, &codes), STATUS_OK);
    assert_int_equal(codes.interval_s, CASES[i].interval_s);
  }
}

static void H60_illegal_device_answers_are_refused(void **state)
{
  (void)state;
  static const struct {
    const char *name;
    const char *value;
  } CASES[] = {{"device_code", NULL},
               {"device_code", "\"\""},
               {"device_code", "1"},
               {"device_code", "\"a\\u0007\""},
               {"user_code", NULL},
               {"user_code", "\"\""},
               {"user_code", "null"},
               {"user_code", "\"A\\u001b[31m\""},
               {"user_code", "\"A\\nB\""},
               {"user_code", "\"\\u00c4\""},
               {"user_code", "[]"},
               {"verification_uri", NULL},
               {"verification_uri", "\"\""},
               {"verification_uri", "\"javascript:alert(1)\""},
               {"verification_uri", "\"https://idp.test/\\u001b]0;x\\u0007\""},
               {"verification_uri", "\"https://idp.test/a b\""},
               {"verification_uri", "\"ftp://idp.test/\""},
               {"verification_uri", "\"https://a@b.test/\""},
               {"verification_uri_complete", "\"data:text/html,x\""},
               {"verification_uri_complete", "\"https://idp.test/\\n\""},
               {"expires_in", NULL},
               {"expires_in", "0"},
               {"expires_in", "-1"},
               {"expires_in", "1.5"},
               {"expires_in", "\"300 s\""},
               {"expires_in", "1e300"},
               {"expires_in", "null"},
               {"expires_in", "true"},
               {"interval", "-1"},
               {"interval", "0.5"},
               {"interval", "\"5.0\""},
               {"interval", "\"\""},
               {"interval", "1e300"}};
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    struct device_codes codes CLEANUP(device_codes_done) = {0};
    if (read_device(CASES[i].name, CASES[i].value, &codes) != STATUS_REFUSED) {
      fail_msg("accepted: %s %s", CASES[i].name, CASES[i].value != NULL ? CASES[i].value : "absent");
    }
    assert_int_equal(codes.device_code.length, 0);
  }
}

static void P08_a_complete_address_that_says_nothing_is_left_out(void **state)
{
  (void)state;
  char *too_long CLEANUP(cleanup_free) = forge_text("\"https://idp.test/%0*d\"", PROTOCOL_URL_SIZE, 0);
  const char *const VALUES[] = {"null", "\"\"", too_long};
  for (size_t i = 0; i < COUNT_OF(VALUES); i++) {
    struct device_codes codes CLEANUP(device_codes_done) = {0};
    assert_int_equal(read_device("verification_uri_complete", VALUES[i], &codes), STATUS_OK);
    assert_string_equal(codes.shown.verification_uri, "https://idp.test/device");
    assert_string_equal(codes.shown.verification_uri_complete, "");
  }
}

static void times_may_be_written_as_strings_and_a_null_is_absent(void **state)
{
  (void)state;
  struct device_codes text CLEANUP(device_codes_done) = {0};
  assert_int_equal(read_device("expires_in", "\"900\"", &text), STATUS_OK);
  assert_int_equal(text.shown.expires_in_s, 900);
  struct device_codes interval CLEANUP(device_codes_done) = {0};
  assert_int_equal(read_device("interval", "\"9\"", &interval), STATUS_OK);
  assert_int_equal(interval.interval_s, 9);
  struct device_codes null CLEANUP(device_codes_done) = {0};
  assert_int_equal(read_device("interval", "null", &null), STATUS_OK);
  assert_int_equal(null.interval_s, DEVICE_INTERVAL_DEFAULT_S);
}

static void H56_the_longest_code_and_address_work_and_one_more_is_refused(void **state)
{
  (void)state;
  char code[PROTOCOL_URL_SIZE + 1] = {0};
  const struct {
    const char *name;
    const char *start;
    size_t most;
  } CASES[] = {{"user_code", "", sizeof(((struct message_code *)0)->user_code) - 1},
               {"verification_uri", "https://idp.test/", PROTOCOL_URL_SIZE - 1}};
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    struct device_codes codes CLEANUP(device_codes_done) = {0};
    struct device_codes none CLEANUP(device_codes_done) = {0};
    memset(code, 0, sizeof code);
    memset(code, 'x', CASES[i].most - strlen(CASES[i].start));
    char *longest CLEANUP(cleanup_free) = forge_text("\"%s%s\"", CASES[i].start, code);
    char *one_more CLEANUP(cleanup_free) = forge_text("\"%s%sx\"", CASES[i].start, code);
    assert_int_equal(read_device(CASES[i].name, longest, &codes), STATUS_OK);
    assert_int_equal(read_device(CASES[i].name, one_more, &none), STATUS_REFUSED);
  }
}

static void expect_tokens(const char *text, enum status expected, enum failure_reason reason)
{
  struct exchange x = {.request = &REQUEST};
  struct tokens tokens CLEANUP(tokens_done) = {0};
  struct cJSON *document CLEANUP(document_done) = parsed(text);
  enum status status = polling_read(&x, document, &tokens);
  if (status != expected || (status != STATUS_OK && x.failure.reason != reason)) {
    fail_msg("%s: status %d, %s", text, status, x.failure.detail);
  }
  assert_int_equal(tokens.id_token.length > 0, expected == STATUS_OK);
}

static void H31_only_an_answer_with_both_tokens_goes_on(void **state)
{
  (void)state;
  expect_tokens("{\"token_type\":\"Bearer\",\"access_token\":\"a\",\"id_token\":\"i\"}", STATUS_OK, 0);
  expect_tokens("{\"token_type\":\"bearer\",\"access_token\":\"a\",\"id_token\":\"i\",\"expires_in\":1}", STATUS_OK, 0);
  expect_tokens("{\"access_token\":\"a\",\"id_token\":\"i\",\"error\":null}", STATUS_OK, 0);
  static const char *const NO_ID_TOKEN[] = {"{\"token_type\":\"Bearer\",\"access_token\":\"a\"}",
                                            "{\"token_type\":\"Bearer\",\"access_token\":\"a\",\"id_token\":null}",
                                            "{\"token_type\":\"Bearer\",\"access_token\":\"a\",\"id_token\":\"\"}",
                                            "{\"token_type\":\"Bearer\",\"access_token\":\"a\",\"id_token\":{}}",
                                            "{\"token_type\":\"Bearer\",\"access_token\":\"a\",\"ID_TOKEN\":\"i\"}"};
  for (size_t i = 0; i < COUNT_OF(NO_ID_TOKEN); i++) {
    expect_tokens(NO_ID_TOKEN[i], STATUS_REFUSED, FAILURE_TOKEN);
  }
  static const char *const OTHERS[] = {
      "{}",
      "{\"token_type\":\"DPoP\",\"access_token\":\"a\",\"id_token\":\"i\"}",
      "{\"token_type\":1,\"access_token\":\"a\",\"id_token\":\"i\"}",
      "{\"token_type\":\"Bearer\",\"id_token\":\"i\"}",
      "{\"token_type\":\"Bearer\",\"access_token\":\"a\\r\\nX: y\",\"id_token\":\"i\"}",
      "{\"token_type\":\"Bearer\",\"access_token\":\"\",\"id_token\":\"i\"}",
      "{\"success\":\"true\"}",
      "{\"token_type\":\"Bearer\",\"access_token\":\"a\",\"id_token\":\"i\",\"error\":\"authorization_pending\"}"};
  for (size_t i = 0; i < COUNT_OF(OTHERS); i++) {
    expect_tokens(OTHERS[i], STATUS_REFUSED, FAILURE_MISCONFIGURED);
  }
}

int main(void)
{
  document_start_up();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_good_device_answer_is_read),
      cmocka_unit_test(absent_optional_members_of_a_device_answer_have_defaults),
      cmocka_unit_test(intervals_are_kept_within_bounds),
      cmocka_unit_test(H60_illegal_device_answers_are_refused),
      cmocka_unit_test(P08_a_complete_address_that_says_nothing_is_left_out),
      cmocka_unit_test(times_may_be_written_as_strings_and_a_null_is_absent),
      cmocka_unit_test(H56_the_longest_code_and_address_work_and_one_more_is_refused),
      cmocka_unit_test(H31_only_an_answer_with_both_tokens_goes_on),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

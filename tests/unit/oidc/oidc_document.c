// SPDX-License-Identifier: Apache-2.0
// Foreign JSON and the small parts that foreign text goes through: document.h, url.h, form.h, failure.h, request.h.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "base/url.h"
#include "document.h"
#include "helper/failure.h"
#include "helper/form.h"
#include "request.h"

static enum status parse(const char *text, size_t length)
{
  struct cJSON *document CLEANUP(document_done) = NULL;
  return document_parse(text, length, &document);
}

static void a_strict_object_is_read(void **state)
{
  (void)state;
  static const char TEXT[] = "{\"a\":\"x\",\"n\":7,\"t\":true,\"z\":null,\"l\":[\"x\",\"y\"],\"o\":{}}";
  struct cJSON *d CLEANUP(document_done) = NULL;
  int64_t n = 0;
  assert_int_equal(document_parse(TEXT, strlen(TEXT), &d), STATUS_OK);
  assert_string_equal(document_string(d, "a"), "x");
  assert_int_equal(document_integer(d, "n", 0, 10, &n), STATUS_OK);
  assert_int_equal(n, 7);
  assert_true(document_is_true(document_member(d, "t")));
  assert_true(document_is_null(document_member(d, "z")));
  assert_true(document_is_object(document_member(d, "o")));
  assert_true(document_holds(document_member(d, "l"), "y"));
  assert_false(document_holds(document_member(d, "l"), "z"));
  assert_int_equal(document_count(document_member(d, "l")), 2);
  assert_null(document_member(d, "A"));
}

static void every_truncation_of_an_object_is_refused(void **state)
{
  (void)state;
  static const char TEXT[] = "{\"a\":\"x\",\"l\":[1,{\"b\":false}],\"e\":\"\\u00e9\"}";
  for (size_t length = 0; length < strlen(TEXT); length++) {
    assert_int_equal(parse(TEXT, length), STATUS_INVALID);
  }
  assert_int_equal(parse(TEXT, strlen(TEXT)), STATUS_OK);
}

static void what_is_not_one_strict_object_is_refused(void **state)
{
  (void)state;
  static const char *const TEXTS[] = {"[]",
                                      "1",
                                      "\"x\"",
                                      "null",
                                      "{}{}",
                                      "{} x",
                                      "{\"a\":1,}",
                                      "{'a':1}",
                                      "{\"a\":1,\"a\":2}",
                                      "{\"o\":{\"b\":1,\"b\":1}}",
                                      "{\"a\":\"\\u0000\"}",
                                      "{\"a\\u0000b\":1}",
                                      "{\"a\":1e999}",
                                      "{\"a\":99999999999999999999}",
                                      "{\"a\":\"\\ud800\"}",
                                      "{\"a\":\"\xff\"}",
                                      "{\"a\":\"\xc0\xaf\"}",
                                      "{\"a\":\"\n\"}",
                                      "{\"a\":NaN}",
                                      "{\"a\":01}",
                                      "{\"a\":+1}",
                                      "{a:1}",
                                      "\xef\xbb\xbf{}",
                                      "{} // x"};
  for (size_t i = 0; i < COUNT_OF(TEXTS); i++) {
    if (parse(TEXTS[i], strlen(TEXTS[i])) != STATUS_INVALID) {
      fail_msg("accepted: %s", TEXTS[i]);
    }
  }
  assert_int_equal(parse("{\"a\":\0 1}", 9), STATUS_INVALID);
  assert_int_equal(parse("{}\0", 3), STATUS_INVALID);
}

static void H26_depth_and_size_are_bounded(void **state)
{
  (void)state;
  static char text[DOCUMENT_MAX + 2];
  const struct {
    int depth;
    enum status status;
  } CASES[] = {{DOCUMENT_DEPTH_MAX - 1, STATUS_OK}, {DOCUMENT_DEPTH_MAX, STATUS_INVALID}, {100000, STATUS_INVALID}};
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    size_t n = (size_t)CASES[i].depth;
    memcpy(text, "{\"a\":", 5);
    memset(text + 5, '[', n);
    memset(text + 5 + n, ']', n);
    text[5 + 2 * n] = '}';
    assert_int_equal(parse(text, 2 * n + 6), CASES[i].status);
  }
  memset(text, ' ', sizeof text);
  memcpy(text, "{}", 2);
  assert_int_equal(parse(text, DOCUMENT_MAX), STATUS_OK);
  assert_int_equal(parse(text, DOCUMENT_MAX + 1), STATUS_TOO_LARGE);
}

static void brackets_in_strings_are_not_depth(void **state)
{
  (void)state;
  static const char TEXT[] = "{\"a\":\"[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[[[[[[[[[[[\\\\\",\"b\":[[[1]]]}";
  assert_int_equal(parse(TEXT, strlen(TEXT)), STATUS_OK);
}

static void H52_types_are_exact(void **state)
{
  (void)state;
  static const char TEXT[] = "{\"s\":\"true\",\"one\":1,\"f\":1.5,\"n\":\"7\",\"big\":9007199254740993,\"e\":1e300,"
                             "\"neg\":-1,\"no\":false}";
  struct cJSON *d CLEANUP(document_done) = NULL;
  int64_t n = 42;
  assert_int_equal(document_parse(TEXT, strlen(TEXT), &d), STATUS_OK);
  assert_false(document_is_true(document_member(d, "s")));
  assert_false(document_is_true(document_member(d, "one")));
  assert_false(document_is_true(document_member(d, "no")));
  assert_false(document_is_true(document_member(d, "absent")));
  assert_null(document_string(d, "one"));
  assert_int_equal(document_integer(d, "f", 0, 10, &n), STATUS_INVALID);
  assert_int_equal(document_integer(d, "n", 0, 10, &n), STATUS_INVALID);
  assert_int_equal(document_integer(d, "neg", 0, 10, &n), STATUS_INVALID);
  assert_int_equal(document_integer(d, "e", 0, INT64_MAX, &n), STATUS_INVALID);
  assert_int_equal(document_integer(d, "absent", 0, 10, &n), STATUS_NOT_FOUND);
  assert_int_equal(n, 42);
}

static void H60_only_https_or_allowed_loopback_is_an_endpoint(void **state)
{
  (void)state;
  static const char *const GOOD[] = {"https://a.test", "https://a.test/",       "https://a.test:8443/x?y=z",
                                     "https://[::1]/", "https://127.0.0.1:1/x", "https://a.test/%7Ex"};
  static const char *const BAD[] = {"",
                                    "http://a.test/",
                                    "HTTPS://a.test",
                                    "ftp://a.test/",
                                    "file:///etc/passwd",
                                    "https://",
                                    "https:///x",
                                    "https://u@a.test/",
                                    "https://a.test@evil.test/",
                                    "https://a.test:/x",
                                    "https://a.test:0/",
                                    "https://a.test:65536/",
                                    "https://a.test:+1/",
                                    "https://a.test/ x",
                                    "https://a.test/\n",
                                    "https://a.test/\x1b[m",
                                    "https://a.test/#f",
                                    "https://a.test\\@b.test/",
                                    "https://\xc3\xa9.test/",
                                    "https://[::1",
                                    "https://[zz]/",
                                    "//a.test/",
                                    "https:a.test",
                                    "https://a.test/\"x",
                                    "http://127.0.0.1/",
                                    "http://localhost/",
                                    "http://[::1]/",
                                    " https://a.test/"};
  for (size_t i = 0; i < COUNT_OF(GOOD); i++) {
    assert_true(url_is_endpoint(GOOD[i], false));
  }
  for (size_t i = 0; i < COUNT_OF(BAD); i++) {
    if (url_is_endpoint(BAD[i], false)) {
      fail_msg("accepted: %s", BAD[i]);
    }
  }
}

static void H60_loopback_http_is_loopback_only(void **state)
{
  (void)state;
  static const char *const GOOD[] = {"http://127.0.0.1/", "http://127.9.8.7:80/x", "http://localhost:3000",
                                     "http://[::1]:1/", "http://LOCALHOST/"};
  static const char *const BAD[] = {"http://127.0.0.1.evil.test/",
                                    "http://localhost.evil.test/",
                                    "http://128.0.0.1/",
                                    "http://127.1/",
                                    "http://127.0.0.0x1/",
                                    "http://[::2]/",
                                    "http://a.test/",
                                    "http://127.0.0.1@evil.test/",
                                    "http://127.0.0./",
                                    "http://127.0.0.1.1/"};
  for (size_t i = 0; i < COUNT_OF(GOOD); i++) {
    assert_true(url_is_endpoint(GOOD[i], true));
  }
  for (size_t i = 0; i < COUNT_OF(BAD); i++) {
    if (url_is_endpoint(BAD[i], true)) {
      fail_msg("accepted: %s", BAD[i]);
    }
  }
}

static void H33_only_plain_web_addresses_are_shown_to_people(void **state)
{
  (void)state;
  assert_true(url_is_for_people("https://a.test/device", false));
  assert_true(url_is_for_people("https://a.test/device?user_code=A-B#x", false));
  assert_false(url_is_for_people("http://a.test/device", true));
  assert_false(url_is_for_people("http://localhost/device", false));
  assert_true(url_is_for_people("http://localhost:8080/device", true));
  assert_false(url_is_for_people("javascript:alert(1)", false));
  assert_false(url_is_for_people("https://a.test/\x1b]0;x\x07", false));
  assert_false(url_is_for_people("https://a.test/a b", false));
  assert_false(url_is_for_people("https://a.test@evil.test/", false));
  assert_false(url_is_for_people("https://a.test/\xe2\x80\xae", false));
}

static void H17_issuers_for_every_tenant_are_known(void **state)
{
  (void)state;
  static const char *const SHARED[] = {"https://login.microsoftonline.com/common/v2.0",
                                       "https://login.microsoftonline.com/organizations/v2.0",
                                       "https://login.microsoftonline.com/consumers",
                                       "https://login.microsoftonline.us/common/v2.0",
                                       "https://sts.windows.net/common/",
                                       "https://login.microsoftonline.com/{tenantid}/v2.0",
                                       "https://proxy.test/common/v2.0"};
  static const char *const OWN[] = {"https://login.microsoftonline.com/7bd2ed4a-0000-4000-8000-0123456789ab/v2.0",
                                    "https://idp.test/common", "https://idp.test/realms/common",
                                    "https://login.microsoftonline.com/commonplace/v2.0"};
  for (size_t i = 0; i < COUNT_OF(SHARED); i++) {
    assert_true(url_is_tenant_independent(SHARED[i]));
  }
  for (size_t i = 0; i < COUNT_OF(OWN); i++) {
    assert_false(url_is_tenant_independent(OWN[i]));
  }
}

static void a_form_escapes_all_but_plain_characters(void **state)
{
  (void)state;
  struct bytes form CLEANUP(bytes_done) = BYTES_EMPTY;
  assert_int_equal(form_add(&form, "a b", "c&d=e%+/\xc3\xa9~"), STATUS_OK);
  assert_int_equal(form_add(&form, "x", ""), STATUS_OK);
  assert_string_equal(bytes_text(&form), "a%20b=c%26d%3De%25%2B%2F%C3%A9~&x=");
}

static void H60_a_detail_is_printable_and_foreign_formats_are_text(void **state)
{
  (void)state;
  struct failure r = {0};
  struct shown shown = failure_show("%n%s\x1b[31m\n\\", 11);
  assert_int_equal(failure_set(&r, FAILURE_TOKEN, "why: %s", shown.text), STATUS_REFUSED);
  assert_string_equal(r.detail, "why: %n%s\\x1b[31m\\x0a\\x5c");
  assert_int_equal(r.reason, FAILURE_TOKEN);
  assert_int_equal(failure_set(&r, FAILURE_TLS, "a\nb"), STATUS_REFUSED);
  assert_string_equal(r.detail, "a?b");
}

static void H14_a_secret_in_a_detail_is_blotted_out(void **state)
{
  (void)state;
  struct bytes secret CLEANUP(bytes_done) = BYTES_EMPTY;
  struct failure r = {0};
  assert_int_equal(bytes_append_text(&secret, "s3\\cret"), STATUS_OK);
  struct shown shown = failure_show("bad s3\\cret!", 12);
  (void)failure_set(&r, FAILURE_MISCONFIGURED, "%s and %s", shown.text, "s3\\cret");
  failure_blot_out(&r, &secret);
  assert_null(strstr(r.detail, "s3"));
  assert_null(strstr(r.detail, "cret"));
  assert_non_null(strstr(r.detail, "bad ***"));
}

static struct message_sign_in good_request(void)
{
  struct message_sign_in request = {.issuer = "https://idp.test/x",
                                    .client_id = "c",
                                    .scopes = "openid email",
                                    .email_claim = "email",
                                    .timeout_s = 300};
  return request;
}

static void a_legal_request_passes(void **state)
{
  (void)state;
  struct failure r = {0};
  struct message_sign_in request = good_request();
  assert_int_equal(request_check(&request, &r), STATUS_OK);
  request.timeout_s = REQUEST_TIMEOUT_MAX_S;
  request.email_claim[0] = '\0';
  assert_int_equal(request_check(&request, &r), STATUS_OK);
}

static void expect_illegal(struct message_sign_in *request)
{
  struct failure r = {0};
  assert_int_equal(request_check(request, &r), STATUS_REFUSED);
  assert_int_equal(r.reason, FAILURE_REQUEST);
  assert_true(strlen(r.detail) > 0);
}

// Of those that speak for every tenant a social connection may have the one of people's own accounts, and an org none.
static void V1_H17_own_accounts_at_microsoft_are_for_social_connections_alone(void **state)
{
  static const char PERSONAL[] = "https://login.microsoftonline.com/" URL_MICROSOFT_PERSONAL_TENANT "/v2.0";
  (void)state;
  struct failure r = {0};
  struct message_sign_in request = good_request();
  (void)snprintf(request.issuer, sizeof request.issuer, "%s", PERSONAL);
  expect_illegal(&request);
  request.social = 1;
  assert_int_equal(request_check(&request, &r), STATUS_OK);
  (void)snprintf(request.issuer, sizeof request.issuer, "https://login.microsoftonline.com/common/v2.0");
  expect_illegal(&request);
  request = good_request();
  request.speaks = SPEAKS_COUNT;
  expect_illegal(&request);
}

static void an_illegal_request_is_refused_field_by_field(void **state)
{
  (void)state;
  static const char *const ISSUERS[] = {"",
                                        "http://idp.test",
                                        "http://127.0.0.1",
                                        "https://idp.test?x",
                                        "https://idp.test#x",
                                        "https://login.microsoftonline.com/common/v2.0",
                                        "https://{x}.test"};
  static const char *const SCOPES[] = {"",        "email",   "openidx",     "openid  email",
                                       " openid", "openid ", "openid e\"x", "openid\n"};
  for (size_t i = 0; i < COUNT_OF(ISSUERS); i++) {
    struct message_sign_in request = good_request();
    assert_int_equal(text_copy(ISSUERS[i], request.issuer, sizeof request.issuer), STATUS_OK);
    expect_illegal(&request);
  }
  for (size_t i = 0; i < COUNT_OF(SCOPES); i++) {
    struct message_sign_in request = good_request();
    assert_int_equal(text_copy(SCOPES[i], request.scopes, sizeof request.scopes), STATUS_OK);
    expect_illegal(&request);
  }
  struct message_sign_in request = good_request();
  request.client_id[0] = '\0';
  expect_illegal(&request);
  request = good_request();
  request.client_auth = CLIENT_AUTH_BASIC;
  expect_illegal(&request);
  request.client_auth = CLIENT_AUTH_POST + 1;
  expect_illegal(&request);
}

static void H53_a_request_without_a_bounded_time_is_refused(void **state)
{
  (void)state;
  struct message_sign_in request = good_request();
  request.timeout_s = 0;
  expect_illegal(&request);
  request.timeout_s = REQUEST_TIMEOUT_MAX_S + 1;
  expect_illegal(&request);
}

int main(void)
{
  document_start_up();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_strict_object_is_read),
      cmocka_unit_test(every_truncation_of_an_object_is_refused),
      cmocka_unit_test(what_is_not_one_strict_object_is_refused),
      cmocka_unit_test(H26_depth_and_size_are_bounded),
      cmocka_unit_test(brackets_in_strings_are_not_depth),
      cmocka_unit_test(H52_types_are_exact),
      cmocka_unit_test(H60_only_https_or_allowed_loopback_is_an_endpoint),
      cmocka_unit_test(H60_loopback_http_is_loopback_only),
      cmocka_unit_test(H33_only_plain_web_addresses_are_shown_to_people),
      cmocka_unit_test(H17_issuers_for_every_tenant_are_known),
      cmocka_unit_test(a_form_escapes_all_but_plain_characters),
      cmocka_unit_test(H60_a_detail_is_printable_and_foreign_formats_are_text),
      cmocka_unit_test(H14_a_secret_in_a_detail_is_blotted_out),
      cmocka_unit_test(a_legal_request_passes),
      cmocka_unit_test(V1_H17_own_accounts_at_microsoft_are_for_social_connections_alone),
      cmocka_unit_test(an_illegal_request_is_refused_field_by_field),
      cmocka_unit_test(H53_a_request_without_a_bounded_time_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

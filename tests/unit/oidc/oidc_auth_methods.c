// SPDX-License-Identifier: Apache-2.0
// How the client says who it is: what each way sends, and which ways "auto" tries: client_auth.h.
#include <string.h>

#include "base/cleanup.h"
#include "client_auth.h"
#include "parsed.h"

static void each_client_authentication_puts_the_secret_where_it_belongs(void **state)
{
  (void)state;
  struct message_sign_in request = REQUEST;
  static const char *const FORMS[] = {"client_id=hosts", "client_id=hosts", "client_id=hosts&client_secret=s%3A%20%2B"};
  assert_int_equal(bytes_append_text(&request.client_secret, "s: +"), STATUS_OK);
  for (uint8_t method = CLIENT_AUTH_NONE; method <= CLIENT_AUTH_POST; method++) {
    struct bytes form CLEANUP(bytes_done) = BYTES_EMPTY;
    struct client_auth_parts parts CLEANUP(client_auth_done) = {0};
    struct http_request sent = {0};
    request.client_auth = method;
    struct exchange x CLEANUP(exchange_done) = {.request = &request};
    assert_int_equal(client_auth_add(&x, &form, &parts, &sent), STATUS_OK);
    assert_string_equal(bytes_text(&form), FORMS[method]);
    assert_int_equal(sent.user != NULL, method == CLIENT_AUTH_BASIC);
    assert_string_equal(bytes_text(&parts.password), method == CLIENT_AUTH_BASIC ? "s%3A%20%2B" : "");
  }
  bytes_done(&request.client_secret);
}

// Of "auto": FORM is what one of the ways puts into the body.
static void expect_way(struct exchange *x, enum client_auth method)
{
  struct bytes form CLEANUP(bytes_done) = BYTES_EMPTY;
  struct client_auth_parts parts CLEANUP(client_auth_done) = {0};
  struct http_request sent = {0};
  assert_int_equal(client_auth_of(x), method);
  assert_int_equal(client_auth_add(x, &form, &parts, &sent), STATUS_OK);
  assert_int_equal(sent.user != NULL, method == CLIENT_AUTH_BASIC);
  assert_int_equal(strstr(bytes_text(&form), "client_secret=") != NULL, method == CLIENT_AUTH_POST);
  assert_int_equal(strstr(bytes_text(&form), "client_assertion=") != NULL, method == CLIENT_AUTH_SECRET_JWT);
  assert_non_null(strstr(bytes_text(&form), "client_id=hosts"));
}

static void auto_takes_what_the_provider_lists(void **state)
{
  (void)state;
  enum { NONE = 1 << CLIENT_AUTH_NONE, BASIC = 1 << CLIENT_AUTH_BASIC, POST = 1 << CLIENT_AUTH_POST };
  enum { MAC = 1 << CLIENT_AUTH_SECRET_JWT, KEY = 1 << CLIENT_AUTH_PRIVATE_KEY_JWT };
  static const struct {
    const char *secret;
    uint32_t listed;
    enum client_auth ways[4]; // in the order in which they are tried; AUTO: no more
  } CASES[] = {
      {"", BASIC | POST, {CLIENT_AUTH_NONE, CLIENT_AUTH_AUTO}},
      {"secret", BASIC, {CLIENT_AUTH_BASIC, CLIENT_AUTH_AUTO}},
      {"secret", POST, {CLIENT_AUTH_POST, CLIENT_AUTH_AUTO}},
      {"secret", BASIC | POST | KEY, {CLIENT_AUTH_POST, CLIENT_AUTH_BASIC, CLIENT_AUTH_AUTO}},
      {"secret", BASIC | MAC | NONE, {CLIENT_AUTH_BASIC, CLIENT_AUTH_NONE, CLIENT_AUTH_AUTO}},
      {"a secret that is long enough for HS256", MAC, {CLIENT_AUTH_SECRET_JWT, CLIENT_AUTH_AUTO}},
      {"secret", KEY, {CLIENT_AUTH_BASIC, CLIENT_AUTH_AUTO}},
  };
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    struct message_sign_in request = REQUEST;
    request.client_auth = CLIENT_AUTH_AUTO;
    request.tries_auth = 1;
    assert_int_equal(bytes_append_text(&request.client_secret, CASES[i].secret), STATUS_OK);
    struct exchange x CLEANUP(exchange_done) = {.request = &request, .methods = CASES[i].listed};
    for (size_t way = 0; CASES[i].ways[way] != CLIENT_AUTH_AUTO; way++) {
      expect_way(&x, CASES[i].ways[way]);
      x.failure.reason = FAILURE_CLIENT;
      assert_int_equal(client_auth_next(&x), CASES[i].ways[way + 1] != CLIENT_AUTH_AUTO);
    }
    bytes_done(&request.client_secret);
  }
}

static void no_other_way_is_tried_in_a_login_or_after_another_refusal(void **state)
{
  (void)state;
  struct message_sign_in request = REQUEST;
  assert_int_equal(bytes_append_text(&request.client_secret, "secret"), STATUS_OK);
  struct exchange x CLEANUP(exchange_done) = {.request = &request, .methods = UINT32_MAX};
  request.client_auth = CLIENT_AUTH_AUTO;
  x.failure.reason = FAILURE_CLIENT;
  assert_false(client_auth_next(&x)); // a login
  request.tries_auth = 1;
  x.failure.reason = FAILURE_MISCONFIGURED;
  assert_false(client_auth_next(&x));
  x.failure.reason = FAILURE_CLIENT;
  request.client_auth = CLIENT_AUTH_POST; // somebody has said so
  assert_false(client_auth_next(&x));
  bytes_done(&request.client_secret);
}

int main(void)
{
  document_start_up();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_client_authentication_puts_the_secret_where_it_belongs),
      cmocka_unit_test(auto_takes_what_the_provider_lists),
      cmocka_unit_test(no_other_way_is_tried_in_a_login_or_after_another_refusal),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

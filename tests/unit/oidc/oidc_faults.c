// SPDX-License-Identifier: Apache-2.0
// ssoorg-oidc and a provider that is wrong, hostile, slow or away.
#include "harness.h"

#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"

static void the_providers_own_error_passes_through_escaped(void **state)
{
  (void)state;
  struct message_sign_in request = harness_request(HARNESS_SHORT_S);
  assert_int_equal(bytes_append_text(&request.client_secret, CLIENT_SECRET), STATUS_OK);
  request.client_auth = CLIENT_AUTH_POST;
  static const int STATUSES[] = {400, 401, 403};
  for (size_t i = 0; i < COUNT_OF(STATUSES); i++) {
    stub_forget(stub, DEVICE);
    harness_reply(
        DEVICE, STATUSES[i],
        "{\"error\":\"invalid_client\",\"error_description\":\"no %n \\u001b[31m client\\n (cs-very secret)\"}");
    harness_expect_failed_by(&request, FAILURE_CLIENT, "invalid_client: no %n \\x1b[31m client\\x0a (****");
  }
  stub_forget(stub, DEVICE);
  harness_reply(DEVICE, 401, "");
  harness_expect_failed_by(&request, FAILURE_MISCONFIGURED, "HTTP 401");
  bytes_done(&request.client_secret);
}

static void H31_userinfo_about_somebody_else_is_refused(void **state)
{
  (void)state;
  static const char *const BODIES[] = {"{\"sub\":\"u-bob\",\"email\":\"alice@acme.test\"}",
                                       "{\"email\":\"alice@acme.test\"}",
                                       "{\"sub\":\"u-alic\"}",
                                       "{\"sub\":\"u-alice2\"}",
                                       "{\"sub\":\"\"}",
                                       "{\"sub\":null}",
                                       "{\"sub\":[\"u-alice\"]}"};
  harness_reply_claims("");
  for (size_t i = 0; i < COUNT_OF(BODIES); i++) {
    harness_replace(USERINFO, (struct stub_reply){.body = BODIES[i]});
    harness_expect_failed(FAILURE_TOKEN, "OIDC Core 5.3.2: sub");
  }
}

static void userinfo_that_is_not_an_answer_is_refused(void **state)
{
  (void)state;
  static const struct stub_reply REPLIES[] = {{.status = 401},
                                              {.body = "x"},
                                              {.body = "{\"sub\":\"u-alice\"}", .type = "text/html"},
                                              {.body = "{\"sub\":\"u-alice\",\"sub\":\"u-alice\"}"}};
  harness_reply_claims("");
  for (size_t i = 0; i < COUNT_OF(REPLIES); i++) {
    harness_replace(USERINFO, REPLIES[i]);
    harness_expect_failed(FAILURE_MISCONFIGURED, "userinfo");
  }
  harness_replace(USERINFO, (struct stub_reply){.status = 500, .body = "{}"});
  harness_expect_failed(FAILURE_UNREACHABLE, "userinfo");
}

static void redirects_are_not_followed(void **state)
{
  (void)state;
  harness_reply("/elsewhere", 200, "{}");
  static const char *const PLACES[] = {"Location: /elsewhere\r\n", "Location: http://127.0.0.1:1/\r\n",
                                       "Location: file:///etc/passwd\r\n"};
  static const char *const PATHS[] = {DISCOVERY, KEYS, DEVICE, TOKEN};
  for (size_t p = COUNT_OF(PATHS); p-- > 0;) {
    for (size_t i = 0; i < COUNT_OF(PLACES); i++) {
      harness_replace(PATHS[p], (struct stub_reply){.status = i == 0 ? 302 : 307, .more = PLACES[i]});
      harness_expect_failed(FAILURE_MISCONFIGURED, "redirects");
    }
  }
  assert_int_equal(stub_count(stub, "/elsewhere"), 0);
}

static void H60_http_to_other_hosts_is_refused(void **state)
{
  (void)state;
  static const char *const NAMES[] = {"device_authorization_endpoint", "token_endpoint", "jwks_uri"};
  for (size_t n = 0; n < COUNT_OF(NAMES); n++) {
    char *body CLEANUP(cleanup_free) = forge_text(
        "{\"issuer\":\"~\",\"device_authorization_endpoint\":\"%s\",\"token_endpoint\":\"%s\",\"jwks_uri\":\"%s\"}",
        n == 0 ? "http://192.0.2.1/x" : "~/device", n == 1 ? "http://192.0.2.1/x" : "~/token",
        n == 2 ? "http://192.0.2.1/x" : "~/jwks");
    harness_replace(DISCOVERY, (struct stub_reply){.body = body});
    harness_expect_failed(FAILURE_MISCONFIGURED, NAMES[n]);
  }
  struct message_sign_in request = harness_request(HARNESS_SHORT_S);
  request.allow_loopback_http = 0;
  harness_expect_failed_by(&request, FAILURE_REQUEST, "issuer");
  request.allow_loopback_http = 1;
  assert_int_equal(text_copy("http://192.0.2.1", request.issuer, sizeof request.issuer), STATUS_OK);
  harness_expect_failed_by(&request, FAILURE_REQUEST, "issuer");
}

static void H43_another_issuers_document_is_refused(void **state)
{
  (void)state;
  harness_replace(DISCOVERY,
                  (struct stub_reply){.body = "{\"issuer\":\"~/\",\"device_authorization_endpoint\":\"~/device\","
                                              "\"token_endpoint\":\"~/token\",\"jwks_uri\":\"~/jwks\"}"});
  harness_expect_failed(FAILURE_MISCONFIGURED, "OIDC Discovery 4.3: issuer");
  assert_int_equal(stub_count(stub, DEVICE), 0);
}

static void H44_endless_bodies_and_headers_are_cut_off(void **state)
{
  (void)state;
  static const char *const PATHS[] = {DISCOVERY, KEYS, DEVICE, TOKEN};
  for (size_t p = COUNT_OF(PATHS); p-- > 0;) {
    harness_replace(PATHS[p], (struct stub_reply){.manner = STUB_ENDLESS});
    harness_expect_failed(FAILURE_MISCONFIGURED, "longer than");
    harness_replace(PATHS[p], (struct stub_reply){.manner = STUB_HEADERS});
    harness_expect_failed(FAILURE_MISCONFIGURED, "longer than");
  }
}

static void expect_in_time(enum stub_manner manner, const char *path)
{
  struct message_sign_in request = harness_request(2);
  void *value = NULL;
  harness_replace(
      path, (struct stub_reply){.manner = manner, .body = "{\"a\":\"0123456789012345678901234567890123456789\"}"});
  assert_int_equal(harness_exchange(MESSAGE_SIGN_IN, &request, &value), MESSAGE_FAILED);
  const struct message_failed *failed = value;
  assert_true(failed->reason == FAILURE_UNREACHABLE || failed->reason == FAILURE_EXPIRED);
  channel_free_message(MESSAGE_FAILED, value);
}

static void H44_H53_a_hung_or_dripping_provider_meets_the_deadline(void **state)
{
  (void)state;
  static const char *const PATHS[] = {DISCOVERY, KEYS, DEVICE, TOKEN};
  for (size_t p = COUNT_OF(PATHS); p-- > 0;) {
    expect_in_time(STUB_HANG, PATHS[p]);
    expect_in_time(STUB_DRIP, PATHS[p]);
  }
}

static void an_unreachable_provider_is_told(void **state)
{
  (void)state;
  struct message_sign_in request = harness_request(HARNESS_SHORT_S);
  assert_int_equal(text_copy("http://127.0.0.1:1", request.issuer, sizeof request.issuer), STATUS_OK);
  harness_expect_failed_by(&request, FAILURE_UNREACHABLE, "http://127.0.0.1:1");
}

static void a_server_that_hangs_up_on_a_tls_greeting_is_unreachable(void **state)
{
  (void)state;
  struct message_sign_in request = harness_request(HARNESS_SHORT_S);
  char *issuer CLEANUP(cleanup_free) = forge_text("https%s", stub_issuer(stub) + strlen("http"));
  assert_int_equal(text_copy(issuer, request.issuer, sizeof request.issuer), STATUS_OK);
  harness_expect_failed_by(&request, FAILURE_UNREACHABLE, "https://127.0.0.1");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STUBBED(the_providers_own_error_passes_through_escaped),
      STUBBED(H31_userinfo_about_somebody_else_is_refused),
      STUBBED(userinfo_that_is_not_an_answer_is_refused),
      STUBBED(redirects_are_not_followed),
      STUBBED(H60_http_to_other_hosts_is_refused),
      STUBBED(H43_another_issuers_document_is_refused),
      STUBBED(H44_endless_bodies_and_headers_are_cut_off),
      STUBBED(H44_H53_a_hung_or_dripping_provider_meets_the_deadline),
      STUBBED(an_unreachable_provider_is_told),
      STUBBED(a_server_that_hangs_up_on_a_tls_greeting_is_unreachable),
  };
  return cmocka_run_group_tests(tests, harness_start_up, harness_shut_down);
}

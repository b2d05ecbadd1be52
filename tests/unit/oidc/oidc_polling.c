// SPDX-License-Identifier: Apache-2.0
// ssoorg-oidc while it waits for the person: what ends the polling, and how it may end.
#include "harness.h"

#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"

static void H29_pending_is_waited_for_and_never_a_grant(void **state)
{
  (void)state;
  harness_reply_error("authorization_pending");
  harness_reply_error("authorization_pending");
  harness_reply_claims(",\"email\":\"alice@acme.test\",\"email_verified\":true");
  struct message_authorized identity = harness_expect_authorized();
  assert_int_equal(stub_count(stub, TOKEN), 3);
  assert_int_equal(identity.email_state, EMAIL_VERIFIED);
}

static void H29_pending_until_the_end_is_expired(void **state)
{
  (void)state;
  struct message_sign_in request = harness_request(HARNESS_WAITED_FOR_S);
  harness_reply_error("authorization_pending");
  harness_expect_failed_by(&request, FAILURE_EXPIRED, "the time is up");
  assert_true(stub_count(stub, TOKEN) >= 1 && stub_count(stub, TOKEN) <= HARNESS_WAITED_FOR_S);
}

static void slow_down_adds_five_seconds_for_good(void **state)
{
  (void)state;
  struct message_sign_in request = harness_request(HARNESS_SHORT_S);
  harness_reply_error("slow_down");
  harness_reply_error("authorization_pending");
  harness_reply_claims(",\"email\":\"alice@acme.test\",\"email_verified\":true");
  (void)harness_expect_authorized_by(&request);
  assert_int_equal(stub_count(stub, TOKEN), 3);
  // Not once more after the second answer: that would be eleven.
  assert_true(stub_pause_ms(stub, TOKEN) >= 5900 && stub_pause_ms(stub, TOKEN) < 10900);
}

static void declined_and_expired_are_told_apart(void **state)
{
  (void)state;
  harness_reply_error("access_denied");
  harness_expect_failed(FAILURE_DECLINED, "access_denied");
  harness_replace(TOKEN, (struct stub_reply){.status = 400,
                                             .body = "{\"error\":\"access_denied\",\"error_description\":"
                                                     "\"blocked by \\u001b[31mpolicy\"}"});
  harness_expect_failed(FAILURE_DECLINED, "access_denied: blocked by \\x1b[31mpolicy");
  stub_forget(stub, TOKEN);
  harness_reply_error("expired_token");
  harness_expect_failed(FAILURE_EXPIRED, "expired_token");
}

static void connection_errors_while_polling_are_backed_off_from(void **state)
{
  (void)state;
  // Twice: libcurl itself tries once more where a kept connection turns out to be closed.
  stub_reply(stub, TOKEN, &(struct stub_reply){.manner = STUB_CLOSE});
  stub_reply(stub, TOKEN, &(struct stub_reply){.manner = STUB_CLOSE});
  stub_reply(stub, TOKEN, &(struct stub_reply){.status = 503, .type = "text/html", .body = "<h1>busy"});
  harness_reply_claims(",\"email\":\"alice@acme.test\",\"email_verified\":true");
  struct message_authorized identity = harness_expect_authorized();
  assert_int_equal(identity.requests, 6);
  assert_true(stub_pause_ms(stub, TOKEN) >= 3900);
}

static void H12_a_provider_that_is_lost_while_polling_never_grants(void **state)
{
  (void)state;
  struct message_sign_in request = harness_request(HARNESS_WAITED_FOR_S);
  stub_reply(stub, TOKEN, &(struct stub_reply){.manner = STUB_CLOSE});
  harness_expect_failed_by(&request, FAILURE_UNREACHABLE, "/token");
}

static void what_a_provider_said_outlasts_a_poll_that_had_no_time(void **state)
{
  (void)state;
  struct message_sign_in request = harness_request(HARNESS_WAITED_FOR_S);
  stub_reply(stub, TOKEN, &(struct stub_reply){.status = 500, .body = ""});
  stub_reply(stub, TOKEN, &(struct stub_reply){.manner = STUB_HANG});
  harness_expect_failed_by(&request, FAILURE_UNREACHABLE, "token endpoint: HTTP 500");
}

static void what_a_provider_said_outlasts_a_retry_that_had_no_time(void **state)
{
  (void)state;
  struct message_sign_in request = harness_request(HARNESS_WAITED_FOR_S);
  harness_replace(DEVICE, (struct stub_reply){.status = 503, .body = ""});
  stub_reply(stub, DEVICE, &(struct stub_reply){.manner = STUB_HANG});
  harness_expect_failed_by(&request, FAILURE_UNREACHABLE, "HTTP 503");
}

static void H29_unknown_answers_never_grant(void **state)
{
  (void)state;
  static const struct stub_reply REPLIES[] = {
      {.status = 400, .body = "{\"error\":\"invalid_scope\"}"},
      {.status = 200, .body = "{}"},
      {.status = 200, .body = ""},
      {.status = 200, .body = "{\"success\":\"true\"}"},
      {.status = 200, .body = "{\"success\":true}"},
      {.status = 204},
      {.status = 201, .body = "{\"error\":\"x\"}"},
      {.status = 400, .type = "text/html", .body = "<h1>No</h1>"},
      {.status = 403},
      {.status = 400, .body = "{\"error\":\"authorization_pending\",\"error\":\"slow_down\"}"},
      {.status = 200, .body = "[]"},
      {.status = 200, .type = "text/plain", .body = "{}"}};
  for (size_t i = 0; i < COUNT_OF(REPLIES); i++) {
    harness_replace(TOKEN, REPLIES[i]);
    harness_expect_failed(FAILURE_MISCONFIGURED, "");
  }
}

static void H31_no_id_token_is_refused(void **state)
{
  (void)state;
  harness_reply(TOKEN, 200, "{\"token_type\":\"Bearer\",\"access_token\":\"at-very-secret\"}");
  harness_expect_failed(FAILURE_TOKEN, "OIDC Core 3.1.3.3: id_token");
  assert_int_equal(stub_count(stub, USERINFO), 0);
}

static void a_token_signed_by_a_stranger_is_refused(void **state)
{
  (void)state;
  struct forge_key stranger = forge_ec("P-256", "ES256");
  long long now_s = clock_now_s();
  char *payload CLEANUP(cleanup_free) =
      forge_text("{\"iss\":\"%s\",\"aud\":\"hosts\",\"sub\":\"u\",\"iat\":%lld,\"exp\":%lld}", stub_issuer(stub), now_s,
                 now_s + 60);
  char *token CLEANUP(cleanup_free) = forge_token(&stranger, "{\"alg\":\"ES256\",\"kid\":\"k-1\"}", payload);
  harness_reply_tokens(token);
  harness_expect_failed(FAILURE_TOKEN, "RFC 7515 5.2");
  forge_key_done(&stranger);
}

static void H14_secrets_repeated_by_the_provider_are_blotted_out(void **state)
{
  (void)state;
  harness_reply(TOKEN, 400, "{\"error\":\"invalid_grant\",\"error_description\":\"unknown code dc-very-secret\"}");
  harness_expect_failed(FAILURE_MISCONFIGURED, "invalid_grant: unknown code ****");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STUBBED(H29_pending_is_waited_for_and_never_a_grant),
      STUBBED(H29_pending_until_the_end_is_expired),
      STUBBED(slow_down_adds_five_seconds_for_good),
      STUBBED(declined_and_expired_are_told_apart),
      STUBBED(connection_errors_while_polling_are_backed_off_from),
      STUBBED(H12_a_provider_that_is_lost_while_polling_never_grants),
      STUBBED(what_a_provider_said_outlasts_a_poll_that_had_no_time),
      STUBBED(what_a_provider_said_outlasts_a_retry_that_had_no_time),
      STUBBED(H29_unknown_answers_never_grant),
      STUBBED(H31_no_id_token_is_refused),
      STUBBED(a_token_signed_by_a_stranger_is_refused),
      STUBBED(H14_secrets_repeated_by_the_provider_are_blotted_out),
  };
  return cmocka_run_group_tests(tests, harness_start_up, harness_shut_down);
}

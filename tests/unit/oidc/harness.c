// SPDX-License-Identifier: Apache-2.0
#include "harness.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"

struct forge_key key;
struct stub *stub;

int harness_start_up(void **state)
{
  (void)state;
  key = forge_ec("P-256", "ES256");
  return 0;
}

int harness_shut_down(void **state)
{
  (void)state;
  forge_key_done(&key);
  return 0;
}

void harness_reply(const char *path, int status, const char *body)
{
  stub_reply(stub, path, &(struct stub_reply){.status = status, .body = body});
}

void harness_replace(const char *path, struct stub_reply with)
{
  stub_forget(stub, path);
  stub_reply(stub, path, &with);
}

static char *id_token(const char *more)
{
  long long now_s = clock_now_s();
  char *payload CLEANUP(cleanup_free) =
      forge_text("{\"iss\":\"%s\",\"aud\":\"hosts\",\"sub\":\"u-alice\",\"iat\":%lld,\"exp\":%lld%s}",
                 stub_issuer(stub), now_s, now_s + 300, more);
  return forge_token(&key, "{\"alg\":\"ES256\",\"kid\":\"k-1\"}", payload);
}

void harness_reply_tokens(const char *token)
{
  char *body CLEANUP(cleanup_free) =
      forge_text("{\"token_type\":\"Bearer\",\"access_token\":\"%s\",\"id_token\":\"%s\"}", ACCESS_TOKEN, token);
  harness_reply(TOKEN, 200, body);
}

void harness_reply_claims(const char *more)
{
  char *token CLEANUP(cleanup_free) = id_token(more);
  harness_reply_tokens(token);
}

void harness_reply_error(const char *error)
{
  char *body CLEANUP(cleanup_free) = forge_text("{\"error\":\"%s\"}", error);
  harness_reply(TOKEN, 400, body);
}

int harness_set_up(void **state)
{
  (void)state;
  stub = stub_start();
  char *jwk CLEANUP(cleanup_free) = forge_jwk(&key, "\"kid\":\"k-1\",\"use\":\"sig\"");
  const char *const jwks[] = {jwk};
  char *set CLEANUP(cleanup_free) = forge_set(jwks, 1);
  char *device CLEANUP(cleanup_free) =
      forge_text("{\"device_code\":\"%s\",\"user_code\":\"AB-CD\",\"verification_uri\":\"https://idp.test/device\","
                 "\"expires_in\":300,\"interval\":1}",
                 DEVICE_CODE);
  harness_reply(DISCOVERY, 200,
                "{\"issuer\":\"~\",\"device_authorization_endpoint\":\"~/device\",\"token_endpoint\":\"~/token\","
                "\"jwks_uri\":\"~/jwks\",\"userinfo_endpoint\":\"~/userinfo\"}");
  harness_reply(KEYS, 200, set);
  harness_reply(DEVICE, 200, device);
  return 0;
}

int harness_tear_down(void **state)
{
  (void)state;
  stub_stop(stub);
  return 0;
}

struct message_sign_in harness_request(uint32_t timeout_s)
{
  struct message_sign_in request = {.client_id = "hosts",
                                    .scopes = "openid email",
                                    .email_claim = "email",
                                    .timeout_s = timeout_s,
                                    .allow_loopback_http = 1};
  assert_int_equal(text_copy(stub_issuer(stub), request.issuer, sizeof request.issuer), STATUS_OK);
  return request;
}

int harness_exchange(enum message_type type, const struct message_sign_in *request, void **ret_value)
{
  struct program p = program_start();
  assert_int_equal(program_ask(&p, type, request), STATUS_OK);
  int heard = program_hear(&p, HARNESS_LONG_MS, ret_value);
  if (heard == MESSAGE_CODE) {
    const struct message_code *code = *ret_value;
    assert_string_equal(code->user_code, "AB-CD");
    assert_true(code->expires_in_s <= request->timeout_s);
    channel_free_message(MESSAGE_CODE, *ret_value);
    *ret_value = NULL;
    heard = program_hear(&p, HARNESS_LONG_MS, ret_value);
  }
  assert_int_equal(program_end(&p, HARNESS_END_MS), 0);
  return heard;
}

struct message_authorized harness_expect_authorized_by(const struct message_sign_in *request)
{
  void *value = NULL;
  int heard = harness_exchange(MESSAGE_SIGN_IN, request, &value);
  if (heard == MESSAGE_FAILED) {
    fail_msg("%s", ((struct message_failed *)value)->detail);
  }
  assert_int_equal(heard, MESSAGE_AUTHORIZED);
  struct message_authorized identity = *(struct message_authorized *)value;
  identity.groups = (struct bytes)BYTES_EMPTY; // goes with the message
  channel_free_message(MESSAGE_AUTHORIZED, value);
  return identity;
}

struct message_authorized harness_expect_authorized(void)
{
  struct message_sign_in request = harness_request(HARNESS_SHORT_S);
  return harness_expect_authorized_by(&request);
}

static void expect_no_secret(const char *detail)
{
  static const char *const SECRETS[] = {"dc-very", "at-very", "cs-very", "eyJ"};
  for (size_t i = 0; i < COUNT_OF(SECRETS); i++) {
    assert_null(strstr(detail, SECRETS[i]));
  }
  for (const char *at = detail; *at != '\0'; at++) {
    assert_true(*at >= ' ' && *at <= '~');
  }
}

void harness_expect_failed_by(const struct message_sign_in *request, enum failure_reason reason, const char *words)
{
  void *value = NULL;
  int heard = harness_exchange(MESSAGE_SIGN_IN, request, &value);
  assert_int_equal(heard, MESSAGE_FAILED);
  const struct message_failed *failed = value;
  if (failed->reason != reason || strstr(failed->detail, words) == NULL) {
    fail_msg("reason %u, %s", failed->reason, failed->detail);
  }
  expect_no_secret(failed->detail);
  channel_free_message(MESSAGE_FAILED, value);
}

void harness_expect_failed(enum failure_reason reason, const char *words)
{
  struct message_sign_in request = harness_request(HARNESS_SHORT_S);
  harness_expect_failed_by(&request, reason, words);
}

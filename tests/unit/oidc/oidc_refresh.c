// SPDX-License-Identifier: Apache-2.0
// K9: ssoorg-oidc asks again with a refresh token, at a stub that answers well, wrongly and not at all.
#include "harness.h"

#include <stdbool.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"

static const char OLD[] = "rt-very-secret+1";
static const char NEW[] = "rt-very-secret+2";

// What came of it. ROTATED: the token in its place; NULL: none came.
struct outcome {
  enum message_type type;
  void *value;
  bool has_rotated;
  struct message_rotated rotated;
};

static void outcome_done(struct outcome *outcome)
{
  channel_free_message(outcome->type, outcome->value);
  bytes_done(&outcome->rotated.refresh_token);
}

static struct message_sign_in refresh_request(uint32_t timeout_s)
{
  struct message_sign_in request = harness_request(timeout_s);
  assert_int_equal(bytes_append_text(&request.refresh_token, OLD), STATUS_OK);
  assert_int_equal(text_copy("u-alice", request.subject, sizeof request.subject), STATUS_OK);
  return request;
}

static struct outcome ask_by(struct message_sign_in *request)
{
  struct outcome outcome = {.value = NULL};
  struct program p = program_start();
  assert_int_equal(program_ask(&p, MESSAGE_REFRESH, request), STATUS_OK);
  int heard = program_hear(&p, HARNESS_LONG_MS, &outcome.value);
  if (heard == MESSAGE_ROTATED) {
    outcome.has_rotated = true;
    struct message_rotated *rotated = outcome.value;
    bytes_take(&outcome.rotated.refresh_token, &rotated->refresh_token);
    channel_free_message(MESSAGE_ROTATED, rotated);
    outcome.value = NULL;
    heard = program_hear(&p, HARNESS_LONG_MS, &outcome.value);
  }
  assert_int_equal(program_end(&p, HARNESS_END_MS), 0);
  outcome.type = (enum message_type)heard;
  bytes_done(&request->refresh_token);
  return outcome;
}

static struct outcome ask(void)
{
  struct message_sign_in request = refresh_request(HARNESS_SHORT_S);
  return ask_by(&request);
}

static char *token_of(const char *subject, long long lifetime_s)
{
  long long now_s = clock_now_s();
  char *payload CLEANUP(cleanup_free) =
      forge_text("{\"iss\":\"%s\",\"aud\":\"hosts\",\"sub\":\"%s\",\"iat\":%lld,\"exp\":%lld,"
                 "\"email\":\"alice@acme.test\",\"email_verified\":true,\"name\":\"Alice A\"}",
                 stub_issuer(stub), subject, now_s - 600, now_s + lifetime_s);
  return forge_token(&key, "{\"alg\":\"ES256\",\"kid\":\"k-1\"}", payload);
}

// The token endpoint answers with an ID token about SUBJECT (NULL: none) and with ROTATED (NULL: none).
static void reply(const char *subject, long long lifetime_s, const char *rotated)
{
  char *id CLEANUP(cleanup_free) = subject != NULL ? token_of(subject, lifetime_s) : NULL;
  char *id_member CLEANUP(cleanup_free) = forge_text(",\"id_token\":\"%s\"", id != NULL ? id : "");
  char *token_member CLEANUP(cleanup_free) = forge_text(",\"refresh_token\":\"%s\"", rotated != NULL ? rotated : "");
  char *body CLEANUP(cleanup_free) = forge_text("{\"token_type\":\"Bearer\",\"access_token\":\"%s\"%s%s}", ACCESS_TOKEN,
                                                id != NULL ? id_member : "", rotated != NULL ? token_member : "");
  stub_forget(stub, TOKEN);
  harness_reply(TOKEN, 200, body);
}

static void expect_failed(const struct outcome *outcome, enum failure_reason reason, const char *words)
{
  assert_int_equal(outcome->type, MESSAGE_FAILED);
  const struct message_failed *failed = outcome->value;
  if (failed->reason != reason || strstr(failed->detail, words) == NULL) {
    fail_msg("%u: %s", failed->reason, failed->detail);
  }
  assert_null(strstr(failed->detail, "very"));
}

static bool unanswered(const struct outcome *outcome)
{
  return ((const struct message_failed *)outcome->value)->unanswered == 1;
}

static void K9_a_person_is_known_and_the_token_stays(void **state)
{
  (void)state;
  reply("u-alice", 300, NULL);
  struct outcome outcome CLEANUP(outcome_done) = ask();
  assert_int_equal(outcome.type, MESSAGE_AUTHORIZED);
  const struct message_authorized *identity = outcome.value;
  assert_string_equal(identity->subject, "u-alice");
  assert_string_equal(identity->name, "Alice A");
  assert_string_equal(identity->algorithm, "ES256");
  assert_int_equal(identity->refresh_token.length, 0);
  assert_false(outcome.has_rotated);
  char *asked CLEANUP(cleanup_free) = stub_last(stub, TOKEN);
  assert_non_null(strstr(asked, "\r\n\r\ngrant_type=refresh_token&refresh_token=rt-very-secret%2B1&client_id=hosts"));
  assert_int_equal(stub_count(stub, DEVICE), 0);
}

static void K9_a_token_that_replaces_the_one_used_is_handed_over(void **state)
{
  (void)state;
  reply("u-alice", 300, NEW);
  struct outcome outcome CLEANUP(outcome_done) = ask();
  assert_int_equal(outcome.type, MESSAGE_AUTHORIZED);
  assert_true(outcome.has_rotated);
  assert_string_equal(bytes_text(&outcome.rotated.refresh_token), NEW);
}

static void K9_a_token_that_cannot_be_kept_is_told_of(void **state)
{
  (void)state;
  char *longest CLEANUP(cleanup_free) = forge_text("%0*d", PROTOCOL_SECRET_MAX, 7);
  char *longer CLEANUP(cleanup_free) = forge_text("%s8", longest);
  const char *const unkept[] = {longer, "", "caf\\u00e9"};
  reply("u-alice", 300, longest);
  struct outcome kept CLEANUP(outcome_done) = ask();
  assert_string_equal(bytes_text(&kept.rotated.refresh_token), longest);
  for (size_t i = 0; i < COUNT_OF(unkept); i++) {
    reply("u-alice", 300, unkept[i]);
    struct outcome outcome CLEANUP(outcome_done) = ask();
    assert_int_equal(outcome.type, MESSAGE_AUTHORIZED);
    assert_true(outcome.has_rotated);
    assert_int_equal(outcome.rotated.refresh_token.length, 0);
  }
}

static void K9_an_ID_token_about_somebody_else_is_refused_and_the_new_token_told_of(void **state)
{
  (void)state;
  static const char *const OTHERS[] = {"u-mallory", "u-alic", "u-alice2", "U-ALICE"};
  for (size_t i = 0; i < COUNT_OF(OTHERS); i++) {
    reply(OTHERS[i], 300, NEW);
    struct outcome outcome CLEANUP(outcome_done) = ask();
    expect_failed(&outcome, FAILURE_TOKEN, "OIDC Core 12.2: sub");
    assert_true(outcome.has_rotated);
    assert_false(unanswered(&outcome));
  }
}

static void K9_an_expired_ID_token_is_refused(void **state)
{
  (void)state;
  reply("u-alice", -1, NULL);
  struct outcome outcome CLEANUP(outcome_done) = ask();
  expect_failed(&outcome, FAILURE_TOKEN, "exp");
}

static void K9_an_ID_token_signed_by_another_key_is_refused(void **state)
{
  (void)state;
  struct forge_key other = forge_ec("P-256", "ES256");
  struct forge_key own = key;
  key = other;
  reply("u-alice", 300, NULL);
  key = own;
  forge_key_done(&other);
  struct outcome outcome CLEANUP(outcome_done) = ask();
  expect_failed(&outcome, FAILURE_TOKEN, "signature");
}

static void K9_without_an_ID_token_userinfo_says_who_it_is(void **state)
{
  (void)state;
  static const struct {
    const char *body;
    bool good;
  } SAID[] = {
      {"{\"sub\":\"u-alice\",\"name\":\"Alice B\",\"email\":\"alice@acme.test\",\"email_verified\":true}", true},
      {"{\"sub\":\"u-mallory\",\"name\":\"Alice B\"}", false},
      {"{\"name\":\"Alice B\"}", false},
      {"{\"sub\":7}", false},
  };
  reply(NULL, 0, NULL);
  for (size_t i = 0; i < COUNT_OF(SAID); i++) {
    harness_replace(USERINFO, (struct stub_reply){.body = SAID[i].body});
    struct outcome outcome CLEANUP(outcome_done) = ask();
    assert_int_equal(outcome.type, SAID[i].good ? MESSAGE_AUTHORIZED : MESSAGE_FAILED);
    if (SAID[i].good) {
      const struct message_authorized *identity = outcome.value;
      assert_string_equal(identity->subject, "u-alice");
      assert_string_equal(identity->name, "Alice B");
      assert_string_equal(identity->issuer, stub_issuer(stub));
    } else {
      expect_failed(&outcome, FAILURE_TOKEN, "OIDC Core 5.3.2: sub");
    }
  }
  harness_replace(USERINFO, (struct stub_reply){.status = 401, .body = "{}"});
  struct outcome outcome CLEANUP(outcome_done) = ask();
  expect_failed(&outcome, FAILURE_MISCONFIGURED, "userinfo");
  assert_false(unanswered(&outcome));
}

static void K9_neither_ID_token_nor_userinfo_says_nothing_of_the_person(void **state)
{
  (void)state;
  harness_replace(DISCOVERY,
                  (struct stub_reply){.body = "{\"issuer\":\"~\",\"device_authorization_endpoint\":\"~/device\","
                                              "\"token_endpoint\":\"~/token\",\"jwks_uri\":\"~/jwks\"}"});
  reply(NULL, 0, NEW);
  struct outcome outcome CLEANUP(outcome_done) = ask();
  expect_failed(&outcome, FAILURE_MISCONFIGURED, "OIDC Core 12.2");
  assert_true(outcome.has_rotated);
}

static void K9_each_error_means_what_it_says(void **state)
{
  (void)state;
  static const struct {
    int status;
    const char *body;
    enum failure_reason reason;
    bool unanswered;
  } ERRORS[] = {
      {400, "{\"error\":\"invalid_grant\",\"error_description\":\"rt-very-secret+1 was revoked\"}", FAILURE_GRANT,
       false},
      {401, "{\"error\":\"invalid_grant\"}", FAILURE_GRANT, false},
      {200, "{\"error\":\"invalid_grant\"}", FAILURE_GRANT, false},
      {400, "{\"error\":\"Invalid_Grant\"}", FAILURE_MISCONFIGURED, false},
      {400, "{\"error\":[\"invalid_grant\"]}", FAILURE_MISCONFIGURED, false},
      {400, "{\"error\":\"invalid_request\"}", FAILURE_MISCONFIGURED, false},
      {401, "{\"error\":\"invalid_client\"}", FAILURE_CLIENT, false},
      {429, "{\"error\":\"invalid_grant\"}", FAILURE_BUSY, false},
      {429, "", FAILURE_BUSY, false},
      {503, "{\"error\":\"invalid_grant\"}", FAILURE_UNREACHABLE, true},
      {502, "<html>", FAILURE_UNREACHABLE, true},
      {404, "{}", FAILURE_MISCONFIGURED, true},
      {200, "{}", FAILURE_MISCONFIGURED, true},
      {200, "nothing", FAILURE_MISCONFIGURED, true},
  };
  for (size_t i = 0; i < COUNT_OF(ERRORS); i++) {
    harness_replace(TOKEN, (struct stub_reply){.status = ERRORS[i].status, .body = ERRORS[i].body});
    size_t before = stub_count(stub, TOKEN);
    struct outcome outcome CLEANUP(outcome_done) = ask();
    expect_failed(&outcome, ERRORS[i].reason, "");
    assert_false(outcome.has_rotated);
    assert_int_equal(unanswered(&outcome), ERRORS[i].unanswered);
    assert_int_equal(stub_count(stub, TOKEN) - before, 1); // a token is used once
  }
}

static void K9_a_provider_that_hangs_leaves_open_what_became_of_the_token(void **state)
{
  (void)state;
  static const struct {
    const char *path;
    enum stub_manner manner;
    bool unanswered;
  } CASES[] = {{TOKEN, STUB_HANG, true}, {TOKEN, STUB_CLOSE, true}, {DISCOVERY, STUB_HANG, false}};
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    struct message_sign_in request = refresh_request(2);
    harness_replace(CASES[i].path, (struct stub_reply){.manner = CASES[i].manner});
    struct outcome outcome CLEANUP(outcome_done) = ask_by(&request);
    expect_failed(&outcome, FAILURE_UNREACHABLE, "");
    assert_int_equal(unanswered(&outcome), CASES[i].unanswered);
  }
}

static void K9_a_request_without_token_or_subject_is_refused(void **state)
{
  (void)state;
  struct message_sign_in nobody = refresh_request(HARNESS_SHORT_S);
  struct message_sign_in nothing = refresh_request(HARNESS_SHORT_S);
  nobody.subject[0] = '\0';
  bytes_done(&nothing.refresh_token);
  struct outcome first CLEANUP(outcome_done) = ask_by(&nobody);
  struct outcome second CLEANUP(outcome_done) = ask_by(&nothing);
  expect_failed(&first, FAILURE_REQUEST, "subject");
  expect_failed(&second, FAILURE_REQUEST, "refresh token");
  assert_int_equal(stub_count(stub, DISCOVERY), 0);
}

static void K9_a_sign_in_brings_a_token_only_where_one_is_wanted(void **state)
{
  (void)state;
  for (uint8_t offline = 0; offline <= 1; offline++) {
    struct message_sign_in request = harness_request(HARNESS_SHORT_S);
    void *value = NULL;
    request.offline = offline;
    reply("u-alice", 300, NEW);
    assert_int_equal(harness_exchange(MESSAGE_SIGN_IN, &request, &value), MESSAGE_AUTHORIZED);
    const struct message_authorized *identity = value;
    assert_string_equal(bytes_text(&identity->refresh_token), offline == 1 ? NEW : "");
    channel_free_message(MESSAGE_AUTHORIZED, value);
  }
}

static void K9_a_sign_in_without_an_ID_token_stays_refused(void **state)
{
  (void)state;
  struct message_sign_in request = harness_request(HARNESS_SHORT_S);
  request.offline = 1;
  reply(NULL, 0, NEW);
  harness_expect_failed_by(&request, FAILURE_TOKEN, "OIDC Core 3.1.3.3: id_token");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STUBBED(K9_a_person_is_known_and_the_token_stays),
      STUBBED(K9_a_token_that_replaces_the_one_used_is_handed_over),
      STUBBED(K9_a_token_that_cannot_be_kept_is_told_of),
      STUBBED(K9_an_ID_token_about_somebody_else_is_refused_and_the_new_token_told_of),
      STUBBED(K9_an_expired_ID_token_is_refused),
      STUBBED(K9_an_ID_token_signed_by_another_key_is_refused),
      STUBBED(K9_without_an_ID_token_userinfo_says_who_it_is),
      STUBBED(K9_neither_ID_token_nor_userinfo_says_nothing_of_the_person),
      STUBBED(K9_each_error_means_what_it_says),
      STUBBED(K9_a_provider_that_hangs_leaves_open_what_became_of_the_token),
      STUBBED(K9_a_request_without_token_or_subject_is_refused),
      STUBBED(K9_a_sign_in_brings_a_token_only_where_one_is_wanted),
      STUBBED(K9_a_sign_in_without_an_ID_token_stays_refused),
  };
  return cmocka_run_group_tests(tests, harness_start_up, harness_shut_down);
}

// SPDX-License-Identifier: Apache-2.0
// Who a person is by their claims: identity.h.
#include "base/cleanup.h"
#include "forge.h"
#include "identity.h"
#include "parsed.h"

static struct message_authorized identity_of(const char *token, const char *userinfo, const char *claim)
{
  struct message_authorized identity = {0};
  struct cJSON *first CLEANUP(document_done) = parsed(token);
  struct cJSON *second CLEANUP(document_done) = userinfo != NULL ? parsed(userinfo) : NULL;
  identity_fill(first, second, claim, &identity);
  return identity;
}

static void H52_only_the_boolean_true_verifies_an_email(void **state)
{
  (void)state;
  static const struct {
    const char *more;
    enum email_state state;
  } CASES[] = {{"", EMAIL_UNSTATED},
               {",\"email_verified\":true", EMAIL_VERIFIED},
               {",\"email_verified\":false", EMAIL_UNVERIFIED},
               {",\"email_verified\":\"true\"", EMAIL_UNVERIFIED},
               {",\"email_verified\":1", EMAIL_UNVERIFIED},
               {",\"email_verified\":null", EMAIL_UNVERIFIED},
               {",\"email_verified\":[true]", EMAIL_UNVERIFIED},
               {",\"Email_Verified\":true", EMAIL_UNSTATED}};
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    char *token CLEANUP(cleanup_free) = forge_text("{\"email\":\"Alice@Acme.Test\"%s}", CASES[i].more);
    struct message_authorized identity = identity_of(token, NULL, "email");
    assert_int_equal(identity.email_state, CASES[i].state);
    assert_string_equal(identity.email, "alice@acme.test");
    char *both CLEANUP(cleanup_free) = forge_text("{\"sub\":\"u\",\"email\":\"a@acme.test\"%s}", CASES[i].more);
    assert_int_equal(identity_of("{}", both, "email").email_state, CASES[i].state);
  }
}

static void V1_microsofts_own_word_for_an_address_is_the_boolean_true_beside_it(void **state)
{
  (void)state;
  static const struct {
    const char *claims;
    enum email_state state;
  } CASES[] = {{"\"email\":\"a@acme.test\"", EMAIL_UNSTATED},
               {"\"email\":\"a@acme.test\",\"xms_edov\":true", EMAIL_VERIFIED},
               {"\"email\":\"a@acme.test\",\"xms_edov\":false", EMAIL_UNVERIFIED},
               {"\"email\":\"a@acme.test\",\"xms_edov\":\"true\"", EMAIL_UNVERIFIED},
               {"\"email\":\"a@acme.test\",\"xms_edov\":1", EMAIL_UNVERIFIED},
               {"\"email\":\"a@acme.test\",\"xms_edov\":null", EMAIL_UNVERIFIED},
               {"\"email\":\"a@acme.test\",\"email_verified\":true,\"xms_edov\":false", EMAIL_UNVERIFIED},
               {"\"email\":\"a@acme.test\",\"email_verified\":false,\"xms_edov\":true", EMAIL_UNVERIFIED},
               {"\"email\":\"a\",\"xms_edov\":true", EMAIL_ILLEGAL},
               {"\"xms_edov\":true", EMAIL_ABSENT}};
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    char *text CLEANUP(cleanup_free) = forge_text("{%s}", CASES[i].claims);
    struct cJSON *token CLEANUP(document_done) = parsed(text);
    struct message_authorized identity = identity_of(text, NULL, "email");
    identity_take_edov(token, &identity);
    assert_int_equal(identity.email_state, CASES[i].state);
  }
  // Another claim than "email" is not what it speaks of.
  struct cJSON *token CLEANUP(document_done) =
      parsed("{\"upn\":\"b@acme.test\",\"email\":\"a@acme.test\",\"xms_edov\":true}");
  struct message_authorized identity = {0};
  identity_fill(token, NULL, "upn", &identity);
  identity_take_edov(token, &identity);
  assert_int_equal(identity.email_state, EMAIL_UNSTATED);
}

static void absent_and_illegal_emails_have_states_of_their_own(void **state)
{
  (void)state;
  static const char *const ILLEGAL[] = {"\"\"",
                                        "\"root\"",
                                        "\"a@b\"",
                                        "\"a@acme.test\\nb@acme.test\"",
                                        "1",
                                        "[\"a@acme.test\"]",
                                        "{}",
                                        "true",
                                        "\"a b@acme.test\"",
                                        "\"a@acme.test:0\"",
                                        "\"\\u00e4@acme.test\"",
                                        "\"-a@acme.test\""};
  assert_int_equal(identity_of("{}", NULL, "email").email_state, EMAIL_ABSENT);
  assert_int_equal(identity_of("{\"email\":null,\"email_verified\":true}", NULL, "email").email_state, EMAIL_ABSENT);
  for (size_t i = 0; i < COUNT_OF(ILLEGAL); i++) {
    char *token CLEANUP(cleanup_free) = forge_text("{\"email\":%s,\"email_verified\":true}", ILLEGAL[i]);
    struct message_authorized identity = identity_of(token, NULL, "email");
    assert_int_equal(identity.email_state, EMAIL_ILLEGAL);
    assert_string_equal(identity.email, "");
  }
}

static void H31_userinfo_never_overrides_the_id_token(void **state)
{
  (void)state;
  struct message_authorized identity =
      identity_of("{\"email\":\"a@acme.test\",\"email_verified\":false,\"name\":\"A\"}",
                  "{\"email\":\"b@acme.test\",\"email_verified\":true,\"name\":\"B\"}", "email");
  assert_string_equal(identity.email, "a@acme.test");
  assert_int_equal(identity.email_state, EMAIL_UNVERIFIED);
  assert_string_equal(identity.name, "A");
  identity = identity_of("{\"email_verified\":false}", "{\"email\":\"b@acme.test\",\"email_verified\":true}", "email");
  assert_int_equal(identity.email_state, EMAIL_UNVERIFIED);
  identity = identity_of("{\"email_verified\":true}", "{\"email\":\"b@acme.test\"}", "email");
  assert_int_equal(identity.email_state, EMAIL_UNSTATED);
  identity = identity_of("{\"email\":\"illegal\"}", "{\"email\":\"b@acme.test\",\"email_verified\":true}", "email");
  assert_int_equal(identity.email_state, EMAIL_ILLEGAL);
}

static void another_email_claim_is_not_what_email_verified_speaks_of(void **state)
{
  (void)state;
  struct message_authorized identity =
      identity_of("{\"upn\":\"a@acme.test\",\"email\":\"m@evil.test\",\"email_verified\":true}", NULL, "upn");
  assert_string_equal(identity.email, "a@acme.test");
  assert_int_equal(identity.email_state, EMAIL_UNSTATED);
  identity = identity_of("{\"upn\":\"A@acme.test\",\"email\":\"a@acme.test\",\"email_verified\":true}", NULL, "upn");
  assert_int_equal(identity.email_state, EMAIL_VERIFIED);
  identity = identity_of("{\"upn\":\"a@acme.test\",\"email\":\"a@acme.test\",\"email_verified\":false}", NULL, "upn");
  assert_int_equal(identity.email_state, EMAIL_UNVERIFIED);
}

static void P19_email_verified_is_not_asked_about_another_claim(void **state)
{
  (void)state;
  static const char *const TOKENS[] = {
      "{\"upn\":\"a@acme.test\",\"email_verified\":false}",
      "{\"upn\":\"a@acme.test\",\"email\":\"mail@other.test\",\"email_verified\":false}",
      "{\"upn\":\"a@acme.test\",\"email\":null,\"email_verified\":true}",
  };
  for (size_t i = 0; i < COUNT_OF(TOKENS); i++) {
    assert_int_equal(identity_of(TOKENS[i], NULL, "upn").email_state, EMAIL_UNSTATED);
    assert_int_equal(identity_of(TOKENS[i], "{\"email\":\"b@acme.test\",\"email_verified\":false}", "upn").email_state,
                     EMAIL_UNSTATED);
  }
  // A document without an address speaks of that of the other.
  assert_int_equal(identity_of(TOKENS[0], "{\"email\":\"a@acme.test\"}", "upn").email_state, EMAIL_UNVERIFIED);
}

static void H79_both_documents_are_asked_and_the_strictest_word_counts(void **state)
{
  (void)state;
  static const struct {
    const char *token;
    const char *userinfo;
    enum email_state state;
  } CASES[] = {
      {"", ",\"email\":\"a@acme.test\",\"email_verified\":true", EMAIL_VERIFIED},
      {"", ",\"email\":\"A@ACME.test\",\"email_verified\":true", EMAIL_VERIFIED},
      {"", ",\"email\":\"a@acme.test\",\"email_verified\":false", EMAIL_UNVERIFIED},
      {"", ",\"email\":\"a@acme.test\",\"email_verified\":\"true\"", EMAIL_UNVERIFIED},
      {"", ",\"email\":\"a@acme.test\",\"email_verified\":null", EMAIL_UNVERIFIED},
      {"", ",\"email\":\"a@acme.test\"", EMAIL_UNSTATED},
      {"", "", EMAIL_UNSTATED},
      {"", ",\"email_verified\":true", EMAIL_UNSTATED},
      {"", ",\"email_verified\":false", EMAIL_UNVERIFIED},
      {"", ",\"email\":\"b@acme.test\",\"email_verified\":true", EMAIL_UNSTATED},
      {"", ",\"email\":\"b@acme.test\",\"email_verified\":false", EMAIL_UNVERIFIED},
      {",\"email_verified\":true", ",\"email\":\"a@acme.test\",\"email_verified\":false", EMAIL_UNVERIFIED},
      {",\"email_verified\":true", "", EMAIL_VERIFIED},
      {",\"email_verified\":false", ",\"email\":\"a@acme.test\",\"email_verified\":true", EMAIL_UNVERIFIED},
  };
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    char *token CLEANUP(cleanup_free) = forge_text("{\"email\":\"a@acme.test\"%s}", CASES[i].token);
    char *userinfo CLEANUP(cleanup_free) = forge_text("{\"sub\":\"u\"%s}", CASES[i].userinfo);
    if (identity_of(token, userinfo, "email").email_state != CASES[i].state) {
      fail_msg("%s and %s", token, userinfo);
    }
  }
}

static void H79_userinfo_is_needed_where_the_token_does_not_say_all(void **state)
{
  (void)state;
  static const struct {
    const char *token;
    const char *claim;
    bool needed;
  } CASES[] = {
      {"{}", "email", true},
      {"{\"email\":null,\"email_verified\":true}", "email", true},
      {"{\"email\":\"a@acme.test\"}", "email", true},
      {"{\"email\":\"a@acme.test\",\"email_verified\":true}", "email", false},
      {"{\"email\":\"a@acme.test\",\"email_verified\":false}", "email", false},
      {"{\"email\":\"a@acme.test\",\"email_verified\":null}", "email", false},
      {"{\"email\":1}", "email", false}, // illegal, and refused whatever userinfo says
      {"{\"upn\":\"a@acme.test\",\"email_verified\":true}", "upn", true},
      {"{\"upn\":\"a@acme.test\",\"email\":\"a@acme.test\",\"email_verified\":true}", "upn", false},
  };
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    struct cJSON *token CLEANUP(document_done) = parsed(CASES[i].token);
    if (identity_needs_userinfo(token, CASES[i].claim, true) != CASES[i].needed) {
      fail_msg("%s", CASES[i].token);
    }
  }
}

static void H33_names_that_are_not_clean_are_left_out(void **state)
{
  (void)state;
  static const char *const UNCLEAN[] = {"\"a\\nb\"", "\"\\u001b[31m\"", "\"\\u202e\"", "1", "null", "[\"x\"]"};
  assert_string_equal(identity_of("{\"name\":\"J\\u00f6rg\"}", NULL, "email").name, "J\xc3\xb6rg");
  for (size_t i = 0; i < COUNT_OF(UNCLEAN); i++) {
    char *token CLEANUP(cleanup_free) = forge_text("{\"name\":%s}", UNCLEAN[i]);
    assert_string_equal(identity_of(token, NULL, "email").name, "");
  }
  char longest[256] = {0};
  memset(longest, 'n', 255);
  char *token CLEANUP(cleanup_free) = forge_text("{\"name\":\"%s\"}", longest);
  assert_string_equal(identity_of(token, NULL, "email").name, longest);
  char *too_long CLEANUP(cleanup_free) = forge_text("{\"name\":\"%sn\"}", longest);
  assert_string_equal(identity_of(too_long, NULL, "email").name, "");
}

int main(void)
{
  document_start_up();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(H52_only_the_boolean_true_verifies_an_email),
      cmocka_unit_test(V1_microsofts_own_word_for_an_address_is_the_boolean_true_beside_it),
      cmocka_unit_test(absent_and_illegal_emails_have_states_of_their_own),
      cmocka_unit_test(H31_userinfo_never_overrides_the_id_token),
      cmocka_unit_test(another_email_claim_is_not_what_email_verified_speaks_of),
      cmocka_unit_test(P19_email_verified_is_not_asked_about_another_claim),
      cmocka_unit_test(H79_both_documents_are_asked_and_the_strictest_word_counts),
      cmocka_unit_test(H79_userinfo_is_needed_where_the_token_does_not_say_all),
      cmocka_unit_test(H33_names_that_are_not_clean_are_left_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

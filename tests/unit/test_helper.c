// SPDX-License-Identifier: Apache-2.0
// What is believed of ssoorg-oidc: a helper that somebody has taken over shows nothing and signs nobody in.
#include <errno.h>

#include "process/oidc.h"
#include "unit.h"

static const struct oidc_request WITHOUT_QR = {.type = MESSAGE_SIGN_IN};
static const struct oidc_request WITH_QR = {.type = MESSAGE_SIGN_IN, .wants_qr = true};

static struct message_code good_code(void)
{
  return (struct message_code){.verification_uri = "https://idp.test/device", .user_code = "ABCD-EFGH"};
}

static void a_plain_code_is_shown(void **state)
{
  (void)state;
  struct message_code code = good_code();
  assert_true(oidc_code_is_clean(&code, &WITHOUT_QR));
  (void)snprintf(code.verification_uri_complete, sizeof code.verification_uri_complete, "https://idp.test/device?c=A");
  (void)snprintf(code.qr, sizeof code.qr, "\u2580 \u2584\u2588\n");
  assert_true(oidc_code_is_clean(&code, &WITH_QR));
}

static void H33_no_terminal_escape_of_the_helper_is_shown(void **state)
{
  (void)state;
  static const char *const BAD[] = {"\x1b]0;owned\a", "a\nPassword: ", "a  b", "\u202e", "\xff", "a\x7f"};
  for (size_t i = 0; i < COUNT_OF(BAD); i++) {
    struct message_code code = good_code();
    (void)snprintf(code.user_code, sizeof code.user_code, "%s", BAD[i]);
    assert_false(oidc_code_is_clean(&code, &WITHOUT_QR));
    code = good_code();
    (void)snprintf(code.verification_uri, sizeof code.verification_uri, "https://idp.test/%s", BAD[i]);
    assert_false(oidc_code_is_clean(&code, &WITHOUT_QR));
    code = good_code();
    (void)snprintf(code.verification_uri_complete, sizeof code.verification_uri_complete, "https://idp.test/%s",
                   BAD[i]);
    assert_false(oidc_code_is_clean(&code, &WITHOUT_QR));
    code = good_code();
    (void)snprintf(code.qr, sizeof code.qr, "\u2588%s", BAD[i]);
    assert_false(oidc_code_is_clean(&code, &WITH_QR));
  }
}

static void a_picture_that_nobody_asked_for_or_a_code_that_is_none_is_not_shown(void **state)
{
  (void)state;
  struct message_code code = good_code();
  (void)snprintf(code.qr, sizeof code.qr, "\u2588\n");
  assert_false(oidc_code_is_clean(&code, &WITHOUT_QR));
  code = good_code();
  code.user_code[0] = '\0';
  assert_false(oidc_code_is_clean(&code, &WITHOUT_QR));
  code = good_code();
  (void)snprintf(code.verification_uri, sizeof code.verification_uri, "http://idp.test/device");
  assert_false(oidc_code_is_clean(&code, &WITHOUT_QR));
  (void)snprintf(code.verification_uri, sizeof code.verification_uri, "javascript:alert(1)");
  assert_false(oidc_code_is_clean(&code, &WITHOUT_QR));
}

static void O12_a_code_of_a_helper_that_lacks_more_than_the_host_allows_is_not_shown(void **state)
{
  static const struct oidc_request AVAILABLE = {.type = MESSAGE_SIGN_IN, .confinement = CONFINEMENT_AVAILABLE};
  (void)state;
  struct message_code code = good_code();
  code.lacks_landlock = EPERM;
  assert_false(oidc_code_is_clean(&code, &WITHOUT_QR));
  assert_true(oidc_code_is_clean(&code, &AVAILABLE));
  code.lacks_landlock = EINVAL;
  assert_false(oidc_code_is_clean(&code, &AVAILABLE));
  code.lacks_landlock = UINT32_MAX;
  assert_false(oidc_code_is_clean(&code, &AVAILABLE));
}

static struct message_authorized good_identity(void)
{
  return (struct message_authorized){.issuer = "https://idp.test",
                                     .client_id = "hosts",
                                     .subject = "u-1",
                                     .email = "alice@acme.test",
                                     .email_state = EMAIL_VERIFIED,
                                     .name = "Alice",
                                     .algorithm = "RS256"};
}

static bool is_sound(const struct message_authorized *identity)
{
  const struct connection connection = {.issuer = "https://idp.test", .client_id = "hosts"};
  return oidc_identity_is_sound(identity, &connection);
}

static void only_a_whole_identity_of_the_right_issuer_is_believed(void **state)
{
  (void)state;
  struct message_authorized identity = good_identity();
  assert_true(is_sound(&identity));
  identity.subject[0] = '\0';
  assert_false(is_sound(&identity));
  identity = good_identity();
  (void)snprintf(identity.issuer, sizeof identity.issuer, "https://idp.test/");
  assert_false(is_sound(&identity));
  identity = good_identity();
  (void)snprintf(identity.client_id, sizeof identity.client_id, "host");
  assert_false(is_sound(&identity));
  for (int state_number = EMAIL_ABSENT; state_number <= EMAIL_ILLEGAL + 2; state_number++) {
    identity = good_identity();
    identity.email_state = (uint8_t)state_number;
    assert_int_equal(is_sound(&identity), state_number >= EMAIL_UNSTATED && state_number <= EMAIL_UNVERIFIED);
    identity.email[0] = '\0';
    assert_int_equal(is_sound(&identity), state_number == EMAIL_ABSENT || state_number == EMAIL_ILLEGAL);
  }
}

static void N7_no_text_of_the_helper_is_stored_as_it_came(void **state)
{
  (void)state;
  static const char *const BAD[] = {"a\x1b[2J", "a\nb", "\xff\xfe"};
  for (size_t i = 0; i < COUNT_OF(BAD); i++) {
    struct message_authorized identity = good_identity();
    (void)snprintf(identity.subject, sizeof identity.subject, "%s", BAD[i]);
    assert_false(is_sound(&identity));
    identity = good_identity();
    (void)snprintf(identity.name, sizeof identity.name, "%s", BAD[i]);
    assert_false(is_sound(&identity));
    identity = good_identity();
    (void)snprintf(identity.acr, sizeof identity.acr, "%s", BAD[i]);
    assert_false(is_sound(&identity));
  }
  static const char *const EMAILS[] = {"Alice@acme.test", "alice", "alice@acme.test\n", "alice@@acme.test",
                                       "a b@acme.test"};
  for (size_t i = 0; i < COUNT_OF(EMAILS); i++) {
    struct message_authorized identity = good_identity();
    (void)snprintf(identity.email, sizeof identity.email, "%s", EMAILS[i]);
    assert_false(is_sound(&identity));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_plain_code_is_shown),
      cmocka_unit_test(H33_no_terminal_escape_of_the_helper_is_shown),
      cmocka_unit_test(a_picture_that_nobody_asked_for_or_a_code_that_is_none_is_not_shown),
      cmocka_unit_test(O12_a_code_of_a_helper_that_lacks_more_than_the_host_allows_is_not_shown),
      cmocka_unit_test(only_a_whole_identity_of_the_right_issuer_is_believed),
      cmocka_unit_test(N7_no_text_of_the_helper_is_stored_as_it_came),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

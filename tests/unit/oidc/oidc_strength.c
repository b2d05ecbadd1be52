// SPDX-License-Identifier: Apache-2.0
// Required acr and amr: what counts, and what does not.
#include "document.h"
#include "helper/failure.h"
#include "strength.h"
#include "unit.h"

static enum status check(const char *claims, const char *acr, const char *amr)
{
  struct cJSON *document CLEANUP(document_done) = NULL;
  struct failure failure = {0};
  assert_int_equal(document_parse(claims, strlen(claims), &document), STATUS_OK);
  enum status status = strength_check(document, acr, amr, &failure);
  if (status != STATUS_OK) {
    assert_int_equal(failure.reason, FAILURE_STRENGTH);
    assert_non_null(strstr(failure.detail, "OIDC Core 2: a"));
  }
  return status;
}

static void without_a_requirement_every_sign_in_does(void **state)
{
  (void)state;
  assert_int_equal(check("{}", "", ""), STATUS_OK);
  assert_int_equal(check("{\"acr\":7,\"amr\":\"x\"}", "", ""), STATUS_OK);
}

static void H20_acr_must_be_one_of_the_required_values(void **state)
{
  (void)state;
  static const char *const REFUSED[] = {"{}",
                                        "{\"acr\":\"0\"}",
                                        "{\"acr\":\"\"}",
                                        "{\"acr\":\"urn:mf\"}",
                                        "{\"acr\":\"urn:mfax\"}",
                                        "{\"acr\":\"URN:MFA\"}",
                                        "{\"acr\":[\"urn:mfa\"]}",
                                        "{\"acr\":true}",
                                        "{\"acr\":null}",
                                        "{\"acr\":\"urn:mfa phr\"}"};
  assert_int_equal(check("{\"acr\":\"urn:mfa\"}", "urn:mfa", ""), STATUS_OK);
  assert_int_equal(check("{\"acr\":\"phr\"}", "urn:mfa phr", ""), STATUS_OK);
  for (size_t i = 0; i < COUNT_OF(REFUSED); i++) {
    assert_int_equal(check(REFUSED[i], "urn:mfa phr", ""), STATUS_REFUSED);
  }
}

static void H20_amr_must_hold_all_the_required_values(void **state)
{
  (void)state;
  static const char *const REFUSED[] = {"{}",
                                        "{\"amr\":[]}",
                                        "{\"amr\":[\"pwd\"]}",
                                        "{\"amr\":[\"otp\"]}",
                                        "{\"amr\":\"pwd otp\"}",
                                        "{\"amr\":{\"pwd\":1,\"otp\":1}}",
                                        "{\"amr\":[\"pwd otp\"]}",
                                        "{\"amr\":[\"PWD\",\"OTP\"]}",
                                        "{\"amr\":[1,true]}"};
  assert_int_equal(check("{\"amr\":[\"otp\",\"face\",\"pwd\"]}", "", "pwd otp"), STATUS_OK);
  for (size_t i = 0; i < COUNT_OF(REFUSED); i++) {
    assert_int_equal(check(REFUSED[i], "", "pwd otp"), STATUS_REFUSED);
  }
}

static void both_requirements_hold_together(void **state)
{
  (void)state;
  assert_int_equal(check("{\"acr\":\"phr\",\"amr\":[\"hwk\"]}", "phr", "hwk"), STATUS_OK);
  assert_int_equal(check("{\"acr\":\"phr\",\"amr\":[\"pwd\"]}", "phr", "hwk"), STATUS_REFUSED);
  assert_int_equal(check("{\"acr\":\"low\",\"amr\":[\"hwk\"]}", "phr", "hwk"), STATUS_REFUSED);
}

static void a_requirement_that_is_not_well_formed_is_never_met(void **state)
{
  (void)state;
  assert_int_equal(check("{\"amr\":[\"pwd\",\"otp\",\"\"]}", "", "pwd  otp"), STATUS_REFUSED);
  assert_int_equal(check("{\"amr\":[\"pwd\"]}", "", " pwd"), STATUS_REFUSED);
  assert_int_equal(check("{\"acr\":\"\"}", " ", ""), STATUS_REFUSED);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(without_a_requirement_every_sign_in_does),
      cmocka_unit_test(H20_acr_must_be_one_of_the_required_values),
      cmocka_unit_test(H20_amr_must_hold_all_the_required_values),
      cmocka_unit_test(both_requirements_hold_together),
      cmocka_unit_test(a_requirement_that_is_not_well_formed_is_never_met),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

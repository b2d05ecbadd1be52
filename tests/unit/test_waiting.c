// SPDX-License-Identifier: Apache-2.0
// What waits for a test sign-in while an org enforces, or since people sign in, and what counts as one (POLICY E2, E3).
#include "confirmation.h"
#include "sign_ins.h"

static void E3_what_a_sign_in_must_meet_waits_for_one_that_meets_it(void **state)
{
  (void)state;
  static const char *const SETTINGS[][2] = {{"trust", "any"}, {"required-acr", "gold"}, {"required-amr", "otp"}};
  fixture_set_up(PROVISIONING_JIT);
  enforce();
  for (size_t i = 0; i < COUNT_OF(SETTINGS); i++) {
    assert_int_equal(set_setting_by(SETTINGS[i][0], SETTINGS[i][1], true), STATUS_OK);
    assert_true(setting_result.waits);
  }
  assert_int_equal(stored_org("acme").requirements.trust, TRUST_DOMAIN);
  assert_string_equal(stored_org("acme").requirements.required_acr, "");
  assert_int_equal(set_setting_by("help", "ask Bob", true), STATUS_OK); // is in effect at once
  assert_false(setting_result.waits);
  assert_string_equal(stored_org("acme").help, "ask Bob");
  assert_int_equal(try_connection("client"), STATUS_OK);
  assert_int_equal(stored_org("acme").requirements.trust, TRUST_ANY);
  assert_string_equal(stored_org("acme").requirements.required_acr, "gold");
  assert_string_equal(stored_org("acme").requirements.required_amr, "otp");
  assert_true(is_confirmed()); // what waits is confirmed when it takes effect
}

static void E3_what_waits_can_be_taken_back(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  enforce();
  assert_int_equal(set_setting_by("required-acr", "gold", true), STATUS_OK);
  assert_int_equal(set_setting_by("signin-from", "192.0.2.0/24", true), STATUS_OK);
  assert_int_equal(set_setting_by("required-acr", "", true), STATUS_OK);
  assert_true(setting_result.waits); // the other one does
  assert_int_equal(set_setting_by("signin-from", "", true), STATUS_OK);
  assert_false(setting_result.waits);
  assert_true(setting_result.changed);
  assert_int_equal(set_setting_by("signin-from", "", true), STATUS_OK);
  assert_false(setting_result.changed);
  char fingerprint[FINGERPRINT_SIZE];
  read_fingerprint(CONNECTION_STAGED, fingerprint);
  assert_string_equal(fingerprint, "");
  assert_int_equal(try_connection("client"), STATUS_OK);
  assert_string_equal(stored_org("acme").requirements.signin_from, "");
  assert_string_equal(stored_org("acme").requirements.required_acr, "");
}

static void E3_a_delegates_change_that_waited_is_not_confirmed_when_it_takes_effect(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  enforce();
  assert_int_equal(set_ca("client", "evil", false), STATUS_OK);
  assert_true(connection_result.waits);
  assert_int_equal(set_setting_by("required-acr", "gold", true), STATUS_OK); // an operator's own, on top of it
  assert_true(is_confirmed());
  char fingerprint[FINGERPRINT_SIZE];
  struct connection waiting CLEANUP(cleanup_connection) = new_connection("client");
  struct message_authorized authorized = {.issuer = "https://idp.test",
                                          .client_id = "client",
                                          .subject = "s-tester",
                                          .email = "tester@acme.test",
                                          .email_state = EMAIL_VERIFIED};
  assert_int_equal(bytes_append_text(&waiting.ca_pem, "evil"), STATUS_OK);
  read_fingerprint(CONNECTION_STAGED, fingerprint);
  const struct connection_tried in = {"acme", {&waiting, &authorized, fingerprint}, ""};
  assert_int_equal(make(change_connection_tried(&in, &try_result)), STATUS_OK);
  assert_string_equal(stored_org("acme").requirements.required_acr, "gold");
  assert_false(is_confirmed());
}

static void E3_a_signin_from_that_waits_is_met_by_a_sign_in_from_inside(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
  enforce();
  assert_int_equal(set_setting_by("signin-from", "192.0.2.0/24", true), STATUS_OK);
  assert_true(setting_result.waits);
  assert_string_equal(stored_org("acme").requirements.signin_from, "");
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK); // from nowhere: the console
  assert_string_equal(stored_org("acme").requirements.signin_from, "");
  assert_int_equal(set_setting_by("signin-from", "console", true), STATUS_OK);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
  assert_string_equal(stored_org("acme").requirements.signin_from, "console");
}

static void H80_a_refused_sign_in_does_not_count_as_tried(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_INVITE_ONLY);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_REFUSED);
  assert_int_equal(set_enforcement(ENFORCEMENT_DOMAINS), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "no sign-in has succeeded"));
}

// As 'idp set' without --now; TRUST NULL: not named.
static enum status change_client(const char *client, const char *trust, bool now)
{
  struct connection connection CLEANUP(cleanup_connection) = new_connection(client);
  const struct org_value value = {"trust", trust};
  const struct connection_set in = {
      .org = "acme", .connection = &connection, .values = {&value, trust != NULL ? 1 : 0}, .now = now};
  return make(change_connection_set(&in, &connection_result));
}

static void assert_client(const char *client)
{
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  struct connection now CLEANUP(cleanup_connection) = {.org_id = 0};
  struct org org;
  assert_int_equal(org_by_slug(txn, "acme", &org), STATUS_OK);
  assert_int_equal(connection_get(txn, org.id, CONNECTION_ACTIVE, &now), STATUS_OK);
  assert_string_equal(now.client_id, client);
}

static void E3_a_connection_that_nobody_has_signed_in_through_is_replaced_at_once(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(change_client("other", NULL, false), STATUS_OK);
  assert_false(connection_result.waits);
  assert_false(connection_result.untested);
  assert_client("other");
}

static void E3_a_connection_that_somebody_has_signed_in_through_stays_until_a_test(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
  assert_int_equal(change_client("other", NULL, false), STATUS_OK);
  assert_true(connection_result.waits);
  assert_client("client");
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK); // as before
  assert_int_equal(change_client("other", NULL, false), STATUS_OK);
  assert_true(connection_result.waits);
  assert_false(connection_result.changed);
  assert_int_equal(try_connection("other"), STATUS_OK);
  assert_client("other");
  assert_int_equal(change_client("third", NULL, false), STATUS_OK); // nobody has come by this one
  assert_false(connection_result.waits);
  assert_client("third");
}

static void E3_now_puts_it_in_effect_untested_and_what_waits_already(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
  assert_int_equal(change_client("other", "any", false), STATUS_OK);
  assert_true(connection_result.waits);
  assert_int_equal(stored_org("acme").requirements.trust, TRUST_DOMAIN); // never of the provider that goes
  assert_int_equal(change_client("other", NULL, true), STATUS_OK);
  assert_true(connection_result.changed);
  assert_true(connection_result.untested);
  assert_false(connection_result.waits);
  assert_client("other");
  assert_int_equal(stored_org("acme").requirements.trust, TRUST_ANY);
  assert_int_equal(change_client("client", NULL, true), STATUS_OK);
  assert_client("client");
}

static void E3_now_is_refused_while_the_org_enforces(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  enforce();
  assert_int_equal(change_client("other", NULL, true), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "--now is refused while enforcement is domains"));
  assert_client("client");
}

static void E3_what_is_set_at_once_meanwhile_outlives_the_test(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
  assert_int_equal(change_client("other", "any", false), STATUS_OK);
  assert_int_equal(set_setting_by("required-acr", "gold", true), STATUS_OK);
  assert_false(setting_result.waits);
  assert_string_equal(stored_org("acme").requirements.required_acr, "gold");
  assert_int_equal(try_connection("other"), STATUS_OK);
  assert_string_equal(stored_org("acme").requirements.required_acr, "gold");
  assert_int_equal(stored_org("acme").requirements.trust, TRUST_ANY);
}

static void E3_what_waits_is_dropped_alone(void **state)
{
  (void)state;
  const struct connection_remove removed = {"acme", true};
  fixture_set_up(PROVISIONING_JIT);
  enforce();
  assert_int_equal(make(change_connection_remove(&removed, &done)), STATUS_NOT_FOUND);
  assert_int_equal(change_client("other", NULL, false), STATUS_OK);
  assert_true(connection_result.waits);
  assert_int_equal(make(change_connection_remove(&removed, &done)), STATUS_OK);
  assert_client("client");
  assert_int_equal(try_connection("other"), STATUS_REFUSED);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(E3_what_a_sign_in_must_meet_waits_for_one_that_meets_it),
      STORE_TEST(E3_what_waits_can_be_taken_back),
      STORE_TEST(E3_a_delegates_change_that_waited_is_not_confirmed_when_it_takes_effect),
      STORE_TEST(E3_a_signin_from_that_waits_is_met_by_a_sign_in_from_inside),
      STORE_TEST(E3_a_connection_that_nobody_has_signed_in_through_is_replaced_at_once),
      STORE_TEST(E3_a_connection_that_somebody_has_signed_in_through_stays_until_a_test),
      STORE_TEST(E3_now_puts_it_in_effect_untested_and_what_waits_already),
      STORE_TEST(E3_now_is_refused_while_the_org_enforces),
      STORE_TEST(E3_what_is_set_at_once_meanwhile_outlives_the_test),
      STORE_TEST(E3_what_waits_is_dropped_alone),
      STORE_TEST(H80_a_refused_sign_in_does_not_count_as_tried),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

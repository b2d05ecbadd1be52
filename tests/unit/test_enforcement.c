// SPDX-License-Identifier: Apache-2.0
// Enforcement: what it waits for, and what it stands on while it is on (POLICY E2, E3).
#include "sign_ins.h"
#include "store/orgs.h"

static void E2_enforcement_waits_for_everything_it_needs(void **state)
{
  (void)state;
  create_acme();
  assert_int_equal(set_enforcement(ENFORCEMENT_DOMAINS), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "no verified domain"));
  assert_int_equal(add_domain("acme", "acme.test"), STATUS_OK);
  assert_int_equal(verify_domain("acme", "acme.test"), STATUS_OK);
  assert_int_equal(set_enforcement(ENFORCEMENT_DOMAINS), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "no connection"));
  assert_int_equal(set_connection("client"), STATUS_OK);
  assert_int_equal(set_enforcement(ENFORCEMENT_DOMAINS), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "no sign-in has succeeded"));
  assert_int_equal(try_connection("client"), STATUS_REFUSED); // H80: nobody would be let in
  assert_string_equal(try_result.decision.row, "S12");
  assert_int_equal(set_enforcement(ENFORCEMENT_DOMAINS), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "no sign-in has succeeded"));
  assert_int_equal(set_provisioning(PROVISIONING_JIT), STATUS_OK);
  assert_int_equal(try_connection("client"), STATUS_OK);
  assert_int_equal(set_enforcement(ENFORCEMENT_DOMAINS), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "no password"));
  assert_int_equal(set_password("boss@example.org", "correct horse"), STATUS_OK);
  assert_int_equal(set_enforcement(ENFORCEMENT_DOMAINS), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "never signed in with their password"));
  assert_int_equal(sign_in_by_password("boss@example.org"), STATUS_OK);
  assert_int_equal(set_enforcement(ENFORCEMENT_DOMAINS), STATUS_OK);
}

static void enforce_acme(void)
{
  fixture_set_up(PROVISIONING_JIT);
  enforce();
}

static void enforcement_that_is_on_already_is_done(void **state)
{
  (void)state;
  enforce_acme();
  assert_int_equal(set_password("boss@example.org", "another horse"), STATUS_OK); // not tried yet
  assert_int_equal(set_enforcement(ENFORCEMENT_DOMAINS), STATUS_OK);
  assert_false(done.changed);
}

static void E3_what_enforcement_stands_on_cannot_be_removed(void **state)
{
  (void)state;
  enforce_acme();
  assert_int_equal(remove_connection(), STATUS_REFUSED);
  assert_int_equal(remove_domain("acme", "acme.test"), STATUS_REFUSED);
  assert_int_equal(remove_password("boss@example.org"), STATUS_REFUSED);
  assert_int_equal(set_enforcement(ENFORCEMENT_OFF), STATUS_OK);
  assert_int_equal(remove_password("boss@example.org"), STATUS_OK);
  assert_int_equal(remove_connection(), STATUS_OK);
}

static void E3_a_changed_client_takes_effect_only_after_a_test(void **state)
{
  (void)state;
  enforce_acme();
  assert_int_equal(set_connection("new-client"), STATUS_OK);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK); // still the old one
  assert_int_equal(try_connection("client"), STATUS_REFUSED);
  assert_int_equal(try_connection("new-client"), STATUS_OK);
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  struct connection now CLEANUP(cleanup_connection) = {.org_id = 0};
  struct org org;
  assert_int_equal(org_by_slug(txn, "acme", &org), STATUS_OK);
  assert_int_equal(connection_get(txn, org.id, CONNECTION_ACTIVE, &now), STATUS_OK);
  assert_string_equal(now.client_id, "new-client");
  assert_int_equal(connection_get(txn, org.id, CONNECTION_STAGED, &now), STATUS_NOT_FOUND);
}

static bool waits(void)
{
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  struct connection staged CLEANUP(cleanup_connection) = {.org_id = 0};
  struct org org;
  assert_int_equal(org_by_slug(txn, "acme", &org), STATUS_OK);
  return connection_get(txn, org.id, CONNECTION_STAGED, &staged) == STATUS_OK;
}

static void E3_a_connection_that_was_given_up_does_not_come_back(void **state)
{
  (void)state;
  enforce_acme();
  assert_int_equal(set_connection("new-client"), STATUS_OK);
  assert_true(waits());
  assert_int_equal(set_connection("client"), STATUS_OK); // back to what is in effect
  assert_false(waits());
  assert_int_equal(set_connection("new-client"), STATUS_OK);
  assert_true(waits());
  assert_int_equal(set_enforcement(ENFORCEMENT_OFF), STATUS_OK);
  assert_false(waits());
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(E2_enforcement_waits_for_everything_it_needs),
      STORE_TEST(enforcement_that_is_on_already_is_done),
      STORE_TEST(E3_what_enforcement_stands_on_cannot_be_removed),
      STORE_TEST(E3_a_changed_client_takes_effect_only_after_a_test),
      STORE_TEST(E3_a_connection_that_was_given_up_does_not_come_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

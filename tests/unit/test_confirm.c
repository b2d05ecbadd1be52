// SPDX-License-Identifier: Apache-2.0
// What an operator granted holds for the connection as an operator saw it (POLICY W8, S15).
#include "change/org.h"
#include "confirmation.h"
#include "facts/facts.h"
#include "sign_ins.h"
#include "store/accounts.h"
#include "store/confirmed.h"

static enum status set_client(uint8_t auth, const char *secret, const char *scopes, bool by_operator)
{
  struct connection connection CLEANUP(cleanup_connection) = new_connection("client");
  connection.client_auth = auth;
  (void)snprintf(connection.scopes, sizeof connection.scopes, "%s", scopes);
  assert_int_equal(bytes_append_text(&connection.client_secret, secret), STATUS_OK);
  return set_connection_by(&connection, by_operator);
}

// What of the connection is not as an operator saw it: NAME is the first of it, set by BOSS if anybody did.
static void check_differs(const char *name)
{
  const struct org org = stored_org("acme");
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  struct confirmed confirmed CLEANUP(cleanup_confirmed) = {.org_id = 0};
  assert_int_equal(connection_get(txn, org.id, CONNECTION_ACTIVE, &connection), STATUS_OK);
  assert_int_equal(confirmed_get(txn, org.id, CONNECTION_ACTIVE, &confirmed), STATUS_OK);
  const struct covered now = covered_of(&org, &connection);
  size_t i = 0;
  while (i < COVERED_COUNT && covered_is_same(i, &now, &confirmed.seen)) {
    i++;
  }
  assert_true(i < COVERED_COUNT);
  assert_string_equal(covered_name(i), name);
  assert_true(confirmed.set_by[i][0] == '\0' || strcmp(confirmed.set_by[i], BOSS) == 0);
}

static struct store_key active_key(int64_t org_id)
{
  struct store_key key = key_of_i64(org_id);
  key_add_u32(&key, CONNECTION_ACTIVE);
  return key;
}

static enum status confirm(const char *fingerprint)
{
  return make(change_connection_confirm(&(struct connection_confirm){"acme", fingerprint}, &done));
}

static enum status confirm_now(void)
{
  char fingerprint[FINGERPRINT_SIZE];
  read_fingerprint(CONNECTION_ACTIVE, fingerprint);
  return confirm(fingerprint);
}

static void H61_each_value_that_a_delegate_changes_ends_the_confirmation(void **state)
{
  (void)state;
  static const char *const SETTINGS[][2] = {{"trust", "linked"}, {"required-acr", "gold"}, {"required-amr", "otp"}};
  fixture_set_up(PROVISIONING_JIT);
  assert_true(is_confirmed());
  assert_int_equal(set_ca("client", "x", false), STATUS_OK);
  assert_false(is_confirmed());
  assert_int_equal(confirm_now(), STATUS_OK);
  assert_true(is_confirmed());
  assert_int_equal(set_ca("evil", "x", false), STATUS_OK);
  assert_false(is_confirmed());
  assert_int_equal(set_ca("client", "x", false), STATUS_OK); // as an operator saw it
  assert_true(is_confirmed());
  for (size_t i = 0; i < COUNT_OF(SETTINGS); i++) {
    assert_int_equal(set_setting_by(SETTINGS[i][0], SETTINGS[i][1], false), STATUS_OK);
    assert_false(is_confirmed());
    assert_int_equal(confirm_now(), STATUS_OK);
  }
}

// A way of signing in that cannot work is as good as none (POLICY S15).
static void S15_a_delegates_secret_auth_and_scopes_end_the_confirmation(void **state)
{
  (void)state;
  static const struct {
    const char *name;
    uint8_t auth;
    const char *secret;
    const char *scopes;
  } CHANGES[] = {
      {"secret", CLIENT_AUTH_BASIC, "wrong", "openid email"}, {"secret", CLIENT_AUTH_BASIC, "", "openid email"},
      {"secret", CLIENT_AUTH_BASIC, "secre", "openid email"}, {"auth", CLIENT_AUTH_POST, "secret", "openid email"},
      {"scopes", CLIENT_AUTH_BASIC, "secret", "openid"},
  };
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(set_client(CLIENT_AUTH_BASIC, "secret", "openid email", true), STATUS_OK);
  assert_true(is_confirmed());
  for (size_t i = 0; i < COUNT_OF(CHANGES); i++) {
    assert_int_equal(set_client(CHANGES[i].auth, CHANGES[i].secret, CHANGES[i].scopes, false), STATUS_OK);
    assert_false(is_confirmed());
    check_differs(CHANGES[i].name);
    assert_int_equal(set_client(CLIENT_AUTH_BASIC, "secret", "openid email", false), STATUS_OK); // as it was seen
    assert_true(is_confirmed());
  }
  assert_int_equal(set_client(CLIENT_AUTH_POST, "wrong", "openid", false), STATUS_OK);
  assert_int_equal(confirm_now(), STATUS_OK);
  assert_true(is_confirmed());
}

// As it was written while secret, way of authentication and scopes were not among what is looked at.
static void W8_a_record_that_has_grown_is_read_and_what_nobody_saw_is_not_confirmed(void **state)
{
  (void)state;
  struct confirmed confirmed CLEANUP(cleanup_confirmed) = {.org_id = 0};
  struct record_type earlier = CONFIRMED_RECORD;
  struct store_txn *txn = NULL;
  fixture_set_up(PROVISIONING_JIT);
  const int64_t org_id = stored_org("acme").id;
  const struct store_key key = active_key(org_id);
  assert_int_equal(set_client(CLIENT_AUTH_BASIC, "secret", "openid email", true), STATUS_OK);
  earlier.version = CONFIRMED_RECORD.version - 2;
  earlier.field_count = CONFIRMED_RECORD.older_counts[1];
  assert_int_equal(store_lock(store), STATUS_OK);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  assert_int_equal(confirmed_get(txn, org_id, CONNECTION_ACTIVE, &confirmed), STATUS_OK);
  assert_int_equal(store_put_record(txn, TABLE_CONFIRMED, &key, &earlier, &confirmed), STATUS_OK);
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
  assert_false(is_confirmed());
  check_differs("secret");
  assert_int_equal(confirm_now(), STATUS_OK);
  assert_true(is_confirmed());
}

static void W8_an_operators_change_confirms_that_value_alone(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(set_ca("evil", "x", false), STATUS_OK);
  assert_int_equal(set_ca("evil", "y", true), STATUS_OK); // the certificates, not the client
  assert_false(is_confirmed());
  assert_int_equal(set_ca("client", "y", true), STATUS_OK);
  assert_true(is_confirmed());
}

static void W8_what_was_changed_since_it_was_shown_is_not_confirmed(void **state)
{
  (void)state;
  char seen[FINGERPRINT_SIZE];
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(set_ca("client", "x", false), STATUS_OK);
  read_fingerprint(CONNECTION_ACTIVE, seen);
  assert_int_equal(set_ca("client", "z", false), STATUS_OK);
  assert_int_equal(confirm(seen), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "idp show"));
  assert_int_equal(confirm(""), STATUS_REFUSED);
  assert_int_equal(confirm(FINGERPRINT_NONE), STATUS_REFUSED);
  assert_false(is_confirmed());
}

static void H61_S15_a_guarded_account_does_not_sign_in_through_what_a_delegate_changed(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
  guard_alice();
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
  assert_int_equal(set_ca("client", "evil", false), STATUS_OK);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_REFUSED); // also by the identity from before
  assert_string_equal(sign_in_result.decision.row, "S15");
  assert_int_equal(sign_in("bob@acme.test", "bob@acme.test", "s-bob"), STATUS_OK); // the org's own people do
  assert_int_equal(confirm_now(), STATUS_OK);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
}

// A delegate who changes the connection for the time of a sign-in, and back.
static void H61_an_answer_counts_only_for_the_connection_that_was_asked(void **state)
{
  (void)state;
  char fingerprint[FINGERPRINT_SIZE];
  struct connection connection CLEANUP(cleanup_connection) = new_connection("client");
  struct message_authorized authorized = {
      .issuer = "https://idp.test", .client_id = "client", .subject = "s", .email_state = EMAIL_VERIFIED};
  fixture_set_up(PROVISIONING_JIT);
  (void)snprintf(authorized.email, sizeof authorized.email, "%s", ALICE);
  connection.org_id = stored_org("acme").id;
  connection.registration = 1;
  const struct sso_sign_in in = {.login = ALICE,
                                 .way = WAY_SSO,
                                 .connection = &connection,
                                 .authorized = &authorized,
                                 .fingerprint = fingerprint,
                                 .password = ""};
  read_fingerprint(CONNECTION_ACTIVE, fingerprint);
  assert_int_equal(set_setting_by("required-acr", "weak", false), STATUS_OK);
  assert_int_equal(set_setting_by("required-acr", "", false), STATUS_OK);
  assert_true(is_confirmed());
  assert_int_equal(sign_in_by(&in), STATUS_REFUSED);
  read_fingerprint(CONNECTION_ACTIVE, fingerprint);
  assert_int_equal(sign_in_by(&in), STATUS_OK);
}

static void W8_settings_count_for_a_guarded_account_as_an_operator_set_them(void **state)
{
  (void)state;
  struct facts facts;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
  assert_int_equal(set_setting_by("keys", "deny", true), STATUS_OK);
  assert_int_equal(set_setting_by("keys", "allow", false), STATUS_OK);
  for (int guarded = 0; guarded < 2; guarded++) {
    struct store_txn *txn = read_txn();
    const struct facts_query of = {ALICE, "sshd", "192.0.2.1", 1000000, "sudo", NULL};
    assert_int_equal(facts_load(txn, &of, &facts), STATUS_OK);
    store_abort(&txn);
    assert_int_equal(facts.person.memberships[0].org.keys, guarded == 1 ? KEYS_DENY : KEYS_ALLOW);
    guard_alice();
  }
}

// An operator links somebody whom a delegate's on-link would leave without the password that W8 promises.
static void W8_on_link_leaves_a_guarded_account_its_password_when_an_operator_links_it(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(add_member(ALICE), STATUS_OK);
  assert_int_equal(set_password(ALICE, "correct horse"), STATUS_OK);
  assert_int_equal(set_setting_by("on-link", "sso-only", false), STATUS_OK);
  guard_alice();
  assert_int_equal(link_identity(ALICE, "s-alice"), STATUS_OK);
  assert_string_not_equal(get_account(ALICE).password, "");
}

// Who is in no org signs in by no password (L15): not for a delegate to bring about.
static void H68_an_org_with_a_guarded_member_is_an_operators_to_delete(void **state)
{
  (void)state;
  const struct change delete = change_org_delete(&(struct org_delete){"acme"}, &done);
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(add_member(ALICE), STATUS_OK);
  guard_alice();
  assert_int_equal(make_as(BOSS, RIGHT_ORG, delete), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "only an operator"));
  assert_int_equal(remove_member(ALICE), STATUS_OK);
  assert_int_equal(add_member("bob@acme.test"), STATUS_OK);
  assert_int_equal(make_as(BOSS, RIGHT_ORG, delete), STATUS_OK);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(H61_each_value_that_a_delegate_changes_ends_the_confirmation),
      STORE_TEST(S15_a_delegates_secret_auth_and_scopes_end_the_confirmation),
      STORE_TEST(W8_a_record_that_has_grown_is_read_and_what_nobody_saw_is_not_confirmed),
      STORE_TEST(W8_an_operators_change_confirms_that_value_alone),
      STORE_TEST(W8_what_was_changed_since_it_was_shown_is_not_confirmed),
      STORE_TEST(H61_S15_a_guarded_account_does_not_sign_in_through_what_a_delegate_changed),
      STORE_TEST(H61_an_answer_counts_only_for_the_connection_that_was_asked),
      STORE_TEST(W8_settings_count_for_a_guarded_account_as_an_operator_set_them),
      STORE_TEST(W8_on_link_leaves_a_guarded_account_its_password_when_an_operator_links_it),
      STORE_TEST(H68_an_org_with_a_guarded_member_is_an_operators_to_delete),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

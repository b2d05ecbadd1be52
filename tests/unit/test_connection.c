// SPDX-License-Identifier: Apache-2.0
// The values of a connection beside issuer and client: who may set them, what an operator has seen of them, and what
// they void (POLICY "confirmed connection", "identity", W8, E3).
#include "confirmation.h"

static struct connection stored(void)
{
  const int64_t org_id = stored_org("acme").id;
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  struct connection connection = {.org_id = 0};
  assert_int_equal(connection_get(txn, org_id, CONNECTION_ACTIVE, &connection), STATUS_OK);
  return connection;
}

// One value of a connection that is changed by itself.
static const struct edit {
  const char *name;
  size_t offset;
  const char *text;
  bool voids; // identities of accounts that the org is not in control of, if a delegate does it
} CHANGES[] = {
    {"device_endpoint", offsetof(struct connection, device_endpoint), "https://evil.test/device", true},
    {"key_set", offsetof(struct connection, key_set), "https://evil.test/keys", true},
    {"audiences", offsetof(struct connection, audiences), "other", false},
    {"email_claim", offsetof(struct connection, email_claim), "mail", false},
    {"groups_claim", offsetof(struct connection, groups_claim), "roles", false},
    {"scopes", offsetof(struct connection, scopes), "openid", false},
};

static struct connection changed(const struct edit *change)
{
  struct connection connection = new_connection("client");
  (void)snprintf((char *)&connection + change->offset, strlen(change->text) + 1, "%s", change->text);
  return connection;
}

static void H61_each_value_that_a_delegate_changes_ends_the_confirmation(void **state)
{
  (void)state;
  const struct connection plain = new_connection("client");
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(set_connection_by(&plain, true), STATUS_OK);
  assert_true(is_confirmed());
  for (size_t i = 0; i < COUNT_OF(CHANGES); i++) {
    const struct connection other = changed(&CHANGES[i]);
    assert_int_equal(set_connection_by(&other, false), STATUS_OK);
    if (is_confirmed()) {
      fail_msg("%s", CHANGES[i].name);
    }
    assert_int_equal(set_connection_by(&plain, false), STATUS_OK); // as it was seen
    assert_true(is_confirmed());
    assert_int_equal(set_connection_by(&other, true), STATUS_OK);
    assert_true(is_confirmed());
    assert_int_equal(set_connection_by(&plain, true), STATUS_OK);
  }
}

static void a_delegates_other_key_set_or_endpoint_voids_identities(void **state)
{
  (void)state;
  const struct connection plain = new_connection("client");
  fixture_set_up(PROVISIONING_JIT);
  for (size_t i = 0; i < COUNT_OF(CHANGES); i++) {
    const struct connection other = changed(&CHANGES[i]);
    assert_int_equal(set_connection_by(&plain, true), STATUS_OK);
    struct connection before CLEANUP(cleanup_connection) = stored();
    assert_int_equal(set_connection_by(&other, false), STATUS_OK);
    struct connection after CLEANUP(cleanup_connection) = stored();
    if ((before.generation != after.generation) != CHANGES[i].voids) {
      fail_msg("%s", CHANGES[i].name);
    }
  }
}

static void E3_each_value_waits_for_a_test_while_the_org_enforces(void **state)
{
  (void)state;
  const struct connection plain = new_connection("client");
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(set_connection_by(&plain, true), STATUS_OK);
  enforce();
  for (size_t i = 0; i < COUNT_OF(CHANGES); i++) {
    const struct connection other = changed(&CHANGES[i]);
    assert_int_equal(set_connection_by(&other, true), STATUS_OK);
    struct connection now CLEANUP(cleanup_connection) = stored();
    if (!connection_result.waits || !connection_is_same(&now, &plain)) {
      fail_msg("%s takes effect at once", CHANGES[i].name);
    }
  }
}

static void W7_unverified_mail_is_for_operators_to_accept(void **state)
{
  (void)state;
  struct connection accepts = new_connection("client");
  const struct connection plain = new_connection("client");
  accepts.unverified_mail = UNVERIFIED_ACCEPTED;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(set_connection_by(&accepts, false), STATUS_REFUSED);
  struct connection now CLEANUP(cleanup_connection) = stored();
  assert_int_equal(now.unverified_mail, UNVERIFIED_REFUSED);
  assert_int_equal(set_connection_by(&accepts, true), STATUS_OK);
  accepts.scopes[0] = 'x'; // whatever else they change leaves it as it is
  assert_int_equal(set_connection_by(&accepts, false), STATUS_OK);
  assert_int_equal(set_connection_by(&plain, false), STATUS_OK); // stricter is theirs
  assert_int_equal(set_connection_by(&accepts, false), STATUS_REFUSED);
}

static void W7_accepted_unverified_mail_does_not_outlive_its_provider(void **state)
{
  (void)state;
  struct connection accepts = new_connection("client");
  accepts.unverified_mail = UNVERIFIED_ACCEPTED;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(set_connection_by(&accepts, true), STATUS_OK);
  for (size_t i = 0; i < COUNT_OF(CHANGES); i++) {
    struct connection other = changed(&CHANGES[i]);
    other.unverified_mail = UNVERIFIED_ACCEPTED;
    bool another_word = CHANGES[i].voids || strcmp(CHANGES[i].name, "email_claim") == 0;
    assert_int_equal(set_connection_by(&other, false), another_word ? STATUS_REFUSED : STATUS_OK);
    assert_int_equal(set_connection_by(&accepts, true), STATUS_OK);
  }
  struct connection elsewhere = new_connection("another");
  elsewhere.unverified_mail = UNVERIFIED_ACCEPTED;
  assert_int_equal(set_connection_by(&elsewhere, false), STATUS_REFUSED);
  elsewhere.unverified_mail = UNVERIFIED_REFUSED;
  assert_int_equal(set_connection_by(&elsewhere, false), STATUS_OK);
}

static void W7_not_to_ask_whether_an_address_is_verified_is_for_operators_or_a_preset(void **state)
{
  (void)state;
  struct connection hides = new_connection("client");
  const struct connection plain = new_connection("client");
  hides.userinfo_for = USERINFO_MISSING;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(set_connection_by(&hides, false), STATUS_REFUSED);
  hides.by_preset = 1U << PRESET_USERINFO; // with another issuer than the preset's
  assert_int_equal(set_connection_by(&hides, false), STATUS_REFUSED);
  hides.by_preset |= 1U << PRESET_ISSUER;
  assert_int_equal(set_connection_by(&hides, false), STATUS_OK);
  assert_false(is_confirmed());
  assert_int_equal(set_connection_by(&plain, false), STATUS_OK);
  hides.by_preset = 0;
  assert_int_equal(set_connection_by(&hides, true), STATUS_OK);
  hides.scopes[0] = 'x'; // whatever else they change leaves it as it is
  assert_int_equal(set_connection_by(&hides, false), STATUS_OK);
  (void)snprintf(hides.issuer, sizeof hides.issuer, "https://other.test"); // but of nobody else
  assert_int_equal(set_connection_by(&hides, false), STATUS_REFUSED);
}

static enum status found(enum connection_slot slot, uint8_t method)
{
  char fingerprint[FINGERPRINT_SIZE];
  const struct connection_found in = {"acme", fingerprint, method};
  read_fingerprint(slot, fingerprint);
  return make(change_connection_found(&in, &done));
}

static void what_a_test_found_is_kept_until_the_client_changes(void **state)
{
  (void)state;
  struct connection plain = new_connection("client");
  plain.client_auth = CLIENT_AUTH_AUTO;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(found(CONNECTION_ACTIVE, CLIENT_AUTH_BASIC), STATUS_REFUSED); // that one is not "auto"
  assert_int_equal(set_connection_by(&plain, true), STATUS_OK);
  assert_int_equal(found(CONNECTION_ACTIVE, CLIENT_AUTH_PRIVATE_KEY_JWT), STATUS_REFUSED); // nothing that auto does
  assert_int_equal(found(CONNECTION_ACTIVE, 200), STATUS_REFUSED);
  assert_int_equal(found(CONNECTION_ACTIVE, CLIENT_AUTH_BASIC), STATUS_OK);
  assert_true(is_confirmed()); // no change of the connection
  struct connection kept CLEANUP(cleanup_connection) = stored();
  assert_int_equal(kept.auth_found, 1 + CLIENT_AUTH_BASIC);
  (void)snprintf(plain.scopes, sizeof plain.scopes, "openid");
  assert_int_equal(set_connection_by(&plain, true), STATUS_OK);
  struct connection still CLEANUP(cleanup_connection) = stored();
  assert_int_equal(still.auth_found, 1 + CLIENT_AUTH_BASIC);
  struct connection other = new_connection("client-2");
  other.client_auth = CLIENT_AUTH_AUTO;
  assert_int_equal(set_connection_by(&other, true), STATUS_OK);
  struct connection gone CLEANUP(cleanup_connection) = stored();
  assert_int_equal(gone.auth_found, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(H61_each_value_that_a_delegate_changes_ends_the_confirmation),
      STORE_TEST(a_delegates_other_key_set_or_endpoint_voids_identities),
      STORE_TEST(E3_each_value_waits_for_a_test_while_the_org_enforces),
      STORE_TEST(W7_unverified_mail_is_for_operators_to_accept),
      STORE_TEST(W7_accepted_unverified_mail_does_not_outlive_its_provider),
      STORE_TEST(W7_not_to_ask_whether_an_address_is_verified_is_for_operators_or_a_preset),
      STORE_TEST(what_a_test_found_is_kept_until_the_client_changes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

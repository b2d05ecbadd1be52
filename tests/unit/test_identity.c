// SPDX-License-Identifier: Apache-2.0
// Identities linked by an admin, expected, unlinked, and linked by the person themself (POLICY S2, S5, S6, W1).
#include "sign_ins.h"
#include "store/accounts.h"
#include "store/orgs.h"
#include "store/pending_links.h"

#define ALICE "alice@acme.test"
#define BOB "bob@guests.example"
#define BOB_THERE "bob.ext@provider.example"

static void set_up(void)
{
  fixture_set_up(PROVISIONING_INVITE_ONLY);
  assert_int_equal(add_member(ALICE), STATUS_OK);
  assert_int_equal(add_member(BOB), STATUS_OK);
  assert_int_equal(set_password(BOB, "correct horse"), STATUS_OK);
}

static struct identity_linked linked;

static enum status link_to(const char *email, const char *subject)
{
  return make(change_identity_link(&(struct identity_link){"acme", email, subject}, &linked));
}

static enum status expects(const char *email, const char *idp_email)
{
  return make(change_identity_expect(&(struct identity_expect){"acme", email, idp_email}, &linked));
}

static void set(const char *key, const char *value)
{
  assert_int_equal(set_setting(key, value), STATUS_OK);
}

static void expect_row(enum status status, enum status wanted, const char *row)
{
  assert_int_equal(status, wanted);
  assert_string_equal(wanted == STATUS_OK ? sign_in_result.row : sign_in_result.decision.row, row);
}

static void S3_a_linked_subject_signs_in_whatever_its_address_and_the_trust(void **state)
{
  (void)state;
  set_up();
  set("trust", "linked");
  expect_row(sign_in(BOB, BOB_THERE, "s-bob"), STATUS_REFUSED, "S6");
  assert_int_equal(link_to(BOB, "s-bob"), STATUS_OK);
  assert_true(linked.changed);
  expect_row(sign_in(BOB, BOB_THERE, "s-bob"), STATUS_OK, "S3");
  expect_row(sign_in(BOB, BOB_THERE, "s-bo"), STATUS_REFUSED, "S6");
  expect_row(sign_in(BOB, BOB_THERE, "S-BOB"), STATUS_REFUSED, "S6");
  assert_int_equal(link_to(BOB, "s-bob"), STATUS_OK);
  assert_false(linked.changed);
}

static void S2_S5_one_identity_for_one_account_and_one_account_for_one_identity(void **state)
{
  (void)state;
  set_up();
  assert_int_equal(link_to(BOB, "s-bob"), STATUS_OK);
  assert_int_equal(link_to(ALICE, "s-bob"), STATUS_REFUSED);
  assert_int_equal(link_to(BOB, "s-other"), STATUS_REFUSED);
  assert_int_equal(expects(BOB, BOB_THERE), STATUS_REFUSED);
  assert_int_equal(expects(ALICE, BOB_THERE), STATUS_OK);
  assert_int_equal(unlink_identity(BOB), STATUS_OK);
  assert_int_equal(expects(BOB, BOB_THERE), STATUS_REFUSED); // Alice's
  assert_int_equal(link_to(BOB, "s-other"), STATUS_OK);
  assert_int_equal(count(TABLE_IDENTITIES), 1);
}

static void an_account_that_is_not_there_and_an_org_without_a_connection_are_none(void **state)
{
  (void)state;
  set_up();
  assert_int_equal(link_to("nobody@acme.test", "s-x"), STATUS_NOT_FOUND);
  assert_int_equal(remove_connection(), STATUS_OK);
  assert_int_equal(link_to(BOB, "s-bob"), STATUS_NOT_FOUND);
}

static void S6_an_expected_address_links_once_for_that_login_alone(void **state)
{
  (void)state;
  set_up();
  expect_row(sign_in(BOB, BOB_THERE, "s-bob"), STATUS_REFUSED, "S9");
  assert_int_equal(expects(BOB, BOB_THERE), STATUS_OK);
  expect_row(sign_in(ALICE, BOB_THERE, "s-bob"), STATUS_REFUSED, "S9");
  expect_row(sign_in(BOB, "bob.ext2@provider.example", "s-bob"), STATUS_REFUSED, "S9");
  expect_row(sign_in(BOB, BOB_THERE, "s-bob"), STATUS_OK, "S6");
  assert_int_equal(count(TABLE_PENDING_LINKS), 0);
  assert_int_equal(count(TABLE_ACCOUNT_PENDING), 0);
  assert_int_equal(get_account(BOB).email_proven, 0);
  assert_string_equal(get_account(BOB).email, BOB);
  expect_row(sign_in(BOB, BOB_THERE, "s-bob"), STATUS_OK, "S3");
  assert_int_equal(unlink_identity(BOB), STATUS_OK);
  expect_row(sign_in(BOB, BOB_THERE, "s-bob"), STATUS_REFUSED, "S9"); // used up
}

static void S2_an_expected_address_of_somebody_else_is_refused(void **state)
{
  (void)state;
  set_up();
  assert_int_equal(expects(BOB, ALICE), STATUS_OK);
  expect_row(sign_in(BOB, ALICE, "s-alice"), STATUS_REFUSED, "S2");
}

static void an_expectation_ends_with_its_time_its_membership_and_its_account(void **state)
{
  (void)state;
  set_up();
  assert_int_equal(expects(BOB, BOB_THERE), STATUS_OK);
  assert_int_equal(expects(BOB, "bob2@provider.example"), STATUS_OK); // replaced
  assert_int_equal(count(TABLE_PENDING_LINKS), 1);
  assert_int_equal(remove_member(BOB), STATUS_OK);
  assert_int_equal(count(TABLE_PENDING_LINKS), 0);
  assert_int_equal(expects(ALICE, BOB_THERE), STATUS_OK);
  assert_int_equal(remove_account(ALICE), STATUS_OK);
  assert_int_equal(count(TABLE_PENDING_LINKS) + count(TABLE_ACCOUNT_PENDING), 0);
  assert_int_equal(add_member(BOB), STATUS_OK);
  assert_int_equal(store_lock(store), STATUS_OK);
  struct store_txn *txn = NULL;
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  struct account bob;
  struct org org;
  assert_int_equal(account_by_email(txn, BOB, &bob), STATUS_OK);
  assert_int_equal(org_by_slug(txn, "acme", &org), STATUS_OK);
  struct pending_link old = {.org_id = org.id, .account_id = bob.id, .email = BOB_THERE, .expires_at_s = 1000};
  assert_int_equal(pending_link_put(txn, &old), STATUS_OK);
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
  expect_row(sign_in(BOB, BOB_THERE, "s-bob"), STATUS_REFUSED, "S9");
}

static void on_link_erases_the_password_of_who_is_no_owner(void **state)
{
  (void)state;
  set_up();
  set("on-link", "sso-only");
  assert_int_equal(link_to(BOB, "s-bob"), STATUS_OK);
  assert_string_equal(get_account(BOB).password, "");
  assert_int_equal(link_to("boss@example.org", "s-boss"), STATUS_OK);
  assert_string_not_equal(get_account("boss@example.org").password, "");
}

static void unlinking_says_when_no_way_is_left(void **state)
{
  (void)state;
  set_up();
  assert_int_equal(link_to(BOB, "s-bob"), STATUS_OK);
  assert_int_equal(unlink_identity(BOB), STATUS_OK);
  assert_true(unlinked.changed);
  assert_false(unlinked.no_way); // the password
  assert_int_equal(unlink_identity(BOB), STATUS_OK);
  assert_false(unlinked.changed);
  assert_int_equal(link_to(BOB, "s-bob"), STATUS_OK);
  assert_int_equal(remove_password(BOB), STATUS_OK);
  assert_int_equal(unlink_identity(BOB), STATUS_OK);
  assert_true(unlinked.no_way);
  assert_int_equal(unlink_identity(ALICE), STATUS_OK);
  assert_false(unlinked.no_way); // her org's provider vouches for her
}

static void an_unlinked_identity_does_not_come_back_with_an_earlier_client(void **state)
{
  (void)state;
  set_up();
  assert_int_equal(link_to(BOB, "s-bob"), STATUS_OK);
  assert_int_equal(set_connection("other-client"), STATUS_OK);
  expect_row(sign_in(BOB, BOB_THERE, "s-bob"), STATUS_REFUSED, "S9");
  assert_int_equal(unlink_identity(BOB), STATUS_OK);
  assert_true(unlinked.changed);
  assert_int_equal(set_connection("client"), STATUS_OK);
  expect_row(sign_in(BOB, BOB_THERE, "s-bob"), STATUS_REFUSED, "S9");
}

// Bob links what he approved: EMAIL and SUBJECT are what the provider says; by CLIENT.
static enum status links_own(const char *email, const char *subject, const char *client)
{
  char fingerprint[FINGERPRINT_SIZE];
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  struct message_authorized authorized = {.issuer = "https://idp.test", .email_state = EMAIL_VERIFIED};
  struct store_txn *txn = read_txn();
  struct org org;
  assert_int_equal(org_by_slug(txn, "acme", &org), STATUS_OK);
  assert_int_equal(connection_get(txn, org.id, CONNECTION_ACTIVE, &connection), STATUS_OK);
  store_abort(&txn);
  const gid_t groups[] = {org.gid};
  const struct delegate delegate = {get_account(BOB).id, groups, 1};
  (void)snprintf(authorized.client_id, sizeof authorized.client_id, "%s", client);
  (void)snprintf(authorized.email, sizeof authorized.email, "%s", email);
  (void)snprintf(authorized.subject, sizeof authorized.subject, "%s", subject);
  const struct change_by by = {.actor = BOB, .rhost = "", .service = "", .delegate = &delegate, .right = RIGHT_OWN};
  read_fingerprint(CONNECTION_ACTIVE, fingerprint);
  const struct identity_link_own in = {"acme", BOB, &connection, &authorized, fingerprint};
  return change_run(&host, &by, change_identity_link_own(&in, &linked), &error);
}

static void W1_a_person_links_their_own_identity_and_nobody_elses(void **state)
{
  (void)state;
  set_up();
  assert_int_equal(link_to(ALICE, "s-alice"), STATUS_OK);
  assert_int_equal(links_own(ALICE, "s-alice", "client"), STATUS_REFUSED); // S2: linked to her
  assert_int_equal(links_own(ALICE, "s-new", "client"), STATUS_REFUSED);   // S2: her address
  assert_int_equal(links_own(BOB_THERE, "s-bob", "other"), STATUS_REFUSED);
  assert_int_equal(links_own(BOB_THERE, "", "client"), STATUS_REFUSED);
  set("trust", "linked");
  assert_int_equal(links_own(BOB_THERE, "s-bob", "client"), STATUS_REFUSED);
  set("trust", "domain");
  assert_int_equal(suspend_member(BOB), STATUS_OK);
  assert_int_equal(links_own(BOB_THERE, "s-bob", "client"), STATUS_REFUSED);
  assert_int_equal(resume_member(BOB), STATUS_OK);
  assert_int_equal(links_own(BOB_THERE, "s-bob", "client"), STATUS_OK);
  assert_int_equal(links_own(BOB_THERE, "s-bob", "client"), STATUS_OK);
  assert_false(linked.changed);
  assert_int_equal(links_own(BOB_THERE, "s-second", "client"), STATUS_REFUSED); // S5
  expect_row(sign_in(BOB, BOB_THERE, "s-bob"), STATUS_OK, "S3");
}

static void H42_subjects_are_bytes_and_no_pattern(void **state)
{
  (void)state;
  set_up();
  static const char *const ODD[] = {"%", "*", "s-bob*", "' OR ''='", "../../x", "\\", "(|(uid=*))", "s_b", "$(id)"};
  for (size_t i = 0; i < COUNT_OF(ODD); i++) {
    assert_int_equal(link_to(BOB, ODD[i]), STATUS_OK);
    expect_row(sign_in(BOB, BOB_THERE, "s-bob"), STATUS_REFUSED, "S9");
    expect_row(sign_in(BOB, BOB_THERE, ODD[i]), STATUS_OK, "S3");
    assert_int_equal(unlink_identity(BOB), STATUS_OK);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(S3_a_linked_subject_signs_in_whatever_its_address_and_the_trust),
      STORE_TEST(S2_S5_one_identity_for_one_account_and_one_account_for_one_identity),
      STORE_TEST(an_account_that_is_not_there_and_an_org_without_a_connection_are_none),
      STORE_TEST(S6_an_expected_address_links_once_for_that_login_alone),
      STORE_TEST(S2_an_expected_address_of_somebody_else_is_refused),
      STORE_TEST(an_expectation_ends_with_its_time_its_membership_and_its_account),
      STORE_TEST(on_link_erases_the_password_of_who_is_no_owner),
      STORE_TEST(unlinking_says_when_no_way_is_left),
      STORE_TEST(an_unlinked_identity_does_not_come_back_with_an_earlier_client),
      STORE_TEST(W1_a_person_links_their_own_identity_and_nobody_elses),
      STORE_TEST(H42_subjects_are_bytes_and_no_pattern),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// Groups as a gate in a real store (POLICY S16): who comes through the connection, whom a delegate's change does not
// touch (W8), and when a change counts (E3).
#include "base/text.h"
#include "confirmation.h"
#include "facts/gate.h"
#include "protocol/group_list.h"
#include "sign_ins.h"
#include "store/accounts.h"
#include "store/audit.h"
#include "store/orgs.h"

// NAMED: one group that the provider names, "" for none.
static enum status signs_in(const char *login, const char *subject, const char *named)
{
  struct bytes groups CLEANUP(bytes_done) = BYTES_EMPTY;
  assert_int_equal(named[0] != '\0' ? group_list_add(&groups, named) : STATUS_OK, STATUS_OK);
  return sign_in_with(login, login, subject, &groups);
}

static void expect_in(const char *login, const char *subject, const char *named)
{
  assert_int_equal(signs_in(login, subject, named), STATUS_OK);
}

static void expect_out(const char *login, const char *subject, const char *named)
{
  assert_int_equal(signs_in(login, subject, named), STATUS_REFUSED);
  assert_string_equal(sign_in_result.decision.row, "S16");
  assert_int_equal(sign_in_result.decision.notice, NOTICE_NOT_IN_GROUP);
}

static bool is_there(const char *email)
{
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  struct account account;
  enum status status = account_by_email(txn, email, &account);
  assert_true(status == STATUS_OK || status == STATUS_NOT_FOUND);
  return status == STATUS_OK;
}

static bool wants(enum connection_slot slot)
{
  const struct org org = stored_org("acme");
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  bool wanted = false;
  assert_int_equal(gate_wants_groups(txn, &org, slot, &wanted), STATUS_OK);
  return wanted;
}

static void S16_only_who_is_in_a_required_group_comes_in(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  expect_in(ALICE, "s-alice", "");
  assert_false(wants(CONNECTION_ACTIVE));
  assert_int_equal(set_setting_by("required-groups", "staff,CN=Ops\\,OU=Acme", true), STATUS_OK);
  assert_false(setting_result.waits); // nothing is enforced
  assert_true(wants(CONNECTION_ACTIVE));
  static const char *const OTHERS[] = {"",       "Staff", "staf", "staff ",      "staff2",
                                       "CN=Ops", "none",  "acme", "staff,CN=Ops"};
  for (size_t i = 0; i < COUNT_OF(OTHERS); i++) {
    expect_out(ALICE, "s-alice", OTHERS[i]);
  }
  expect_in(ALICE, "s-alice", "staff");
  expect_in(ALICE, "s-alice", "CN=Ops,OU=Acme");
  expect_out(ALICE, "s-alice", "others"); // taken out between two sign-ins
  assert_int_equal(set_setting_by("required-groups", "", true), STATUS_INVALID);
  expect_out(ALICE, "s-alice", "");
  assert_int_equal(set_setting_by("required-groups", "none", true), STATUS_OK);
  expect_in(ALICE, "s-alice", "");
}

static void S16_of_a_newcomer_in_no_required_group_nothing_is_stored(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(set_setting_by("required-groups", "staff", true), STATUS_OK);
  expect_out("new@acme.test", "s-new", "others");
  assert_false(is_there("new@acme.test"));
  expect_in("new@acme.test", "s-new", "staff");
  assert_true(is_there("new@acme.test"));
}

static void S16_the_owner_is_refused_through_the_connection_alone(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(link_identity(BOSS, "s-boss"), STATUS_OK);
  assert_int_equal(set_password(BOSS, "correct horse"), STATUS_OK);
  assert_int_equal(set_setting_by("required-groups", "staff", true), STATUS_OK);
  expect_out(BOSS, "s-boss", "others");
  assert_int_equal(sign_in_by_password(BOSS), STATUS_OK);
  expect_in(BOSS, "s-boss", "staff");
}

static void W8_required_groups_count_for_a_guarded_account_as_an_operator_set_them(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  expect_in(ALICE, "s-alice", "");
  expect_in("bob@acme.test", "s-bob", "");
  assert_int_equal(set_setting_by("required-groups", "staff", true), STATUS_OK);
  guard_alice();
  assert_int_equal(set_setting_by("required-groups", "none", false), STATUS_OK);
  assert_true(is_confirmed());           // it is about the org
  assert_true(wants(CONNECTION_ACTIVE)); // else she could not come in at all
  expect_out(ALICE, "s-alice", "others");
  expect_in(ALICE, "s-alice", "staff");
  expect_in("bob@acme.test", "s-bob", "others");
  assert_int_equal(set_setting_by("required-groups", "elsewhere", false), STATUS_OK); // nor is she shut out
  expect_in(ALICE, "s-alice", "staff");
  expect_out("bob@acme.test", "s-bob", "staff");
  assert_int_equal(set_setting_by("required-groups", "elsewhere", true), STATUS_OK);
  assert_int_equal(set_setting_by("required-groups", "none", true), STATUS_OK);
  expect_in(ALICE, "s-alice", "others");
  assert_false(wants(CONNECTION_ACTIVE));
}

// A test sign-in of the one that waits, by somebody in NAMED.
static enum status tries(const char *named)
{
  struct connection waiting CLEANUP(cleanup_connection) = {.org_id = 0};
  struct bytes groups CLEANUP(bytes_done) = BYTES_EMPTY;
  char fingerprint[FINGERPRINT_SIZE];
  const struct org org = stored_org("acme");
  struct store_txn *txn = read_txn();
  assert_int_equal(connection_get(txn, org.id, CONNECTION_STAGED, &waiting), STATUS_OK);
  store_abort(&txn);
  assert_int_equal(group_list_add(&groups, named), STATUS_OK);
  struct message_authorized authorized = {.issuer = "https://idp.test",
                                          .client_id = "client",
                                          .subject = "s-tester",
                                          .email = "tester@acme.test",
                                          .email_state = EMAIL_VERIFIED,
                                          .groups = groups};
  read_fingerprint(CONNECTION_STAGED, fingerprint);
  const struct connection_tried in = {"acme", {&waiting, &authorized, fingerprint}, ""};
  return make(change_connection_tried(&in, &try_result));
}

static void E3_required_groups_wait_for_a_sign_in_that_meets_them(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  enforce();
  expect_in(ALICE, "s-alice", "");
  assert_int_equal(set_setting_by("required-groups", "staff", true), STATUS_OK);
  assert_true(setting_result.waits);
  assert_string_equal(stored_org("acme").requirements.required_groups, "");
  assert_true(wants(CONNECTION_STAGED));
  expect_in(ALICE, "s-alice", "others"); // as before
  assert_int_equal(tries("others"), STATUS_REFUSED);
  assert_string_equal(try_result.decision.row, "S16");
  assert_string_equal(try_result.required_groups, "staff");
  expect_in(ALICE, "s-alice", "others"); // still
  assert_int_equal(tries("staff"), STATUS_OK);
  assert_string_equal(stored_org("acme").requirements.required_groups, "staff");
  expect_out(ALICE, "s-alice", "others");
  expect_in(ALICE, "s-alice", "staff");
  guard_alice(); // what waited has been confirmed with it
  expect_out(ALICE, "s-alice", "others");
  assert_int_equal(set_setting_by("required-groups", "none", true), STATUS_OK);
  assert_true(setting_result.waits); // also to open the gate
  expect_out(ALICE, "s-alice", "others");
  assert_int_equal(set_setting_by("required-groups", "staff", true), STATUS_OK); // taken back
  assert_false(setting_result.waits);
}

// A delegate's list that waited is not what an operator saw, and takes effect for everybody else.
static void W8_E3_a_delegates_required_groups_that_waited_are_not_an_operators(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  enforce();
  expect_in(ALICE, "s-alice", "");
  expect_in("bob@acme.test", "s-bob", "");
  guard_alice();
  assert_int_equal(set_setting_by("required-groups", "staff", false), STATUS_OK);
  assert_int_equal(tries("staff"), STATUS_OK);
  expect_out("bob@acme.test", "s-bob", "others");
  expect_in(ALICE, "s-alice", "others");
}

static enum status keep_detail(void *context, const struct audit_event *event)
{
  (void)snprintf(context, REASON_SIZE, "%s", event->detail);
  return STATUS_OK;
}

// A long list of names in any script is cut where a character ends.
static void N7_the_audit_trail_of_a_long_list_is_text(void **state)
{
  (void)state;
  char value[2 * 120 + 2] = "";
  fixture_set_up(PROVISIONING_JIT);
  for (size_t first = 0; first < 2; first++) {
    char detail[REASON_SIZE] = "";
    memset(value, 'a', first);
    for (size_t i = first; i + 2 < sizeof value; i += 2) {
      memcpy(value + i, "\xc3\xb6", 3);
    }
    assert_int_equal(set_setting_by("required-groups", value, true), STATUS_OK);
    struct store_txn *txn CLEANUP(store_abort) = read_txn();
    assert_int_equal(audit_each(txn, 0, keep_detail, detail), STATUS_OK);
    assert_true(strlen(detail) >= REASON_SIZE - 3 && text_is_clean(detail, strlen(detail)));
  }
}

// Whoever opens the gate for a moment while an answer is under way is not let in by it.
static void S16_an_answer_to_another_gate_is_asked_for_again(void **state)
{
  (void)state;
  char fingerprint[FINGERPRINT_SIZE];
  char then[FINGERPRINT_SIZE];
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(set_setting_by("required-groups", "staff", true), STATUS_OK);
  read_fingerprint(CONNECTION_ACTIVE, fingerprint);
  assert_int_equal(set_setting_by("required-groups", "none", false), STATUS_OK);
  assert_int_equal(set_setting_by("required-groups", "staff", false), STATUS_OK);
  read_fingerprint(CONNECTION_ACTIVE, then);
  assert_string_not_equal(fingerprint, then);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(S16_only_who_is_in_a_required_group_comes_in),
      STORE_TEST(S16_of_a_newcomer_in_no_required_group_nothing_is_stored),
      STORE_TEST(S16_the_owner_is_refused_through_the_connection_alone),
      STORE_TEST(W8_required_groups_count_for_a_guarded_account_as_an_operator_set_them),
      STORE_TEST(E3_required_groups_wait_for_a_sign_in_that_meets_them),
      STORE_TEST(W8_E3_a_delegates_required_groups_that_waited_are_not_an_operators),
      STORE_TEST(N7_the_audit_trail_of_a_long_list_is_text),
      STORE_TEST(S16_an_answer_to_another_gate_is_asked_for_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

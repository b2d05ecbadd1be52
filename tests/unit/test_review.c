// SPDX-License-Identifier: Apache-2.0
// What of an org is to be looked through, and that it was, on a real store.
#include "base/clock.h"
#include "change/endings.h"
#include "change/group.h"
#include "change/org.h"
#include "change/org_review.h"
#include "sign_ins.h"
#include "store/audit.h"
#include "store/refresh.h"

static const char GUEST[] = "guest@nowhere.example";
static const char ALICE[] = "alice@acme.test";

static struct org_reviewed reviewed;

struct seen {
  const char *email; // of whom
  uint32_t reasons;
  int64_t idle_s;
  char groups[GROUP_WORDS_SIZE];
  bool found;
};

static enum status see(void *context, const struct reviewed *one)
{
  struct seen *seen = context;
  if (strcmp(one->account->email, seen->email) == 0) {
    seen->found = true;
    seen->reasons = one->reasons;
    seen->idle_s = one->idle_s;
    memcpy(seen->groups, one->groups, sizeof seen->groups);
  }
  return STATUS_OK;
}

static struct review read_at(int64_t now_s, struct seen *seen)
{
  const struct org org = stored_org("acme");
  const struct review_of of = {&org, now_s, 0};
  struct review review;
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_int_equal(review_read(txn, &of, seen != NULL ? see : NULL, seen, &review), STATUS_OK);
  return review;
}

static struct seen look_at(const char *email, int64_t now_s)
{
  struct seen seen = {.email = email};
  (void)read_at(now_s, &seen);
  assert_true(seen.found);
  return seen;
}

static bool has(const char *email, int64_t now_s, enum review_reason reason)
{
  return (look_at(email, now_s).reasons & 1U << reason) != 0;
}

static enum status sign_off(const char *digest)
{
  const struct org_review_sign sign = {"acme", digest, "as each quarter", 0};
  return make(change_org_review(&sign, &reviewed));
}

static void expect_another(char digest[static REVIEW_DIGEST_SIZE])
{
  struct review review = read_at(clock_now_s(), NULL);
  assert_string_not_equal(review.digest, digest);
  memcpy(digest, review.digest, REVIEW_DIGEST_SIZE);
}

static void each_change_of_who_gets_in_makes_another_digest(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  char digest[REVIEW_DIGEST_SIZE] = "";
  expect_another(digest);
  assert_int_equal(add_member(GUEST), STATUS_OK);
  expect_another(digest);
  assert_int_equal(give_role(GUEST, ROLE_ADMIN), STATUS_OK);
  expect_another(digest);
  assert_int_equal(suspend_member(GUEST), STATUS_OK);
  expect_another(digest);
  assert_int_equal(resume_member(GUEST), STATUS_OK);
  expect_another(digest);
  assert_int_equal(lock_account(GUEST), STATUS_OK);
  expect_another(digest);
  assert_int_equal(unlock_account(GUEST), STATUS_OK);
  expect_another(digest);
  assert_int_equal(rename_account(GUEST, "guesty"), STATUS_OK);
  expect_another(digest);
  assert_int_equal(set_setting("keys", "deny"), STATUS_OK);
  expect_another(digest);
  assert_int_equal(set_connection("another"), STATUS_OK);
  expect_another(digest);
  const struct member_resume until = {"acme", GUEST, {clock_now_s() + 3600, "as agreed"}};
  assert_int_equal(make(change_member_resume(&until, &changed_member)), STATUS_OK);
  expect_another(digest);
  assert_string_equal(read_at(clock_now_s() + 7200, NULL).digest, digest); // its end is past, and nothing is changed
  assert_int_equal(remove_member(GUEST), STATUS_OK);
  expect_another(digest);
}

static void end_now(const char *email)
{
  struct membership membership;
  struct endings endings;
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  assert_int_equal(store_lock(store), STATUS_OK);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  assert_int_equal(membership_get(txn, get_account(email).id, stored_org("acme").id, &membership), STATUS_OK);
  membership.until_s = clock_now_s() - 1;
  assert_int_equal(membership_put(txn, &membership), STATUS_OK);
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
  assert_int_equal(make(change_endings(&endings)), STATUS_OK);
  assert_int_equal(endings.count, 1);
}

static void an_end_that_is_carried_out_makes_another_digest(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  char digest[REVIEW_DIGEST_SIZE] = "";
  assert_int_equal(add_member(GUEST), STATUS_OK);
  expect_another(digest);
  end_now(GUEST);
  expect_another(digest);
}

// What is set of the connection in effect, past all that a change of it waits for.
static void put_connection(struct connection *connection)
{
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  assert_int_equal(store_lock(store), STATUS_OK);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  assert_int_equal(connection_put(txn, CONNECTION_ACTIVE, connection), STATUS_OK);
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
}

static void whom_a_connection_believes_is_in_the_digest_and_its_secret_is_not(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  char digest[REVIEW_DIGEST_SIZE] = "";
  const struct org org = stored_org("acme");
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  {
    struct store_txn *txn CLEANUP(store_abort) = read_txn();
    assert_int_equal(connection_get(txn, org.id, CONNECTION_ACTIVE, &connection), STATUS_OK);
  }
  expect_another(digest);
  assert_int_equal(bytes_append(&connection.ca_pem, "a", 1), STATUS_OK);
  put_connection(&connection);
  expect_another(digest);
  memcpy(connection.key_set, "https://keys.test", sizeof "https://keys.test");
  put_connection(&connection);
  expect_another(digest);
  memcpy(connection.key_set, "", 1);
  memcpy(connection.device_endpoint, "https://keys.test", sizeof "https://keys.test");
  put_connection(&connection);
  expect_another(digest);
  memcpy(connection.audiences, "others", sizeof "others");
  put_connection(&connection);
  expect_another(digest);
  connection.offline = !connection.offline;
  put_connection(&connection);
  expect_another(digest);
  assert_int_equal(bytes_append(&connection.client_secret, "a", 1), STATUS_OK);
  connection.secret_expires_at_s = 1;
  put_connection(&connection);
  assert_string_equal(read_at(clock_now_s(), NULL).digest, digest);
}

static void what_lets_in_beside_the_members_is_in_the_digest(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  char digest[REVIEW_DIGEST_SIZE] = "";
  expect_another(digest);
  static const char *const SETTINGS[][2] = {{"required-acr", "gold"},      {"required-amr", "mfa"},
                                            {"signin-from", "10.0.0.0/8"}, {"password-from", "10.0.0.0/8"},
                                            {"required-groups", "staff"},  {"default-role", "admin"}};
  for (size_t i = 0; i < COUNT_OF(SETTINGS); i++) {
    assert_int_equal(set_setting(SETTINGS[i][0], SETTINGS[i][1]), STATUS_OK);
    expect_another(digest);
  }
  assert_int_equal(map_group("staff", "dev"), STATUS_OK);
  expect_another(digest);
  const struct group_map_role chiefs = {"acme", "chiefs"};
  assert_int_equal(make(change_group_map_role(&chiefs, &done)), STATUS_OK);
  expect_another(digest);
  const struct domain domain = {.org_id = stored_org("acme").id, .domain = "more.test", .verified = 1};
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  assert_int_equal(store_lock(store), STATUS_OK);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  assert_int_equal(domain_put(txn, &domain), STATUS_OK);
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
  expect_another(digest);
}

static void a_sign_in_and_time_make_no_other_digest(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
  struct review before = read_at(clock_now_s(), NULL);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
  assert_string_equal(read_at(clock_now_s() + 200 * 86400, NULL).digest, before.digest);
  assert_int_equal(read_at(clock_now_s() + 200 * 86400, NULL).to_look_at, 2); // both are idle
}

static void what_a_provider_gives_is_in_it(void **state)
{
  (void)state;
  static const char staff[] = "staff";
  const struct bytes groups = {(char *)(uintptr_t)staff, sizeof staff, sizeof staff};
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
  assert_int_equal(map_group("staff", "dev"), STATUS_OK);
  struct review before = read_at(clock_now_s(), NULL);
  assert_string_equal(look_at(ALICE, clock_now_s()).groups, "");
  assert_int_equal(sign_in_with(ALICE, ALICE, "s-alice", &groups), STATUS_OK);
  assert_string_equal(look_at(ALICE, clock_now_s()).groups, "acme-dev");
  assert_string_not_equal(read_at(clock_now_s(), NULL).digest, before.digest);
}

static void mark_refused(const char *email, int64_t at_s)
{
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  const struct refresh refresh = {.org_id = stored_org("acme").id,
                                  .account_id = get_account(email).id,
                                  .state = REFRESH_REFUSED,
                                  .result = REFRESH_NO_GRANT,
                                  .refused_at_s = at_s};
  assert_int_equal(store_lock(store), STATUS_OK);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  assert_int_equal(refresh_put(txn, &refresh), STATUS_OK);
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
}

static void whom_to_look_at_and_why(void **state)
{
  (void)state;
  int64_t now_s = clock_now_s();
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(sign_in(ALICE, ALICE, "s-alice"), STATUS_OK);
  assert_int_equal(look_at(ALICE, now_s).reasons, 0);
  assert_int_equal(add_member(GUEST), STATUS_OK);
  assert_true(has(GUEST, now_s, REVIEW_GUEST));
  assert_false(has(GUEST, now_s, REVIEW_NEVER));
  assert_true(has(GUEST, now_s + REVIEW_IDLE_S + 600, REVIEW_NEVER));
  assert_false(has(GUEST, now_s + REVIEW_IDLE_S + 600, REVIEW_IDLE));
  assert_true(has(ALICE, now_s + REVIEW_IDLE_S + 600, REVIEW_IDLE));
  assert_false(has(ALICE, now_s + REVIEW_IDLE_S + 600, REVIEW_NEVER));
  assert_int_equal(give_role(ALICE, ROLE_ADMIN), STATUS_OK);
  assert_true(has(ALICE, now_s, REVIEW_ADMIN));
  const struct member_role role = {"acme", ALICE, ROLE_ADMIN, {now_s + 3600, "as agreed"}};
  assert_int_equal(make(change_member_role(&role, &changed_member)), STATUS_OK);
  assert_false(has(ALICE, now_s, REVIEW_ADMIN));
  mark_refused(ALICE, now_s);
  assert_true(has(ALICE, now_s, REVIEW_REFUSED));
  assert_false(has(ALICE, now_s, REVIEW_GONE));
  assert_true(has(ALICE, now_s + REFRESH_GONE_S, REVIEW_GONE));
  assert_false(has(ALICE, now_s + REFRESH_GONE_S, REVIEW_REFUSED));
  assert_int_equal(lock_account(GUEST), STATUS_OK);
  assert_true(has(GUEST, now_s, REVIEW_LOCKED));
  assert_int_equal(suspend_member(GUEST), STATUS_OK);
  assert_true(has(GUEST, now_s, REVIEW_SUSPENDED));
  assert_false(has(GUEST, now_s, REVIEW_ENDED));
  const struct member_resume until = {"acme", GUEST, {now_s + 3600, "as agreed"}};
  assert_int_equal(make(change_member_resume(&until, &changed_member)), STATUS_OK);
  assert_false(has(GUEST, now_s, REVIEW_ENDED));
  assert_true(has(GUEST, now_s + 3600, REVIEW_ENDED));
  assert_false(has(GUEST, now_s + 3600, REVIEW_SUSPENDED));
}

static enum status note(void *context, const struct audit_event *event)
{
  *(struct audit_event *)context = *event;
  return STATUS_OK;
}

static void what_was_shown_is_signed_off_and_nothing_else(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(add_member(GUEST), STATUS_OK);
  struct review shown = read_at(clock_now_s(), NULL);
  uint64_t events = count(TABLE_AUDIT);
  assert_int_equal(give_role(GUEST, ROLE_ADMIN), STATUS_OK);
  assert_int_equal(sign_off(shown.digest), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "is not the digest"));
  assert_int_equal(sign_off(""), STATUS_REFUSED);
  assert_int_equal(count(TABLE_AUDIT), events + 1); // the role's
  shown = read_at(clock_now_s(), NULL);
  assert_int_equal(sign_off(shown.digest), STATUS_OK);
  struct org org = stored_org("acme");
  struct org_review last;
  struct audit_event event = {.number = 0};
  {
    struct store_txn *txn CLEANUP(store_abort) = read_txn();
    assert_int_equal(org_review_get(txn, org.id, &last), STATUS_OK);
    assert_int_equal(audit_each_last(txn, 1, note, &event), STATUS_OK);
  }
  assert_string_equal(last.digest, shown.digest);
  assert_string_equal(last.by, by_root.actor);
  assert_int_equal(last.members, 2);
  assert_string_equal(event.event, "org.review");
  assert_string_equal(event.org, "acme");
  assert_non_null(strstr(event.detail, shown.digest));
  assert_non_null(strstr(event.detail, ": 2 members, 1 admins,"));
  assert_non_null(strstr(event.detail, ": as each quarter"));
  assert_string_equal(read_at(clock_now_s(), NULL).digest, shown.digest); // signing off changes nothing of it
  assert_int_equal(make(change_org_delete(&(struct org_delete){"acme"}, &done)), STATUS_OK);
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_int_equal(org_review_get(txn, org.id, &last), STATUS_NOT_FOUND);
}

static void what_idle_meant_is_in_the_event(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  struct review shown = read_at(clock_now_s(), NULL);
  const struct org_review_sign sign = {"acme", shown.digest, "as each quarter", 86400};
  struct audit_event event = {.number = 0};
  assert_int_equal(make(change_org_review(&sign, &reviewed)), STATUS_OK);
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_int_equal(audit_each_last(txn, 1, note, &event), STATUS_OK);
  assert_non_null(strstr(event.detail, " to look at, idle from 1d: as each quarter"));
}

static void the_owner_signs_off_and_an_admin_does_not(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(add_member(GUEST), STATUS_OK);
  assert_int_equal(give_role(GUEST, ROLE_ADMIN), STATUS_OK);
  struct review shown = read_at(clock_now_s(), NULL);
  const struct org_review_sign sign = {"acme", shown.digest, "", 0};
  assert_int_equal(make_as(GUEST, RIGHT_ORG, change_org_review(&sign, &reviewed)), STATUS_REFUSED);
  struct org org = stored_org("acme");
  struct account owner;
  struct store_txn *txn = read_txn();
  assert_int_equal(account_get(txn, org.owner_id, &owner), STATUS_OK);
  store_abort(&txn);
  assert_int_equal(make_as(owner.login, RIGHT_ORG, change_org_review(&sign, &reviewed)), STATUS_OK);
  record_done(&ACCOUNT_RECORD, &owner);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(each_change_of_who_gets_in_makes_another_digest),
      STORE_TEST(an_end_that_is_carried_out_makes_another_digest),
      STORE_TEST(whom_a_connection_believes_is_in_the_digest_and_its_secret_is_not),
      STORE_TEST(what_lets_in_beside_the_members_is_in_the_digest),
      STORE_TEST(what_idle_meant_is_in_the_event),
      STORE_TEST(a_sign_in_and_time_make_no_other_digest),
      STORE_TEST(what_a_provider_gives_is_in_it),
      STORE_TEST(whom_to_look_at_and_why),
      STORE_TEST(what_was_shown_is_signed_off_and_nothing_else),
      STORE_TEST(the_owner_signs_off_and_an_admin_does_not),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

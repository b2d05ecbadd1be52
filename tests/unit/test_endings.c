// SPDX-License-Identifier: Apache-2.0
// Memberships and roles that end by themselves (POLICY K10), on a real store.
#include "base/clock.h"
#include "change/endings.h"
#include "change/invite.h"
#include "facts/facts.h"
#include "sign_ins.h"
#include "store/accounts.h"
#include "store/audit.h"
#include "store/endings.h"
#include "store/orgs.h"

static const char GUEST[] = "guest@nowhere.example";
static const char OTHER[] = "other@nowhere.example";

static struct endings endings;

static struct ending until(int64_t at_s)
{
  return (struct ending){at_s, "as agreed"};
}

static enum status add_until(const char *email, int64_t at_s)
{
  struct member_add in = new_member(email);
  in.ending = until(at_s);
  return add(&in);
}

static enum status make_admin_until(const char *email, int64_t at_s)
{
  return make(change_member_role(&(struct member_role){"acme", email, ROLE_ADMIN, until(at_s)}, &changed_member));
}

static enum status resume_until(const char *email, int64_t at_s)
{
  return make(change_member_resume(&(struct member_resume){"acme", email, until(at_s)}, &changed_member));
}

static struct membership stored(const char *login)
{
  struct membership membership;
  struct account account = get_account(login);
  struct org org = stored_org("acme");
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_int_equal(membership_get(txn, account.id, org.id, &membership), STATUS_OK);
  return membership;
}

// As if time had passed: what was to end in an hour has ended a second ago.
static void set_back(const char *login, bool role)
{
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  struct membership membership = stored(login);
  *(role ? &membership.role_until_s : &membership.until_s) = clock_now_s() - 1;
  assert_int_equal(store_lock(store), STATUS_OK);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  assert_int_equal(membership_put(txn, &membership), STATUS_OK);
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
}

static struct policy_membership decided(const char *login)
{
  struct facts facts;
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  const struct facts_query of = {login, "sshd", "192.0.2.1", clock_now_s(), "", &config};
  assert_int_equal(facts_load(txn, &of, &facts), STATUS_OK);
  assert_int_equal(facts.person.membership_count, 1);
  struct policy_membership membership = facts.person.memberships[0];
  record_done(&ACCOUNT_RECORD, &facts.account);
  return membership;
}

static int64_t next_end(void)
{
  int64_t at_s = 0;
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  enum status status = endings_next(txn, &at_s);
  assert_true(status == STATUS_OK || status == STATUS_NOT_FOUND);
  return at_s;
}

static void K10_what_is_at_a_moment(void **state)
{
  (void)state;
  const struct membership m = {.role = ROLE_ADMIN, .until_s = 200, .role_until_s = 100};
  assert_int_equal(membership_at(&m, 99).role, ROLE_ADMIN);
  assert_int_equal(membership_at(&m, 100).role, ROLE_VIEWER);
  assert_int_equal(membership_at(&m, 199).status, MEMBER_ACTIVE);
  assert_int_equal(membership_at(&m, 200).status, MEMBER_SUSPENDED);
  assert_int_equal(membership_ends_session_at(&m, 99), 100);
  assert_int_equal(membership_ends_session_at(&m, 100), 200);
  const struct membership viewer = {.role = ROLE_VIEWER};
  assert_int_equal(membership_at(&viewer, INT64_MAX).status, MEMBER_ACTIVE);
  assert_int_equal(membership_ends_session_at(&viewer, 1), 0);
}

static void K10_past_its_end_a_membership_is_as_suspended_before_anybody_writes_it_down(void **state)
{
  (void)state;
  create_acme();
  assert_int_equal(add_until(GUEST, clock_now_s() + 3600), STATUS_OK);
  assert_false(decided(GUEST).suspended);
  set_back(GUEST, false);
  assert_true(decided(GUEST).suspended);
  assert_int_equal(stored(GUEST).status, MEMBER_ACTIVE);
  assert_int_equal(make(change_endings(&endings)), STATUS_OK);
  assert_int_equal(endings.count, 1);
  assert_string_equal(endings.list[0].login, GUEST);
  assert_string_equal(endings.list[0].org, "acme");
  assert_int_equal(endings.list[0].gid, 0); // all that runs: there is no other membership
  assert_int_equal(stored(GUEST).status, MEMBER_SUSPENDED);
  assert_int_equal(next_end(), 0);
  assert_int_equal(make(change_endings(&endings)), STATUS_OK);
  assert_int_equal(endings.count, 0);
}

static void K10_past_its_end_a_role_is_a_viewers(void **state)
{
  (void)state;
  create_acme();
  assert_int_equal(add_member(GUEST), STATUS_OK);
  assert_int_equal(make_admin_until(GUEST, clock_now_s() + 3600), STATUS_OK);
  assert_int_equal(decided(GUEST).role, ROLE_ADMIN);
  set_back(GUEST, true);
  assert_int_equal(decided(GUEST).role, ROLE_VIEWER);
  assert_false(decided(GUEST).suspended);
  assert_int_equal(make(change_endings(&endings)), STATUS_OK);
  assert_int_equal(endings.count, 1);
  assert_int_equal(endings.list[0].gid, stored_org("acme").admins_gid);
  assert_int_equal(stored(GUEST).role, ROLE_VIEWER);
  assert_int_equal(stored(GUEST).role_until_s, 0);
  assert_int_equal(stored(GUEST).status, MEMBER_ACTIVE);
}

static void K10_the_next_end_is_known_without_looking_at_everybody(void **state)
{
  (void)state;
  int64_t now_s = clock_now_s();
  create_acme();
  assert_int_equal(next_end(), 0);
  assert_int_equal(add_until(GUEST, now_s + 7200), STATUS_OK);
  assert_int_equal(next_end(), now_s + 7200);
  assert_int_equal(add_until(OTHER, now_s + 3600), STATUS_OK);
  assert_int_equal(next_end(), now_s + 3600);
  set_back(OTHER, false);
  assert_int_equal(make(change_endings(&endings)), STATUS_OK);
  assert_int_equal(endings.count, 1);
  assert_int_equal(next_end(), now_s + 7200);
}

static void K10_resuming_gives_another_end_or_none(void **state)
{
  (void)state;
  int64_t now_s = clock_now_s();
  create_acme();
  assert_int_equal(add_until(GUEST, now_s + 3600), STATUS_OK);
  set_back(GUEST, false);
  assert_int_equal(make(change_endings(&endings)), STATUS_OK);
  assert_int_equal(resume_until(GUEST, now_s - 1), STATUS_REFUSED);
  assert_int_equal(resume_until(GUEST, now_s + 60), STATUS_OK);
  assert_int_equal(stored(GUEST).until_s, now_s + 60);
  assert_int_equal(resume_member(GUEST), STATUS_OK);
  assert_int_equal(stored(GUEST).until_s, 0);
  assert_false(decided(GUEST).suspended);
}

static void K10_an_invite_hands_its_end_on_and_ends_then_itself(void **state)
{
  (void)state;
  int64_t at_s = clock_now_s() + 3600;
  struct invite_created created;
  fixture_set_up(PROVISIONING_INVITE_ONLY);
  const struct invite_create in = {
      .org = "acme", .email = "alice@acme.test", .via = VIA_SSO, .code = "", .ending = until(at_s)};
  assert_int_equal(make(change_invite_create(&in, &created)), STATUS_OK);
  assert_int_equal(created.invite.expires_at_s, at_s);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  assert_int_equal(stored("alice@acme.test").until_s, at_s);
}

static void K10_no_owner_has_an_end_and_who_has_one_owns_nothing(void **state)
{
  (void)state;
  int64_t now_s = clock_now_s();
  create_acme();
  assert_int_equal(resume_until("boss@example.org", now_s + 3600), STATUS_REFUSED);
  assert_int_equal(make_admin_until("boss@example.org", now_s + 3600), STATUS_REFUSED);
  assert_int_equal(add_until(GUEST, now_s + 3600), STATUS_OK);
  assert_int_equal(transfer_acme(GUEST), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "ends by itself"));
  assert_int_equal(add_member(OTHER), STATUS_OK);
  assert_int_equal(make_admin_until(OTHER, now_s + 3600), STATUS_OK);
  assert_int_equal(transfer_acme(OTHER), STATUS_REFUSED);
}

static void K10_more_than_fit_at_once_end_one_after_the_other(void **state)
{
  (void)state;
  create_acme();
  for (int i = 0; i < ENDINGS_MAX + 3; i++) {
    char email[EMAIL_SIZE];
    (void)snprintf(email, sizeof email, "p%d@nowhere.example", i);
    assert_int_equal(add_until(email, clock_now_s() + 3600), STATUS_OK);
    set_back(email, false);
  }
  assert_int_equal(make(change_endings(&endings)), STATUS_OK);
  assert_int_equal(endings.count, ENDINGS_MAX);
  assert_true(endings.more);
  assert_int_equal(make(change_endings(&endings)), STATUS_OK);
  assert_int_equal(endings.count, 3);
  assert_false(endings.more);
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  struct audit_chain chain;
  assert_int_equal(audit_verify(txn, &chain), STATUS_OK);
  assert_int_equal(chain.broken, 0);
  assert_int_equal(chain.events, 1 + 2 * (ENDINGS_MAX + 3));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(K10_what_is_at_a_moment),
      STORE_TEST(K10_past_its_end_a_membership_is_as_suspended_before_anybody_writes_it_down),
      STORE_TEST(K10_past_its_end_a_role_is_a_viewers),
      STORE_TEST(K10_the_next_end_is_known_without_looking_at_everybody),
      STORE_TEST(K10_resuming_gives_another_end_or_none),
      STORE_TEST(K10_an_invite_hands_its_end_on_and_ends_then_itself),
      STORE_TEST(K10_no_owner_has_an_end_and_who_has_one_owns_nothing),
      STORE_TEST(K10_more_than_fit_at_once_end_one_after_the_other),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

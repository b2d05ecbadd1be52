// SPDX-License-Identifier: Apache-2.0
// K9: who is gone at their org's provider, who is removed for it, and who never is.
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "change/gone.h"
#include "fixture.h"
#include "store/audit.h"
#include "store/refresh.h"

enum { DAY_S = 86400 };

static const char OWNER[] = "boss@example.org";
static const char ALICE[] = "alice@acme.test";

static struct gone gone;

static void put(const struct refresh *refresh)
{
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  assert_int_equal(store_lock(store), STATUS_OK);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  assert_int_equal(refresh_put(txn, refresh), STATUS_OK);
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
}

// The provider has refused LOGIN so many days ago; they were found to be gone so many ago, -1: they were not.
static void refuse(const char *login, int64_t days, int64_t gone_days)
{
  const struct refresh refresh = {.org_id = stored_org("acme").id,
                                  .account_id = get_account(login).id,
                                  .subject = "u",
                                  .state = REFRESH_REFUSED,
                                  .refused_at_s = clock_now_s() - days * DAY_S,
                                  .gone_at_s = gone_days >= 0 ? clock_now_s() - gone_days * DAY_S : 0};
  put(&refresh);
}

static void look_at(const struct gone_of *of)
{
  assert_int_equal(make(change_gone(of, &gone)), STATUS_OK);
}

static void look(void)
{
  look_at(&(struct gone_of){0, 0});
}

static enum status membership_of(const char *login, struct membership *ret_membership)
{
  int64_t org_id = stored_org("acme").id;
  int64_t account_id = get_account(login).id;
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  return membership_get(txn, account_id, org_id, ret_membership);
}

static bool is_member(const char *login)
{
  struct membership membership;
  return membership_of(login, &membership) == STATUS_OK;
}

struct events {
  const char *login;
  size_t found;
};

static enum status find_event(void *context, const struct audit_event *event)
{
  struct events *events = context;
  events->found += strcmp(event->event, "member.gone") == 0 && strcmp(event->row, "K9") == 0 &&
                   strcmp(event->org, "acme") == 0 && strcmp(event->login, events->login) == 0;
  return STATUS_OK;
}

static size_t events_about(const char *login)
{
  struct events events = {login, 0};
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_int_equal(audit_each(txn, 0, find_event, &events), STATUS_OK);
  return events.found;
}

static void set_up(void)
{
  create_acme();
  assert_int_equal(add_member(ALICE), STATUS_OK);
}

static void K9_somebody_is_gone_a_day_after_a_refusal_and_said_to_be_once(void **state)
{
  (void)state;
  set_up();
  refuse(ALICE, 0, -1);
  look();
  assert_int_equal(gone.count, 0);
  refuse(ALICE, 1, -1);
  look();
  assert_true(gone.changed);
  assert_int_equal(gone.count, 1);
  assert_string_equal(gone.list[0].login, ALICE);
  assert_string_equal(gone.list[0].org, "acme");
  assert_int_equal(gone.list[0].uid, get_account(ALICE).uid);
  assert_int_equal(gone.list[0].gid, 0); // no other membership: all that they run
  assert_false(gone.list[0].removed);
  assert_true(is_member(ALICE));
  look();
  assert_false(gone.changed);
  assert_int_equal(gone.count, 0);
  assert_int_equal(events_about(ALICE), 1);
}

static void K9_a_clock_that_was_set_back_has_nobody_gone(void **state)
{
  (void)state;
  set_up();
  refuse(ALICE, -400, -1);
  look();
  assert_int_equal(gone.count, 0);
}

static void K9_no_owner_is_gone_and_nobody_who_is_suspended_or_asked_about_again(void **state)
{
  (void)state;
  struct refresh signed_in = {.org_id = 0, .subject = "u", .state = REFRESH_READY};
  set_up();
  refuse(OWNER, 40, -1);
  refuse(ALICE, 40, -1);
  assert_int_equal(suspend_member(ALICE), STATUS_OK);
  look();
  assert_int_equal(gone.count, 0);
  assert_int_equal(resume_member(ALICE), STATUS_OK);
  signed_in.org_id = stored_org("acme").id;
  signed_in.account_id = get_account(ALICE).id;
  put(&signed_in);
  look();
  assert_int_equal(gone.count, 0);
}

static void K9_other_orgs_keep_their_sessions(void **state)
{
  (void)state;
  set_up();
  assert_int_equal(create_org("beta", "boss@beta.test"), STATUS_OK);
  struct member_add add_to_beta = new_member(ALICE);
  add_to_beta.org = "beta";
  assert_int_equal(add(&add_to_beta), STATUS_OK);
  refuse(ALICE, 2, -1);
  look();
  assert_int_equal(gone.count, 1);
  assert_int_equal(gone.list[0].gid, stored_org("acme").gid);
}

static void K9_who_is_gone_is_removed_where_the_org_says_so_and_not_before(void **state)
{
  (void)state;
  set_up();
  refuse(ALICE, 400, 399);
  look();
  assert_true(is_member(ALICE));
  assert_int_equal(set_setting("gone-after", "30d"), STATUS_OK);
  refuse(ALICE, 29, 28);
  look();
  assert_true(is_member(ALICE));
  refuse(ALICE, 31, 2); // found late, perhaps by a clock that was ahead
  look();
  assert_true(is_member(ALICE));
  refuse(ALICE, 30, 29);
  look();
  assert_int_equal(gone.count, 1);
  assert_true(gone.list[0].removed);
  assert_false(is_member(ALICE));
  assert_int_equal(events_about(ALICE), 1);
}

static void K9_who_was_removed_and_is_added_again_has_all_the_time_again(void **state)
{
  (void)state;
  set_up();
  assert_int_equal(set_setting("gone-after", "30d"), STATUS_OK);
  refuse(ALICE, 40, 35);
  look();
  assert_false(is_member(ALICE));
  assert_int_equal(add_member(ALICE), STATUS_OK);
  look();
  assert_int_equal(gone.count, 1); // which is news
  assert_false(gone.list[0].removed);
  look();
  assert_int_equal(gone.count, 0);
  assert_true(is_member(ALICE));
}

static void K9_a_mapped_account_is_never_removed_and_keeps_what_is_none_of_the_orgs(void **state)
{
  (void)state;
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  set_up();
  assert_int_equal(set_setting("gone-after", "1d"), STATUS_OK);
  struct account account = get_account(ALICE);
  account.mapped = 1;
  assert_int_equal(store_lock(store), STATUS_OK);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  assert_int_equal(account_update(txn, &account), STATUS_OK);
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
  refuse(ALICE, 40, 39);
  look();
  assert_true(is_member(ALICE));
  refuse(ALICE, 40, -1);
  look();
  assert_int_equal(gone.count, 1);
  assert_int_equal(gone.list[0].gid, stored_org("acme").gid);
}

static void add_and_refuse(size_t people, int64_t days, int64_t gone_days)
{
  for (size_t i = 0; i < people; i++) {
    char email[64];
    (void)snprintf(email, sizeof email, "p%zu@acme.test", i);
    assert_int_equal(add_member(email), STATUS_OK);
    refuse(email, days, gone_days);
  }
}

static void K9_a_provider_that_has_forgotten_everybody_has_nobody_removed(void **state)
{
  (void)state;
  set_up();
  assert_int_equal(set_setting("gone-after", "30d"), STATUS_OK);
  add_and_refuse(4, 40, 39); // of six
  look();
  assert_int_equal(gone.count, 0);
  assert_int_equal(gone.held_count, 1);
  assert_string_equal(gone.held[0].org, "acme");
  assert_int_equal(gone.held[0].people, 4);
  assert_true(is_member("p0@acme.test"));
  refuse("p3@acme.test", 0, -1);
  look();
  assert_int_equal(gone.held_count, 0);
  assert_int_equal(gone.count, 3);
  assert_false(is_member("p0@acme.test"));
}

static void K9_many_are_found_a_few_at_a_time_and_each_once(void **state)
{
  (void)state;
  size_t found = 0;
  set_up();
  add_and_refuse(GONE_MAX * 2 + 5, 2, -1);
  do {
    look();
    found += gone.count;
  } while (gone.more);
  assert_int_equal(found, GONE_MAX * 2 + 5);
  look();
  assert_int_equal(gone.count, 0);
}

static void K9_only_those_are_looked_at_who_are_meant(void **state)
{
  (void)state;
  set_up();
  add_and_refuse(2, 2, -1);
  look_at(&(struct gone_of){stored_org("acme").id + 1000, 0});
  assert_int_equal(gone.count, 0);
  look_at(&(struct gone_of){0, get_account("p1@acme.test").id});
  assert_int_equal(gone.count, 1);
  assert_string_equal(gone.list[0].login, "p1@acme.test");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(K9_somebody_is_gone_a_day_after_a_refusal_and_said_to_be_once),
      STORE_TEST(K9_a_clock_that_was_set_back_has_nobody_gone),
      STORE_TEST(K9_no_owner_is_gone_and_nobody_who_is_suspended_or_asked_about_again),
      STORE_TEST(K9_other_orgs_keep_their_sessions),
      STORE_TEST(K9_who_is_gone_is_removed_where_the_org_says_so_and_not_before),
      STORE_TEST(K9_who_was_removed_and_is_added_again_has_all_the_time_again),
      STORE_TEST(K9_a_mapped_account_is_never_removed_and_keeps_what_is_none_of_the_orgs),
      STORE_TEST(K9_a_provider_that_has_forgotten_everybody_has_nobody_removed),
      STORE_TEST(K9_many_are_found_a_few_at_a_time_and_each_once),
      STORE_TEST(K9_only_those_are_looked_at_who_are_meant),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

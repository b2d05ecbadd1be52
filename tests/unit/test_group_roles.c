// SPDX-License-Identifier: Apache-2.0
// Groups at the provider that make admins: given and taken back at each sign-in, and what an admin does by hand stays.
#include "base/clock.h"
#include "change/group.h"
#include "change/member.h"
#include "confirmation.h"
#include "map/map_read.h"
#include "protocol/group_list.h"
#include "sign_ins.h"
#include "store/accounts.h"
#include "store/audit.h"
#include "store/groups.h"
#include "store/orgs.h"

#define BOB "bob@acme.test"
#define CHIEFS "Chiefs"

static enum status map_role(const char *provider)
{
  return make(change_group_map_role(&(struct group_map_role){"acme", provider}, &done));
}

// NAMES: what the provider says, separated by "|".
static enum status signs_in(const char *login, const char *names)
{
  struct bytes groups CLEANUP(bytes_done) = BYTES_EMPTY;
  char copy[1024];
  char *rest = copy;
  (void)snprintf(copy, sizeof copy, "%s", names);
  for (const char *name = strsep(&rest, "|"); name != NULL; name = strsep(&rest, "|")) {
    assert_int_equal(name[0] != '\0' ? group_list_add(&groups, name) : STATUS_OK, STATUS_OK);
  }
  return sign_in_with(login, login, login, &groups);
}

static struct membership membership_of(const char *login)
{
  const struct account account = get_account(login);
  const struct org org = stored_org("acme");
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  struct membership membership;
  assert_int_equal(membership_get(txn, account.id, org.id, &membership), STATUS_OK);
  return membership;
}

// As the store has it, and whether the map gives the group of admins.
static void expect_role(const char *login, enum role role, enum role_by by)
{
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  struct map_account account;
  const struct membership membership = membership_of(login);
  assert_int_equal(membership.role, role);
  assert_int_equal(membership.role_by, by);
  assert_int_equal(map_open(map_path, &map), STATUS_OK);
  assert_int_equal(map_account_by_login(&map, login, &account), STATUS_OK);
  assert_int_equal(groups_hold(&account.groups, stored_org("acme").admins_gid), role != ROLE_VIEWER);
}

static enum status keep_detail(void *context, const struct audit_event *event)
{
  if (strcmp(event->event, "sign-in") == 0) {
    (void)snprintf(context, REASON_SIZE, "%s", event->detail);
  }
  return STATUS_OK;
}

static void expect_detail(const char *wanted)
{
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  char detail[REASON_SIZE] = "";
  assert_int_equal(audit_each(txn, 0, keep_detail, detail), STATUS_OK);
  assert_string_equal(detail, wanted);
}

static void a_mapped_role_is_given_at_a_sign_in_and_taken_back_at_the_next(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(map_role(CHIEFS), STATUS_OK);
  assert_int_equal(map_group("Developers", "dev"), STATUS_OK);
  assert_int_equal(signs_in(ALICE, "Chiefs|Developers"), STATUS_OK); // her first sign-in
  expect_role(ALICE, ROLE_ADMIN, ROLE_BY_GROUP);
  expect_detail("sso, groups +role:admin +dev");
  assert_int_equal(signs_in(ALICE, "Developers|Chiefs"), STATUS_OK);
  expect_detail("sso");
  static const char *const OTHERS[] = {"", "chiefs", "Chiefs ", "admin", "acme-admins", "Developers"};
  for (size_t i = 0; i < COUNT_OF(OTHERS); i++) {
    assert_int_equal(signs_in(ALICE, CHIEFS), STATUS_OK);
    expect_role(ALICE, ROLE_ADMIN, ROLE_BY_GROUP);
    assert_int_equal(signs_in(ALICE, OTHERS[i]), STATUS_OK);
    expect_role(ALICE, ROLE_VIEWER, ROLE_BY_MEMBERSHIP);
  }
  expect_detail("sso, groups -role:admin +dev");
}

static void what_an_admin_gave_by_hand_no_group_takes(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(map_role(CHIEFS), STATUS_OK);
  assert_int_equal(signs_in(ALICE, ""), STATUS_OK);
  assert_int_equal(give_role(ALICE, ROLE_ADMIN), STATUS_OK);
  assert_int_equal(signs_in(ALICE, CHIEFS), STATUS_OK);
  assert_int_equal(signs_in(ALICE, ""), STATUS_OK);
  expect_role(ALICE, ROLE_ADMIN, ROLE_BY_HAND);
  assert_int_equal(signs_in(BOB, CHIEFS), STATUS_OK);
  assert_int_equal(give_role(BOB, ROLE_ADMIN), STATUS_OK); // he keeps what a group gave
  assert_int_equal(signs_in(BOB, ""), STATUS_OK);
  expect_role(BOB, ROLE_ADMIN, ROLE_BY_HAND);
}

static void what_an_admin_took_by_hand_no_group_gives_back(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(map_role(CHIEFS), STATUS_OK);
  assert_int_equal(signs_in(ALICE, CHIEFS), STATUS_OK);
  assert_int_equal(give_role(ALICE, ROLE_VIEWER), STATUS_OK);
  assert_int_equal(signs_in(ALICE, CHIEFS), STATUS_OK);
  expect_role(ALICE, ROLE_VIEWER, ROLE_BY_HAND);
  assert_int_equal(signs_in(BOB, CHIEFS), STATUS_OK);
  assert_int_equal(remove_member(BOB), STATUS_OK);
  assert_int_equal(signs_in(BOB, CHIEFS), STATUS_OK); // back by the provider, as a viewer (POLICY E6)
  expect_role(BOB, ROLE_VIEWER, ROLE_BY_HAND);
  assert_int_equal(signs_in(BOB, CHIEFS), STATUS_OK);
  expect_role(BOB, ROLE_VIEWER, ROLE_BY_HAND);
  assert_int_equal(remove_member(BOB), STATUS_OK);
  assert_int_equal(add_member(BOB), STATUS_OK); // by an admin, who starts anew
  assert_int_equal(signs_in(BOB, CHIEFS), STATUS_OK);
  expect_role(BOB, ROLE_ADMIN, ROLE_BY_GROUP);
}

static void a_role_that_came_with_the_membership_is_not_the_groups_to_take(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(map_role(CHIEFS), STATUS_OK);
  assert_int_equal(set_setting("default-role", "admin"), STATUS_OK);
  assert_int_equal(signs_in(ALICE, CHIEFS), STATUS_OK);
  assert_int_equal(signs_in(ALICE, ""), STATUS_OK);
  expect_role(ALICE, ROLE_ADMIN, ROLE_BY_MEMBERSHIP);
  assert_int_equal(invite_to_acme(BOB, ROLE_VIEWER, clock_now_s() + 600), STATUS_OK);
  assert_int_equal(signs_in(BOB, CHIEFS), STATUS_OK);
  expect_role(BOB, ROLE_ADMIN, ROLE_BY_GROUP); // on top of the invite
  assert_int_equal(signs_in(BOB, ""), STATUS_OK);
  expect_role(BOB, ROLE_VIEWER, ROLE_BY_MEMBERSHIP);
}

static void the_owner_is_untouched_and_who_was_one_is_an_admin_by_hand(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(map_role(CHIEFS), STATUS_OK);
  assert_int_equal(link_identity(BOSS, BOSS), STATUS_OK);
  for (int i = 0; i < 2; i++) {
    assert_int_equal(signs_in(BOSS, i == 0 ? CHIEFS : ""), STATUS_OK);
    assert_int_equal(membership_of(BOSS).role, ROLE_OWNER);
  }
  assert_int_equal(signs_in(ALICE, CHIEFS), STATUS_OK);
  assert_int_equal(transfer_acme(ALICE), STATUS_OK);
  assert_int_equal(signs_in(ALICE, ""), STATUS_OK);
  assert_int_equal(membership_of(ALICE).role, ROLE_OWNER);
  assert_int_equal(unmap_group(CHIEFS), STATUS_OK);
  assert_int_equal(membership_of(ALICE).role, ROLE_OWNER);
  assert_int_equal(signs_in(BOSS, ""), STATUS_OK);
  expect_role(BOSS, ROLE_ADMIN, ROLE_BY_HAND);
}

static void W8_a_role_comes_through_a_confirmed_connection_alone(void **state)
{
  (void)state;
  const struct change map = change_group_map_role(&(struct group_map_role){"acme", CHIEFS}, &done);
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(make_as(BOSS, RIGHT_ORG, map), STATUS_OK); // the owner's to map
  assert_int_equal(signs_in(ALICE, CHIEFS), STATUS_OK);
  expect_role(ALICE, ROLE_ADMIN, ROLE_BY_GROUP);
  assert_int_equal(set_setting_by("required-acr", "gold", false), STATUS_OK); // the connection is another one
  assert_false(is_confirmed());
  assert_int_equal(signs_in(BOB, CHIEFS), STATUS_OK);
  expect_role(BOB, ROLE_VIEWER, ROLE_BY_MEMBERSHIP);
  assert_int_equal(signs_in(ALICE, CHIEFS), STATUS_OK);
  expect_role(ALICE, ROLE_VIEWER, ROLE_BY_MEMBERSHIP);
  assert_int_equal(set_setting_by("required-acr", "gold", true), STATUS_OK);
  assert_int_equal(set_setting_by("required-acr", "", true), STATUS_OK);
  assert_true(is_confirmed());
  assert_int_equal(signs_in(BOB, CHIEFS), STATUS_OK);
  expect_role(BOB, ROLE_ADMIN, ROLE_BY_GROUP);
}

static void a_role_goes_at_once_with_its_mapping_the_suspension_and_the_last_of_several_groups(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(map_role(CHIEFS), STATUS_OK);
  assert_int_equal(map_role("Deputies"), STATUS_OK);
  assert_int_equal(map_role(CHIEFS), STATUS_OK); // already
  assert_false(done.changed);
  assert_int_equal(map_group(CHIEFS, "chiefs"), STATUS_EXISTS);
  assert_int_equal(signs_in(ALICE, "Chiefs|Deputies"), STATUS_OK);
  assert_int_equal(signs_in(BOB, CHIEFS), STATUS_OK);
  assert_int_equal(unmap_group(CHIEFS), STATUS_OK);
  expect_role(ALICE, ROLE_ADMIN, ROLE_BY_GROUP); // by the other one
  expect_role(BOB, ROLE_VIEWER, ROLE_BY_MEMBERSHIP);
  assert_int_equal(suspend_member(ALICE), STATUS_OK);
  assert_int_equal(resume_member(ALICE), STATUS_OK);
  expect_role(ALICE, ROLE_VIEWER, ROLE_BY_MEMBERSHIP); // until she signs in
  assert_int_equal(signs_in(ALICE, "Deputies"), STATUS_OK);
  expect_role(ALICE, ROLE_ADMIN, ROLE_BY_GROUP);
  assert_int_equal(unmap_group("Deputies"), STATUS_OK);
  expect_role(ALICE, ROLE_VIEWER, ROLE_BY_MEMBERSHIP);
}

// An admin's for a time is no group's to take, and leaves what was there before.
static void K10_a_role_for_a_time_comes_before_the_groups_and_leaves_them_as_they_were(void **state)
{
  (void)state;
  const struct member_role in = {
      .org = "acme", .email = ALICE, .role = ROLE_ADMIN, .ending = {.until_s = clock_now_s() + 3600, .reason = "work"}};
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(map_role(CHIEFS), STATUS_OK);
  assert_int_equal(signs_in(ALICE, ""), STATUS_OK);
  struct member_changed changed;
  assert_int_equal(make(change_member_role(&in, &changed)), STATUS_OK);
  assert_int_equal(signs_in(ALICE, CHIEFS), STATUS_OK);
  assert_int_equal(signs_in(ALICE, ""), STATUS_OK);
  expect_role(ALICE, ROLE_ADMIN, ROLE_BY_MEMBERSHIP);
  const struct membership membership = membership_of(ALICE);
  assert_int_equal(membership_own_role(&membership), ROLE_VIEWER);
  assert_int_equal(give_role(ALICE, ROLE_VIEWER), STATUS_OK);
  expect_role(ALICE, ROLE_VIEWER, ROLE_BY_HAND);
}

// However many mappings there are before it in the order.
static void a_role_is_given_beside_as_many_groups_as_there_may_be(void **state)
{
  struct bytes names CLEANUP(bytes_done) = BYTES_EMPTY;
  char provider[32];
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  for (int i = 0; i < GIVEN_GROUPS_MAX + 4; i++) {
    (void)snprintf(provider, sizeof provider, "A%02d", i);
    assert_int_equal(map_group(provider, "many"), STATUS_OK);
    assert_int_equal(bytes_append_text(&names, provider), STATUS_OK);
    assert_int_equal(bytes_append_text(&names, "|"), STATUS_OK);
  }
  assert_int_equal(map_role("Zz"), STATUS_OK);
  assert_int_equal(bytes_append_text(&names, "Zz"), STATUS_OK);
  assert_int_equal(signs_in(ALICE, bytes_text(&names)), STATUS_OK);
  expect_role(ALICE, ROLE_ADMIN, ROLE_BY_GROUP);
  assert_int_equal(signs_in(ALICE, bytes_text(&names)), STATUS_OK);
  expect_detail("sso"); // it stays the same
  assert_int_equal(unmap_group("Zz"), STATUS_OK);
  expect_role(ALICE, ROLE_VIEWER, ROLE_BY_MEMBERSHIP);
}

// Somebody has signed in with a code, and an admin expects an identity: that proves no address (POLICY S6).
static void H63_no_group_makes_an_admin_of_an_account_that_somebody_else_may_have_used(void **state)
{
  struct store_txn *txn = NULL;
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(map_role(CHIEFS), STATUS_OK);
  assert_int_equal(add_member(ALICE), STATUS_OK);
  struct account account = get_account(ALICE);
  account.code_used = 1;
  assert_int_equal(store_lock(store), STATUS_OK);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  assert_int_equal(account_update(txn, &account), STATUS_OK);
  assert_int_equal(account_here_put(txn, account.id, &(struct account_here){.last_sign_in_at_s = 1}), STATUS_OK);
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
  assert_int_equal(link_identity(ALICE, ALICE), STATUS_OK);
  assert_int_equal(signs_in(ALICE, CHIEFS), STATUS_OK);
  assert_string_equal(sign_in_result.decision.row, "S3");
  expect_role(ALICE, ROLE_VIEWER, ROLE_BY_MEMBERSHIP);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(a_mapped_role_is_given_at_a_sign_in_and_taken_back_at_the_next),
      STORE_TEST(what_an_admin_gave_by_hand_no_group_takes),
      STORE_TEST(what_an_admin_took_by_hand_no_group_gives_back),
      STORE_TEST(a_role_that_came_with_the_membership_is_not_the_groups_to_take),
      STORE_TEST(the_owner_is_untouched_and_who_was_one_is_an_admin_by_hand),
      STORE_TEST(W8_a_role_comes_through_a_confirmed_connection_alone),
      STORE_TEST(a_role_goes_at_once_with_its_mapping_the_suspension_and_the_last_of_several_groups),
      STORE_TEST(K10_a_role_for_a_time_comes_before_the_groups_and_leaves_them_as_they_were),
      STORE_TEST(a_role_is_given_beside_as_many_groups_as_there_may_be),
      STORE_TEST(H63_no_group_makes_an_admin_of_an_account_that_somebody_else_may_have_used),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

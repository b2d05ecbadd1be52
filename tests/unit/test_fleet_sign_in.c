// SPDX-License-Identifier: Apache-2.0
// What sign-ins change of what hosts share: on that host alone, told, or refused.
#include <string.h>

#include "change/account_values.h"
#include "change/fleet_sign_in.h"
#include "change/group.h"
#include "change/identity.h"
#include "change/password.h"
#include "fleet_ground.h"
#include "protocol/group_list.h"
#include "sign_ins.h"
#include "store/accounts.h"
#include "store/pending_links.h"

#define CAROL "carol@acme.test"

static const char OLD[] = "a long password of hers";

static void on_a_member_host(void)
{
  on_another_host();
  assert_int_equal(take_over(0, engine.count, STATUS_OK).clashes, 0);
}

static void take_all_again(void)
{
  assert_int_equal(take_over(0, engine.count, STATUS_OK).clashes, 0);
}

// What an admin makes of the account elsewhere, as a row of it.
static void change_elsewhere(const char *who, void (*change)(struct account *account))
{
  struct fleet_row row = {.kind = FLEET_ACCOUNT};
  struct fleet_rows rows = {.count = 0};
  struct fleet_row *added_row = NULL;
  struct account account = {.id = 0};
  row.account_id = get_account(who).id;
  for (size_t i = 0; i < engine.count; i++) { // the last of it that was told
    const struct bytes *record = &engine.list[i].record;
    if (engine.list[i].kind == FLEET_ACCOUNT && engine.list[i].account_id == row.account_id) {
      account = (struct account){.id = 0};
      assert_int_equal(record_decode(&ACCOUNT_RECORD, record->data, record->length, &account), STATUS_OK);
    }
  }
  change(&account);
  assert_int_equal(fleet_rows_add(&rows, &row, &added_row), STATUS_OK);
  assert_int_equal(fleet_row_pack(added_row, &ACCOUNT_RECORD, &account), STATUS_OK);
  (void)apply_now(&rows, STATUS_OK);
  fleet_rows_done(&rows);
}

static void give_shell(struct account *account)
{
  (void)snprintf(account->shell, sizeof account->shell, "/bin/sh");
}

static void give_name(struct account *account)
{
  (void)snprintf(account->name, sizeof account->name, "By an admin");
}

static void the_name_that_a_sign_in_brings_stays_until_an_admin_gives_another(void **state)
{
  (void)state;
  fill_fleet();
  on_a_member_host();
  assert_int_equal(sign_in(ALICE, ALICE, "subject-alice"), STATUS_OK);
  assert_string_equal(get_account(ALICE).name, "Some Name");
  assert_int_equal(get_account(ALICE).email_proven, 1);
  take_all_again();
  assert_string_equal(get_account(ALICE).name, "Some Name");
  assert_int_equal(get_account(ALICE).email_proven, 1);
  change_elsewhere(ALICE, give_shell);
  assert_string_equal(get_account(ALICE).shell, "/bin/sh");
  assert_string_equal(get_account(ALICE).name, "Some Name");
  change_elsewhere(ALICE, give_name);
  assert_string_equal(get_account(ALICE).name, "By an admin");
  assert_int_equal(get_account(ALICE).email_proven, 1);
}

static struct membership member_here(const char *who)
{
  struct membership membership;
  const struct account account = get_account(who);
  const struct org org = stored_org("acme");
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_int_equal(membership_get(txn, account.id, org.id, &membership), STATUS_OK);
  return membership;
}

static void sign_in_as_admin(void)
{
  struct bytes groups CLEANUP(bytes_done) = BYTES_EMPTY;
  assert_int_equal(group_list_add(&groups, "admins"), STATUS_OK);
  assert_int_equal(sign_in_with(CAROL, CAROL, "subject-carol", &groups), STATUS_OK);
  assert_int_equal(member_here(CAROL).role, ROLE_ADMIN);
}

static void map_role(void)
{
  assert_int_equal(make(change_group_map_role(&(struct group_map_role){"acme", "admins"}, &done)), STATUS_OK);
  assert_int_equal(add_member(CAROL), STATUS_OK);
}

// As an admin of another host has said it.
static void make_viewer_by_hand(const char *who)
{
  struct membership membership = member_here(who);
  struct fleet_row row = {.kind = FLEET_MEMBERSHIP, .org_id = membership.org_id, .account_id = membership.account_id};
  struct fleet_rows rows = {.count = 0};
  struct fleet_row *added_row = NULL;
  membership.role = ROLE_VIEWER;
  membership.role_by = ROLE_BY_HAND;
  assert_int_equal(fleet_rows_add(&rows, &row, &added_row), STATUS_OK);
  assert_int_equal(fleet_row_pack(added_row, &MEMBERSHIP_RECORD, &membership), STATUS_OK);
  (void)apply_now(&rows, STATUS_OK);
  fleet_rows_done(&rows);
}

static void a_role_by_a_group_stays_until_an_admin_says_another_by_hand(void **state)
{
  (void)state;
  fill_fleet();
  map_role();
  sign_in_as_admin();
  take_all_again();
  assert_int_equal(member_here(CAROL).role, ROLE_ADMIN);
  make_viewer_by_hand(CAROL); // what the fleet had, but for by whom
  assert_int_equal(member_here(CAROL).role, ROLE_VIEWER);
  assert_int_equal(member_here(CAROL).role_by, ROLE_BY_HAND);
}

static void what_an_admin_says_on_the_very_host_is_so(void **state)
{
  (void)state;
  fill_fleet();
  map_role();
  sign_in_as_admin();
  assert_int_equal(give_role(CAROL, ROLE_VIEWER), STATUS_OK);
  assert_int_equal(member_here(CAROL).role, ROLE_VIEWER);
  take_all_again();
  assert_int_equal(member_here(CAROL).role, ROLE_VIEWER);
}

// What is so on this host alone goes nowhere with what an admin changes beside it.
static void what_is_so_on_one_host_alone_is_on_no_other(void **state)
{
  (void)state;
  fill_fleet();
  assert_int_equal(sign_in(ALICE, ALICE, "subject-alice"), STATUS_OK);
  assert_int_equal(get_account(ALICE).email_proven, 1);
  assert_int_equal(lock_account(ALICE), STATUS_OK);
  assert_int_equal(get_account(ALICE).status, ACCOUNT_LOCKED);
  assert_string_equal(get_account(ALICE).name, "Some Name");
  assert_int_equal(get_account(ALICE).email_proven, 1);
  take_all_again();
  assert_string_equal(get_account(ALICE).name, "Some Name");
  on_a_member_host();
  assert_int_equal(get_account(ALICE).status, ACCOUNT_LOCKED);
  assert_string_equal(get_account(ALICE).name, "");
  assert_int_equal(get_account(ALICE).email_proven, 0);
}

static bool is_expected(const char *who)
{
  struct pending_link link;
  const struct account account = get_account(who);
  const struct org org = stored_org("acme");
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  enum status status = pending_link_of_account(txn, account.id, org.id, &link);
  assert_true(status == STATUS_OK || status == STATUS_NOT_FOUND);
  return status == STATUS_OK;
}

static void expect(const char *who, const char *email)
{
  struct identity_linked linked;
  assert_int_equal(make(change_identity_expect(&(struct identity_expect){"acme", who, email}, &linked)), STATUS_OK);
}

static void an_identity_that_was_expected_comes_once_on_each_host(void **state)
{
  (void)state;
  fill_fleet();
  expect(ALICE, "alice@idp.test");
  on_a_member_host();
  assert_true(is_expected(ALICE));
  assert_int_equal(sign_in(ALICE, ALICE, "subject-alice"), STATUS_OK);
  assert_false(is_expected(ALICE));
  take_all_again();
  assert_false(is_expected(ALICE));
  on_a_member_host();
  assert_true(is_expected(ALICE));
}

static void what_is_expected_anew_is_expected_where_it_had_come_before(void **state)
{
  (void)state;
  fill_fleet();
  expect(ALICE, "alice@idp.test");
  size_t before = engine.count;
  expect(ALICE, "alice@other.test");
  size_t other = engine.count;
  on_another_host();
  (void)take_over(0, before, STATUS_OK);
  assert_int_equal(sign_in(ALICE, ALICE, "subject-alice"), STATUS_OK);
  assert_false(is_expected(ALICE));
  (void)take_over(before, other, STATUS_OK);
  assert_true(is_expected(ALICE));
}

static enum status change_own(const char *new_hash)
{
  static char old_hash[PASSWORD_HASH_SIZE];
  (void)snprintf(old_hash, sizeof old_hash, "%s", get_account(ALICE).password);
  return make(change_password_change(&(struct password_change){ALICE, old_hash, new_hash}, &done));
}

static void a_new_password_is_told_on_an_admin_host_and_refused_on_others(void **state)
{
  (void)state;
  fill_fleet();
  assert_int_equal(set_password(ALICE, OLD), STATUS_OK);
  size_t told = pushes;
  uint64_t events = count(TABLE_AUDIT);
  assert_int_equal(change_own("$y$another"), STATUS_OK);
  assert_int_equal(pushes, told + 1);
  assert_int_equal(count(TABLE_AUDIT), events + 1);
  assert_string_equal(get_account(ALICE).password, "$y$another");
  assert_int_equal(seen_here(ALICE).password_tried, 1);
  on_a_member_host();
  assert_string_equal(get_account(ALICE).password, "$y$another");
  assert_int_equal(change_own("$y$third"), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "admin.example"));
  assert_string_equal(get_account(ALICE).password, "$y$another");
}

static void a_new_password_that_the_engine_does_not_take_is_none(void **state)
{
  (void)state;
  fill_fleet();
  assert_int_equal(set_password(ALICE, OLD), STATUS_OK);
  const struct account before = get_account(ALICE);
  refuses = STATUS_IO;
  assert_int_equal(change_own("$y$another"), STATUS_IO);
  assert_string_equal(get_account(ALICE).password, before.password);
}

static void that_only_one_way_counts_is_no_member_hosts_to_say(void **state)
{
  (void)state;
  fill_fleet();
  assert_int_equal(set_setting("on-link", "sso-only"), STATUS_OK);
  on_a_member_host();
  assert_int_equal(sign_in(ALICE, ALICE, "subject-alice"), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "admin.example"));
  assert_int_equal(get_account(ALICE).sso_only_org, 0);
}

// Rows as a sign-in would have made them, of which no rule speaks.
static enum status judge(struct fleet_row row, const struct account *before, const struct account *now)
{
  struct fleet_rows rows = {.count = 0};
  struct fleet_row *added_row = NULL;
  const struct fleet_claims nothing = {.count = 0};
  struct fleet_judgement judged;
  assert_int_equal(fleet_rows_add(&rows, &row, &added_row), STATUS_OK);
  if (before != NULL) {
    assert_int_equal(record_encode(&ACCOUNT_RECORD, before, &added_row->before), STATUS_OK);
    assert_int_equal(record_encode(&ACCOUNT_RECORD, now, &added_row->record), STATUS_OK);
  }
  enum status status = fleet_judge_sign_in(&rows, &nothing, &error, &judged);
  fleet_rows_done(&rows);
  return status;
}

static void whatever_no_rule_is_about_is_refused(void **state)
{
  const struct account before = {.id = STORE_ID_RANDOM, .uid = 70001, .login = "alice"};
  struct account now = before;
  (void)state;
  (void)snprintf(now.name, sizeof now.name, "Another");
  assert_int_equal(judge((struct fleet_row){.kind = FLEET_ACCOUNT}, &before, &now), STATUS_OK);
  now.uid = 70002;
  assert_int_equal(judge((struct fleet_row){.kind = FLEET_ACCOUNT}, &before, &now), STATUS_REFUSED);
  now = before;
  now.status = ACCOUNT_LOCKED;
  assert_int_equal(judge((struct fleet_row){.kind = FLEET_ACCOUNT}, &before, &now), STATUS_REFUSED);
  for (int kind = 0; kind < FLEET_KIND_COUNT; kind++) {
    bool used_up = kind == FLEET_PENDING || kind == FLEET_INVITE;
    enum status wanted = used_up ? STATUS_OK : STATUS_REFUSED;
    assert_int_equal(judge((struct fleet_row){.kind = (enum fleet_kind)kind, .gone = true}, NULL, NULL), wanted);
    if (kind != FLEET_ACCOUNT && kind != FLEET_MEMBERSHIP) { // what comes of these is claimed
      assert_int_equal(judge((struct fleet_row){.kind = (enum fleet_kind)kind, .is_new = true}, NULL, NULL),
                       STATUS_REFUSED);
      assert_int_equal(judge((struct fleet_row){.kind = (enum fleet_kind)kind}, NULL, NULL), STATUS_REFUSED);
    }
  }
}

static void each_rule_has_a_line_for_people(void **state)
{
  (void)state;
  for (size_t i = 0; i < FLEET_RULE_COUNT; i++) {
    bool field = FLEET_RULES[i].turn == FLEET_CHANGES || FLEET_RULES[i].turn == FLEET_EMPTIES;
    assert_true(FLEET_RULES[i].line[0] != '\0');
    assert_int_equal(FLEET_RULES[i].field.size > 0, field);
  }
}

static void what_was_kept_of_an_org_goes_with_it(void **state)
{
  (void)state;
  fill_fleet();
  expect(ALICE, "alice@idp.test");
  on_a_member_host();
  uint64_t before = count(TABLE_FLEET);
  assert_int_equal(sign_in(ALICE, ALICE, "subject-alice"), STATUS_OK);
  assert_true(count(TABLE_FLEET) >= before + 2); // of the account, and of what was expected
  int64_t acme = stored_org("acme").id;
  assert_int_equal(make(change_fleet_drop(&acme, &done)), STATUS_OK);
  assert_int_equal(count(TABLE_FLEET), before);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      FLEET_TEST(the_name_that_a_sign_in_brings_stays_until_an_admin_gives_another),
      FLEET_TEST(a_role_by_a_group_stays_until_an_admin_says_another_by_hand),
      FLEET_TEST(what_an_admin_says_on_the_very_host_is_so),
      FLEET_TEST(what_is_so_on_one_host_alone_is_on_no_other),
      FLEET_TEST(an_identity_that_was_expected_comes_once_on_each_host),
      FLEET_TEST(what_is_expected_anew_is_expected_where_it_had_come_before),
      FLEET_TEST(a_new_password_is_told_on_an_admin_host_and_refused_on_others),
      FLEET_TEST(a_new_password_that_the_engine_does_not_take_is_none),
      FLEET_TEST(that_only_one_way_counts_is_no_member_hosts_to_say),
      FLEET_TEST(whatever_no_rule_is_about_is_refused),
      FLEET_TEST(each_rule_has_a_line_for_people),
      FLEET_TEST(what_was_kept_of_an_org_goes_with_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

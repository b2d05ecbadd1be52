// SPDX-License-Identifier: Apache-2.0
// Rows that a host does not take over: what is its own stays, whatever an engine or another host says.
#include <string.h>

#include "base/cleanup.h"
#include "change/org.h"
#include "fleet_ground.h"
#include "store/fleet.h"
#include "store/numbers_store.h"
#include "store/orgs.h"

static const struct fleet_row *find_row(enum fleet_kind kind, const char *email)
{
  for (size_t i = engine.count; i > 0; i--) {
    const struct fleet_row *row = &engine.list[i - 1];
    struct account account = {.id = 0};
    if (row->kind == kind && kind != FLEET_ACCOUNT) {
      return row;
    }
    if (row->kind == kind &&
        record_decode(&ACCOUNT_RECORD, row->record.data, row->record.length, &account) == STATUS_OK &&
        strcmp(account.email, email) == 0) {
      return row;
    }
  }
  fail_msg("no row of %s", email);
  return NULL;
}

static struct account account_of(const struct fleet_row *row)
{
  struct account account = {.id = 0};
  assert_int_equal(record_decode(&ACCOUNT_RECORD, row->record.data, row->record.length, &account), STATUS_OK);
  return account;
}

// One row, as somebody has written it.
static struct fleet_applied apply_one(struct fleet_row row, const struct record_type *type, const void *value,
                                      enum status wanted)
{
  struct fleet_row *one = NULL;
  struct fleet_rows rows = {.count = 0};
  assert_int_equal(fleet_rows_add(&rows, &row, &one), STATUS_OK);
  assert_int_equal(fleet_row_pack(one, type, value), STATUS_OK);
  const struct fleet_applied applied = apply_now(&rows, wanted);
  fleet_rows_done(&rows);
  return applied;
}

static void on_full_member_host(void)
{
  fill_fleet();
  on_another_host();
  for (size_t i = 0; i < engine.count; i++) {
    (void)take_over(i, i + 1, STATUS_OK);
  }
}

static void no_row_names_what_is_this_hosts_own(void **state)
{
  (void)state;
  on_full_member_host();
  assert_int_equal(create_org("own", "boss@own.test"), STATUS_OK);
  struct account own = get_account("boss@own.test");
  assert_true(own.id < STORE_ID_FLEET);
  const struct fleet_row gone = {.kind = FLEET_ACCOUNT, .account_id = own.id, .gone = true};
  (void)apply_one(gone, &ACCOUNT_RECORD, &own, STATUS_CORRUPT);
  const struct fleet_row changed = {.kind = FLEET_ACCOUNT, .account_id = own.id};
  (void)apply_one(changed, &ACCOUNT_RECORD, &own, STATUS_CORRUPT);
  const struct membership membership = {.account_id = own.id, .org_id = stored_org("acme").id};
  const struct fleet_row drawn = {.kind = FLEET_MEMBERSHIP, .org_id = membership.org_id, .account_id = own.id};
  (void)apply_one(drawn, &MEMBERSHIP_RECORD, &membership, STATUS_CORRUPT);
  assert_int_equal(get_account("boss@own.test").id, own.id);
}

static void no_account_has_another_group_than_its_own_or_is_mapped(void **state)
{
  (void)state;
  on_full_member_host();
  const struct fleet_row *row = find_row(FLEET_ACCOUNT, ALICE);
  struct account account = account_of(row);
  uint32_t uid = account.uid;
  account.gid = 0;
  assert_int_equal(apply_one(*row, &ACCOUNT_RECORD, &account, STATUS_OK).clashes, 1);
  account.gid = uid;
  account.mapped = 1;
  assert_int_equal(apply_one(*row, &ACCOUNT_RECORD, &account, STATUS_OK).clashes, 1);
  account = get_account(ALICE);
  assert_int_equal(account.gid, uid);
  assert_int_equal(account.mapped, 0);
}

static void nothing_is_renamed_onto_a_name_of_this_host(void **state)
{
  (void)state;
  on_full_member_host();
  const struct fleet_row *row = find_row(FLEET_ACCOUNT, ALICE);
  struct account account = account_of(row);
  (void)snprintf(account.login, sizeof account.login, "daemon");
  assert_int_equal(apply_one(*row, &ACCOUNT_RECORD, &account, STATUS_OK).clashes, 1);
  assert_string_equal(get_account(ALICE).login, ALICE);
  struct org org = stored_org("acme");
  const struct fleet_row of_org = {.kind = FLEET_ORG, .org_id = org.id};
  (void)snprintf(org.slug, sizeof org.slug, "daemon");
  assert_int_equal(apply_one(of_org, &ORG_RECORD, &org, STATUS_OK).clashes, 1);
  assert_int_equal(stored_org("acme").id, org.id);
}

static void a_domain_of_an_org_of_this_hosts_own_stays_its(void **state)
{
  (void)state;
  fill_fleet();
  on_another_host();
  assert_int_equal(create_org("own", "boss@own.test"), STATUS_OK);
  assert_int_equal(add_domain("own", "acme.test"), STATUS_OK);
  assert_int_equal(verify_domain("own", "acme.test"), STATUS_OK);
  int64_t own = stored_org("own").id;
  size_t clashes = 0;
  for (size_t i = 0; i < engine.count; i++) {
    clashes += take_over(i, i + 1, STATUS_OK).clashes;
  }
  assert_true(clashes > 0);
  struct store_txn *txn = read_txn();
  int64_t owner = 0;
  assert_int_equal(domain_owner(txn, "acme.test", &owner), STATUS_OK);
  store_abort(&txn);
  assert_int_equal(owner, own);
}

static void who_is_gone_from_the_fleet_and_owns_an_org_here_is_locked_and_the_rest_goes_on(void **state)
{
  (void)state;
  on_full_member_host();
  assert_int_equal(create_org("own", ALICE), STATUS_OK);
  const struct fleet_row *row = find_row(FLEET_ACCOUNT, ALICE);
  const struct account account = account_of(row);
  struct fleet_row gone = *row;
  gone.gone = true;
  assert_int_equal(apply_one(gone, &ACCOUNT_RECORD, &account, STATUS_OK).clashes, 1);
  assert_int_equal(get_account(ALICE).status, ACCOUNT_LOCKED);
  assert_int_equal(stored_org("own").owner_id, account.id);
}

static void who_is_in_no_org_of_a_member_host_any_more_is_not_on_it(void **state)
{
  (void)state;
  fill_fleet();
  assert_int_equal(remove_member(BOB), STATUS_OK);
  assert_int_equal(get_account(BOB).status, ACCOUNT_ACTIVE); // an admin host keeps them
  on_another_host();
  for (size_t i = 0; i < engine.count; i++) {
    (void)take_over(i, i + 1, STATUS_OK);
  }
  struct store_txn *txn = read_txn();
  bool removed = true;
  assert_int_equal(account_by_email(txn, BOB, &(struct account){.id = 0}), STATUS_NOT_FOUND);
  assert_int_equal(account_was_removed(txn, BOB, &removed), STATUS_OK);
  assert_false(removed); // and may come back by a sign-in
  store_abort(&txn);
}

static void of_what_came_twice_the_last_counts(void **state)
{
  (void)state;
  fill_fleet();
  struct fleet_rows twice = {.count = 0};
  for (size_t i = 0; i < engine.count; i++) {
    struct fleet_row *row = NULL;
    assert_int_equal(fleet_rows_add(&twice, &engine.list[i], &row), STATUS_OK);
    assert_int_equal(bytes_append(&row->record, engine.list[i].record.data, engine.list[i].record.length), STATUS_OK);
  }
  fleet_rows_keep_last(&twice);
  assert_true(twice.count < engine.count);
  fleet_rows_sort(&twice);
  struct picture here = take_picture();
  on_another_host();
  (void)apply_now(&twice, STATUS_OK);
  struct picture there = take_picture();
  same_pictures(&here, &there);
  fleet_rows_done(&twice);
}

static void a_number_that_is_taken_in_the_fleet_comes_with_what_has_it_alone(void **state)
{
  (void)state;
  on_full_member_host();
  const struct account alice = get_account(ALICE);
  struct fleet_row gone = *find_row(FLEET_ACCOUNT, ALICE);
  gone.gone = true;
  (void)apply_one(gone, &ACCOUNT_RECORD, &alice, STATUS_OK);
  struct fleet_row other = *find_row(FLEET_ACCOUNT, BOSS);
  struct account heir = account_of(&other);
  other.account_id = heir.id = heir.id + 1;
  heir.uid = heir.gid = alice.uid;
  (void)snprintf(heir.login, sizeof heir.login, "heir@acme.test");
  (void)snprintf(heir.email, sizeof heir.email, "heir@acme.test");
  assert_int_equal(apply_one(other, &ACCOUNT_RECORD, &heir, STATUS_OK).clashes, 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      FLEET_TEST(no_row_names_what_is_this_hosts_own),
      FLEET_TEST(no_account_has_another_group_than_its_own_or_is_mapped),
      FLEET_TEST(nothing_is_renamed_onto_a_name_of_this_host),
      FLEET_TEST(a_domain_of_an_org_of_this_hosts_own_stays_its),
      FLEET_TEST(who_is_gone_from_the_fleet_and_owns_an_org_here_is_locked_and_the_rest_goes_on),
      FLEET_TEST(who_is_in_no_org_of_a_member_host_any_more_is_not_on_it),
      FLEET_TEST(of_what_came_twice_the_last_counts),
      FLEET_TEST(a_number_that_is_taken_in_the_fleet_comes_with_what_has_it_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

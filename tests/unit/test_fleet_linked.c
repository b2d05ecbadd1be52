// SPDX-License-Identifier: Apache-2.0
// Identities in a fleet: what an admin links or unlinks holds on every host, and what a sign-in links on its own.
#include "change/identity.h"
#include "fleet_ground.h"
#include "sign_ins.h"
#include "store/accounts.h"
#include "store/linked.h"
#include "store/orgs.h"

// The subject that is the account's at acme's provider on this host; "" for none.
static const char *subject_of(const char *who)
{
  static struct identity identity;
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  const struct account account = get_account(who);
  const struct org org = stored_org("acme");
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_int_equal(connection_get(txn, org.id, CONNECTION_ACTIVE, &connection), STATUS_OK);
  enum status status = identity_of_account(txn, account.id, &connection, &identity);
  assert_true(status == STATUS_OK || status == STATUS_NOT_FOUND);
  return status == STATUS_OK ? identity.subject : "";
}

static void on_a_host_with_everybody(size_t count)
{
  on_another_host();
  assert_int_equal(take_over(0, count, STATUS_OK).clashes, 0);
}

static void whom_an_admin_links_is_linked_on_every_host(void **state)
{
  (void)state;
  fill_fleet();
  size_t first = engine.count;
  assert_int_equal(resume_member(BOB), STATUS_OK);
  assert_int_equal(link_identity(BOB, "subject-bob"), STATUS_OK);
  assert_string_equal(subject_of(BOB), "subject-bob");
  on_a_host_with_everybody(first);
  assert_string_equal(subject_of(BOB), "");
  (void)take_over(first, engine.count, STATUS_OK);
  assert_string_equal(subject_of(BOB), "subject-bob");
  assert_int_equal(sign_in(BOB, "another@acme.test", "subject-bob"), STATUS_OK);
}

static void whom_a_sign_in_links_is_linked_on_that_host_alone(void **state)
{
  (void)state;
  fill_fleet();
  size_t before = pushes;
  assert_int_equal(sign_in(ALICE, ALICE, "subject-alice"), STATUS_OK);
  assert_int_equal(pushes, before);
  on_a_host_with_everybody(engine.count);
  assert_string_equal(subject_of(ALICE), "");
}

static void whom_an_admin_links_though_a_sign_in_has_is_linked_on_every_host(void **state)
{
  (void)state;
  fill_fleet();
  assert_int_equal(sign_in(ALICE, ALICE, "subject-alice"), STATUS_OK);
  assert_int_equal(link_identity(ALICE, "subject-alice"), STATUS_OK);
  size_t told = pushes;
  assert_int_equal(link_identity(ALICE, "subject-alice"), STATUS_OK); // and once is enough
  assert_int_equal(pushes, told);
  on_a_host_with_everybody(engine.count);
  assert_string_equal(subject_of(ALICE), "subject-alice");
}

static void whom_an_admin_unlinks_is_unlinked_on_a_host_that_had_linked_them_by_itself(void **state)
{
  (void)state;
  fill_fleet();
  size_t first = engine.count;
  assert_int_equal(unlink_identity(ALICE), STATUS_OK); // of whom this host knows nothing
  assert_int_equal(pushes, 13);
  on_a_host_with_everybody(first);
  assert_int_equal(sign_in(ALICE, ALICE, "subject-alice"), STATUS_OK);
  assert_string_equal(subject_of(ALICE), "subject-alice");
  (void)take_over(first, engine.count, STATUS_OK);
  assert_string_equal(subject_of(ALICE), "");
}

static void who_signs_in_after_they_were_unlinked_stays_linked_when_it_is_said_again(void **state)
{
  (void)state;
  fill_fleet();
  size_t first = engine.count;
  assert_int_equal(unlink_identity(ALICE), STATUS_OK);
  on_a_host_with_everybody(engine.count);
  assert_int_equal(sign_in(ALICE, ALICE, "subject-alice"), STATUS_OK);
  (void)take_over(first, engine.count, STATUS_OK);
  (void)take_over(0, engine.count, STATUS_OK);
  assert_string_equal(subject_of(ALICE), "subject-alice");
}

static void an_identity_that_an_admin_links_is_nobody_elses_on_a_host_that_had_linked_it(void **state)
{
  (void)state;
  fill_fleet();
  size_t first = engine.count;
  assert_int_equal(resume_member(BOB), STATUS_OK);
  assert_int_equal(link_identity(BOB, "subject-alice"), STATUS_OK);
  on_a_host_with_everybody(first);
  assert_int_equal(sign_in(ALICE, ALICE, "subject-alice"), STATUS_OK);
  (void)take_over(first, engine.count, STATUS_OK);
  assert_string_equal(subject_of(BOB), "subject-alice");
  assert_string_equal(subject_of(ALICE), "");
}

static void who_comes_to_a_host_later_is_linked_there_as_an_admin_has_said_before(void **state)
{
  (void)state;
  fill_fleet();
  size_t first = engine.count;
  assert_int_equal(link_identity(ALICE, "subject-alice"), STATUS_OK);
  size_t after = engine.count;
  on_another_host();
  struct fleet_rows most = {.count = 0};
  struct fleet_row *added_row = NULL;
  for (size_t i = 0; i < first; i++) { // all but people
    const struct fleet_row *row = &engine.list[i];
    if (row->kind != FLEET_ACCOUNT && row->kind != FLEET_MEMBERSHIP) {
      assert_int_equal(fleet_rows_add(&most, row, &added_row), STATUS_OK);
      assert_int_equal(bytes_append(&added_row->record, row->record.data, row->record.length), STATUS_OK);
    }
  }
  fleet_rows_sort(&most);
  (void)apply_now(&most, STATUS_OK);
  fleet_rows_done(&most);
  (void)take_over(first, after, STATUS_OK);
  (void)take_over(0, first, STATUS_OK);
  assert_string_equal(subject_of(ALICE), "subject-alice");
}

static void what_an_org_that_goes_had_said_goes_along(void **state)
{
  int64_t acme = 0;
  (void)state;
  fill_fleet();
  assert_int_equal(link_identity(ALICE, "subject-alice"), STATUS_OK);
  acme = stored_org("acme").id;
  assert_int_equal(count(TABLE_LINKED), 1);
  assert_int_equal(make(change_fleet_drop(&acme, &done)), STATUS_OK);
  assert_int_equal(count(TABLE_LINKED), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      FLEET_TEST(whom_an_admin_links_is_linked_on_every_host),
      FLEET_TEST(whom_a_sign_in_links_is_linked_on_that_host_alone),
      FLEET_TEST(whom_an_admin_links_though_a_sign_in_has_is_linked_on_every_host),
      FLEET_TEST(whom_an_admin_unlinks_is_unlinked_on_a_host_that_had_linked_them_by_itself),
      FLEET_TEST(who_signs_in_after_they_were_unlinked_stays_linked_when_it_is_said_again),
      FLEET_TEST(an_identity_that_an_admin_links_is_nobody_elses_on_a_host_that_had_linked_it),
      FLEET_TEST(who_comes_to_a_host_later_is_linked_there_as_an_admin_has_said_before),
      FLEET_TEST(what_an_org_that_goes_had_said_goes_along),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

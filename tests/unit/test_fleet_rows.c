// SPDX-License-Identifier: Apache-2.0
// What an admin host of a fleet changes becomes rows, which its own store and those of other hosts take over.
#include <string.h>

#include "base/cleanup.h"
#include "change/org.h"
#include "fleet_ground.h"
#include "sign_ins.h"
#include "store/audit.h"
#include "store/fleet.h"
#include "store/numbers_store.h"
#include "store/orgs.h"

static void all_that_is_changed_is_told_and_another_host_has_the_same(void **state)
{
  (void)state;
  fill_fleet();
  assert_int_equal(pushes, 12);
  const struct org acme = stored_org("acme");
  const struct account boss = get_account(BOSS);
  assert_true(acme.id >= STORE_ID_RANDOM && boss.id >= STORE_ID_RANDOM);
  struct picture here = take_picture();
  assert_true(here.tables[0].length > 0);
  on_another_host();
  for (size_t i = 0; i < engine.count; i++) {
    assert_int_equal(take_over(i, i + 1, STATUS_OK).clashes, 0); // in the order in which they came
  }
  struct picture there = take_picture();
  same_pictures(&here, &there);
  assert_int_equal(get_account(BOSS).uid, boss.uid);
  assert_int_equal(stored_org("acme").gid, acme.gid);
}

static void all_at_once_and_twice_it_is_the_same(void **state)
{
  (void)state;
  fill_fleet();
  struct picture here = take_picture();
  on_another_host();
  // The last of each alone, as an engine has it.
  struct fleet_rows last = {.count = 0};
  for (size_t i = 0; i < engine.count; i++) {
    bool newer = false;
    for (size_t j = i + 1; j < engine.count; j++) {
      const struct fleet_row *a = &engine.list[i];
      const struct fleet_row *b = &engine.list[j];
      newer = newer || (a->kind == b->kind && a->org_id == b->org_id && a->account_id == b->account_id &&
                        strcmp(a->key, b->key) == 0);
    }
    if (!newer) {
      struct fleet_row *row = NULL;
      assert_int_equal(fleet_rows_add(&last, &engine.list[i], &row), STATUS_OK);
      assert_int_equal(bytes_append(&row->record, engine.list[i].record.data, engine.list[i].record.length), STATUS_OK);
    }
  }
  fleet_rows_sort(&last);
  for (int i = 0; i < 2; i++) {
    assert_int_equal(apply_now(&last, STATUS_OK).clashes, 0);
  }
  struct picture there = take_picture();
  same_pictures(&here, &there);
  fleet_rows_done(&last);
}

static void what_goes_goes_everywhere(void **state)
{
  (void)state;
  fill_fleet();
  const struct account bob = get_account(BOB);
  assert_int_equal(remove_account(BOB), STATUS_OK);
  assert_int_equal(unmap_group("staff"), STATUS_OK);
  assert_int_equal(remove_connection(), STATUS_OK);
  assert_int_equal(remove_domain("acme", "acme.test"), STATUS_OK);
  struct picture here = take_picture();
  int64_t acme = stored_org("acme").id;
  on_another_host();
  for (size_t i = 0; i < engine.count; i++) {
    (void)take_over(i, i + 1, STATUS_OK);
  }
  struct picture there = take_picture();
  same_pictures(&here, &there);
  struct store_txn *txn = read_txn();
  struct number use;
  assert_int_equal(account_by_email(txn, BOB, &(struct account){.id = 0}), STATUS_NOT_FOUND);
  assert_int_equal(numbers_get(txn, bob.uid, &use), STATUS_OK);
  assert_int_equal(use.use, NUMBER_ELSEWHERE);
  store_abort(&txn);
  assert_int_equal(make(change_fleet_drop(&acme, &done)), STATUS_OK);
  assert_int_equal(count(TABLE_ORGS), 0);
  assert_int_equal(count(TABLE_ACCOUNTS), 0); // they were there for the org
  assert_int_equal(count(TABLE_MEMBERSHIPS), 0);
}

static bool was_removed(const char *name)
{
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  bool removed = false;
  assert_int_equal(account_was_removed(txn, name, &removed), STATUS_OK);
  return removed;
}

// Also where they had never been.
static void S14_who_is_retired_may_come_as_somebody_new_on_every_host_and_who_is_removed_may_not(void **state)
{
  (void)state;
  fill_fleet();
  assert_int_equal(resume_member(BOB), STATUS_OK);
  const uint32_t numbers[] = {get_account(ALICE).uid, get_account(BOB).uid};
  size_t first = engine.count;
  assert_int_equal(remove_account(ALICE), STATUS_OK);
  assert_int_equal(retire_account(BOB), STATUS_OK);
  struct picture here = take_picture();
  on_another_host();
  (void)take_over(0, first, STATUS_OK);
  for (int i = 0; i < 2; i++) { // and said twice
    (void)take_over(first, engine.count, STATUS_OK);
    assert_true(was_removed(ALICE));
    assert_false(was_removed(BOB));
  }
  struct picture there = take_picture();
  same_pictures(&here, &there);
  struct store_txn *txn = read_txn();
  for (size_t i = 0; i < COUNT_OF(numbers); i++) {
    struct number use;
    assert_int_equal(numbers_get(txn, numbers[i], &use), STATUS_OK);
    assert_int_equal(use.use, NUMBER_ELSEWHERE);
  }
  store_abort(&txn);
  on_another_host();
  (void)take_over(first, engine.count, STATUS_OK);
  assert_true(was_removed(ALICE));
  assert_false(was_removed(BOB));
}

static void who_was_removed_and_added_again_is_no_name_of_the_dead(void **state)
{
  (void)state;
  fill_fleet();
  size_t gone = engine.count;
  assert_int_equal(remove_account(ALICE), STATUS_OK);
  size_t again = engine.count;
  assert_int_equal(add_member(ALICE), STATUS_OK);
  assert_false(was_removed(ALICE));
  on_another_host();
  (void)take_over(0, gone, STATUS_OK);
  (void)take_over(gone, engine.count, STATUS_OK);
  assert_false(was_removed(ALICE));
  (void)take_over(gone, again, STATUS_OK); // what went before, once more
  assert_false(was_removed(ALICE));
}

static void what_the_engine_does_not_take_is_not_here_either(void **state)
{
  (void)state;
  fill_fleet();
  struct picture before = take_picture();
  uint64_t events = count(TABLE_AUDIT);
  refuses = STATUS_IO;
  assert_int_equal(add_member("dave@acme.test"), STATUS_IO);
  assert_string_equal(error.text, "the engine is away");
  struct picture after = take_picture();
  same_pictures(&before, &after);
  assert_int_equal(count(TABLE_AUDIT), events);
}

static void a_change_that_another_has_overtaken_is_applied_anew(void **state)
{
  (void)state;
  fill_fleet();
  uint64_t events = count(TABLE_AUDIT);
  refuses = STATUS_BUSY;
  assert_int_equal(add_member("dave@acme.test"), STATUS_OK);
  assert_int_equal(count(TABLE_AUDIT), events + 1);
  assert_int_equal(pushes, 13);
}

static void what_is_overtaken_comes_later_and_is_counted_once(void **state)
{
  struct store_txn *txn = NULL;
  int64_t members = 0;
  (void)state;
  fill_fleet();
  const struct org acme = stored_org("acme");
  uint64_t before = count(TABLE_MEMBERSHIPS);
  size_t first = engine.count;
  overtakes = true;
  assert_int_equal(add_member("dave@acme.test"), STATUS_OK);
  assert_int_equal(count(TABLE_MEMBERSHIPS), before);
  (void)take_over(first, engine.count, STATUS_OK);
  assert_int_equal(count(TABLE_MEMBERSHIPS), before + 1);
  txn = read_txn();
  assert_int_equal(membership_count(txn, acme.id, &members), STATUS_OK);
  store_abort(&txn);
  assert_int_equal(members, before + 1);
}

static void each_change_has_its_event_once(void **state)
{
  (void)state;
  uint64_t events = count(TABLE_AUDIT);
  fill_fleet();
  assert_int_equal(count(TABLE_AUDIT), events + 12);
}

static void a_member_host_changes_nothing_of_the_fleets_and_what_is_its_own_as_ever(void **state)
{
  (void)state;
  fill_fleet();
  on_another_host();
  (void)take_over(0, engine.count, STATUS_OK);
  assert_int_equal(add_member("dave@acme.test"), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "admin.example"));
  assert_int_equal(set_setting("enforcement", "off"), STATUS_INVALID); // no such setting: as ever
  assert_int_equal(set_setting("keys", "deny"), STATUS_REFUSED);
  assert_int_equal(create_org("own", "boss@own.test"), STATUS_OK);
  assert_true(stored_org("own").id < STORE_ID_FLEET);
}

static void somebody_known_signs_in_and_nothing_is_told(void **state)
{
  (void)state;
  fill_fleet();
  size_t before = pushes;
  assert_int_equal(sign_in(ALICE, ALICE, "subject-alice"), STATUS_OK);
  assert_int_equal(pushes, before);
  assert_true(seen_here(ALICE).last_sign_in_at_s > 0);
}

static void an_account_of_this_hosts_own_comes_into_no_org_of_the_fleet(void **state)
{
  (void)state;
  host.push = NULL;
  // As it was before the host joined.
  struct store_txn *txn = NULL;
  assert_int_equal(store_lock(store), STATUS_OK);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  assert_int_equal(fleet_forget(txn), STATUS_OK);
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
  assert_int_equal(create_org("own", "boss@own.test"), STATUS_OK);
  join_fleet(true);
  assert_int_equal(create_org("acme", BOSS), STATUS_OK);
  assert_int_equal(add_member("boss@own.test"), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "this host's own"));
}

static void what_clashes_is_left_out_and_named(void **state)
{
  (void)state;
  struct member_add in = new_member(ALICE);
  assert_int_equal(create_org("acme", BOSS), STATUS_OK);
  in.login = "alice";
  assert_int_equal(add(&in), STATUS_OK);
  store_close(&store);
  unit_remove_directory(directory);
  make_store(NULL);
  struct org_created created;
  const struct org_create own = {
      .org = "own", .name = "Own", .owner = "alice@own.test", .login = "alice", .local_user = ""};
  assert_int_equal(make(change_org_create(&own, &created)), STATUS_OK);
  join_fleet(false);
  assert_int_equal(take_over(0, engine.count, STATUS_OK).clashes, 1);
  assert_int_equal(count(TABLE_ACCOUNTS), 2); // the owner of each org
  assert_int_equal(get_account("alice").id < STORE_ID_FLEET, true);
  assert_int_equal(stored_org("acme").id >= STORE_ID_FLEET, true);
}

static void a_record_that_cannot_be_read_stops_all_of_it(void **state)
{
  (void)state;
  fill_fleet();
  on_another_host();
  engine.list[engine.count - 1].record.length--;
  (void)take_over(0, engine.count, STATUS_CORRUPT);
  assert_int_equal(count(TABLE_ORGS), 0);
  assert_true(error.text[0] != '\0');
  engine.list[engine.count - 1].record.length++;
}

static void numbers_of_the_fleet_are_nobodys_until_they_come(void **state)
{
  (void)state;
  fill_fleet();
  const uint32_t numbers[] = {get_account(ALICE).uid, stored_org("acme").gid, 70123};
  on_another_host();
  struct fleet_noted noted = {.count = 0};
  const struct fleet_taken taken = {numbers, COUNT_OF(numbers)};
  assert_int_equal(make(change_fleet_taken(&taken, &noted)), STATUS_OK);
  assert_true(noted.changed);
  assert_int_equal(make(change_fleet_taken(&taken, &noted)), STATUS_OK);
  assert_false(noted.changed);
  struct member_add in = new_member("own@own.test");
  assert_int_equal(create_org("own", "boss@own.test"), STATUS_OK);
  in.org = "own";
  in.uid = 70123;
  assert_int_not_equal(add(&in), STATUS_OK);
  assert_int_equal(take_over(0, engine.count, STATUS_OK).clashes, 0);
  assert_int_equal(get_account(ALICE).uid, numbers[0]);
}

// Whoever asked the engine first may come last: what they bring is older than what is here.
static void rows_that_were_asked_for_before_others_came_are_not_stored(void **state)
{
  (void)state;
  fill_fleet();
  on_another_host();
  (void)take_over(0, engine.count, STATUS_OK);
  struct picture before = take_picture();
  struct fleet_applied applied = {.changed = false};
  struct fleet_rows first = {.list = engine.list, .count = 1, .writes = writes_here() - 1};
  const struct fleet_cursor back = {.revision = 1};
  const struct fleet_batch batch = {.rows = &first, .org_id = stored_org("acme").id, .cursor = back};
  uint64_t events = count(TABLE_AUDIT);
  first.list[0].gone = true;
  assert_int_equal(make(change_fleet_apply(&batch, &applied)), STATUS_OK);
  assert_true(applied.overtaken);
  assert_int_equal(applied.rows, 0);
  struct audit_event event = {.at_s = 1, .event = "member.add"};
  first.events = &event;
  first.event_count = 1;
  assert_int_equal(make(change_fleet_pushed(&first, &applied)), STATUS_OK);
  assert_true(applied.overtaken);
  assert_int_equal(count(TABLE_AUDIT), events + 1); // of what the fleet has been told, whoever brings the rows
  struct picture after = take_picture();
  same_pictures(&before, &after);
  struct store_txn *txn = read_txn();
  struct fleet_cursor cursor;
  assert_int_equal(fleet_cursor_get(txn, batch.org_id, &cursor), STATUS_OK);
  assert_int_equal(cursor.revision, 0);
  store_abort(&txn);
}

static void the_fleets_head_goes_forward_alone(void **state)
{
  (void)state;
  const struct fleet_cursor far = {.revision = 9, .token = "nine"};
  const struct fleet_cursor near = {.revision = 8, .token = "eight"};
  struct fleet_state here;
  assert_int_equal(make(change_fleet_head(&far, &done)), STATUS_OK);
  assert_int_equal(make(change_fleet_head(&near, &done)), STATUS_OK);
  struct store_txn *txn = read_txn();
  assert_int_equal(fleet_state_get(txn, &here), STATUS_OK);
  store_abort(&txn);
  assert_int_equal(here.revision, 9);
  assert_string_equal(here.token, "nine");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      FLEET_TEST(all_that_is_changed_is_told_and_another_host_has_the_same),
      FLEET_TEST(all_at_once_and_twice_it_is_the_same),
      FLEET_TEST(what_goes_goes_everywhere),
      FLEET_TEST(S14_who_is_retired_may_come_as_somebody_new_on_every_host_and_who_is_removed_may_not),
      FLEET_TEST(who_was_removed_and_added_again_is_no_name_of_the_dead),
      FLEET_TEST(what_the_engine_does_not_take_is_not_here_either),
      FLEET_TEST(a_change_that_another_has_overtaken_is_applied_anew),
      FLEET_TEST(what_is_overtaken_comes_later_and_is_counted_once),
      FLEET_TEST(each_change_has_its_event_once),
      FLEET_TEST(a_member_host_changes_nothing_of_the_fleets_and_what_is_its_own_as_ever),
      FLEET_TEST(somebody_known_signs_in_and_nothing_is_told),
      FLEET_TEST(an_account_of_this_hosts_own_comes_into_no_org_of_the_fleet),
      FLEET_TEST(what_clashes_is_left_out_and_named),
      FLEET_TEST(a_record_that_cannot_be_read_stops_all_of_it),
      FLEET_TEST(rows_that_were_asked_for_before_others_came_are_not_stored),
      FLEET_TEST(the_fleets_head_goes_forward_alone),
      FLEET_TEST(numbers_of_the_fleet_are_nobodys_until_they_come),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// An org that comes in several changes: nobody gets in by it before the last, and then it is as if it had come in one.
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "change/fleet_host.h"
#include "facts/facts.h"
#include "fleet_ground.h"
#include "store/fleet.h"

// All rows of the kinds from FIRST to LAST that were pushed, in the order in which they can be stored; the caller frees
// the list alone.
static struct fleet_rows rows_of(enum fleet_kind first, enum fleet_kind last)
{
  struct fleet_rows rows = {.list = calloc(engine.count, sizeof *rows.list)};
  assert_non_null(rows.list);
  for (size_t i = 0; i < engine.count; i++) {
    if (engine.list[i].kind >= first && engine.list[i].kind <= last) {
      rows.list[rows.count++] = engine.list[i];
    }
  }
  fleet_rows_sort(&rows);
  return rows;
}

static struct fleet_applied apply_part(struct fleet_rows *rows, int64_t org_id, enum fleet_part part)
{
  struct fleet_applied applied = {.changed = false};
  const struct fleet_batch batch = {rows, org_id, {.revision = 7, .token = "seven"}, part};
  rows->writes = writes_here();
  assert_int_equal(make(change_fleet_apply(&batch, &applied)), STATUS_OK);
  return applied;
}

static int64_t take_part(enum fleet_kind first, enum fleet_kind last, enum fleet_part part)
{
  struct fleet_rows rows = rows_of(first, last);
  struct fleet_rows rest = rows;
  int64_t org_id = engine.list[0].org_id;
  while (rest.count > 0) {
    size_t stored = apply_part(&rest, org_id, part).rows;
    assert_true(stored > 0 && stored <= rest.count);
    assert_true(part == FLEET_MORE || stored == rest.count);
    rest.list += stored;
    rest.count -= stored;
  }
  free(rows.list);
  return org_id;
}

static bool is_closed(int64_t org_id)
{
  bool closed = false;
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_int_equal(fleet_org_is_closed(txn, org_id, &closed), STATUS_OK);
  return closed;
}

static struct policy_decision decide(const char *login, enum policy_stage stage, enum policy_service service,
                                     enum way way)
{
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  const struct facts_query of = {login, service == SERVICE_LOGIN ? "sshd" : "cron", "192.0.2.1", clock_now_s(), "sudo",
                                 NULL};
  struct facts facts;
  struct policy_decision decision;
  assert_int_equal(facts_load(txn, &of, &facts), STATUS_OK);
  const struct policy_question question = {
      .stage = stage, .service = service, .person = facts.person, .made = {.way = way}};
  policy_decide(&question, &decision);
  facts_done(&facts);
  return decision;
}

// A code for the owner is offered only where one is kept, of an org that was here before.
static const enum way WAYS[] = {WAY_PASSWORD, WAY_KEY, WAY_SOCIAL, WAY_MAIL};

// By what which org is opened, and whether anything is offered.
static size_t ways_in(const char *login)
{
  size_t count = 0;
  for (size_t i = 0; i < COUNT_OF(WAYS); i++) {
    count += decide(login, STAGE_SESSION, SERVICE_LOGIN, WAYS[i]).opened_count;
    count += decide(login, STAGE_SESSION, SERVICE_OTHER, WAYS[i]).opened_count;
  }
  return count + (decide(login, STAGE_LOGIN, SERVICE_LOGIN, WAY_PASSWORD).verdict == VERDICT_OFFER);
}

static void nobody_gets_in_by_an_org_before_all_of_it_has_come(void **state)
{
  static const char *const PEOPLE[] = {BOSS, ALICE, "carol@acme.test", "new@acme.test", "new@other.test"};
  (void)state;
  fill_fleet();
  assert_int_equal(set_password(ALICE, "another long password"), STATUS_OK);
  assert_int_equal(set_provisioning(PROVISIONING_JIT), STATUS_OK);
  on_another_host();
  int64_t org_id = take_part(FLEET_ORG, FLEET_ORG, FLEET_FIRST);
  assert_true(is_closed(org_id));
  // Whatever comes before the last of it, and were it nearly all.
  for (enum fleet_kind kind = FLEET_ACCOUNT; kind < FLEET_KIND_COUNT; kind++) {
    bool late = kind == FLEET_DOMAIN || kind == FLEET_CONNECTION;
    if (!late) {
      (void)take_part(kind, kind, FLEET_MORE);
    }
    for (size_t i = 0; i < COUNT_OF(PEOPLE); i++) {
      assert_int_equal(ways_in(PEOPLE[i]), 0);
    }
  }
  (void)take_part(FLEET_ORG, FLEET_CONNECTION, FLEET_LAST);
  assert_false(is_closed(org_id));
  assert_true(ways_in(BOSS) > 0);
  assert_true(ways_in(ALICE) > 0);
  assert_true(decide("new@acme.test", STAGE_LOGIN, SERVICE_LOGIN, WAY_SSO).sso_count > 0);
}

static void an_org_in_parts_is_in_the_end_what_it_is_in_one(void **state)
{
  (void)state;
  fill_fleet();
  on_another_host();
  (void)take_over(0, engine.count, STATUS_OK);
  struct picture whole = take_picture();
  on_another_host();
  (void)take_part(FLEET_ORG, FLEET_ORG, FLEET_FIRST);
  (void)take_part(FLEET_ACCOUNT, FLEET_MEMBERSHIP, FLEET_MORE);
  (void)take_part(FLEET_ORG, FLEET_ORG, FLEET_FIRST); // who did so was killed, and it begins anew
  (void)take_part(FLEET_ACCOUNT, FLEET_MEMBERSHIP, FLEET_MORE);
  (void)take_part(FLEET_INVITE, FLEET_INVITE, FLEET_MORE);
  (void)take_part(FLEET_ORG, FLEET_LINKED, FLEET_LAST);
  struct picture parts = take_picture();
  same_pictures(&whole, &parts);
}

enum { MANY = 2 * FLEET_PART_ROWS + 1 };

// However fast this machine is.
static void no_more_is_stored_at_once_than_others_can_wait_for(void **state)
{
  (void)state;
  fill_fleet();
  on_another_host();
  (void)take_part(FLEET_ORG, FLEET_ORG, FLEET_LAST);
  struct fleet_rows one = rows_of(FLEET_ACCOUNT, FLEET_ACCOUNT);
  struct fleet_rows many = {.list = calloc(MANY, sizeof *many.list), .count = MANY};
  assert_non_null(many.list);
  for (size_t i = 0; i < MANY; i++) {
    many.list[i] = one.list[0];
  }
  size_t stored = apply_part(&many, one.list[0].org_id, FLEET_MORE).rows;
  assert_in_range(stored, 1, FLEET_PART_ROWS);
  assert_int_equal(apply_part(&many, 0, FLEET_LAST).rows, MANY);
  free(many.list);
  free(one.list);
}

static void a_host_that_keeps_its_orgs_keeps_none_that_is_closed(void **state)
{
  (void)state;
  fill_fleet();
  on_another_host();
  (void)take_part(FLEET_ORG, FLEET_ORG, FLEET_FIRST);
  (void)take_part(FLEET_ACCOUNT, FLEET_MEMBERSHIP, FLEET_MORE);
  const struct fleet_leave keep = {.keep = true};
  struct fleet_left left;
  assert_int_equal(make(change_fleet_leave(&keep, &left)), STATUS_OK);
  assert_int_equal(left.orgs, 0);
  assert_int_equal(count(TABLE_ORGS), 0);
  assert_int_equal(count(TABLE_ACCOUNTS), 0);
}

static void who_drops_an_org_overtakes_who_takes_it_over(void **state)
{
  (void)state;
  fill_fleet();
  on_another_host();
  int64_t org_id = take_part(FLEET_ORG, FLEET_ORG, FLEET_FIRST);
  struct fleet_rows people = rows_of(FLEET_ACCOUNT, FLEET_MEMBERSHIP);
  struct fleet_applied applied;
  const struct fleet_batch batch = {&people, org_id, {.revision = 0}, FLEET_MORE};
  people.writes = writes_here();
  assert_int_equal(make(change_fleet_drop(&org_id, &done)), STATUS_OK);
  assert_int_equal(make(change_fleet_apply(&batch, &applied)), STATUS_OK);
  assert_true(applied.overtaken);
  assert_int_equal(count(TABLE_ACCOUNTS), 0);
  assert_false(is_closed(org_id));
  free(people.list);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      FLEET_TEST(nobody_gets_in_by_an_org_before_all_of_it_has_come),
      FLEET_TEST(an_org_in_parts_is_in_the_end_what_it_is_in_one),
      FLEET_TEST(no_more_is_stored_at_once_than_others_can_wait_for),
      FLEET_TEST(a_host_that_keeps_its_orgs_keeps_none_that_is_closed),
      FLEET_TEST(who_drops_an_org_overtakes_who_takes_it_over),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

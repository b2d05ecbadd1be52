// SPDX-License-Identifier: Apache-2.0
// Provider groups in a real store (POLICY N6): what is mapped gives a group, and nothing else does.
#include "change/context.h"
#include "change/group.h"
#include "map/map_read.h"
#include "protocol/group_list.h"
#include "sign_ins.h"
#include "store/accounts.h"
#include "store/audit.h"
#include "store/groups.h"
#include "store/numbers_store.h"
#include "store/orgs.h"

#define ALICE "alice@acme.test"

// NAMES: what the provider says, separated by "|".
static enum status alice_signs_in(const char *names)
{
  struct bytes groups CLEANUP(bytes_done) = BYTES_EMPTY;
  char copy[8192];
  char *rest = copy;
  (void)snprintf(copy, sizeof copy, "%s", names);
  for (const char *name = strsep(&rest, "|"); name != NULL; name = strsep(&rest, "|")) {
    assert_int_equal(name[0] != '\0' ? group_list_add(&groups, name) : STATUS_OK, STATUS_OK);
  }
  return sign_in_with(ALICE, ALICE, "sub-1", &groups);
}

static struct map_group map_says(const char *name)
{
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  struct map_group group = {.gid = 0};
  assert_int_equal(map_open(map_path, &map), STATUS_OK);
  enum status status = map_group_by_name(&map, name, &group);
  assert_true(status == STATUS_OK || status == STATUS_NOT_FOUND);
  return group;
}

static uint32_t gid_of(const char *name)
{
  struct map_group group = map_says(name);
  uint32_t gid = group.gid;
  record_done(&MAP_GROUP_RECORD, &group);
  return gid;
}

static bool is_listed(const char *name, const char *login)
{
  struct map_group group = map_says(name);
  bool listed = group_list_holds(&group.members, login); // has the same form
  record_done(&MAP_GROUP_RECORD, &group);
  return listed;
}

// Whether the map says so of the account, with the list of its group, which must agree.
static bool has_group(const char *name)
{
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  struct map_account account;
  uint32_t gid = gid_of(name);
  assert_int_equal(map_open(map_path, &map), STATUS_OK);
  assert_int_equal(map_account_by_login(&map, ALICE, &account), STATUS_OK);
  bool has = gid != 0 && groups_hold(&account.groups, gid);
  assert_int_equal(has, gid != 0 && is_listed(name, ALICE));
  return has;
}

static struct given_groups given(void)
{
  struct given_groups groups = {.mappings = {.count = 0}};
  struct account alice = get_account(ALICE);
  struct org org = stored_org("acme");
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  enum status status = given_get(txn, alice.id, org.id, &groups);
  assert_true(status == STATUS_OK || status == STATUS_NOT_FOUND);
  return groups;
}

static enum status keep_detail(void *context, const struct audit_event *event)
{
  (void)snprintf(context, REASON_SIZE, "%s", strcmp(event->event, "sign-in") == 0 ? event->detail : "");
  return STATUS_OK;
}

static void expect_last_detail(const char *wanted)
{
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  char detail[REASON_SIZE] = "";
  assert_int_equal(audit_each(txn, 0, keep_detail, detail), STATUS_OK);
  assert_string_equal(detail, wanted);
}

static void N6_a_mapped_group_is_given_at_a_sign_in_and_taken_back_at_the_next(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(map_group("Developers", "dev"), STATUS_OK);
  assert_int_equal(map_group("/acme/ops", "ops"), STATUS_OK);
  assert_int_equal(alice_signs_in("Developers|others"), STATUS_OK); // her first sign-in
  assert_string_equal(sign_in_result.decision.row, "S11");
  assert_true(has_group("acme-dev"));
  assert_false(has_group("acme-ops"));
  expect_last_detail("sso, groups +dev");
  assert_int_equal(alice_signs_in("Developers"), STATUS_OK);
  expect_last_detail("sso"); // nothing has changed
  assert_int_equal(alice_signs_in("/acme/ops"), STATUS_OK);
  assert_false(has_group("acme-dev"));
  assert_true(has_group("acme-ops"));
  expect_last_detail("sso, groups +ops -dev");
  assert_int_equal(alice_signs_in(""), STATUS_OK);
  assert_false(has_group("acme-ops"));
  assert_int_equal(count(TABLE_GIVEN_GROUPS), 0);
  assert_int_equal(count(TABLE_GROUP_MEMBERS), 0);
}

static void H10_H45_the_name_of_a_provider_group_gives_nothing_by_itself(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(map_group("devs", "dev"), STATUS_OK);
  assert_int_equal(alice_signs_in("sudo|root|docker|wheel|acme|acme-admins|acme-dev|dev|Devs|devs |devsx|dev s|DEVS"),
                   STATUS_OK);
  assert_false(has_group("acme-dev"));
  assert_int_equal(given().mappings.count, 0);
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  struct map_account account;
  assert_int_equal(map_open(map_path, &map), STATUS_OK);
  assert_int_equal(map_account_by_login(&map, ALICE, &account), STATUS_OK);
  assert_int_equal(account.groups.count, 1); // the org's
}

static void H10_a_provider_group_called_sudo_gives_what_it_is_mapped_to(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(map_group("sudo", "chiefs"), STATUS_OK);
  assert_int_equal(alice_signs_in("sudo"), STATUS_OK);
  assert_true(has_group("acme-chiefs"));
  assert_in_range(gid_of("acme-chiefs"), 65536, 99999);
}

static void N2_N6_only_free_and_legal_names_are_made(void **state)
{
  (void)state;
  static const char *const ILLEGAL[] = {
      "",     "admins", "x-admins", "Dev",  "1dev",
      "-dev", "d_v",    "d.v",      "dev ", "abcdefghijklmnopqrstuvwxyz12"}; // with "acme-" 33 characters
  fixture_set_up(PROVISIONING_JIT);
  for (size_t i = 0; i < COUNT_OF(ILLEGAL); i++) {
    assert_int_equal(map_group("g", ILLEGAL[i]), STATUS_INVALID);
    assert_non_null(strstr(error.text, "[a-z][a-z0-9-]*"));
  }
  assert_int_equal(count(TABLE_GROUP_MAPPINGS), 0);
  assert_int_equal(map_group("g", "abcdefghijklmnopqrstuvwxyz1"), STATUS_OK);
  assert_int_equal(create_org("acme-beta", "chief@example.org"), STATUS_OK);
  assert_int_equal(map_group("h", "beta"), STATUS_EXISTS); // an org
  struct member_add carol = new_member("carol@acme.test");
  carol.login = "acme-carol";
  assert_int_equal(add(&carol), STATUS_OK);
  assert_int_equal(map_group("h", "carol"), STATUS_EXISTS); // an account
  const struct group_map other = {"acme-beta", "g", "dev"};
  assert_int_equal(make(change_group_map(&other, &done)), STATUS_OK);
  assert_int_equal(map_group("h", "beta-dev"), STATUS_EXISTS); // a group of acme-beta
  assert_int_equal(create_org("www", "chief@example.org"), STATUS_OK);
  const struct group_map hosts = {"www", "g", "data"};
  assert_int_equal(make(change_group_map(&hosts, &done)), STATUS_EXISTS); // www-data is the host's
}

static void N2_the_name_of_a_mapped_group_is_no_accounts_and_no_orgs(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(map_group("g", "dev"), STATUS_OK);
  struct member_add carol = new_member("carol@acme.test");
  carol.login = "acme-dev";
  assert_int_equal(add(&carol), STATUS_EXISTS);
  assert_int_equal(create_org("acme-dev", "chief@example.org"), STATUS_EXISTS);
  assert_non_null(strstr(error.text, "a group of"));
}

static void H11_a_number_stays_while_anything_is_mapped_and_is_never_given_again(void **state)
{
  (void)state;
  struct number use;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(map_group("devs", "dev"), STATUS_OK);
  assert_int_equal(alice_signs_in("devs"), STATUS_OK);
  uint32_t first = gid_of("acme-dev");
  assert_int_equal(map_group("developers", "dev"), STATUS_OK); // renamed at the provider
  assert_int_equal(unmap_group("devs"), STATUS_OK);
  assert_int_equal(gid_of("acme-dev"), first);
  assert_false(has_group("acme-dev")); // she had it by the other name
  assert_int_equal(alice_signs_in("developers"), STATUS_OK);
  assert_true(has_group("acme-dev"));
  assert_int_equal(unmap_group("developers"), STATUS_OK);
  assert_int_equal(gid_of("acme-dev"), 0);
  struct store_txn *txn = read_txn();
  assert_int_equal(numbers_get(txn, first, &use), STATUS_OK);
  assert_int_equal(use.use, NUMBER_REMOVED);
  store_abort(&txn);
  assert_int_equal(map_group("devs", "dev"), STATUS_OK);
  assert_true(gid_of("acme-dev") != 0 && gid_of("acme-dev") != first);
  assert_false(has_group("acme-dev")); // until the next sign-in
}

static void N6_what_is_mapped_twice_is_taken_with_the_second_only(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(map_group("a", "dev"), STATUS_OK);
  assert_int_equal(map_group("b", "dev"), STATUS_OK);
  assert_int_equal(map_group("a", "dev"), STATUS_OK);
  assert_false(done.changed);
  assert_int_equal(map_group("a", "ops"), STATUS_EXISTS);
  assert_int_equal(alice_signs_in("a|b"), STATUS_OK);
  assert_int_equal(given().mappings.count, 2);
  assert_int_equal(given().gids.count, 1);
  assert_int_equal(unmap_group("a"), STATUS_OK);
  assert_true(has_group("acme-dev"));
  assert_int_equal(unmap_group("b"), STATUS_OK);
  assert_false(has_group("acme-dev"));
  assert_int_equal(count(TABLE_GIVEN_GROUPS), 0);
  assert_int_equal(unmap_group("b"), STATUS_NOT_FOUND);
}

static enum status map_local(const char *name, const char *privileged)
{
  return make(change_group_map_local(&(struct group_map_local){"acme", "chiefs", name, privileged}, &done));
}

static void H45_a_local_group_that_makes_root_is_mapped_only_by_name(void **state)
{
  (void)state;
  static const char *const NAMES[] = {"root", "sudo", "shadow", "disk", "nogroup"};
  fixture_set_up(PROVISIONING_JIT);
  for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
    assert_int_equal(map_local(NAMES[i], ""), STATUS_REFUSED);
    assert_non_null(strstr(error.text, "--privileged"));
    assert_int_equal(map_local(NAMES[i], i == 0 ? "sudo" : "root"), STATUS_REFUSED);
  }
  assert_int_equal(map_local("no-such-group", "root"), STATUS_NOT_FOUND);
  assert_int_equal(count(TABLE_GROUP_MAPPINGS), 0);
  assert_int_equal(map_local("sudo", "sudo"), STATUS_OK);
  assert_int_equal(alice_signs_in("chiefs"), STATUS_OK);
  expect_last_detail("sso, groups +local:sudo");
  assert_int_equal(given().mappings.count, 1);
  assert_int_equal(given().gids.count, 0); // a session gets it; name services are not told
  assert_int_equal(gid_of("sudo"), 0);
}

static void N6_who_leaves_or_is_suspended_loses_what_the_provider_gave(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(map_group("devs", "dev"), STATUS_OK);
  assert_int_equal(alice_signs_in("devs"), STATUS_OK);
  assert_int_equal(suspend_member(ALICE), STATUS_OK);
  assert_false(has_group("acme-dev"));
  assert_int_equal(resume_member(ALICE), STATUS_OK);
  assert_false(has_group("acme-dev")); // the next sign-in says
  assert_int_equal(alice_signs_in("devs"), STATUS_OK);
  assert_true(has_group("acme-dev"));
  assert_int_equal(lock_account(ALICE), STATUS_OK);
  assert_false(has_group("acme-dev"));
  assert_int_equal(unlock_account(ALICE), STATUS_OK);
  assert_true(has_group("acme-dev"));
  assert_int_equal(remove_member(ALICE), STATUS_OK);
  assert_false(has_group("acme-dev"));
  assert_int_equal(count(TABLE_GIVEN_GROUPS), 0);
  assert_int_equal(count(TABLE_GROUP_MEMBERS), 0);
}

static void N6_a_refused_sign_in_gives_and_takes_nothing(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(map_group("devs", "dev"), STATUS_OK);
  assert_int_equal(alice_signs_in("devs"), STATUS_OK);
  assert_int_equal(lock_account(ALICE), STATUS_OK);
  assert_int_equal(alice_signs_in(""), STATUS_REFUSED);
  assert_int_equal(given().mappings.count, 1);
}

static void K3_groups_of_an_org_that_enforces_list_nobody(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(map_group("devs", "dev"), STATUS_OK);
  assert_int_equal(alice_signs_in("devs"), STATUS_OK);
  struct store_txn *txn = NULL;
  struct org org = stored_org("acme");
  org.enforcement = ENFORCEMENT_DOMAINS;
  assert_int_equal(store_lock(store), STATUS_OK);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  assert_int_equal(org_update(txn, &org), STATUS_OK);
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
  assert_int_equal(change_publish(&host, NULL, &error), STATUS_OK);
  assert_int_equal(set_provisioning(PROVISIONING_INVITE_ONLY), STATUS_OK); // shows it
  struct map_group group = map_says("acme-dev");
  assert_int_equal(group.enforced, 1);
  assert_int_equal(group.provided, 1);
  assert_int_equal(group.member_count, 0);
  record_done(&MAP_GROUP_RECORD, &group);
}

static void N6_sixteen_of_an_org_are_given_and_sixty_four_mapped(void **state)
{
  (void)state;
  struct bytes all CLEANUP(bytes_done) = BYTES_EMPTY;
  char name[16];
  fixture_set_up(PROVISIONING_JIT);
  for (int i = 0; i < GROUP_MAPPINGS_MAX; i++) {
    (void)snprintf(name, sizeof name, "g%02d", i);
    assert_int_equal(map_group(name, name), STATUS_OK);
    assert_int_equal(bytes_append_text(&all, i > 0 ? "|" : ""), STATUS_OK);
    assert_int_equal(bytes_append_text(&all, name), STATUS_OK);
  }
  assert_int_equal(map_group("g64", "g64"), STATUS_REFUSED);
  assert_int_equal(count(TABLE_ORG_GROUPS), GROUP_MAPPINGS_MAX);
  assert_int_equal(alice_signs_in(bytes_text(&all)), STATUS_OK);
  assert_int_equal(given().mappings.count, GIVEN_GROUPS_MAX);
  assert_true(has_group("acme-g00") && has_group("acme-g15"));
  assert_false(has_group("acme-g16"));
}

static void what_an_org_had_goes_with_it(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(map_group("devs", "dev"), STATUS_OK);
  assert_int_equal(map_group("ops", "dev"), STATUS_OK);
  assert_int_equal(alice_signs_in("devs|ops"), STATUS_OK);
  struct org org = stored_org("acme");
  struct change_context a = {.host = &host, .error = &error};
  assert_int_equal(store_lock(store), STATUS_OK);
  assert_int_equal(store_begin(store, true, &a.txn), STATUS_OK);
  assert_int_equal(change_drop_groups(&a, &org), STATUS_OK);
  assert_int_equal(store_commit(&a.txn), STATUS_OK);
  store_unlock(store);
  static const enum store_table EMPTY[] = {TABLE_GROUP_MAPPINGS, TABLE_ORG_GROUPS, TABLE_GIVEN_GROUPS,
                                           TABLE_GROUP_MEMBERS};
  for (size_t i = 0; i < COUNT_OF(EMPTY); i++) {
    assert_int_equal(count(EMPTY[i]), 0);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(N6_a_mapped_group_is_given_at_a_sign_in_and_taken_back_at_the_next),
      STORE_TEST(H10_H45_the_name_of_a_provider_group_gives_nothing_by_itself),
      STORE_TEST(H10_a_provider_group_called_sudo_gives_what_it_is_mapped_to),
      STORE_TEST(N2_N6_only_free_and_legal_names_are_made),
      STORE_TEST(N2_the_name_of_a_mapped_group_is_no_accounts_and_no_orgs),
      STORE_TEST(H11_a_number_stays_while_anything_is_mapped_and_is_never_given_again),
      STORE_TEST(N6_what_is_mapped_twice_is_taken_with_the_second_only),
      STORE_TEST(H45_a_local_group_that_makes_root_is_mapped_only_by_name),
      STORE_TEST(N6_who_leaves_or_is_suspended_loses_what_the_provider_gave),
      STORE_TEST(N6_a_refused_sign_in_gives_and_takes_nothing),
      STORE_TEST(K3_groups_of_an_org_that_enforces_list_nobody),
      STORE_TEST(N6_sixteen_of_an_org_are_given_and_sixty_four_mapped),
      STORE_TEST(what_an_org_had_goes_with_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

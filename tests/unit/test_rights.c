// SPDX-License-Identifier: Apache-2.0
// Who may do what, cell by cell (POLICY W, HOLES H23), and that changes ask in their own transaction.
#include "change/account_values.h"
#include "change/enforcement.h"
#include "change/group.h"
#include "change/org.h"
#include "change/org_settings.h"
#include "change/password.h"
#include "fixture.h"
#include "store/accounts.h"
#include "store/orgs.h"

#define BOSS "boss@example.org"
#define ADMIN "admin@example.org"
#define VIEWER "viewer@example.org"

static void H23_W1_to_W7_every_cell_is_as_the_policy_has_it(void **state)
{
  (void)state;
  // Nobody, viewer, admin, owner, operator.
  static const struct {
    enum right right;
    const char *row;
    bool cells[STANDING_COUNT];
  } TABLE[] = {
      {RIGHT_NONE, "W7", {false, false, false, false, false}},  {RIGHT_OWN, "W1", {false, true, true, true, false}},
      {RIGHT_SEE, "W2", {false, false, true, true, true}},      {RIGHT_PEOPLE, "W3", {false, false, true, true, true}},
      {RIGHT_SETTINGS, "W4", {false, false, true, true, true}}, {RIGHT_ORG, "W5", {false, false, false, true, true}},
      {RIGHT_DELETE, "W6", {false, false, false, true, true}},  {RIGHT_HOST, "W7", {false, false, false, false, true}},
  };
  assert_int_equal(COUNT_OF(TABLE), RIGHT_COUNT);
  for (size_t i = 0; i < COUNT_OF(TABLE); i++) {
    assert_string_equal(right_row(TABLE[i].right), TABLE[i].row);
    for (int s = 0; s < STANDING_COUNT; s++) {
      assert_int_equal(rights_allow(TABLE[i].right, (enum standing)s), TABLE[i].cells[s]);
    }
  }
  assert_false(rights_allow(RIGHT_COUNT, STANDING_OPERATOR));
  assert_false(rights_allow(RIGHT_SEE, STANDING_COUNT));
}

static void add_to(const char *org, const char *email, enum role role)
{
  struct member_add in = new_member(email);
  in.org = org;
  in.role = role;
  assert_int_equal(add(&in), STATUS_OK);
}

static enum status suspends(const char *who, const char *email)
{
  return make_as(who, RIGHT_PEOPLE, change_member_suspend(&(struct member_name){"acme", email}, &changed_member));
}

static enum status resumes(const char *who, const char *email)
{
  return make_as(who, RIGHT_PEOPLE,
                 change_member_resume(&(struct member_resume){"acme", email, {0, NULL}}, &changed_member));
}

static void set_up(void)
{
  fixture_set_up(PROVISIONING_JIT);
  add_to("acme", ADMIN, ROLE_ADMIN);
  add_to("acme", VIEWER, ROLE_VIEWER);
  assert_int_equal(create_org("other", "boss@other.example"), STATUS_OK);
}

static void an_operation_asks_the_store_of_the_moment(void **state)
{
  (void)state;
  set_up();
  assert_int_equal(suspends(ADMIN, VIEWER), STATUS_OK);
  assert_int_equal(resumes(ADMIN, VIEWER), STATUS_OK);
  assert_int_equal(suspends(VIEWER, ADMIN), STATUS_REFUSED);
  assert_int_equal(lock_account(ADMIN), STATUS_OK);
  assert_int_equal(suspends(ADMIN, VIEWER), STATUS_REFUSED);
  assert_int_equal(unlock_account(ADMIN), STATUS_OK);
  assert_int_equal(suspend_member(ADMIN), STATUS_OK);
  assert_int_equal(suspends(ADMIN, VIEWER), STATUS_REFUSED);
  assert_int_equal(remove_member(ADMIN), STATUS_OK);
  assert_int_equal(suspends(ADMIN, VIEWER), STATUS_REFUSED);
}

enum { OF_SETTINGS = 12, OF_PEOPLE = 18, SOME = OF_PEOPLE + OF_SETTINGS };

// One of each kind about how people come into ORG.
static void changes_of_settings(const char *org, struct change ret_changes[static OF_SETTINGS])
{
  static struct group_map map;
  static struct group_map_local map_local;
  static struct group_unmap unmap;
  static struct provisioning_set provisioning;
  static struct enforcement_set enforcement;
  static struct enforcement_pause paused;
  static struct org_settings_set settings;
  static struct org_settings_changed settings_changed;
  static struct connection connection;
  static struct connection_set connect;
  static struct connection_changed connected;
  static struct connection_remove removed;
  static struct connection_confirm confirm;
  static struct connection_found found;
  static struct connection_tried tried;
  static const struct message_authorized AUTHORIZED;
  connection = new_connection("client");
  map = (struct group_map){org, "devs", "dev"};
  map_local = (struct group_map_local){org, "devs", "video", ""};
  unmap = (struct group_unmap){org, "devs"};
  provisioning = (struct provisioning_set){org, PROVISIONING_INVITE_ONLY};
  enforcement = (struct enforcement_set){org, ENFORCEMENT_OFF, ""};
  paused = (struct enforcement_pause){org, 0, ""};
  settings = (struct org_settings_set){.org = org};
  connect = (struct connection_set){.org = org, .connection = &connection};
  removed = (struct connection_remove){org, false};
  confirm = (struct connection_confirm){org, ""};
  found = (struct connection_found){org, "", CLIENT_AUTH_NONE};
  tried = (struct connection_tried){org, {&connection, &AUTHORIZED, ""}, ""};
  const struct change changes[OF_SETTINGS] = {
      change_group_map(&map, &done),
      change_group_map_local(&map_local, &done),
      change_group_unmap(&unmap, &done),
      change_provisioning_set(&provisioning, &done),
      change_enforcement_set(&enforcement, &done),
      change_enforcement_pause(&paused, &done),
      change_org_settings_set(&settings, &settings_changed),
      change_connection_set(&connect, &connected),
      change_connection_remove(&removed, &done),
      change_connection_confirm(&confirm, &done),
      change_connection_found(&found, &done),
      change_connection_tried(&tried, &try_result),
  };
  memcpy(ret_changes, changes, sizeof changes);
}

// One of each kind, about VIEWER in ORG.
static void some_changes(const char *org, struct change ret_changes[static SOME])
{
  static struct org_create create;
  static struct org_rename renamed;
  static struct org_transfer transfer;
  static struct org_delete deleted;
  static struct member_add member;
  static struct member_import import;
  static struct member_name name;
  static struct member_resume resumed;
  static struct member_role role;
  static const struct account_name ACCOUNT = {VIEWER};
  static const struct account_rename ACCOUNT_RENAME = {VIEWER, "other"};
  static const struct account_prove PROVE = {VIEWER, ""};
  static const struct account_values VALUES = {VIEWER, "Other", NULL, NULL};
  static const struct number_reserve NUMBER = {VIEWER, 70001};
  static struct org_created created;
  static struct account_values_set set;
  create = (struct org_create){org, "An org", VIEWER, "", ""};
  renamed = (struct org_rename){org, "other"};
  transfer = (struct org_transfer){org, VIEWER};
  deleted = (struct org_delete){org};
  member = new_member(VIEWER);
  member.org = org;
  import = (struct member_import){org, ""};
  name = (struct member_name){org, VIEWER};
  resumed = (struct member_resume){org, VIEWER, {0, NULL}};
  role = (struct member_role){org, VIEWER, ROLE_ADMIN, {0, NULL}};
  const struct change changes[OF_PEOPLE] = {
      change_org_create(&create, &created),
      change_org_rename(&renamed, &done),
      change_org_transfer(&transfer, &done),
      change_org_delete(&deleted, &done),
      change_member_add(&member, &added),
      change_member_import(&import, &done),
      change_member_remove(&name, &changed_member),
      change_member_suspend(&name, &changed_member),
      change_member_resume(&resumed, &changed_member),
      change_member_role(&role, &changed_member),
      change_account_lock(&ACCOUNT, &changed_account),
      change_account_unlock(&ACCOUNT, &changed_account),
      change_account_rename(&ACCOUNT_RENAME, &done),
      change_account_remove(&ACCOUNT, &changed_account),
      change_account_retire(&ACCOUNT, &changed_account),
      change_account_prove(&PROVE, &changed_account),
      change_account_values_set(&VALUES, &set),
      change_number_reserve(&NUMBER, &done),
  };
  memcpy(ret_changes, changes, sizeof changes);
  changes_of_settings(org, ret_changes + OF_PEOPLE);
}

enum { OF_ACCOUNT = 4, FIRST_OF_IDENTITY = 2 };

// What takes an org in control of the account NAME: passwords, then identities.
static void changes_of_account(const char *org, const char *name, struct change ret_changes[static OF_ACCOUNT])
{
  static struct password_set password;
  static struct password_remove no_password;
  static struct identity_link link;
  static struct identity_unlink unlink;
  static struct identity_linked linked;
  password = (struct password_set){name, ""};
  no_password = (struct password_remove){name};
  link = (struct identity_link){org, name, "s-them"};
  unlink = (struct identity_unlink){org, name};
  const struct change changes[OF_ACCOUNT] = {
      change_password_set(&password, &done), change_password_remove(&no_password, &done),
      change_identity_link(&link, &linked), change_identity_unlink(&unlink, &unlinked)};
  memcpy(ret_changes, changes, sizeof changes);
}

static void a_right_that_nobody_set_is_a_refusal(void **state)
{
  (void)state;
  struct change of_account[OF_ACCOUNT];
  struct change changes[SOME];
  set_up();
  uint64_t events = count(TABLE_AUDIT);
  some_changes("acme", changes);
  for (size_t i = 0; i < SOME; i++) {
    assert_int_equal(make_as(BOSS, RIGHT_NONE, changes[i]), STATUS_REFUSED);
    assert_int_equal(make_as(BOSS, RIGHT_HOST, changes[i]), STATUS_REFUSED);
  }
  some_changes("", changes);
  for (size_t i = 0; i < SOME; i++) {
    assert_int_equal(make_as(BOSS, RIGHT_HOST, changes[i]), STATUS_REFUSED);
  }
  static const char *const ORGS[] = {"acme", ""};
  for (size_t org = 0; org < COUNT_OF(ORGS); org++) {
    changes_of_account(ORGS[org], VIEWER, of_account);
    for (size_t i = 0; i < OF_ACCOUNT; i++) {
      assert_int_equal(make_as(BOSS, RIGHT_NONE, of_account[i]), STATUS_REFUSED);
      assert_int_equal(make_as(BOSS, RIGHT_HOST, of_account[i]), STATUS_REFUSED);
    }
  }
  assert_int_equal(count(TABLE_AUDIT), events);
}

static void an_operation_that_names_no_org_is_nobodys_but_for_accounts(void **state)
{
  (void)state;
  struct change nowhere[SOME];
  struct change of_account[OF_ACCOUNT];
  set_up();
  some_changes("", nowhere);
  changes_of_account("", VIEWER, of_account);
  for (size_t i = 0; i < OF_ACCOUNT; i++) { // identities need an org
    assert_int_equal(make_as(BOSS, RIGHT_ORG, of_account[i]), i < FIRST_OF_IDENTITY ? STATUS_OK : STATUS_NOT_FOUND);
    assert_int_equal(make_as(ADMIN, RIGHT_ORG, of_account[i]), STATUS_REFUSED);
  }
  for (size_t i = 0; i < SOME; i++) {
    assert_int_equal(make_as(BOSS, RIGHT_ORG, nowhere[i]), STATUS_REFUSED);
    assert_int_equal(make_as(ADMIN, RIGHT_ORG, nowhere[i]), STATUS_REFUSED);
  }
}

static void W1_of_ones_own_account_the_shell_is_ones_own(void **state)
{
  (void)state;
  struct account_values_set set;
  const struct account_values shell = {VIEWER, NULL, NULL, "/bin/sh"};
  const struct account_values home = {VIEWER, NULL, "/srv/x", NULL};
  const struct account_values name = {VIEWER, "Root", NULL, NULL};
  set_up();
  assert_int_equal(make_as(VIEWER, RIGHT_OWN, change_account_values_set(&shell, &set)), STATUS_OK);
  assert_string_equal(get_account(VIEWER).shell, "/bin/sh");
  assert_int_equal(make_as(VIEWER, RIGHT_OWN, change_account_values_set(&home, &set)), STATUS_REFUSED);
  assert_int_equal(make_as(VIEWER, RIGHT_OWN, change_account_values_set(&name, &set)), STATUS_REFUSED);
  assert_int_equal(make_as(BOSS, RIGHT_OWN, change_account_values_set(&shell, &set)), STATUS_REFUSED);
  assert_int_equal(make_as(BOSS, RIGHT_ORG, change_account_values_set(&shell, &set)), STATUS_REFUSED);
}

static void H17_a_session_without_groups_opens_nothing(void **state)
{
  (void)state;
  set_up();
  const struct delegate none = {get_account(BOSS).id, NULL, 0};
  const struct change_by by = {BOSS, "", "", .delegate = &none, .right = RIGHT_PEOPLE};
  const struct change suspend = change_member_suspend(&(struct member_name){"acme", VIEWER}, &changed_member);
  assert_int_equal(change_run(&host, &by, suspend, &error), STATUS_REFUSED);
}

static void W5_an_org_reaches_only_accounts_that_it_is_in_control_of(void **state)
{
  (void)state;
  static const char *const ORGS[] = {"", "acme"};
  static const char *const FOREIGN[] = {"them@acme.test", "them@other.example", "boss@other.example",
                                        "nobody@acme.test"};
  struct change changes[OF_ACCOUNT];
  set_up();
  add_to("other", "them@acme.test", ROLE_VIEWER); // on Acme's domain, but a member elsewhere
  add_to("other", "them@other.example", ROLE_VIEWER);
  for (size_t org = 0; org < COUNT_OF(ORGS); org++) {
    for (size_t k = 0; k < COUNT_OF(FOREIGN); k++) {
      changes_of_account(ORGS[org], FOREIGN[k], changes);
      for (size_t i = 0; i < OF_ACCOUNT; i++) {
        // A password names no org. The governing org may link and unlink at its own connection, and no more.
        bool links = i >= FIRST_OF_IDENTITY && org == 1 && k == 0;
        assert_int_equal(make_as(BOSS, RIGHT_ORG, changes[i]), links ? STATUS_OK : STATUS_REFUSED);
        assert_true(links || strstr(error.text, "in control") != NULL);
      }
    }
  }
  changes_of_account("acme", VIEWER, changes);
  for (size_t i = 0; i < OF_ACCOUNT; i++) {
    assert_int_equal(make_as(ADMIN, RIGHT_ORG, changes[i]), STATUS_REFUSED);
    assert_int_equal(make_as(BOSS, RIGHT_ORG, changes[i]), STATUS_OK);
    assert_int_equal(make_as(ADMIN, RIGHT_OWN, changes[i]), STATUS_REFUSED);
  }
}

static void W5_nobody_sets_their_own_password_as_an_admin(void **state)
{
  (void)state;
  struct change changes[OF_ACCOUNT];
  set_up();
  changes_of_account("acme", BOSS, changes);
  for (size_t i = 0; i < FIRST_OF_IDENTITY; i++) {
    assert_int_equal(make_as(BOSS, RIGHT_ORG, changes[i]), STATUS_REFUSED);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(H23_W1_to_W7_every_cell_is_as_the_policy_has_it),
      STORE_TEST(an_operation_asks_the_store_of_the_moment),
      STORE_TEST(a_right_that_nobody_set_is_a_refusal),
      STORE_TEST(an_operation_that_names_no_org_is_nobodys_but_for_accounts),
      STORE_TEST(H17_a_session_without_groups_opens_nothing),
      STORE_TEST(W1_of_ones_own_account_the_shell_is_ones_own),
      STORE_TEST(W5_nobody_sets_their_own_password_as_an_admin),
      STORE_TEST(W5_an_org_reaches_only_accounts_that_it_is_in_control_of),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// Orgs that get another name, or go; what an org's enforcement takes along; invites by code.
#include "base/clock.h"
#include "change/org.h"
#include "facts/facts.h"
#include "map/map_read.h"
#include "sign_ins.h"
#include "store/accounts.h"
#include "store/numbers_store.h"
#include "store/orgs.h"

static bool map_has_group(const char *name, uint32_t gid)
{
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  struct map_group group = {.gid = 0};
  assert_int_equal(map_open(map_path, &map), STATUS_OK);
  bool has = map_group_by_name(&map, name, &group) == STATUS_OK && group.gid == gid;
  record_done(&MAP_GROUP_RECORD, &group);
  return has;
}

static enum status rename_org(const char *from, const char *to)
{
  return make(change_org_rename(&(struct org_rename){from, to}, &done));
}

static enum status rename_to(const char *slug)
{
  return rename_org("acme", slug);
}

static enum status delete_acme(void)
{
  return make(change_org_delete(&(struct org_delete){"acme"}, &done));
}

static void H11_a_renamed_org_keeps_numbers_members_and_domain(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  struct org before = stored_org("acme");
  assert_int_equal(rename_to("ajax"), STATUS_OK);
  struct org after = stored_org("ajax");
  assert_int_equal(after.gid, before.gid);
  assert_int_equal(after.admins_gid, before.admins_gid);
  assert_true(map_has_group("ajax", before.gid) && map_has_group("ajax-admins", before.admins_gid));
  assert_false(map_has_group("acme", before.gid) || map_has_group("acme-admins", before.admins_gid));
  assert_int_equal(rename_to("other"), STATUS_NOT_FOUND); // there is no acme any more
  assert_int_equal(rename_org("ajax", "acme"), STATUS_OK);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  assert_string_equal(sign_in_result.decision.row, "S3");
}

static void N2_an_org_is_renamed_to_a_legal_and_free_name_only(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(create_org("beta", "boss@beta.example"), STATUS_OK);
  static const char *const ILLEGAL[] = {"", "A", "root", "sudo", "x-admins", "../x", "a b", "-x"};
  for (size_t i = 0; i < COUNT_OF(ILLEGAL); i++) {
    assert_int_equal(rename_to(ILLEGAL[i]), STATUS_INVALID);
  }
  assert_int_equal(rename_to("beta"), STATUS_EXISTS);
  assert_int_equal(rename_to("daemon"), STATUS_INVALID);
  assert_int_equal(rename_to("acme"), STATUS_OK);
  assert_false(done.changed);
}

static void D2_a_deleted_org_leaves_accounts_and_nothing_else(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  assert_int_equal(invite_to_acme("bob@acme.test", ROLE_VIEWER, 0), STATUS_OK);
  struct org before = stored_org("acme");
  assert_int_equal(delete_acme(), STATUS_OK);
  static const enum store_table EMPTY[] = {
      TABLE_ORGS,          TABLE_ORG_SLUGS,       TABLE_ORG_MEMBERS,      TABLE_MEMBERSHIPS,
      TABLE_INVITES,       TABLE_INVITE_EMAILS,   TABLE_DOMAINS,          TABLE_DOMAIN_OWNERS,
      TABLE_CONNECTIONS,   TABLE_IDENTITIES,      TABLE_REGISTRATIONS,    TABLE_ACCOUNT_IDENTITIES,
      TABLE_PENDING_LINKS, TABLE_ACCOUNT_PENDING, TABLE_MEMBERSHIPS_HERE, TABLE_CONNECTIONS_HERE,
      TABLE_DOMAINS_HERE};
  for (size_t i = 0; i < COUNT_OF(EMPTY); i++) {
    assert_int_equal(count(EMPTY[i]), 0);
  }
  assert_int_equal(count(TABLE_ACCOUNTS), 2);
  assert_false(map_has_group("acme", before.gid));
  create_acme(); // the same owner, who has an account already
  struct org again = stored_org("acme");
  assert_int_not_equal(again.gid, before.gid);
  assert_int_not_equal(again.admins_gid, before.admins_gid);
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  struct number use;
  assert_int_equal(numbers_get(txn, before.gid, &use), STATUS_OK);
  assert_int_equal(use.use, NUMBER_REMOVED);
}

static void D1_an_account_without_memberships_signs_in_by_nothing(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  assert_int_equal(delete_acme(), STATUS_OK);
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  const struct facts_query of = {"alice@acme.test", "sshd", "192.0.2.1", clock_now_s(), "sudo", NULL};
  struct facts facts;
  struct policy_decision decision;
  assert_int_equal(facts_load(txn, &of, &facts), STATUS_OK);
  const struct policy_question question = {.stage = STAGE_LOGIN, .person = facts.person};
  policy_decide(&question, &decision);
  assert_string_equal(decision.row, "L15");
  assert_int_equal(decision.verdict, VERDICT_REFUSED);
}

static void an_account_of_anothers_making_gets_no_org_with_its_password(void **state)
{
  (void)state;
  const struct org_create newco = {"newco", "Newco", "boss@newco.example", "", ""};
  const struct org_create second = {"second", "Second", "boss@newco.example", "", ""};
  struct org_created created;
  create_acme();
  assert_int_equal(add_member("boss@newco.example"), STATUS_OK);
  assert_int_equal(set_password("boss@newco.example", "chosen-by-Acme-9"), STATUS_OK);
  assert_int_equal(make(change_org_create(&newco, &created)), STATUS_OK);
  assert_true(created.doubted);
  assert_string_equal(get_account("boss@newco.example").password, "");
  // Whose owner is one already.
  assert_int_equal(set_password("boss@newco.example", "chosen-by-Newco-9"), STATUS_OK);
  assert_int_equal(make(change_org_create(&second, &created)), STATUS_OK);
  assert_false(created.doubted);
  assert_string_not_equal(get_account("boss@newco.example").password, "");
}

static void an_account_has_32_orgs_at_most(void **state)
{
  (void)state;
  create_acme();
  for (int i = 1; i <= MEMBERSHIPS_MAX; i++) {
    char slug[SLUG_SIZE];
    (void)snprintf(slug, sizeof slug, "org-%d", i);
    assert_int_equal(create_org(slug, "boss@example.org"), i < MEMBERSHIPS_MAX ? STATUS_OK : STATUS_REFUSED);
  }
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  struct memberships all;
  struct account boss;
  assert_int_equal(account_by_email(txn, "boss@example.org", &boss), STATUS_OK);
  assert_int_equal(memberships_of(txn, boss.id, &all), STATUS_OK);
  assert_int_equal(all.count, MEMBERSHIPS_MAX);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(H11_a_renamed_org_keeps_numbers_members_and_domain),
      STORE_TEST(N2_an_org_is_renamed_to_a_legal_and_free_name_only),
      STORE_TEST(D2_a_deleted_org_leaves_accounts_and_nothing_else),
      STORE_TEST(D1_an_account_without_memberships_signs_in_by_nothing),
      STORE_TEST(an_account_of_anothers_making_gets_no_org_with_its_password),
      STORE_TEST(an_account_has_32_orgs_at_most),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

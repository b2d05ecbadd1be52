// SPDX-License-Identifier: Apache-2.0
// Sign-ins by a code by email on a real store (POLICY V5), and orgs that people make for themselves (V6).
#include "base/cleanup.h"
#include "change/domain.h"
#include "change/enforcement.h"
#include "change/invite.h"
#include "change/mail_server.h"
#include "change/org.h"
#include "change/org_own.h"
#include "change/org_settings.h"
#include "facts/facts.h"
#include "map/map_read.h"
#include "policy/person.h"
#include "sign_ins.h"

#define BOB "bob@nest.test"
#define CAROL "carol@nest.test"

static enum status set_mail(void)
{
  const struct mail_server server = {.server = "smtps://mail.test", .from = "host@mail.test"};
  return make(change_mail_server_set(&(struct mail_server_set){&server}, &done));
}

static enum status set_of(const char *org, const char *key, const char *value)
{
  static struct org_settings_changed ignored;
  const struct org_value one = {key, value};
  const struct org_settings_set set = {org, {&one, 1}};
  return make(change_org_settings_set(&set, &ignored));
}

// People of nest.test may join kite, and make an org of their own.
static void set_up(void)
{
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(create_org("kite", "boss-kite@example.org"), STATUS_OK);
  assert_int_equal(set_of("kite", "allowed-domains", "nest.test"), STATUS_OK);
  assert_int_equal(set_mail(), STATUS_OK);
  config.own_orgs = true;
  config.own_orgs_per_account = 1;
  config.own_orgs_domains[0] = config.map.own_orgs[0] = '\0';
}

// By a code to EMAIL; OWN: the name of an own org, JOINS: an org to join, or NULL.
static enum status comes_to(const char *login, const char *email, const char *own, const char *joins)
{
  struct message_authorized proven = {.email_state = EMAIL_VERIFIED};
  struct org_consent consent = {0, CONSENT_YES};
  struct sso_sign_in in = {.login = login,
                           .way = WAY_MAIL,
                           .authorized = &proven,
                           .fingerprint = "",
                           .password = "",
                           .consents = &consent,
                           .joins_asked = own != NULL || joins != NULL,
                           .own_org = own};
  (void)snprintf(proven.email, sizeof proven.email, "%s", email);
  if (joins != NULL) {
    consent.org_id = stored_org(joins).id;
    in.consent_count = 1;
  }
  return sign_in_by(&in);
}

static struct policy_person person_of(const char *login)
{
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  const struct facts_query of = {login, "sshd", "", 1000, "", &config};
  struct facts facts;
  assert_int_equal(facts_load(txn, &of, &facts), STATUS_OK);
  record_done(&ACCOUNT_RECORD, &facts.account);
  return facts.person;
}

static void V5_a_code_makes_a_proven_account_that_nobody_is_in_control_of(void **state)
{
  (void)state;
  set_up();
  assert_int_equal(comes_to(BOB, BOB, NULL, NULL), STATUS_REFUSED);
  assert_int_equal(sign_in_result.decision.ask, ASK_JOIN);
  assert_int_equal(comes_to(BOB, BOB, NULL, "kite"), STATUS_OK);
  assert_int_equal(get_account(BOB).email_proven, 1);
  assert_int_equal(get_account(BOB).created_by_org, 0);
  assert_int_equal(count(TABLE_IDENTITIES), 0);
  assert_int_equal(sign_in_result.ticket.proven, 1);
  assert_int_equal(comes_to(BOB, BOB, NULL, NULL), STATUS_OK);
  assert_string_equal(sign_in_result.row, "V5");
  assert_int_equal(comes_to(BOB, CAROL, NULL, NULL), STATUS_REFUSED); // the address was changed meanwhile
  assert_string_equal(sign_in_result.decision.row, "S9");
  assert_int_equal(make(change_mail_server_remove(&done)), STATUS_OK);
  assert_int_equal(comes_to(BOB, BOB, NULL, NULL), STATUS_REFUSED);
}

// HOLES H77: whoever has the domain now reads what is sent there.
static void V5_H77_a_code_does_not_count_for_an_address_that_was_proven_under_another_holder(void **state)
{
  (void)state;
  set_up();
  assert_int_equal(comes_to(BOB, BOB, NULL, "kite"), STATUS_OK);
  assert_int_equal(create_org("lark", "boss-lark@example.org"), STATUS_OK);
  assert_int_equal(add_domain("lark", "nest.test"), STATUS_OK);
  assert_int_equal(verify_domain("lark", "nest.test"), STATUS_OK);
  assert_int_equal(comes_to(BOB, BOB, NULL, NULL), STATUS_REFUSED);
  assert_string_equal(sign_in_result.decision.row, "S8");
  assert_int_equal(add_member("dan@nest.test"), STATUS_OK); // nobody has used it yet
  assert_int_equal(comes_to("dan@nest.test", "dan@nest.test", NULL, NULL), STATUS_OK);
  assert_string_equal(sign_in_result.row, "S7");
  assert_int_equal(comes_to("dan@nest.test", "dan@nest.test", NULL, NULL), STATUS_OK); // under lark's proof
  assert_string_equal(sign_in_result.row, "V5");
  assert_int_equal(remove_domain("lark", "nest.test"), STATUS_OK);
  assert_int_equal(add_domain("kite", "nest.test"), STATUS_OK);
  assert_int_equal(verify_domain("kite", "nest.test"), STATUS_OK);
  assert_int_equal(comes_to("dan@nest.test", "dan@nest.test", NULL, NULL), STATUS_REFUSED);
}

static void V6_an_own_org_is_made_at_the_first_sign_in(void **state)
{
  (void)state;
  set_up();
  assert_int_equal(comes_to(BOB, BOB, "Bob's Nest!", NULL), STATUS_OK);
  assert_string_equal(sign_in_result.own_org, "u-bob-s-nest");
  const struct org org = stored_org("u-bob-s-nest");
  assert_string_equal(org.name, "Bob's Nest!");
  assert_int_equal(org.self_made, 1);
  assert_int_equal(org.by_root, 0);
  assert_int_equal(org.owner_id, get_account(BOB).id);
  assert_int_equal(comes_to(CAROL, CAROL, "bobs nest", "kite"), STATUS_OK);
  assert_string_equal(sign_in_result.own_org, "u-bobs-nest");
  assert_false(person_of(BOB).may_found); // one each
  assert_int_equal(comes_to(BOB, BOB, NULL, NULL), STATUS_OK);
  struct own_org_made made;
  const struct own_org_make again = {BOB, "Another", sign_in_result.ticket.id};
  assert_int_equal(make(change_own_org_make(&again, &made)), STATUS_REFUSED);
  config.own_orgs_per_account = 2;
  assert_int_equal(make(change_own_org_make(&again, &made)), STATUS_OK);
  assert_string_equal(made.slug, "u-another");
  const struct own_org_make other = {CAROL, "Mine", sign_in_result.ticket.id}; // somebody else's sign-in
  assert_int_equal(make(change_own_org_make(&other, &made)), STATUS_REFUSED);
}

static void V6_slugs_come_from_letters_and_digits_and_are_free(void **state)
{
  (void)state;
  static const struct {
    const char *name;
    const char *slug;
  } CASES[] = {
      {"Nest", "u-nest"},
      {"  1 ", "u-1"},
      {"Nest & Co.", "u-nest-co"},
      {"a--b", "u-a-b"},
      {"\xc3\xbc"
       "ber",
       "u-ber"},
      {"0123456789012345678901234567890", "u-01234567890123456789"},
      {"", NULL},
      {"\xe2\x82\xac", NULL},
      {"---", NULL},
      {"x\nadmin", NULL},
      {"x\x1b[1m", NULL},
      {"admins-admins", NULL},
  };
  (void)state;
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    char slug[SLUG_SIZE] = "";
    bool legal = org_own_slug(CASES[i].name, slug);
    if (legal != (CASES[i].slug != NULL) || (legal && strcmp(slug, CASES[i].slug) != 0)) {
      fail_msg("\"%s\" leads to %s", CASES[i].name, slug);
    }
  }
  set_up();
  assert_int_equal(comes_to(BOB, BOB, "Nest", NULL), STATUS_OK);
  assert_int_equal(comes_to(CAROL, CAROL, "nest", NULL), STATUS_OK);
  assert_string_equal(sign_in_result.own_org, "u-nest-2");
}

// Its owner is nobody's owner: ways in, throttles and places are those of a guest, or a stranger could make themself
// one.
static void V6_V3_L5_whoever_made_one_is_no_owner_by_it(void **state)
{
  (void)state;
  set_up();
  assert_int_equal(comes_to(BOB, BOB, "Nest", NULL), STATUS_OK);
  const struct policy_person bob = person_of(BOB);
  assert_false(policy_is_owner(&bob) || policy_owns_any(&bob));
  assert_true(policy_takes_mail(&bob));
  assert_int_equal(set_of("u-nest", "self-made", "no"), STATUS_REFUSED); // they would have no way in
  assert_non_null(strstr(error.text, "password set"));
  assert_int_equal(set_password(BOB, "correct-Horse-9"), STATUS_OK);
  assert_int_equal(set_of("u-nest", "self-made", "no"), STATUS_OK);
  const struct policy_person lifted = person_of(BOB);
  assert_true(policy_is_owner(&lifted));
  assert_false(policy_takes_mail(&lifted));
}

static enum status invite_to(const char *email)
{
  static struct invite_created created;
  const struct invite_create in = {.org = "u-nest", .email = email, .via = VIA_CODE, .code = "hash"};
  enum status status = make(change_invite_create(&in, &created));
  if (status == STATUS_OK) {
    assert_string_equal(created.invite.code, ""); // accepted by who has proven the address alone
  }
  return status;
}

static void V6_what_it_may_not_until_an_operator_lifts_it(void **state)
{
  (void)state;
  static struct domain_changed domain;
  static struct connection_changed changed;
  set_up();
  assert_int_equal(comes_to(BOB, BOB, "Nest", NULL), STATUS_OK);
  struct connection connection CLEANUP(cleanup_connection) = new_connection("client");
  const struct connection_set with = {.org = "u-nest", .connection = &connection};
  const struct enforcement_set enforce_it = {.org = "u-nest", .enforcement = ENFORCEMENT_DOMAINS, .password = ""};
  struct member_add member = new_member("dan@nest.test");
  member.org = "u-nest";
  assert_int_equal(make(change_domain_add(&(struct domain_add){"u-nest", "nest.test"}, &domain)), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "org set u-nest self-made=no"));
  assert_int_equal(make(change_connection_set(&with, &changed)), STATUS_REFUSED);
  assert_int_equal(make(change_enforcement_set(&enforce_it, &done)), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "V6"));
  assert_int_equal(add(&member), STATUS_REFUSED);
  assert_int_equal(set_of("u-nest", "allowed-domains", "nest.test"), STATUS_REFUSED);
  assert_int_equal(set_of("u-nest", "help", "Ask Bob"), STATUS_OK);
  for (int i = 0; i < MAX_MEMBERS_SELF_MADE; i++) {
    char email[32];
    (void)snprintf(email, sizeof email, "guest%d@example.test", i);
    assert_int_equal(invite_to(email), STATUS_OK);
  }
  assert_int_equal(invite_to("guest0@example.test"), STATUS_OK); // once more
  assert_int_equal(invite_to("eleventh@example.test"), STATUS_REFUSED);
  assert_int_equal(make_as(BOB, RIGHT_ORG, change_org_transfer(&(struct org_transfer){"u-nest", BOB}, &done)),
                   STATUS_REFUSED);
  assert_int_equal(set_password(BOB, "correct-Horse-9"), STATUS_OK);
  assert_int_equal(set_of("u-nest", "self-made", "no"), STATUS_OK);
  assert_int_equal(make(change_domain_add(&(struct domain_add){"u-nest", "nest.test"}, &domain)), STATUS_OK);
  assert_int_equal(make(change_connection_set(&with, &changed)), STATUS_OK);
  assert_int_equal(add(&member), STATUS_OK);
  assert_int_equal(set_of("u-nest", "self-made", "yes"), STATUS_INVALID);
}

// Whoever has made one is out of nobody's reach by it (HOLES H62).
static void V6_S14_an_own_org_protects_nobody(void **state)
{
  (void)state;
  set_up();
  assert_int_equal(comes_to(BOB, BOB, "Nest", NULL), STATUS_OK);
  assert_int_equal(lock_account(BOB), STATUS_OK);
  assert_int_equal(unlock_account(BOB), STATUS_OK);
  assert_int_equal(set_of("u-nest", "help", "x"), STATUS_OK);
  assert_int_equal(retire_account(BOB), STATUS_OK);
  assert_int_equal(set_of("u-nest", "help", "x"), STATUS_NOT_FOUND); // it went with them
  assert_int_equal(comes_to(CAROL, CAROL, "Carol", NULL), STATUS_OK);
  assert_int_equal(remove_account(CAROL), STATUS_OK);
  assert_int_equal(set_of("u-carol", "help", "x"), STATUS_NOT_FOUND);
}

static void V6_L14_the_hosts_own_domains_open_it_where_no_org_does(void **state)
{
  (void)state;
  struct map_domain domain;
  set_up();
  assert_int_equal(comes_to("eve@story.test", "eve@story.test", "Story", NULL), STATUS_REFUSED);
  assert_string_equal(sign_in_result.decision.row, "S12");
  (void)snprintf(config.own_orgs_domains, sizeof config.own_orgs_domains, "other.test story.test");
  (void)snprintf(config.map.own_orgs, sizeof config.map.own_orgs, "other.test story.test");
  assert_int_equal(set_of("kite", "help", "x"), STATUS_OK); // any change makes the map show it
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  assert_int_equal(map_open(map_path, &map), STATUS_OK);
  assert_int_equal(map_domain(&map, "story.test", &domain), STATUS_OK);
  assert_int_equal(domain.groups.count, 0);
  assert_int_equal(map_domain(&map, "nest.test", &domain), STATUS_OK);
  assert_int_equal(map_domain(&map, "no.test", &domain), STATUS_NOT_FOUND);
  assert_int_equal(comes_to("eve@story.test", "eve@story.test", NULL, NULL), STATUS_REFUSED);
  assert_int_equal(sign_in_result.decision.ask, ASK_JOIN);
  assert_int_equal(comes_to("eve@story.test", "eve@story.test", "Story", NULL), STATUS_OK);
  assert_false(sign_in_result.again); // sshd was told of nothing that was not chosen
  config.own_orgs = false;
  assert_int_equal(comes_to("fay@story.test", "fay@story.test", "Fay", NULL), STATUS_REFUSED);
}

#define OWN_TEST(function) cmocka_unit_test_setup_teardown(function, make_store, remove_store)

int main(void)
{
  const struct CMUnitTest tests[] = {
      OWN_TEST(V5_a_code_makes_a_proven_account_that_nobody_is_in_control_of),
      OWN_TEST(V5_H77_a_code_does_not_count_for_an_address_that_was_proven_under_another_holder),
      OWN_TEST(V6_an_own_org_is_made_at_the_first_sign_in),
      OWN_TEST(V6_slugs_come_from_letters_and_digits_and_are_free),
      OWN_TEST(V6_V3_L5_whoever_made_one_is_no_owner_by_it),
      OWN_TEST(V6_what_it_may_not_until_an_operator_lifts_it),
      OWN_TEST(V6_S14_an_own_org_protects_nobody),
      OWN_TEST(V6_L14_the_hosts_own_domains_open_it_where_no_org_does),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

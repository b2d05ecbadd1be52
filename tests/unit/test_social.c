// SPDX-License-Identifier: Apache-2.0
// Sign-ins by a social connection on a real store (POLICY V5, K8): what they leave there, and what does not count.
#include "base/cleanup.h"
#include "change/org_settings.h"
#include "change/social.h"
#include "change/throttle.h"
#include "sign_ins.h"
#include "store/accounts.h"
#include "store/audit.h"
#include "store/socials.h"
#include "store/throttles.h"

#define BOB "bob@nest.test"
#define COUNTED "social/nest"

enum { JOINS_MAX = 4 };

static struct connection social;

static enum status set_social(const char *ca)
{
  struct connection connection CLEANUP(cleanup_connection) = new_connection("nest-client");
  assert_int_equal(bytes_append_text(&connection.ca_pem, ca), STATUS_OK);
  const struct social_set set = {"nest", "Nest", SPEAKS_OPENID, &connection, false};
  return make(change_social_set(&set, &done));
}

static void read_social(void)
{
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  struct social found;
  assert_int_equal(social_get(txn, "nest", &found), STATUS_OK);
  cleanup_connection(&social);
  social = (struct connection){.org_id = 0};
  assert_int_equal(connection_get(txn, found.id, CONNECTION_ACTIVE, &social), STATUS_OK);
}

// Kite and Lark, which let people of the domain join, and the social connection.
static void set_up_nest(void)
{
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(create_org("kite", "boss-kite@example.org"), STATUS_OK);
  assert_int_equal(create_org("lark", "boss-lark@example.org"), STATUS_OK);
  assert_int_equal(set_social(""), STATUS_OK);
  read_social();
}

static enum status set_of(const char *org, const char *key, const char *value)
{
  static struct org_settings_changed ignored;
  const struct org_value one = {key, value};
  const struct org_settings_set set = {org, {&one, 1}};
  return make(change_org_settings_set(&set, &ignored));
}

struct coming {
  const char *login;
  const char *email;
  const char *subject;
  enum email_state state;
  const char *joins[JOINS_MAX];
};

static enum status comes(const struct coming *who)
{
  struct message_authorized authorized = {.email_state = (uint8_t)who->state};
  struct org_consent consents[JOINS_MAX];
  struct sso_sign_in in = {.login = who->login,
                           .connection = &social,
                           .authorized = &authorized,
                           .fingerprint = "",
                           .password = "",
                           .consents = consents,
                           .counted = COUNTED,
                           .joins_asked = true,
                           .way = WAY_SOCIAL};
  (void)snprintf(authorized.issuer, sizeof authorized.issuer, "%s", social.issuer);
  (void)snprintf(authorized.client_id, sizeof authorized.client_id, "%s", social.client_id);
  (void)snprintf(authorized.subject, sizeof authorized.subject, "%s", who->subject);
  (void)snprintf(authorized.email, sizeof authorized.email, "%s", who->email);
  (void)snprintf(authorized.name, sizeof authorized.name, "Some Name");
  for (size_t i = 0; i < JOINS_MAX && who->joins[i] != NULL; i++) {
    consents[in.consent_count++] = (struct org_consent){stored_org(who->joins[i]).id, CONSENT_YES};
  }
  return sign_in_by(&in);
}

static size_t memberships_count(const char *login)
{
  struct account account = get_account(login);
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  struct memberships all;
  assert_int_equal(memberships_of(txn, account.id, &all), STATUS_OK);
  return all.count;
}

struct events {
  const char *org;
  const char *event;
  int count;
};

static enum status count_event(void *context, const struct audit_event *event)
{
  struct events *events = context;
  events->count += strcmp(event->org, events->org) == 0 && strcmp(event->event, events->event) == 0;
  return STATUS_OK;
}

static int events_of(const char *org, const char *event)
{
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  struct events events = {org, event, 0};
  assert_int_equal(audit_each(txn, 0, count_event, &events), STATUS_OK);
  return events.count;
}

static void V5_each_org_that_is_joined_has_it_in_its_trail(void **state)
{
  (void)state;
  set_up_nest();
  assert_int_equal(set_of("kite", "allowed-domains", "nest.test"), STATUS_OK);
  assert_int_equal(set_of("lark", "allowed-domains", "nest.test"), STATUS_OK);
  assert_int_equal(comes(&(struct coming){BOB, BOB, "s-bob", EMAIL_VERIFIED, {"kite", "lark"}}), STATUS_OK);
  assert_int_equal(memberships_count(BOB), 2);
  assert_int_equal(events_of("kite", "member.join"), 1);
  assert_int_equal(events_of("lark", "member.join"), 1);
  assert_string_equal(get_account(BOB).name, ""); // V1: of the answer nothing else counts
  assert_int_equal(get_account(BOB).created_by_org, 0);
}

// K8: who is linked signs in whatever the provider says of the address now, and joins nothing by that.
static void V1_K8_only_a_sign_in_that_proves_the_address_joins(void **state)
{
  (void)state;
  set_up_nest();
  assert_int_equal(set_of("kite", "allowed-domains", "nest.test"), STATUS_OK);
  assert_int_equal(comes(&(struct coming){BOB, BOB, "s-bob", EMAIL_VERIFIED, {"kite"}}), STATUS_OK);
  assert_int_equal(set_of("lark", "allowed-domains", "nest.test"), STATUS_OK);
  const struct coming later[] = {{BOB, "bob@elsewhere.test", "s-bob", EMAIL_VERIFIED, {NULL}},
                                 {BOB, BOB, "s-bob", EMAIL_UNVERIFIED, {NULL}},
                                 {BOB, "", "s-bob", EMAIL_ABSENT, {NULL}}};
  for (size_t i = 0; i < COUNT_OF(later); i++) {
    assert_int_equal(comes(&later[i]), STATUS_OK);
    assert_int_equal(sign_in_result.ticket.proven, 0);
    const struct org_join join = {BOB, "lark", sign_in_result.ticket.id};
    assert_int_equal(make(change_org_join(&join, &done)), STATUS_REFUSED);
  }
  assert_int_equal(comes(&(struct coming){BOB, BOB, "s-bob", EMAIL_VERIFIED, {NULL}}), STATUS_OK);
  const struct org_join join = {BOB, "lark", sign_in_result.ticket.id};
  assert_int_equal(make(change_org_join(&join, &done)), STATUS_OK);
  assert_int_equal(make(change_org_join(&join, &done)), STATUS_REFUSED); // once
}

static int64_t strangers(const char *counted)
{
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  struct throttle throttle = {.count = 0};
  enum status status = throttle_get(txn, THROTTLE_STRANGERS, counted, &throttle);
  return status == STATUS_OK ? (int64_t)throttle.count : 0;
}

static void T_a_newcomer_is_counted_back_where_they_were_counted(void **state)
{
  static struct try_counted counted;
  (void)state;
  set_up_nest();
  assert_int_equal(set_of("kite", "allowed-domains", "nest.test"), STATUS_OK);
  assert_int_equal(make(change_try_count(&(struct try_count){TRY_SIGN_IN, "x@nest.test", "kite"}, &counted)),
                   STATUS_OK);
  assert_int_equal(make(change_try_count(&(struct try_count){TRY_SIGN_IN, BOB, COUNTED}, &counted)), STATUS_OK);
  assert_int_equal(strangers("kite"), 1);
  assert_int_equal(strangers(COUNTED), 1);
  assert_int_equal(comes(&(struct coming){BOB, BOB, "s-bob", EMAIL_VERIFIED, {"kite"}}), STATUS_OK);
  assert_int_equal(strangers("kite"), 1);
  assert_int_equal(strangers(COUNTED), 0);
}

static void an_answer_from_before_another_ca_does_not_count(void **state)
{
  (void)state;
  set_up_nest();
  assert_int_equal(set_of("kite", "allowed-domains", "nest.test"), STATUS_OK);
  assert_int_equal(set_social("another"), STATUS_OK); // while the person was at the provider
  assert_int_equal(comes(&(struct coming){BOB, BOB, "s-bob", EMAIL_VERIFIED, {"kite"}}), STATUS_REFUSED);
  read_social();
  assert_int_equal(comes(&(struct coming){BOB, BOB, "s-bob", EMAIL_VERIFIED, {"kite"}}), STATUS_OK);
}

static void V5_V7_what_is_not_allowed_now_is_not_joined(void **state)
{
  (void)state;
  set_up_nest();
  const struct coming bob = {BOB, BOB, "s-bob", EMAIL_VERIFIED, {"kite"}};
  assert_int_equal(comes(&bob), STATUS_REFUSED); // kite lists nothing
  assert_int_equal(set_of("kite", "allowed-domains", "nest.test"), STATUS_OK);
  assert_int_equal(set_of("kite", "max-members", "1"), STATUS_OK); // its owner
  assert_int_equal(comes(&bob), STATUS_REFUSED);
  assert_int_equal(sign_in_result.decision.notice, NOTICE_FULL);
  assert_int_equal(set_of("kite", "max-members", "2"), STATUS_OK);
  assert_int_equal(add_domain("lark", "nest.test"), STATUS_OK);
  assert_int_equal(verify_domain("lark", "nest.test"), STATUS_OK);
  assert_int_equal(comes(&bob), STATUS_REFUSED); // V7: it is lark's
  assert_int_equal(count(TABLE_IDENTITIES), 0);
}

// Of people's own accounts Microsoft verifies each address and says nothing; of a tenant's own it does not.
static void V1_microsofts_silence_counts_for_its_own_tenant_alone(void **state)
{
  static const struct {
    const char *issuer;
    enum email_state said;
    enum email_state comes_to;
  } CASES[] = {
      {"https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0", EMAIL_UNSTATED, EMAIL_VERIFIED},
      {"https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0", EMAIL_UNVERIFIED,
       EMAIL_UNVERIFIED},
      {"https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0", EMAIL_ABSENT, EMAIL_ABSENT},
      {"https://login.microsoftonline.com/5d9a2f0e-3b57-4c1a-9a55-2f6c1d3e8b70/v2.0", EMAIL_UNSTATED, EMAIL_UNSTATED},
      {"https://login.microsoftonline.com.evil.test/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0", EMAIL_UNSTATED,
       EMAIL_UNSTATED},
  };
  (void)state;
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    struct connection connection = {.org_id = 1};
    (void)snprintf(connection.issuer, sizeof connection.issuer, "%s", CASES[i].issuer);
    assert_int_equal(social_email_state(&connection, CASES[i].said), CASES[i].comes_to);
  }
}

static void an_unlinked_social_account_is_somebody_new(void **state)
{
  (void)state;
  set_up_nest();
  assert_int_equal(set_of("kite", "allowed-domains", "nest.test"), STATUS_OK);
  assert_int_equal(comes(&(struct coming){BOB, BOB, "s-bob", EMAIL_VERIFIED, {"kite"}}), STATUS_OK);
  assert_int_equal(make(change_social_unlink(&(struct social_unlink){"nest", BOB}, &done)), STATUS_OK);
  assert_true(done.changed);
  assert_int_equal(make(change_social_unlink(&(struct social_unlink){"nest", BOB}, &done)), STATUS_OK);
  assert_false(done.changed);
  assert_int_equal(comes(&(struct coming){BOB, BOB, "s-bob", EMAIL_VERIFIED, {NULL}}), STATUS_REFUSED); // S8
  assert_int_equal(make_as(BOB, RIGHT_HOST, change_social_unlink(&(struct social_unlink){"nest", BOB}, &done)),
                   STATUS_REFUSED);
}

static void removing_the_connection_forgets_its_identities_and_no_account(void **state)
{
  (void)state;
  set_up_nest();
  assert_int_equal(set_of("kite", "allowed-domains", "nest.test"), STATUS_OK);
  assert_int_equal(comes(&(struct coming){BOB, BOB, "s-bob", EMAIL_VERIFIED, {"kite"}}), STATUS_OK);
  assert_int_equal(make(change_social_remove(&(struct social_remove){"nest"}, &done)), STATUS_OK);
  assert_int_equal(count(TABLE_IDENTITIES) + count(TABLE_ACCOUNT_IDENTITIES) + count(TABLE_SOCIALS), 0);
  assert_int_equal(memberships_count(BOB), 1);
}

static int tear_down(void **state)
{
  cleanup_connection(&social);
  social = (struct connection){.org_id = 0};
  return remove_store(state);
}

#define SOCIAL_TEST(function) cmocka_unit_test_setup_teardown(function, make_store, tear_down)

int main(void)
{
  const struct CMUnitTest tests[] = {
      SOCIAL_TEST(V5_each_org_that_is_joined_has_it_in_its_trail),
      SOCIAL_TEST(V1_K8_only_a_sign_in_that_proves_the_address_joins),
      SOCIAL_TEST(T_a_newcomer_is_counted_back_where_they_were_counted),
      SOCIAL_TEST(an_answer_from_before_another_ca_does_not_count),
      SOCIAL_TEST(V5_V7_what_is_not_allowed_now_is_not_joined),
      SOCIAL_TEST(V1_microsofts_silence_counts_for_its_own_tenant_alone),
      SOCIAL_TEST(an_unlinked_social_account_is_somebody_new),
      SOCIAL_TEST(removing_the_connection_forgets_its_identities_and_no_account),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

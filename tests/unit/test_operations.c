// SPDX-License-Identifier: Apache-2.0
// Operations on a real store: what they store, what they refuse, and that refusals store nothing.
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "map/map_read.h"
#include "operations/operation.h"
#include "operations/password.h"
#include "operations/publish.h"
#include "operations/situation.h"
#include "store/accounts.h"
#include "store/numbers_store.h"
#include "store/orgs.h"
#include "unit.h"

static char directory[64];
static char map_path[96];
static struct config config;
static struct store *store;
static struct operation_host host;
static struct report report;
static struct operation_result result;

static void open_store(enum store_mode mode)
{
  assert_int_equal(store_open(directory, mode, &report, &store), STATUS_OK);
  host = (struct operation_host){.store = store, .config = &config, .map_path = map_path};
}

static int make_store(void **state)
{
  (void)state;
  static const unsigned char SEED[SIPHASH_SEED_SIZE] = {4, 2};
  struct store_txn *txn = NULL;
  unit_make_directory(directory, sizeof directory);
  (void)snprintf(map_path, sizeof map_path, "%s/accounts.map", directory);
  config_init(&config);
  open_store(STORE_CREATE);
  assert_int_equal(store_lock(store), STATUS_OK);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  assert_int_equal(store_set_seed(txn, SEED), STATUS_OK);
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
  return 0;
}

static int remove_store(void **state)
{
  (void)state;
  store_close(&store);
  unit_remove_directory(directory);
  return 0;
}

static struct operation new_operation(enum operation_kind kind, const char *email)
{
  struct operation op = {.kind = kind, .actor = "root", .org = "acme"};
  (void)snprintf(op.email, sizeof op.email, "%s", email);
  (void)snprintf(op.login, sizeof op.login, "%s", kind == OPERATION_SSO_SIGN_IN ? email : "");
  return op;
}

static enum status run(const struct operation *op)
{
  report.text[0] = '\0';
  return operation_run(&host, op, &report, &result);
}

static enum status do_kind(enum operation_kind kind, const char *email)
{
  struct operation op = new_operation(kind, email);
  return run(&op);
}

static void create_acme(void)
{
  struct operation op = new_operation(OPERATION_ORG_CREATE, "boss@example.org");
  (void)snprintf(op.name, sizeof op.name, "Acme");
  assert_int_equal(run(&op), STATUS_OK);
}

static enum status with_domain(enum operation_kind kind, const char *org, const char *domain)
{
  struct operation op = new_operation(kind, "");
  (void)snprintf(op.org, sizeof op.org, "%s", org);
  (void)snprintf(op.domain, sizeof op.domain, "%s", domain);
  (void)snprintf(op.reason, sizeof op.reason, "test");
  return run(&op);
}

static struct connection new_connection(const char *client_id)
{
  struct connection connection = {.client_auth = CLIENT_AUTH_NONE};
  (void)snprintf(connection.issuer, sizeof connection.issuer, "https://idp.test");
  (void)snprintf(connection.client_id, sizeof connection.client_id, "%s", client_id);
  return connection;
}

static enum status set_connection(enum operation_kind kind, const char *client_id)
{
  struct connection connection = new_connection(client_id);
  struct operation op = new_operation(kind, "");
  op.connection = &connection;
  return run(&op);
}

static enum status set_value(enum operation_kind kind, uint8_t value)
{
  struct operation op = new_operation(kind, "");
  op.value = value;
  return run(&op);
}

static enum status set_password(const char *email, const char *password)
{
  struct operation op = new_operation(OPERATION_PASSWORD_SET, email);
  struct bytes typed CLEANUP(bytes_done) = BYTES_EMPTY;
  assert_int_equal(bytes_append_text(&typed, password), STATUS_OK);
  assert_int_equal(password_hash(&typed, op.password), STATUS_OK);
  return run(&op);
}

// Acme with a verified domain, a connection, and an owner with a password.
static void set_up_acme(enum provisioning provisioning)
{
  create_acme();
  assert_int_equal(with_domain(OPERATION_DOMAIN_ADD, "acme", "acme.test"), STATUS_OK);
  assert_int_equal(with_domain(OPERATION_DOMAIN_VERIFY, "acme", "acme.test"), STATUS_OK);
  assert_int_equal(set_connection(OPERATION_IDP_SET, "client"), STATUS_OK);
  assert_int_equal(set_value(OPERATION_PROVISIONING_SET, (uint8_t)provisioning), STATUS_OK);
  assert_int_equal(set_password("boss@example.org", "correct horse"), STATUS_OK);
}

static struct store_txn *read_txn(void)
{
  struct store_txn *txn = NULL;
  assert_int_equal(store_begin(store, false, &txn), STATUS_OK);
  return txn;
}

static uint64_t count(enum store_table table)
{
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  uint64_t entries = 0;
  assert_int_equal(store_count(txn, table, &entries), STATUS_OK);
  return entries;
}

static struct account get_account(const char *login)
{
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  struct account account;
  assert_int_equal(account_by_login(txn, login, &account), STATUS_OK);
  return account;
}

// The person LOGIN types; EMAIL and SUBJECT are what the provider says.
static enum status sign_in(const char *login, const char *email, const char *subject)
{
  struct operation op = new_operation(OPERATION_SSO_SIGN_IN, login);
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  struct message_authorized authorized = {.issuer = "https://idp.test", .email_state = EMAIL_VERIFIED};
  struct store_txn *txn = read_txn();
  struct org org;
  assert_int_equal(org_by_slug(txn, "acme", &org), STATUS_OK);
  assert_int_equal(connection_get(txn, org.id, CONNECTION_ACTIVE, &connection), STATUS_OK);
  store_abort(&txn);
  memcpy(authorized.client_id, connection.client_id, sizeof authorized.client_id);
  (void)snprintf(authorized.email, sizeof authorized.email, "%s", email);
  (void)snprintf(authorized.subject, sizeof authorized.subject, "%s", subject);
  (void)snprintf(authorized.name, sizeof authorized.name, "Some Name");
  op.connection = &connection;
  op.authorized = &authorized;
  return run(&op);
}

static void an_org_has_an_owner_two_groups_and_one_audit_event(void **state)
{
  (void)state;
  create_acme();
  struct account owner = get_account("boss@example.org");
  assert_in_range(owner.uid, 65536, 99999);
  assert_string_equal(owner.home, "/home/boss@example.org");
  assert_int_equal(count(TABLE_AUDIT), 1);
  assert_int_equal(count(TABLE_NUMBERS), 3);
  assert_int_equal(count(TABLE_MEMBERSHIPS), 1);
}

static void what_is_there_already_is_refused_and_stores_nothing(void **state)
{
  (void)state;
  create_acme();
  struct operation op = new_operation(OPERATION_ORG_CREATE, "other@example.org");
  assert_int_equal(run(&op), STATUS_EXISTS);
  assert_int_equal(count(TABLE_ACCOUNTS), 1);
  assert_int_equal(count(TABLE_AUDIT), 1);
  assert_true(report.text[0] != '\0');
}

static void N2_system_names_are_no_orgs(void **state)
{
  (void)state;
  static const char *const NAMES[] = {"root", "sudo", "docker", "acme-admins", "Acme", "a", "daemon"};
  for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
    struct operation op = new_operation(OPERATION_ORG_CREATE, "boss@example.org");
    (void)snprintf(op.org, sizeof op.org, "%s", NAMES[i]);
    enum status status = run(&op);
    assert_true(status == STATUS_INVALID || status == STATUS_EXISTS);
  }
  assert_int_equal(count(TABLE_ORGS), 0);
}

static void a_dry_run_stores_nothing(void **state)
{
  (void)state;
  struct operation op = new_operation(OPERATION_ORG_CREATE, "boss@example.org");
  host.dry_run = true;
  assert_int_equal(run(&op), STATUS_OK);
  host.dry_run = false;
  assert_int_equal(count(TABLE_ORGS), 0);
  assert_int_equal(count(TABLE_AUDIT), 0);
  create_acme();
}

static void S11_a_first_sign_in_under_jit_makes_the_account(void **state)
{
  (void)state;
  set_up_acme(PROVISIONING_JIT);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  assert_string_equal(result.decision.row, "S11");
  assert_int_equal(strlen(result.ticket.id), 32);
  struct account alice = get_account("alice@acme.test");
  assert_int_equal(alice.email_proven, 1);
  assert_string_equal(alice.name, "Some Name");
  uint32_t uid = alice.uid;
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  assert_string_equal(result.decision.row, "S3");
  assert_int_equal(get_account("alice@acme.test").uid, uid); // H08
  assert_int_equal(count(TABLE_IDENTITIES), 1);
}

static void S12_a_refused_sign_in_stores_nothing(void **state)
{
  (void)state;
  set_up_acme(PROVISIONING_INVITE_ONLY);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_REFUSED);
  assert_string_equal(result.decision.row, "S12");
  assert_int_equal(count(TABLE_ACCOUNTS), 1);
  assert_int_equal(count(TABLE_IDENTITIES), 0);
  assert_int_equal(count(TABLE_TICKETS), 0);
}

static void S10_an_invite_is_used_once(void **state)
{
  (void)state;
  set_up_acme(PROVISIONING_INVITE_ONLY);
  struct operation op = new_operation(OPERATION_INVITE_CREATE, "alice@acme.test");
  op.value = ROLE_ADMIN;
  op.expires_at_s = clock_now_s() + 60;
  assert_int_equal(run(&op), STATUS_OK);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  assert_string_equal(result.decision.row, "S10");
  assert_int_equal(count(TABLE_INVITES), 0);
}

static void S12_an_expired_invite_is_none(void **state)
{
  (void)state;
  set_up_acme(PROVISIONING_INVITE_ONLY);
  struct operation op = new_operation(OPERATION_INVITE_CREATE, "alice@acme.test");
  op.expires_at_s = clock_now_s() - 1;
  assert_int_equal(run(&op), STATUS_OK);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_REFUSED);
  assert_string_equal(result.decision.row, "S12");
}

static void S2_S5_S13_the_wrong_person_is_refused_and_nothing_is_linked(void **state)
{
  (void)state;
  set_up_acme(PROVISIONING_JIT);
  assert_int_equal(sign_in("alice@acme.test", "bob@acme.test", "sub-bob"), STATUS_REFUSED);
  assert_string_equal(result.decision.row, "S13");
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  assert_int_equal(sign_in("bob@acme.test", "alice@acme.test", "sub-1"), STATUS_REFUSED);
  assert_string_equal(result.decision.row, "S2");
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-2"), STATUS_REFUSED);
  assert_string_equal(result.decision.row, "S5");
  assert_int_equal(count(TABLE_IDENTITIES), 1);
}

static void H43_subjects_are_compared_whole(void **state)
{
  (void)state;
  set_up_acme(PROVISIONING_JIT);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "subject"), STATUS_OK);
  static const char *const OTHERS[] = {"sub", "subjec", "subjectx", "Subject", "subject "};
  for (size_t i = 0; i < COUNT_OF(OTHERS); i++) {
    assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", OTHERS[i]), STATUS_REFUSED);
    assert_string_equal(result.decision.row, "S5");
  }
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", ""), STATUS_REFUSED);
}

static void S7_a_member_added_by_hand_is_linked_and_an_unproven_password_dropped(void **state)
{
  (void)state;
  set_up_acme(PROVISIONING_INVITE_ONLY);
  assert_int_equal(do_kind(OPERATION_MEMBER_ADD, "carol@acme.test"), STATUS_OK);
  assert_int_equal(set_password("carol@acme.test", "set by an admin"), STATUS_OK);
  assert_int_equal(sign_in("carol@acme.test", "carol@acme.test", "sub-c"), STATUS_OK);
  assert_string_equal(result.decision.row, "S7");
  assert_string_equal(get_account("carol@acme.test").password, "");
}

static void identities_of_an_earlier_client_open_nothing(void **state)
{
  (void)state;
  set_up_acme(PROVISIONING_JIT);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  assert_int_equal(set_connection(OPERATION_IDP_SET, "another-client"), STATUS_OK);
  // The same subject is another identity now; the proven email links it anew.
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  assert_string_equal(result.decision.row, "S7");
  assert_int_equal(sign_in("bob@acme.test", "bob@acme.test", "sub-1"), STATUS_REFUSED);
  assert_string_equal(result.decision.row, "S2");
}

static void N4_a_number_other_than_the_one_told_is_refused(void **state)
{
  (void)state;
  set_up_acme(PROVISIONING_JIT);
  struct operation op = new_operation(OPERATION_SSO_SIGN_IN, "alice@acme.test");
  struct connection connection = new_connection("client");
  struct message_authorized authorized = {.issuer = "https://idp.test",
                                          .client_id = "client",
                                          .subject = "s",
                                          .email = "alice@acme.test",
                                          .email_state = EMAIL_VERIFIED};
  struct store_txn *txn = read_txn();
  struct org org;
  assert_int_equal(org_by_slug(txn, "acme", &org), STATUS_OK);
  store_abort(&txn);
  connection.org_id = org.id;
  connection.registration = 1;
  op.connection = &connection;
  op.authorized = &authorized;
  op.nss_known = true;
  op.nss_uid = 70001;
  assert_int_equal(run(&op), STATUS_REFUSED);
  assert_string_equal(result.decision.row, "N4");
  assert_int_equal(count(TABLE_ACCOUNTS), 1);
}

static void N4_a_number_of_another_name_service_is_not_offered_again(void **state)
{
  (void)state;
  create_acme();
  struct operation op = new_operation(OPERATION_NUMBER_RESERVE, "");
  op.nss_uid = 70001; // nobody has it: nothing to reserve
  assert_int_equal(run(&op), STATUS_OK);
  assert_false(result.changed);
  assert_int_equal(count(TABLE_NUMBERS), 3);
  op.nss_uid = 65534; // nobody's, but never legal
  assert_int_equal(run(&op), STATUS_INVALID);
  assert_int_equal(count(TABLE_NUMBERS), 3);
}

static void H01_two_names_with_one_hash_get_two_numbers(void **state)
{
  (void)state;
  // A range of 40 numbers for 3 + 12 of them: names meet at the same start again and again.
  config.map.ranges = (struct u32_list){2, {70000, 70039}};
  set_up_acme(PROVISIONING_JIT);
  for (int i = 0; i < 12; i++) {
    char login[64];
    char subject[64];
    (void)snprintf(login, sizeof login, "p%d@acme.test", i);
    (void)snprintf(subject, sizeof subject, "sub-%d", i);
    assert_int_equal(sign_in(login, login, subject), STATUS_OK);
  }
  assert_int_equal(count(TABLE_NUMBERS), 3 + 12);
  assert_int_equal(count(TABLE_ACCOUNTS), 13);
}

static void E2_enforcement_waits_for_everything_it_needs(void **state)
{
  (void)state;
  create_acme();
  assert_int_equal(set_value(OPERATION_ENFORCEMENT_SET, ENFORCEMENT_DOMAINS), STATUS_REFUSED);
  assert_non_null(strstr(report.text, "no verified domain"));
  assert_int_equal(with_domain(OPERATION_DOMAIN_ADD, "acme", "acme.test"), STATUS_OK);
  assert_int_equal(with_domain(OPERATION_DOMAIN_VERIFY, "acme", "acme.test"), STATUS_OK);
  assert_int_equal(set_value(OPERATION_ENFORCEMENT_SET, ENFORCEMENT_DOMAINS), STATUS_REFUSED);
  assert_non_null(strstr(report.text, "no connection"));
  assert_int_equal(set_connection(OPERATION_IDP_SET, "client"), STATUS_OK);
  assert_int_equal(set_value(OPERATION_ENFORCEMENT_SET, ENFORCEMENT_DOMAINS), STATUS_REFUSED);
  assert_non_null(strstr(report.text, "no sign-in has succeeded"));
  assert_int_equal(set_connection(OPERATION_IDP_TRIED, "client"), STATUS_OK);
  assert_int_equal(set_value(OPERATION_ENFORCEMENT_SET, ENFORCEMENT_DOMAINS), STATUS_REFUSED);
  assert_non_null(strstr(report.text, "no password"));
  assert_int_equal(set_password("boss@example.org", "correct horse"), STATUS_OK);
  assert_int_equal(set_value(OPERATION_ENFORCEMENT_SET, ENFORCEMENT_DOMAINS), STATUS_REFUSED);
  assert_non_null(strstr(report.text, "never signed in with their password"));
  struct operation op = new_operation(OPERATION_PASSWORD_SIGN_IN, "");
  (void)snprintf(op.login, sizeof op.login, "boss@example.org");
  memcpy(op.password, get_account("boss@example.org").password, sizeof op.password);
  assert_int_equal(run(&op), STATUS_OK);
  assert_int_equal(set_value(OPERATION_ENFORCEMENT_SET, ENFORCEMENT_DOMAINS), STATUS_OK);
}

static void enforce_acme(void)
{
  set_up_acme(PROVISIONING_JIT);
  assert_int_equal(set_connection(OPERATION_IDP_TRIED, "client"), STATUS_OK);
  struct operation op = new_operation(OPERATION_ENFORCEMENT_SET, "");
  op.value = ENFORCEMENT_DOMAINS;
  memcpy(op.password, get_account("boss@example.org").password, sizeof op.password);
  assert_int_equal(run(&op), STATUS_OK);
}

static void E3_what_enforcement_stands_on_cannot_be_removed(void **state)
{
  (void)state;
  enforce_acme();
  assert_int_equal(do_kind(OPERATION_IDP_REMOVE, ""), STATUS_REFUSED);
  assert_int_equal(with_domain(OPERATION_DOMAIN_REMOVE, "acme", "acme.test"), STATUS_REFUSED);
  assert_int_equal(do_kind(OPERATION_PASSWORD_REMOVE, "boss@example.org"), STATUS_REFUSED);
  assert_int_equal(set_value(OPERATION_ENFORCEMENT_SET, ENFORCEMENT_OFF), STATUS_OK);
  assert_int_equal(do_kind(OPERATION_PASSWORD_REMOVE, "boss@example.org"), STATUS_OK);
  assert_int_equal(do_kind(OPERATION_IDP_REMOVE, ""), STATUS_OK);
}

static void E3_a_changed_client_takes_effect_only_after_a_test(void **state)
{
  (void)state;
  enforce_acme();
  assert_int_equal(set_connection(OPERATION_IDP_SET, "new-client"), STATUS_OK);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK); // still the old one
  assert_int_equal(set_connection(OPERATION_IDP_TRIED, "client"), STATUS_REFUSED);
  assert_int_equal(set_connection(OPERATION_IDP_TRIED, "new-client"), STATUS_OK);
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  struct connection now CLEANUP(cleanup_connection) = {.org_id = 0};
  struct org org;
  assert_int_equal(org_by_slug(txn, "acme", &org), STATUS_OK);
  assert_int_equal(connection_get(txn, org.id, CONNECTION_ACTIVE, &now), STATUS_OK);
  assert_string_equal(now.client_id, "new-client");
  assert_int_equal(connection_get(txn, org.id, CONNECTION_STAGED, &now), STATUS_NOT_FOUND);
}

static bool waits(void)
{
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  struct connection staged CLEANUP(cleanup_connection) = {.org_id = 0};
  struct org org;
  assert_int_equal(org_by_slug(txn, "acme", &org), STATUS_OK);
  return connection_get(txn, org.id, CONNECTION_STAGED, &staged) == STATUS_OK;
}

static void E3_a_connection_that_was_given_up_does_not_come_back(void **state)
{
  (void)state;
  enforce_acme();
  assert_int_equal(set_connection(OPERATION_IDP_SET, "new-client"), STATUS_OK);
  assert_true(waits());
  assert_int_equal(set_connection(OPERATION_IDP_SET, "client"), STATUS_OK); // back to what is in effect
  assert_false(waits());
  assert_int_equal(set_connection(OPERATION_IDP_SET, "new-client"), STATUS_OK);
  assert_true(waits());
  assert_int_equal(set_value(OPERATION_ENFORCEMENT_SET, ENFORCEMENT_OFF), STATUS_OK);
  assert_false(waits());
}

static void E4_the_owner_cannot_be_removed(void **state)
{
  (void)state;
  create_acme();
  assert_int_equal(do_kind(OPERATION_MEMBER_REMOVE, "boss@example.org"), STATUS_REFUSED);
}

static void E6_a_removed_member_comes_back_under_jit_with_the_same_number(void **state)
{
  (void)state;
  set_up_acme(PROVISIONING_JIT);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  uint32_t uid = get_account("alice@acme.test").uid;
  assert_int_equal(do_kind(OPERATION_MEMBER_REMOVE, "alice@acme.test"), STATUS_OK);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  assert_string_equal(result.decision.row, "S4");
  assert_int_equal(get_account("alice@acme.test").uid, uid);
}

static void an_invite_does_not_outlive_what_an_admin_does(void **state)
{
  (void)state;
  set_up_acme(PROVISIONING_INVITE_ONLY);
  struct operation op = new_operation(OPERATION_INVITE_CREATE, "alice@acme.test");
  op.value = ROLE_ADMIN;
  op.expires_at_s = clock_now_s() + 600;
  assert_int_equal(run(&op), STATUS_OK);
  assert_int_equal(do_kind(OPERATION_MEMBER_ADD, "alice@acme.test"), STATUS_OK);
  assert_int_equal(count(TABLE_INVITES), 0);
  assert_int_equal(do_kind(OPERATION_MEMBER_REMOVE, "alice@acme.test"), STATUS_OK);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_REFUSED);
}

static void a_login_with_an_at_sign_is_the_accounts_own_address(void **state)
{
  (void)state;
  set_up_acme(PROVISIONING_INVITE_ONLY);
  struct operation op = new_operation(OPERATION_MEMBER_ADD, "q@acme.test");
  (void)snprintf(op.login, sizeof op.login, "victim@delta.test");
  assert_int_equal(run(&op), STATUS_INVALID);
  assert_int_equal(count(TABLE_ACCOUNTS), 1);
  (void)snprintf(op.login, sizeof op.login, "quentin");
  assert_int_equal(run(&op), STATUS_OK);
}

static void K7_a_sign_in_says_when_the_last_one_was(void **state)
{
  (void)state;
  set_up_acme(PROVISIONING_JIT);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  assert_int_equal(result.last_sign_in_at_s, 0);
  int64_t first = get_account("alice@acme.test").last_sign_in_at_s;
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  assert_int_equal(result.last_sign_in_at_s, first);
}

static void a_verified_domain_belongs_to_one_org(void **state)
{
  (void)state;
  set_up_acme(PROVISIONING_JIT);
  struct operation op = new_operation(OPERATION_ORG_CREATE, "other@example.org");
  (void)snprintf(op.org, sizeof op.org, "beta");
  assert_int_equal(run(&op), STATUS_OK);
  assert_int_equal(with_domain(OPERATION_DOMAIN_ADD, "beta", "acme.test"), STATUS_OK); // a claim excludes nobody
  assert_int_equal(with_domain(OPERATION_DOMAIN_VERIFY, "beta", "acme.test"), STATUS_REFUSED);
  assert_int_equal(with_domain(OPERATION_DOMAIN_REMOVE, "beta", "acme.test"), STATUS_OK);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK); // still Acme's
}

static void H24_only_the_exact_domain_is_governed(void **state)
{
  (void)state;
  set_up_acme(PROVISIONING_JIT);
  static const char *const OTHERS[] = {"a@badacme.test", "a@sub.acme.test", "a@acme.test.evil.test"};
  for (size_t i = 0; i < COUNT_OF(OTHERS); i++) {
    struct store_txn *txn CLEANUP(store_abort) = read_txn();
    struct situation situation;
    assert_int_equal(situation_load(txn, OTHERS[i], clock_now_s(), &situation), STATUS_OK);
    assert_int_equal(situation.person.governing.id, 0);
    store_abort(&txn);
    txn = NULL;
    assert_int_equal(sign_in(OTHERS[i], OTHERS[i], "sub-x"), STATUS_REFUSED);
  }
}

static void invites_are_for_the_orgs_own_domains(void **state)
{
  (void)state;
  set_up_acme(PROVISIONING_INVITE_ONLY);
  assert_int_equal(do_kind(OPERATION_INVITE_CREATE, "x@elsewhere.test"), STATUS_REFUSED);
  assert_int_equal(count(TABLE_INVITES), 0);
}

static void a_ticket_is_redeemed_once(void **state)
{
  (void)state;
  set_up_acme(PROVISIONING_JIT);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  struct operation op = new_operation(OPERATION_TICKET_REDEEM, "");
  memcpy(op.ticket, result.ticket.id, sizeof op.ticket);
  assert_int_equal(run(&op), STATUS_OK);
  assert_int_equal(run(&op), STATUS_NOT_FOUND);
}

static void the_map_shows_every_change_and_is_clean_after_it(void **state)
{
  (void)state;
  set_up_acme(PROVISIONING_JIT);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  struct map_account published;
  struct map_domain domain;
  assert_int_equal(map_open(map_path, &map), STATUS_OK);
  assert_true(map_is_clean(&map));
  assert_int_equal(map_account_by_login(&map, "alice@acme.test", &published), STATUS_OK);
  assert_int_equal(published.uid, get_account("alice@acme.test").uid);
  assert_int_equal(published.groups.count, 1);
  assert_int_equal(map_domain(&map, "acme.test", &domain), STATUS_OK);
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_true(publish_is_current(txn, &config, map_path));
  config.map.shell[1] = 'x';
  assert_false(publish_is_current(txn, &config, map_path));
}

static void H05_H16_names_that_would_break_files_are_not_stored(void **state)
{
  (void)state;
  set_up_acme(PROVISIONING_JIT);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  struct operation op = new_operation(OPERATION_SSO_SIGN_IN, "alice@acme.test");
  static const char *const NAMES[] = {"a:b", "a\nb", "\x1b[31m", "root\nallowed_users = ALL", "\xff\xfe"};
  for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
    struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
    struct message_authorized authorized = {.issuer = "https://idp.test", .client_id = "client", .subject = "sub-1"};
    struct store_txn *txn = read_txn();
    struct org org;
    assert_int_equal(org_by_slug(txn, "acme", &org), STATUS_OK);
    assert_int_equal(connection_get(txn, org.id, CONNECTION_ACTIVE, &connection), STATUS_OK);
    store_abort(&txn);
    (void)snprintf(authorized.name, sizeof authorized.name, "%s", NAMES[i]);
    op.connection = &connection;
    op.authorized = &authorized;
    assert_int_equal(run(&op), STATUS_OK);
    assert_string_equal(get_account("alice@acme.test").name, "Some Name");
  }
}

static void H13_store_and_files_are_roots_alone_under_any_umask(void **state)
{
  (void)state;
  static const char *const FILES[] = {"data.mdb", "lock.mdb", "writer"};
  create_acme();
  struct stat st;
  assert_int_equal(stat(directory, &st), 0);
  assert_int_equal(st.st_mode & 07777, 0700);
  for (size_t i = 0; i < COUNT_OF(FILES); i++) {
    char path[160];
    (void)snprintf(path, sizeof path, "%s/%s", directory, FILES[i]);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
  }
}

static void H60_a_store_of_others_is_not_opened(void **state)
{
  (void)state;
  store_close(&store);
  struct store *other = NULL;
  assert_int_equal(chmod(directory, 0755), 0);
  assert_int_equal(store_open(directory, STORE_READ_WRITE, &report, &other), STATUS_PERMISSION);
  assert_non_null(strstr(report.text, directory));
  assert_int_equal(chmod(directory, 0700), 0);
  assert_int_equal(store_open("/nonexistent/store", STORE_READ_WRITE, &report, &other), STATUS_NOT_FOUND);
  open_store(STORE_READ_WRITE);
}

static void a_store_that_is_none_is_refused(void **state)
{
  (void)state;
  store_close(&store);
  char path[160];
  struct store *other = NULL;
  (void)snprintf(path, sizeof path, "%s/data.mdb", directory);
  int fd CLEANUP(cleanup_fd) = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
  char rubbish[8192];
  memset(rubbish, 'x', sizeof rubbish);
  assert_int_equal(write(fd, rubbish, sizeof rubbish), sizeof rubbish);
  assert_int_not_equal(store_open(directory, STORE_READ_WRITE, &report, &other), STATUS_OK);
  assert_true(report.text[0] != '\0');
}

static void another_writer_is_waited_for_and_not_for_ever(void **state)
{
  (void)state;
  create_acme();
  assert_int_equal(store_lock(store), STATUS_OK);
  pid_t child = fork();
  if (child == 0) {
    // A process of its own with an environment of its own: LMDB's must not be used after fork.
    struct store *other = NULL;
    int64_t start = clock_monotonic_ms();
    enum status status = store_open(directory, STORE_READ_WRITE, &report, &other);
    status = status == STATUS_OK ? store_lock(other) : STATUS_IO;
    _exit(status == STATUS_BUSY && clock_monotonic_ms() - start < 2 * STORE_LOCK_WAIT_MS ? 0 : 1);
  }
  int code = -1;
  assert_int_equal(waitpid(child, &code, 0), child);
  assert_int_equal(code, 0);
  store_unlock(store);
}

static void a_full_map_grows(void **state)
{
  (void)state;
  create_acme();
  struct operation op = new_operation(OPERATION_SIGN_IN_REFUSED, "");
  memset(op.reason, 'x', sizeof op.reason - 1);
  struct store_txn *txn = NULL;
  assert_int_equal(store_lock(store), STATUS_OK);
  // Fill 63 of the 64 MiB in one transaction, then let operations go over the edge.
  char *page = calloc(1, 1 << 20);
  assert_non_null(page);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  for (int64_t i = 0; i < 63; i++) {
    const struct store_key key = key_of_two_i64(-1, i);
    assert_int_equal(store_put(txn, TABLE_META, &key, page, 1 << 20), STATUS_OK);
  }
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
  free(page);
  for (int i = 0; i < 2500; i++) {
    assert_int_equal(run(&op), STATUS_OK);
  }
  assert_int_equal(count(TABLE_AUDIT), 2501);
}

static void H25_passwords_match_themselves_only(void **state)
{
  (void)state;
  char hash[PASSWORD_HASH_SIZE];
  struct bytes password CLEANUP(bytes_done) = BYTES_EMPTY;
  struct bytes other CLEANUP(bytes_done) = BYTES_EMPTY;
  assert_int_equal(bytes_append_text(&password, "correct horse"), STATUS_OK);
  assert_int_equal(password_hash(&password, hash), STATUS_OK);
  assert_memory_equal(hash, "$y$", 3);
  assert_true(password_matches(&password, hash));
  assert_false(password_matches(&password, ""));
  assert_false(password_matches(&password, "*"));
  assert_false(password_matches(&password, "!$y$"));
  assert_false(password_matches(&other, hash));
  assert_false(password_matches(&other, ""));
  assert_int_equal(bytes_append(&other, "correct horse\0x", 15), STATUS_OK);
  assert_false(password_matches(&other, hash));
  assert_int_equal(password_hash(&other, hash), STATUS_INVALID);
  bytes_clear(&other);
  assert_int_equal(bytes_append_text(&other, "short77"), STATUS_OK);
  assert_int_equal(password_hash(&other, hash), STATUS_INVALID);
}

#define STORE_TEST(function) cmocka_unit_test_setup_teardown(function, make_store, remove_store)

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(an_org_has_an_owner_two_groups_and_one_audit_event),
      STORE_TEST(what_is_there_already_is_refused_and_stores_nothing),
      STORE_TEST(N2_system_names_are_no_orgs),
      STORE_TEST(a_dry_run_stores_nothing),
      STORE_TEST(S11_a_first_sign_in_under_jit_makes_the_account),
      STORE_TEST(S12_a_refused_sign_in_stores_nothing),
      STORE_TEST(S10_an_invite_is_used_once),
      STORE_TEST(S12_an_expired_invite_is_none),
      STORE_TEST(S2_S5_S13_the_wrong_person_is_refused_and_nothing_is_linked),
      STORE_TEST(H43_subjects_are_compared_whole),
      STORE_TEST(S7_a_member_added_by_hand_is_linked_and_an_unproven_password_dropped),
      STORE_TEST(identities_of_an_earlier_client_open_nothing),
      STORE_TEST(N4_a_number_other_than_the_one_told_is_refused),
      STORE_TEST(N4_a_number_of_another_name_service_is_not_offered_again),
      STORE_TEST(H01_two_names_with_one_hash_get_two_numbers),
      STORE_TEST(E2_enforcement_waits_for_everything_it_needs),
      STORE_TEST(E3_what_enforcement_stands_on_cannot_be_removed),
      STORE_TEST(E3_a_changed_client_takes_effect_only_after_a_test),
      STORE_TEST(E3_a_connection_that_was_given_up_does_not_come_back),
      STORE_TEST(E4_the_owner_cannot_be_removed),
      STORE_TEST(E6_a_removed_member_comes_back_under_jit_with_the_same_number),
      STORE_TEST(an_invite_does_not_outlive_what_an_admin_does),
      STORE_TEST(a_login_with_an_at_sign_is_the_accounts_own_address),
      STORE_TEST(K7_a_sign_in_says_when_the_last_one_was),
      STORE_TEST(a_verified_domain_belongs_to_one_org),
      STORE_TEST(H24_only_the_exact_domain_is_governed),
      STORE_TEST(invites_are_for_the_orgs_own_domains),
      STORE_TEST(a_ticket_is_redeemed_once),
      STORE_TEST(the_map_shows_every_change_and_is_clean_after_it),
      STORE_TEST(H05_H16_names_that_would_break_files_are_not_stored),
      STORE_TEST(H13_store_and_files_are_roots_alone_under_any_umask),
      STORE_TEST(H60_a_store_of_others_is_not_opened),
      STORE_TEST(a_store_that_is_none_is_refused),
      STORE_TEST(another_writer_is_waited_for_and_not_for_ever),
      STORE_TEST(a_full_map_grows),
      cmocka_unit_test(H25_passwords_match_themselves_only),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

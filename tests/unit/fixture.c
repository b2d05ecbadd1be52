// SPDX-License-Identifier: Apache-2.0
#include "fixture.h"

#include "change/connection.h"
#include "change/domain.h"
#include "change/enforcement.h"
#include "change/group.h"
#include "change/invite.h"
#include "change/org.h"
#include "change/org_settings.h"
#include "change/password.h"
#include "change/password_hash.h"
#include "store/accounts.h"
#include "store/confirmed.h"
#include "store/orgs.h"

char directory[64];
char map_path[96];
struct config config;
struct store *store;
struct change_host host;
struct error error;
struct change_done done;
struct identity_unlinked unlinked;
struct member_added added;
struct member_changed changed_member;
struct account_changed changed_account;
struct connection_try try_result;
const struct change_by by_root = {.actor = "root", .rhost = "", .service = ""};

void open_store(enum store_mode mode)
{
  assert_int_equal(store_open(directory, mode, &error, &store), STATUS_OK);
  host = (struct change_host){.store = store, .config = &config, .map_path = map_path};
}

int make_store(void **state)
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

int remove_store(void **state)
{
  (void)state;
  store_close(&store);
  unit_remove_directory(directory);
  return 0;
}

enum status make(struct change change)
{
  error.text[0] = '\0';
  return change_run(&host, &by_root, change, &error);
}

enum status make_as(const char *who, enum right right, struct change change)
{
  const gid_t groups[] = {stored_org("acme").gid};
  const struct delegate delegate = {get_account(who).id, groups, 1};
  const struct change_by by = {.actor = who, .rhost = "", .service = "", .delegate = &delegate, .right = right};
  return change_run(&host, &by, change, &error);
}

enum status create_org(const char *slug, const char *owner)
{
  struct org_created created;
  const struct org_create in = {.org = slug, .name = "An org", .owner = owner, .login = "", .local_user = ""};
  return make(change_org_create(&in, &created));
}

void create_acme(void)
{
  assert_int_equal(create_org("acme", "boss@example.org"), STATUS_OK);
}

enum status transfer_acme(const char *email)
{
  return make(change_org_transfer(&(struct org_transfer){"acme", email}, &done));
}

struct member_add new_member(const char *email)
{
  return (struct member_add){
      .org = "acme", .email = email, .login = "", .local_user = "", .name = "", .home = "", .shell = ""};
}

enum status add(const struct member_add *add)
{
  return make(change_member_add(add, &added));
}

enum status add_member(const char *email)
{
  const struct member_add in = new_member(email);
  return add(&in);
}

enum status remove_member(const char *email)
{
  return make(change_member_remove(&(struct member_name){"acme", email}, &changed_member));
}

enum status suspend_member(const char *email)
{
  return make(change_member_suspend(&(struct member_name){"acme", email}, &changed_member));
}

enum status resume_member(const char *email)
{
  return make(change_member_resume(&(struct member_resume){"acme", email, {0, NULL}}, &changed_member));
}

enum status give_role(const char *email, enum role role)
{
  struct member_changed changed;
  enum status status = make(change_member_role(&(struct member_role){"acme", email, role, {0, NULL}}, &changed));
  done.changed = changed.changed;
  return status;
}

enum status lock_account(const char *email)
{
  return make(change_account_lock(&(struct account_name){email}, &changed_account));
}

enum status unlock_account(const char *email)
{
  return make(change_account_unlock(&(struct account_name){email}, &changed_account));
}

enum status rename_account(const char *email, const char *login)
{
  return make(change_account_rename(&(struct account_rename){email, login}, &done));
}

enum status remove_account(const char *email)
{
  return make(change_account_remove(&(struct account_name){email}, &changed_account));
}

enum status retire_account(const char *email)
{
  return make(change_account_retire(&(struct account_name){email}, &changed_account));
}

enum status invite_to_acme(const char *email, enum role role, int64_t expires_at_s)
{
  struct invite_created created;
  const struct invite_create in = {
      .org = "acme", .email = email, .role = role, .via = VIA_SSO, .code = "", .expires_at_s = expires_at_s};
  return make(change_invite_create(&in, &created));
}

enum status add_domain(const char *org, const char *domain)
{
  struct domain_changed changed;
  return make(change_domain_add(&(struct domain_add){org, domain}, &changed));
}

enum status verify_domain(const char *org, const char *domain)
{
  struct domain_changed changed;
  return make(change_domain_verify(&(struct domain_verify){org, domain, "", "test"}, &changed));
}

enum status remove_domain(const char *org, const char *domain)
{
  return make(change_domain_remove(&(struct domain_remove){org, domain}, &done));
}

struct connection new_connection(const char *client_id)
{
  struct connection connection = {.client_auth = CLIENT_AUTH_NONE};
  (void)snprintf(connection.issuer, sizeof connection.issuer, "https://idp.test");
  (void)snprintf(connection.client_id, sizeof connection.client_id, "%s", client_id);
  return connection;
}

enum status set_connection(const char *client_id)
{
  const struct connection connection = new_connection(client_id);
  struct connection_changed changed;
  const struct connection_set in = {
      .org = "acme", .connection = &connection, .now = stored_org("acme").enforcement == ENFORCEMENT_OFF};
  return make(change_connection_set(&in, &changed));
}

enum status try_connection(const char *client_id)
{
  const struct connection connection = new_connection(client_id);
  struct message_authorized authorized = {
      .issuer = "https://idp.test", .subject = "s-tester", .email = "tester@acme.test", .email_state = EMAIL_VERIFIED};
  char fingerprint[FINGERPRINT_SIZE];
  const struct connection_tried in = {"acme", {&connection, &authorized, fingerprint}, ""};
  (void)snprintf(authorized.client_id, sizeof authorized.client_id, "%s", client_id);
  read_fingerprint(CONNECTION_STAGED, fingerprint); // of the one that waits, if there is one
  if (fingerprint[0] == '\0') {
    read_fingerprint(CONNECTION_ACTIVE, fingerprint);
  }
  return make(change_connection_tried(&in, &try_result));
}

enum status remove_connection(void)
{
  return make(change_connection_remove(&(struct connection_remove){"acme", false}, &done));
}

enum status set_provisioning(enum provisioning provisioning)
{
  return make(change_provisioning_set(&(struct provisioning_set){"acme", (uint8_t)provisioning}, &done));
}

enum status set_enforcement(enum enforcement enforcement)
{
  return make(change_enforcement_set(&(struct enforcement_set){"acme", (uint8_t)enforcement, ""}, &done));
}

enum status set_setting(const char *key, const char *value)
{
  const struct org_value values[] = {{key, value}};
  struct org_settings_changed changed;
  return make(change_org_settings_set(&(struct org_settings_set){"acme", {values, 1}}, &changed));
}

enum status enforce_as_owner(enum enforcement enforcement)
{
  const struct account owner = get_account("boss@example.org");
  const struct enforcement_set set = {"acme", (uint8_t)enforcement, owner.password};
  return make(change_enforcement_set(&set, &done));
}

enum status set_password(const char *email, const char *password)
{
  struct bytes typed CLEANUP(bytes_done) = BYTES_EMPTY;
  char hash[PASSWORD_HASH_SIZE];
  assert_int_equal(bytes_append_text(&typed, password), STATUS_OK);
  assert_int_equal(password_hash(&typed, hash), STATUS_OK);
  return make(change_password_set(&(struct password_set){email, hash}, &done));
}

enum status remove_password(const char *email)
{
  return make(change_password_remove(&(struct password_remove){email}, &done));
}

enum status link_identity(const char *email, const char *subject)
{
  struct identity_linked linked;
  return make(change_identity_link(&(struct identity_link){"acme", email, subject}, &linked));
}

enum status unlink_identity(const char *email)
{
  return make(change_identity_unlink(&(struct identity_unlink){"acme", email}, &unlinked));
}

// Acme with a verified domain, a connection, and an owner with a password.
void fixture_set_up(enum provisioning provisioning)
{
  create_acme();
  assert_int_equal(add_domain("acme", "acme.test"), STATUS_OK);
  assert_int_equal(verify_domain("acme", "acme.test"), STATUS_OK);
  assert_int_equal(set_connection("client"), STATUS_OK);
  assert_int_equal(set_provisioning(provisioning), STATUS_OK);
  assert_int_equal(set_password("boss@example.org", "correct horse"), STATUS_OK);
}

void fixture_set_up_two(void)
{
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(create_org("beta", "chief@example.org"), STATUS_OK);
}

void enforce(void)
{
  assert_int_equal(try_connection("client"), STATUS_OK);
  assert_int_equal(enforce_as_owner(ENFORCEMENT_DOMAINS), STATUS_OK);
}

enum status map_group(const char *provider, const char *name)
{
  return make(change_group_map(&(struct group_map){"acme", provider, name}, &done));
}

enum status unmap_group(const char *provider)
{
  return make(change_group_unmap(&(struct group_unmap){"acme", provider}, &done));
}

struct store_txn *read_txn(void)
{
  struct store_txn *txn = NULL;
  assert_int_equal(store_begin(store, false, &txn), STATUS_OK);
  return txn;
}

uint64_t count(enum store_table table)
{
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  uint64_t entries = 0;
  assert_int_equal(store_count(txn, table, &entries), STATUS_OK);
  return entries;
}

struct org stored_org(const char *slug)
{
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  struct org org;
  assert_int_equal(org_by_slug(txn, slug, &org), STATUS_OK);
  return org;
}

struct account_here seen_here(const char *login)
{
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  struct account account;
  struct account_here here;
  assert_int_equal(account_by_login(txn, login, &account), STATUS_OK);
  assert_int_equal(account_here_get(txn, account.id, &here), STATUS_OK);
  return here;
}

struct account get_account(const char *login)
{
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  struct account account;
  assert_int_equal(account_by_login(txn, login, &account), STATUS_OK);
  return account;
}

void read_fingerprint(enum connection_slot slot, char ret_fingerprint[static FINGERPRINT_SIZE])
{
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  struct org org;
  assert_int_equal(org_by_slug(txn, "acme", &org), STATUS_OK);
  assert_int_equal(confirmed_fingerprint(txn, org.id, slot, ret_fingerprint), STATUS_OK);
}

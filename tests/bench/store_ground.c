// SPDX-License-Identifier: Apache-2.0
#include "store_ground.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "change/connection.h"
#include "change/domain.h"
#include "change/enforcement.h"
#include "change/member.h"
#include "change/org.h"
#include "change/org_settings.h"
#include "change/sign_in.h"
#include "store/accounts.h"
#include "store/confirmed.h"
#include "store/orgs.h"

enum { FIRST_NUMBER = 1000000, LAST_NUMBER = 9999999 };

static const struct change_by ROOT = {.actor = "root", .rhost = "", .service = ""};

void fail(const char *what, const char *why)
{
  (void)fprintf(stderr, "store: %s: %s\n", what, why);
  exit(1);
}

void must(struct bench *b, enum status status, const char *what)
{
  if (status != STATUS_OK) {
    fail(what, b->error.text[0] != '\0' ? b->error.text : status_text(status));
  }
}

// Of the host's name services only its files are asked: what the others cost is not ours.
extern int __nss_configure_lookup(const char *database, const char *services);

void open_bench(struct bench *b, const char *dir, enum store_mode mode)
{
  (void)snprintf(b->dir, sizeof b->dir, "%s/store", dir);
  (void)snprintf(b->map_path, sizeof b->map_path, "%s/public/accounts.map", dir);
  (void)snprintf(b->bare_dir, sizeof b->bare_dir, "%s/bare", dir);
  if (__nss_configure_lookup("passwd", "files") != 0 || __nss_configure_lookup("group", "files") != 0) {
    fail("name services", "cannot be chosen");
  }
  config_init(&b->config);
  b->config.map.ranges = (struct u32_list){2, {FIRST_NUMBER, LAST_NUMBER}};
  must(b, store_open(b->dir, mode, &b->error, &b->store), b->dir);
  b->host = (struct change_host){.store = b->store, .config = &b->config, .map_path = b->map_path};
}

static void make(struct bench *b, struct change change, const char *what)
{
  must(b, change_run(&b->host, &ROOT, change, &b->error), what);
}

static void set_seed(struct bench *b)
{
  static const unsigned char SEED[SIPHASH_SEED_SIZE] = {5, 5, 5};
  struct store_txn *txn = NULL;
  must(b, store_lock(b->store), "lock");
  must(b, store_begin(b->store, true, &txn), "begin");
  must(b, store_set_seed(txn, SEED), "seed");
  must(b, store_commit(&txn), "commit");
  store_unlock(b->store);
}

// What enforcement waits for, a password and a connection that were tried, is stored without the trials.
static void enforce(struct bench *b)
{
  struct store_txn *txn = NULL;
  struct org org;
  must(b, store_lock(b->store), "lock");
  must(b, store_begin(b->store, true, &txn), "begin");
  must(b, org_by_slug(txn, "acme", &org), "acme");
  org.enforcement = ENFORCEMENT_DOMAINS;
  must(b, org_update(txn, &org), "acme");
  must(b, store_commit(&txn), "commit");
  store_unlock(b->store);
}

void make_org(struct bench *b)
{
  struct connection connection = {.issuer = "https://idp.test", .client_id = "client"};
  struct connection_changed changed;
  struct domain_changed domain;
  struct change_done done;
  struct org_created created;
  struct org_settings_changed settled;
  set_seed(b);
  make(b, change_org_create(&(struct org_create){"acme", "Acme", "boss@example.org", "", ""}, &created), "org create");
  const struct org_value room = {"max-members", "4294967295"}; // as an operator would say for so many
  const struct org_settings_set settings = {"acme", {&room, 1}};
  make(b, change_org_settings_set(&settings, &settled), "org set");
  make(b, change_domain_add(&(struct domain_add){"acme", "acme.test"}, &domain), "domain add");
  make(b, change_domain_verify(&(struct domain_verify){"acme", "acme.test", "", "a benchmark"}, &domain),
       "domain verify");
  make(b, change_connection_set(&(struct connection_set){.org = "acme", .connection = &connection}, &changed),
       "idp set");
  make(b, change_provisioning_set(&(struct provisioning_set){"acme", PROVISIONING_JIT}, &done), "provisioning set");
  enforce(b);
}

struct loading {
  char email[EMAIL_SIZE];
  char name[DISPLAY_SIZE];
  struct member_add add;
  struct member_added added;
};

static enum status add_member(void *context, uint64_t index, struct error *error, struct change *ret_change)
{
  struct loading *loading = context;
  (void)snprintf(loading->email, sizeof loading->email, "u%07llu@acme.test", (unsigned long long)index);
  (void)snprintf(loading->name, sizeof loading->name, "Person %llu", (unsigned long long)index);
  (void)error;
  loading->add = (struct member_add){.org = "acme",
                                     .email = loading->email,
                                     .login = "",
                                     .local_user = "",
                                     .name = loading->name,
                                     .home = "",
                                     .shell = ""};
  *ret_change = change_member_add(&loading->add, &loading->added);
  return STATUS_OK;
}

void load_members(struct bench *b, uint64_t count)
{
  struct loading loading;
  const struct changes all = {count, add_member, NULL, &loading};
  uint64_t index = 0;
  must(b, change_run_all(&b->host, &ROOT, &all, &b->error, &index), "load");
}

static enum status add_length(void *context, const struct store_entry *entry)
{
  *(uint64_t *)context += entry->key_length + entry->length;
  return STATUS_OK;
}

uint64_t stored_bytes(struct bench *b)
{
  const struct store_key all = key_new();
  struct store_txn *txn = NULL;
  uint64_t bytes = 0;
  must(b, store_begin(b->store, false, &txn), "begin");
  for (int table = 0; table < TABLE_COUNT; table++) {
    must(b, store_each(txn, (enum store_table)table, &all, add_length, &bytes), "walk");
  }
  store_abort(&txn);
  return bytes;
}

void first_login(struct bench *b, uint64_t number)
{
  const struct change_by by = {.actor = "root", .rhost = "192.0.2.7", .service = "sshd"};
  char login[EMAIL_SIZE];
  char fingerprint[FINGERPRINT_SIZE];
  struct signed_in result;
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  struct message_authorized authorized = {
      .issuer = "https://idp.test", .client_id = "client", .email_state = EMAIL_VERIFIED};
  struct store_txn *txn = NULL;
  struct org org;
  must(b, store_begin(b->store, false, &txn), "begin");
  must(b, org_by_slug(txn, "acme", &org), "acme");
  must(b, connection_get(txn, org.id, CONNECTION_ACTIVE, &connection), "connection");
  must(b, confirmed_fingerprint(txn, org.id, CONNECTION_ACTIVE, fingerprint), "fingerprint");
  store_abort(&txn);
  (void)snprintf(login, sizeof login, "n%07llu@acme.test", (unsigned long long)number);
  memcpy(authorized.email, login, sizeof login);
  (void)snprintf(authorized.subject, sizeof authorized.subject, "subject-%llu", (unsigned long long)number);
  (void)snprintf(authorized.name, sizeof authorized.name, "New Person %llu", (unsigned long long)number);
  const struct sso_sign_in in = {.way = WAY_SSO,
                                 .login = login,
                                 .connection = &connection,
                                 .authorized = &authorized,
                                 .fingerprint = fingerprint,
                                 .password = ""};
  must(b, change_run(&b->host, &by, change_sso_sign_in(&in, &result), &b->error), login);
}

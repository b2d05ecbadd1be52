// SPDX-License-Identifier: Apache-2.0
// site HELPER STORE HOSTS DATABASE LOGIN PASSWORD_FILE admin|member: one host of a fleet with a store of its own, made
// if it is not there, which does what each line of standard input says and prints a line for it. Words are separated by
// spaces:
//   idp ORG | link ORG EMAIL | unlink ORG EMAIL                               (an admin's; the subject is the address)
//   org SLUG OWNER | member ORG EMAIL | remove ORG EMAIL | role ORG EMAIL | account remove|retire EMAIL  (an admin's)
//   catch-up
//   show             all orgs, accounts with identities, and memberships, and what clashes
// and of what came of it: STATUS TEXT.
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "change/account.h"
#include "change/connection.h"
#include "change/fleet.h"
#include "change/identity.h"
#include "change/member.h"
#include "change/org.h"
#include "config/config.h"
#include "fleet/pull.h"
#include "fleet/tell.h"
#include "store/accounts.h"
#include "store/orgs.h"

enum { HELPER = 1, STORE, HOSTS, DATABASE, LOGIN, PASSWORD, ROLE, ARGUMENTS };
enum { DEADLINE_MS = 120 * 1000, WORD = 128 }; // of tests: against hanging alone

struct site {
  char **arguments;
  struct store *store;
  struct engine *engine;
  struct config config;
  char map_path[256];
  struct fleet_telling telling;
  struct change_push push;
  struct change_host host;
  struct error error;
  struct bytes password;
};

static const struct change_by ROOT = {.actor = "root", .rhost = "", .service = ""};

static int64_t deadline(void)
{
  return clock_monotonic_ms() + DEADLINE_MS;
}

static enum status catch_up(struct site *s, struct error *error)
{
  struct fleet_caught_up caught_up;
  return fleet_catch_up(s->engine, &s->host, &ROOT, deadline(), error, &caught_up);
}

static enum status make(struct site *s, struct change change)
{
  return change_run(&s->host, &ROOT, change, &s->error);
}

static enum status add_org(struct site *s, const char *slug, const char *owner)
{
  struct org_created created;
  const struct org_create in = {.org = slug, .name = slug, .owner = owner, .login = "", .local_user = ""};
  return make(s, change_org_create(&in, &created));
}

static enum status add_member(struct site *s, const char *org, const char *email)
{
  struct member_added added;
  const struct member_add in = {
      .org = org, .email = email, .login = "", .local_user = "", .name = "", .home = "", .shell = ""};
  return make(s, change_member_add(&in, &added));
}

static enum status remove_member(struct site *s, const char *org, const char *email)
{
  struct member_changed changed;
  const struct member_name in = {org, email};
  return make(s, change_member_remove(&in, &changed));
}

static enum status end_account(struct site *s, const char *how, const char *who)
{
  struct account_changed changed;
  const struct account_name in = {who};
  bool retires = strcmp(how, "retire") == 0;
  return make(s, retires ? change_account_retire(&in, &changed) : change_account_remove(&in, &changed));
}

static enum status set_connection(struct site *s, const char *org)
{
  struct connection connection = {.issuer = "https://idp.test", .client_id = "client", .client_auth = CLIENT_AUTH_NONE};
  struct connection_changed changed;
  const struct connection_set in = {.org = org, .connection = &connection, .now = true};
  return make(s, change_connection_set(&in, &changed));
}

static enum status link_identity(struct site *s, const char *org, const char *email)
{
  struct identity_linked linked;
  return make(s, change_identity_link(&(struct identity_link){org, email, email}, &linked));
}

static enum status unlink_identity(struct site *s, const char *org, const char *email)
{
  struct identity_unlinked unlinked;
  return make(s, change_identity_unlink(&(struct identity_unlink){org, email}, &unlinked));
}

static enum status show_identity(void *context, const struct identity *identity)
{
  (void)context;
  printf(" linked=%s", identity->subject);
  return STATUS_OK;
}

static enum status give_role(struct site *s, const char *org, const char *email)
{
  struct member_changed changed;
  const struct member_role in = {org, email, ROLE_ADMIN, {0, NULL}};
  return make(s, change_member_role(&in, &changed));
}

static enum status show_account(void *context, const struct account *account)
{
  printf(" account=%s:%u", account->login, account->uid);
  return identity_each_of(context, account->id, show_identity, NULL);
}

static enum status show_member(void *context, const struct membership *membership)
{
  struct account account = {.id = 0};
  enum status status = account_get(context, membership->account_id, &account);
  printf(" %s:%u", account.login, membership->role);
  return status;
}

static enum status show_org(void *context, const struct org *org)
{
  printf(" org=%s:%u:", org->slug, org->gid);
  return membership_each(context, org->id, show_member, context);
}

static enum status show_clash(void *context, const struct fleet_clash *clash)
{
  (void)context;
  printf(" clash=%s", clash->what);
  return STATUS_OK;
}

static enum status show(struct site *s)
{
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  enum status status = store_begin(s->store, false, &txn);
  status = status != STATUS_OK ? status : account_each(txn, show_account, txn);
  status = status != STATUS_OK ? status : org_each(txn, show_org, txn);
  return status != STATUS_OK ? status : fleet_clash_each(txn, show_clash, NULL);
}

static enum status run(struct site *s, char *line)
{
  char *rest = NULL;
  const char *verb = strtok_r(line, " \n", &rest);
  const char *first = strtok_r(NULL, " \n", &rest);
  const char *second = strtok_r(NULL, " \n", &rest);
  verb = verb != NULL ? verb : "";
  first = first != NULL ? first : "";
  second = second != NULL ? second : "";
  s->error.text[0] = '\0';
  if (strcmp(verb, "org") == 0) {
    return add_org(s, first, second);
  }
  if (strcmp(verb, "member") == 0) {
    return add_member(s, first, second);
  }
  if (strcmp(verb, "remove") == 0) {
    return remove_member(s, first, second);
  }
  if (strcmp(verb, "idp") == 0) {
    return set_connection(s, first);
  }
  if (strcmp(verb, "link") == 0) {
    return link_identity(s, first, second);
  }
  if (strcmp(verb, "unlink") == 0) {
    return unlink_identity(s, first, second);
  }
  if (strcmp(verb, "account") == 0) {
    return end_account(s, first, second);
  }
  if (strcmp(verb, "role") == 0) {
    return give_role(s, first, second);
  }
  if (strcmp(verb, "catch-up") == 0) {
    return catch_up(s, &s->error);
  }
  return strcmp(verb, "show") == 0 ? show(s) : STATUS_INVALID;
}

static enum status join(struct site *s)
{
  static const unsigned char SEED[SIPHASH_SEED_SIZE] = {18};
  struct fleet_join in = {.admin = strcmp(s->arguments[ROLE], "admin") == 0 ? 1 : 0, .joined_at_s = clock_now_s()};
  struct change_done done;
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  (void)snprintf(in.host, sizeof in.host, "%s", s->arguments[LOGIN]);
  (void)snprintf(in.engines, sizeof in.engines, "%s", s->arguments[HOSTS]);
  enum status status = store_lock(s->store);
  status = status != STATUS_OK ? status : store_begin(s->store, true, &txn);
  status = status != STATUS_OK ? status : store_set_seed(txn, SEED);
  status = status != STATUS_OK ? status : store_commit(&txn);
  store_unlock(s->store);
  return status != STATUS_OK ? status : make(s, change_fleet_join(&in, &done));
}

static enum status open_all(struct site *s)
{
  const struct engine_where where = {.hosts = s->arguments[HOSTS],
                                     .database = s->arguments[DATABASE],
                                     .login = s->arguments[LOGIN],
                                     .password = &s->password};
  enum status status = store_open(s->arguments[STORE], STORE_READ_WRITE, &s->error, &s->store);
  bool fresh = status == STATUS_NOT_FOUND;
  if (fresh) {
    s->error.text[0] = '\0';
    status = store_open(s->arguments[STORE], STORE_CREATE, &s->error, &s->store);
  }
  s->push = (struct change_push){fleet_tell, NULL, &s->telling};
  s->host = (struct change_host){.store = s->store, .config = &s->config, .map_path = s->map_path, .push = &s->push};
  status = status != STATUS_OK || !fresh ? status : join(s);
  status = status != STATUS_OK ? status : engine_start(s->arguments[HELPER], &where, deadline(), &s->error, &s->engine);
  s->telling = (struct fleet_telling){s->engine, &s->host, &ROOT, DEADLINE_MS};
  return status;
}

static enum status read_password(struct site *s)
{
  char line[WORD] = "";
  FILE *file = fopen(s->arguments[PASSWORD], "re");
  if (file == NULL) {
    return STATUS_NOT_FOUND;
  }
  bool read = fgets(line, sizeof line, file) != NULL;
  (void)fclose(file);
  return read ? bytes_append(&s->password, line, strcspn(line, "\n")) : STATUS_INVALID;
}

int main(int argc, char **argv)
{
  static struct site site;
  char *line = NULL;
  size_t size = 0;
  if (argc != ARGUMENTS) {
    return EXIT_FAILURE;
  }
  site.arguments = argv;
  (void)snprintf(site.map_path, sizeof site.map_path, "%s/accounts.map", argv[STORE]);
  config_init(&site.config);
  enum status status = read_password(&site);
  status = status != STATUS_OK ? status : open_all(&site);
  printf("%s %s\n", status_text(status), site.error.text);
  (void)fflush(stdout);
  while (status == STATUS_OK && getline(&line, &size, stdin) > 0) {
    enum status done = run(&site, line);
    printf("\n%s %s\n", status_text(done), site.error.text);
    (void)fflush(stdout);
  }
  engine_end(&site.engine);
  store_close(&site.store);
  bytes_done(&site.password);
  free(line);
  return status == STATUS_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

// SPDX-License-Identifier: Apache-2.0
#include "follow.h"

#include <string.h>
#include <syslog.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/id_list.h"
#include "change/fleet_host.h"
#include "fleet/contact.h"
#include "fleet/link.h"
#include "fleet/pull.h"
#include "paths.h"
#include "sudo_rules.h"

enum {
  CONNECT_MS = 30 * 1000,
  ASK_MS = 30 * 1000,
  CATCH_UP_MS = 6 * 3600 * 1000, // of a host that begins with an org of millions; no single answer takes so long
  CONTACT_S = 5 * 60,
  JITTER_MS = 10 * 1000, // so that hosts that were started together do not come together
};

// The store is open while it is needed: another one may take its place, and whoever starts a program has none.
struct following {
  struct fleet_join join; // as it was when it connected
  const struct follow_where *where;
  struct config config;
  struct store *store;
  struct change_host host;
  struct engine *engine;
  struct error *error;
  int64_t contact_at_s;
  int64_t revision; // that was logged last
};

static const struct change_by BY = {.actor = "ssoorg-sync", .rhost = "", .service = "ssoorg-sync"};

static void end(struct following *f)
{
  cleanup_fleet_join(&f->join);
  engine_end(&f->engine);
  store_close(&f->store);
}

static enum status open_store(struct following *f)
{
  enum status status = store_open(f->where->store_dir, STORE_READ_WRITE, f->error, &f->store);
  f->host = (struct change_host){.store = f->store, .config = &f->config, .map_path = f->where->map_path};
  return status;
}

static enum status read_join(const struct following *f, struct fleet_join *ret_join)
{
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  enum status status = store_begin(f->store, false, &txn);
  return status != STATUS_OK ? status : fleet_join_get(txn, ret_join);
}

// Whoever has left, or has come to another fleet, has nothing to do with this connection any more.
static enum status check_join(const struct following *f)
{
  struct fleet_join join CLEANUP(cleanup_fleet_join) = {.admin = 0};
  enum status status = read_join(f, &join);
  if (status != STATUS_OK) {
    return status;
  }
  bool same = join.joined_at_s == f->join.joined_at_s && strcmp(join.login, f->join.login) == 0 &&
              strcmp(join.engines, f->join.engines) == 0 && strcmp(join.database, f->join.database) == 0;
  return same ? STATUS_OK : STATUS_CLOSED;
}

static enum status connect_engine(struct following *f)
{
  enum status status = config_load(f->where->config_path, f->error, &f->config);
  status = status != STATUS_OK ? status : open_store(f);
  status = status != STATUS_OK ? status : read_join(f, &f->join);
  store_close(&f->store);
  if (status != STATUS_OK) {
    return status;
  }
  int64_t deadline_ms = clock_monotonic_ms() + CONNECT_MS;
  return fleet_connect(PATH_FLEET, &f->join, f->config.confinement, deadline_ms, f->error, &f->engine);
}

static enum status contact(struct following *f)
{
  if (clock_now_s() - f->contact_at_s < CONTACT_S) {
    return STATUS_OK;
  }
  f->contact_at_s = clock_now_s();
  return fleet_contact(f->engine, &f->host, &BY, clock_monotonic_ms() + ASK_MS, f->error);
}

static enum status read_orgs(const struct following *f, struct id_list *orgs)
{
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  enum status status = store_begin(f->store, false, &txn);
  return status != STATUS_OK ? status : fleet_org_list(txn, orgs);
}

// Mostly it is: then nobody has to wait for a lock.
static bool is_noted(const struct following *f, const char *why)
{
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  struct fleet_state state;
  return store_begin(f->store, false, &txn) == STATUS_OK && fleet_state_get(txn, &state) == STATUS_OK &&
         strncmp(state.stopped, why, sizeof state.stopped - 1) == 0;
}

// That the fleet is not the one that was is noted, for whoever looks here.
static enum status take_over(struct following *f, struct fleet_caught_up *caught_up)
{
  struct change_done done;
  struct error ignored;
  enum status status =
      fleet_catch_up(f->engine, &f->host, &BY, clock_monotonic_ms() + CATCH_UP_MS, f->error, caught_up);
  if (status == STATUS_OK || status == STATUS_CORRUPT) {
    const char *why = status == STATUS_OK ? "" : f->error->text;
    bool noted_before = is_noted(f, why);
    enum status noted = noted_before ? STATUS_OK : change_run(&f->host, &BY, change_fleet_stop(why, &done), &ignored);
    return status != STATUS_OK ? status : noted;
  }
  return status;
}

// What of an org its admins may do by sudo is in a file of the host's. Of another store it is nobody's. False: that
// file is not as it must be.
static bool follow_sudo(const struct following *f)
{
  struct error error = {.text = ""};
  if (strcmp(f->where->store_dir, PATH_STORE) != 0 || sudo_rules_follow(f->store, &error) == STATUS_OK) {
    return true;
  }
  syslog(LOG_WARNING, "sudo's rules are not as the fleet has them: %s; it is tried again", error.text);
  return false;
}

// Whoever listens first misses nothing; what is served here is known once it was asked for.
static enum status listen_and_take_over(struct following *f)
{
  struct id_list orgs CLEANUP(id_list_done) = {.ids = NULL};
  struct fleet_caught_up caught_up = {.orgs = 0};
  enum status status = read_orgs(f, &orgs);
  for (bool known = false; status == STATUS_OK && !known;) {
    size_t before = orgs.count;
    size_t told = orgs.count < PROTOCOL_FLEET_ORGS_MAX ? orgs.count : PROTOCOL_FLEET_ORGS_MAX; // the others are polled
    status = engine_listen(f->engine, orgs.ids, told, clock_monotonic_ms() + ASK_MS, f->error);
    status = status != STATUS_OK ? status : take_over(f, &caught_up);
    orgs.count = 0;
    status = status != STATUS_OK ? status : read_orgs(f, &orgs);
    known = orgs.count <= before;
  }
  // Also where not all of it was taken over.
  bool followed = (status == STATUS_OK && caught_up.revision == f->revision) || follow_sudo(f);
  if (status == STATUS_OK && followed && caught_up.revision != f->revision) {
    syslog(LOG_INFO, "fleet: revision %lld, %zu rows taken over, %zu orgs", (long long)caught_up.revision,
           caught_up.rows, caught_up.orgs);
    f->revision = caught_up.revision;
  }
  if (caught_up.clashes > 0) {
    syslog(LOG_WARNING, "fleet: %zu rows clash with what is this host's own; 'ssoctl fleet status' says which",
           caught_up.clashes);
  }
  return status;
}

static enum status once(struct following *f)
{
  enum status status = open_store(f);
  status = status != STATUS_OK ? status : check_join(f);
  // An engine that has lost its last changes has lost who said that they are there, too: that is noticed first, or this
  // host would be taken for two.
  status = status != STATUS_OK ? status : listen_and_take_over(f);
  status = status != STATUS_OK ? status : contact(f);
  store_close(&f->store);
  return status;
}

static int64_t poll_ms(void)
{
  uint32_t random = 0;
  bool have = file_random(&random, sizeof random) == STATUS_OK;
  return (int64_t)POLL_S * 1000 - JITTER_MS / 2 + (have ? random % JITTER_MS : 0);
}

static enum status await_more(struct following *f, bool *ret_end)
{
  struct engine_event event = {.is_told = false};
  enum status status = engine_await(f->engine, f->where->end_fd, clock_monotonic_ms() + poll_ms(), f->error, &event);
  *ret_end = status == STATUS_OK && !event.is_told;
  return status == STATUS_TIMEOUT && engine_is_open(f->engine) ? STATUS_OK : status;
}

enum status follow(const struct follow_where *where, struct error *error, bool *ret_caught_up)
{
  struct following f CLEANUP(end) = {.where = where, .error = error, .revision = -1};
  bool over = false;
  *ret_caught_up = false;
  enum status status = connect_engine(&f);
  while (status == STATUS_OK && !over) {
    status = once(&f);
    *ret_caught_up = *ret_caught_up || status == STATUS_OK;
    over = where->once;
    status = status != STATUS_OK || over ? status : await_more(&f, &over);
  }
  return status;
}

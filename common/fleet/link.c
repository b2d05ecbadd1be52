// SPDX-License-Identifier: Apache-2.0
#include "fleet/link.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "fleet/claim.h"
#include "fleet/tell.h"

enum status fleet_connect(const char *path, const struct fleet_join *join, enum confinement confinement,
                          int64_t deadline_ms, struct error *error, struct engine **ret_engine)
{
  const struct engine_where where = {.hosts = join->engines,
                                     .database = join->database,
                                     .login = join->login,
                                     .password = &join->password,
                                     .ca_pem = &join->ca_pem,
                                     .confinement = confinement};
  return engine_start(path, &where, deadline_ms, error, ret_engine);
}

static enum status read_join(struct store *store, struct fleet_join *ret_join)
{
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  enum status status = store_begin(store, false, &txn);
  return status != STATUS_OK ? status : fleet_join_get(txn, ret_join);
}

// A connection that has ended, too, is made anew.
static enum status connect_now(struct fleet_link *link, int64_t deadline_ms, struct error *error)
{
  struct fleet_join join CLEANUP(cleanup_fleet_join) = {.admin = 0};
  if (link->engine != NULL && engine_is_open(link->engine)) {
    return STATUS_OK;
  }
  engine_end(&link->engine);
  enum status status = read_join(link->host->store, &join);
  if (status != STATUS_OK) {
    error_set(error, "fleet: what this host joined with cannot be read: %s", status_text(status));
    return status;
  }
  return fleet_connect(link->path, &join, link->host->config->confinement, deadline_ms, error, &link->engine);
}

static enum status reach(struct fleet_link *link, size_t rows, struct error *error, struct fleet_telling *ret_telling)
{
  int64_t deadline_ms = clock_monotonic_ms() + FLEET_TELL_MS + (int64_t)rows * FLEET_TELL_ROW_MS;
  enum status status = connect_now(link, deadline_ms, error);
  *ret_telling = (struct fleet_telling){link->engine, link->host, link->by, deadline_ms - clock_monotonic_ms()};
  return status == STATUS_BUSY ? STATUS_CLOSED : status;
}

static enum status push(void *context, const struct fleet_rows *rows, struct error *error)
{
  struct fleet_telling telling;
  enum status status = reach(context, rows->count, error, &telling);
  return status != STATUS_OK ? status : fleet_tell(&telling, rows, error);
}

// Whoever signs in hears that the fleet does not answer, whatever keeps it from that: the error says what.
static enum status claim(void *context, const struct fleet_rows *rows, struct error *error,
                         struct fleet_claims *ret_claims)
{
  struct fleet_telling telling;
  enum status status = reach(context, rows->count, error, &telling);
  return status != STATUS_OK ? STATUS_TIMEOUT : fleet_claim(&telling, rows, error, ret_claims);
}

void fleet_link_begin(struct fleet_link *link, const char *path, struct change_host *host, const struct change_by *by)
{
  *link = (struct fleet_link){.path = path, .host = host, .by = by, .push = {push, claim, link}};
  host->push = &link->push;
}

void fleet_link_end(struct fleet_link *link)
{
  engine_end(&link->engine);
}

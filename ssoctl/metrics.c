// SPDX-License-Identifier: Apache-2.0
#include "metrics.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/endian.h"
#include "check/check_log.h"
#include "paths.h"
#include "publish/publish.h"
#include "store/fleet.h"
#include "store/here.h"
#include "store/socials.h"

enum { DAY_S = 86400 };

struct metrics {
  struct context *ctx;
  struct bytes *out;
  enum status status;
};

__attribute__((format(printf, 2, 3))) static void add(struct metrics *m, const char *format, ...)
{
  char line[1024];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  if (m->status == STATUS_OK) {
    m->status = length < 0 || (size_t)length >= sizeof line ? STATUS_TOO_LARGE : bytes_append_text(m->out, line);
  }
}

static void begin(struct metrics *m, const char *name, const char *what)
{
  add(m, "# HELP %s %s\n# TYPE %s gauge\n", name, what, name);
}

static void add_counts(struct metrics *m)
{
  static const struct {
    enum store_table table;
    const char *name;
  } TABLES[] = {{TABLE_ORGS, "orgs"},
                {TABLE_ACCOUNTS, "accounts"},
                {TABLE_MEMBERSHIPS, "memberships"},
                {TABLE_INVITES, "invites"},
                {TABLE_AUDIT, "audit_events"}};
  begin(m, "ssoorg_records", "Records in the store, by kind.");
  for (size_t i = 0; i < COUNT_OF(TABLES); i++) {
    uint64_t count = 0;
    enum status status = store_count(m->ctx->txn, TABLES[i].table, &count);
    m->status = m->status == STATUS_OK ? status : m->status;
    add(m, "ssoorg_records{kind=\"%s\"} %" PRIu64 "\n", TABLES[i].name, count);
  }
}

static enum status add_refused(void *context, const struct store_entry *entry)
{
  enum { REASON_AT = 8 };
  if (entry->key_length <= REASON_AT || entry->length != sizeof(uint64_t)) {
    return STATUS_CORRUPT;
  }
  add(context, "ssoorg_refused_today{reason=\"%.*s\"} %" PRIu64 "\n", (int)(entry->key_length - REASON_AT),
      (const char *)entry->key + REASON_AT, endian_get_u64(entry->data));
  return STATUS_OK;
}

static enum status add_connection(void *context, const struct org *org)
{
  struct metrics *m = context;
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  struct connection_here here;
  enum status status = connection_get(m->ctx->txn, org->id, CONNECTION_ACTIVE, &connection);
  status = status != STATUS_OK ? status : connection_here_get(m->ctx->txn, &connection, &here);
  if (status == STATUS_OK) {
    add(m, "ssoorg_connection_tried_seconds{org=\"%s\"} %" PRId64 "\n", org->slug, here.tried_at_s);
  }
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status add_secret(void *context, const struct org *org)
{
  struct metrics *m = context;
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  enum status status = connection_get(m->ctx->txn, org->id, CONNECTION_ACTIVE, &connection);
  if (status == STATUS_OK && connection.secret_expires_at_s != 0) {
    add(m, "ssoorg_client_secret_expires_seconds{org=\"%s\"} %" PRId64 "\n", org->slug, connection.secret_expires_at_s);
  }
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status add_social_secret(void *context, const struct social *social)
{
  struct metrics *m = context;
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  enum status status = connection_get(m->ctx->txn, social->id, CONNECTION_ACTIVE, &connection);
  if (status == STATUS_OK && connection.secret_expires_at_s != 0) {
    add(m, "ssoorg_client_secret_expires_seconds{social=\"%s\"} %" PRId64 "\n", social->name,
        connection.secret_expires_at_s);
  }
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status add_waiting(void *context, const struct org *org)
{
  struct metrics *m = context;
  struct connection waiting CLEANUP(cleanup_connection) = {.org_id = 0};
  enum status status = connection_get(m->ctx->txn, org->id, CONNECTION_STAGED, &waiting);
  if (status == STATUS_OK || status == STATUS_NOT_FOUND) {
    add(m, "ssoorg_connection_waits{org=\"%s\"} %d\n", org->slug, status == STATUS_OK ? 1 : 0);
  }
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status add_domain(void *context, const struct domain *domain)
{
  if (domain->verified != 0) {
    add(context, "ssoorg_domain_missing_seconds{domain=\"%s\"} %" PRId64 "\n", domain->domain,
        domain->missing_since_s != 0 ? clock_now_s() - domain->missing_since_s : 0);
  }
  return STATUS_OK;
}

static void add_check(struct metrics *m)
{
  int64_t at_s = 0;
  size_t warnings = 0;
  size_t critical = 0;
  if (check_log_last(SEVERITY_WARNING, &warnings, &at_s) != STATUS_OK ||
      check_log_last(SEVERITY_CRITICAL, &critical, &at_s) != STATUS_OK) {
    return;
  }
  begin(m, "ssoorg_check_findings", "What the last 'ssoctl check --log' found, by severity.");
  add(m, "ssoorg_check_findings{severity=\"warning\"} %zu\nssoorg_check_findings{severity=\"critical\"} %zu\n",
      warnings, critical);
  begin(m, "ssoorg_check_time_seconds", "When that was, in seconds since 1970.");
  add(m, "ssoorg_check_time_seconds %" PRId64 "\n", at_s);
}

static void add_files(struct metrics *m)
{
  char path[4200];
  struct stat st;
  (void)snprintf(path, sizeof path, "%s/data.mdb", m->ctx->store_dir);
  begin(m, "ssoorg_map_current", "Whether the published map says what the store says.");
  add(m, "ssoorg_map_current %d\n", publish_is_current(m->ctx->txn, &m->ctx->config, m->ctx->map_path, NULL) ? 1 : 0);
  if (stat(path, &st) == 0) {
    begin(m, "ssoorg_store_bytes", "What the store takes on its disk.");
    add(m, "ssoorg_store_bytes %lld\n", (long long)st.st_blocks * 512);
  }
}

static enum status add_fleet(struct metrics *m)
{
  struct fleet_state state;
  bool member = false;
  bool admin = false;
  size_t clashes = 0;
  enum status status = fleet_role(m->ctx->txn, &member, &admin);
  if (status != STATUS_OK || !member) {
    return status;
  }
  status = fleet_state_get(m->ctx->txn, &state);
  status = status != STATUS_OK ? status : fleet_clash_count(m->ctx->txn, &clashes);
  if (status != STATUS_OK) {
    return status;
  }
  begin(m, "ssoorg_fleet_caught_up_seconds", "When all of the fleet was last taken over, since 1970; 0: never.");
  add(m, "ssoorg_fleet_caught_up_seconds %" PRId64 "\n", state.caught_up_at_s);
  begin(m, "ssoorg_fleet_stopped", "Whether nothing is taken over any more.");
  add(m, "ssoorg_fleet_stopped %d\n", state.stopped[0] != '\0' ? 1 : 0);
  begin(m, "ssoorg_fleet_clashes", "What of the fleet is not here since it clashes with what is this host's own.");
  add(m, "ssoorg_fleet_clashes %zu\n", clashes);
  return STATUS_OK;
}

enum status metrics_text(struct context *ctx, struct bytes *out)
{
  struct metrics m = {.ctx = ctx, .out = out, .status = STATUS_OK};
  const struct store_key today = key_of_i64(clock_now_s() / DAY_S);
  begin(&m, "ssoorg_info", "The version of ssoctl.");
  add(&m, "ssoorg_info{version=\"%s\"} 1\n", SSOORG_VERSION);
  add_counts(&m);
  add_files(&m);
  begin(&m, "ssoorg_refused_today", "Refused since midnight UTC before anybody had proven to be anybody, by reason.");
  enum status status = store_each(ctx->txn, TABLE_REFUSALS, &today, add_refused, &m);
  begin(&m, "ssoorg_connection_tried_seconds",
        "When a sign-in through the org's connection last proved it, since 1970; 0: never.");
  status = status != STATUS_OK ? status : org_each(ctx->txn, add_connection, &m);
  begin(&m, "ssoorg_client_secret_expires_seconds",
        "When the client's secret ends at the provider, since 1970, where an admin has said so.");
  status = status != STATUS_OK ? status : org_each(ctx->txn, add_secret, &m);
  status = status != STATUS_OK ? status : social_each(ctx->txn, add_social_secret, &m);
  begin(&m, "ssoorg_connection_waits", "Whether a changed connection of the org waits for its test.");
  status = status != STATUS_OK ? status : org_each(ctx->txn, add_waiting, &m);
  begin(&m, "ssoorg_domain_missing_seconds", "For how long a verified domain's record has been gone.");
  status = status != STATUS_OK ? status : domain_each(ctx->txn, 0, add_domain, &m);
  status = status != STATUS_OK ? status : add_fleet(&m);
  add_check(&m);
  return status != STATUS_OK ? status : m.status;
}

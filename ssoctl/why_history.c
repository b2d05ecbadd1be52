// SPDX-License-Identifier: Apache-2.0
#include "why_history.h"

#include <stdio.h>
#include <string.h>

#include "audit_row.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "change/throttle.h"
#include "policy/throttle.h"
#include "store/audit.h"
#include "store/here.h"
#include "store/throttles.h"

// As far back as is looked, in events; and how many are kept and shown.
enum { LOOK_BACK = 100000, LAST = 10 };

static const struct column LAST_COLUMNS[] = {{"at", COLUMN_DATE},    {"event", COLUMN_TEXT}, {"org", COLUMN_TEXT},
                                             {"rhost", COLUMN_TEXT}, {"row", COLUMN_TEXT},   {"detail", COLUMN_TEXT}};
static const struct column FAILED_COLUMNS[] = {
    {"at", COLUMN_DATE}, {"reason", COLUMN_TEXT}, {"rhost", COLUMN_TEXT}, {"detail", COLUMN_TEXT}};
static const struct column CONNECTION_COLUMNS[] = {{"org", COLUMN_TEXT},           {"issuer", COLUMN_TEXT},
                                                   {"tried_at", COLUMN_DATE},      {"failed_at", COLUMN_DATE},
                                                   {"failed_reason", COLUMN_TEXT}, {"failed_detail", COLUMN_TEXT}};
static const struct column CLAIM_COLUMNS[] = {{"domain", COLUMN_TEXT}, {"org", COLUMN_TEXT}, {"added_at", COLUMN_DATE}};
static const struct column THROTTLE_COLUMNS[] = {{"kind", COLUMN_TEXT},
                                                 {"subject", COLUMN_TEXT},
                                                 {"tries", COLUMN_NUMBER},
                                                 {"held", COLUMN_BOOL},
                                                 {"last_at", COLUMN_DATE}};

struct why_history why_history_new(void)
{
  return (struct why_history){.last = table_init(LAST_COLUMNS, COUNT_OF(LAST_COLUMNS)),
                              .failed = table_init(FAILED_COLUMNS, COUNT_OF(FAILED_COLUMNS)),
                              .connections = table_init(CONNECTION_COLUMNS, COUNT_OF(CONNECTION_COLUMNS)),
                              .claims = table_init(CLAIM_COLUMNS, COUNT_OF(CLAIM_COLUMNS)),
                              .throttles = table_init(THROTTLE_COLUMNS, COUNT_OF(THROTTLE_COLUMNS))};
}

void why_history_done(struct why_history *history)
{
  table_done(&history->last);
  table_done(&history->failed);
  table_done(&history->connections);
  table_done(&history->claims);
  table_done(&history->throttles);
}

struct reading {
  struct context *ctx;
  const char *login;
  const struct facts *facts;
  struct why_history *history;
  struct audit_event events[LAST]; // a ring
  size_t count;                    // of all that went through it
};

static bool is_about(const struct reading *r, const struct audit_event *event)
{
  const struct facts *f = r->facts;
  return strcmp(event->login, r->login) == 0 || (f->email[0] != '\0' && strcmp(event->login, f->email) == 0) ||
         (f->person.known && strcmp(event->login, f->account.login) == 0);
}

static enum status look_at_event(void *context, const struct audit_event *event)
{
  struct reading *r = context;
  struct org org;
  if (!is_about(r, event)) {
    return STATUS_OK;
  }
  if (r->ctx->in->actor->is_delegate) {
    enum status status = org_by_slug(r->ctx->txn, event->org, &org);
    if (status != STATUS_OK || !context_sees_org(r->ctx, &org)) {
      return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    }
  }
  r->events[r->count++ % LAST] = *event;
  return STATUS_OK;
}

static enum status read_events(struct reading *r)
{
  enum status status = audit_each_last(r->ctx->txn, LOOK_BACK, look_at_event, r);
  size_t shown = r->count < LAST ? r->count : LAST;
  for (size_t i = 0; status == STATUS_OK && i < shown; i++) {
    const struct audit_event *e = &r->events[(r->count - 1 - i) % LAST]; // the latest first
    table_add(&r->history->last, LAST_COLUMNS,
              {{NULL, e->at_s},
               {e->event, 0},
               {table_text_or_null(e->org), 0},
               {table_text_or_null(e->rhost), 0},
               {table_text_or_null(audit_row_shown(e, r->ctx->in->actor->is_delegate)), 0},
               {table_text_or_null(e->detail), 0}});
  }
  return status;
}

// What a provider has said is the host's to know, and its org's.
static enum status read_failed(struct reading *r)
{
  struct failed_try failed;
  if (!r->facts->person.known || r->ctx->in->actor->is_delegate) {
    return STATUS_OK;
  }
  enum status status = failed_try_get(r->ctx->txn, FAILED_OF_ACCOUNT, r->facts->account.id, &failed);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  table_add(&r->history->failed, FAILED_COLUMNS,
            {{NULL, failed.at_s},
             {failed.reason, 0},
             {table_text_or_null(failed.rhost), 0},
             {table_text_or_null(failed.detail), 0}});
  return STATUS_OK;
}

static enum status add_connection(struct reading *r, int64_t org_id)
{
  struct org org;
  struct failed_try failed = {.at_s = 0};
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  struct connection_here here;
  enum status status = org_get(r->ctx->txn, org_id, &org);
  if (status != STATUS_OK || !context_sees_org(r->ctx, &org)) {
    return status;
  }
  status = connection_get(r->ctx->txn, org_id, CONNECTION_ACTIVE, &connection);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  status = failed_try_get(r->ctx->txn, FAILED_OF_CONNECTION, org_id, &failed);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  status = connection_here_get(r->ctx->txn, &connection, &here);
  if (status != STATUS_OK) {
    return status;
  }
  table_add(&r->history->connections, CONNECTION_COLUMNS,
            {{org.slug, 0},
             {connection.issuer, 0},
             {NULL, here.tried_at_s},
             {NULL, failed.at_s},
             {table_text_or_null(failed.reason), 0},
             {table_text_or_null(failed.detail), 0}});
  return STATUS_OK;
}

static enum status add_claim(void *context, const struct domain *domain)
{
  struct reading *r = context;
  struct org org;
  if (domain->verified != 0 || strcmp(domain->domain, name_email_domain(r->facts->email)) != 0) {
    return STATUS_OK;
  }
  enum status status = org_get(r->ctx->txn, domain->org_id, &org);
  if (status == STATUS_OK && context_sees_org(r->ctx, &org)) {
    table_add(&r->history->claims, CLAIM_COLUMNS, {{domain->domain, 0}, {org.slug, 0}, {NULL, domain->added_at_s}});
  }
  return status;
}

// A subject is the login, or begins with it and what it was tried from.
static enum status add_throttle(void *context, const struct throttle *throttle)
{
  struct reading *r = context;
  enum throttle_kind kind = (enum throttle_kind)throttle->kind;
  const char *login = r->facts->person.known ? r->facts->account.login : r->login;
  size_t length = strlen(login);
  bool theirs = strncmp(throttle->subject, login, length) == 0 &&
                (throttle->subject[length] == '\0' || throttle->subject[length] == ' ');
  if (!theirs || clock_now_s() - throttle->last_at_s >= throttle_window_s(kind)) {
    return STATUS_OK;
  }
  table_add(&r->history->throttles, THROTTLE_COLUMNS,
            {{throttle_word(throttle->kind), 0},
             {throttle->subject, 0},
             {NULL, throttle->count},
             {NULL, throttle->count >= change_throttle_free(&r->ctx->config, kind)},
             {NULL, throttle->last_at_s}});
  return STATUS_OK;
}

enum status why_history_read(struct context *ctx, const char *login, const struct facts *facts,
                             const struct policy_decision *decision, struct why_history *history)
{
  struct reading r = {.ctx = ctx, .login = login, .facts = facts, .history = history};
  enum status status = read_events(&r);
  status = status != STATUS_OK ? status : read_failed(&r);
  for (size_t i = 0; status == STATUS_OK && i < decision->sso_count; i++) {
    status = add_connection(&r, decision->sso_orgs[i]);
  }
  status = status != STATUS_OK ? status : domain_each(ctx->txn, 0, add_claim, &r);
  if (status != STATUS_OK || ctx->in->actor->is_delegate) {
    return status;
  }
  return throttle_each(ctx->txn, add_throttle, &r);
}

static int print_titled(struct context *ctx, const char *title, struct table *table)
{
  if (table->cell_count == 0) {
    return EXIT_DONE;
  }
  (void)printf("\n%s\n", title);
  return context_print_list(ctx, table);
}

int why_history_print(struct context *ctx, struct why_history *history)
{
  int code = print_titled(ctx, "What happened last, the latest first:", &history->last);
  code = code != EXIT_DONE
             ? code
             : print_titled(ctx, "The last try that failed before anybody had proven who they are:", &history->failed);
  code = code != EXIT_DONE ? code : print_titled(ctx, "Where they may sign in:", &history->connections);
  code =
      code != EXIT_DONE ? code : print_titled(ctx, "Claims of their domain that wait for a proof:", &history->claims);
  return code != EXIT_DONE ? code : print_titled(ctx, "What is counted of them:", &history->throttles);
}

// SPDX-License-Identifier: Apache-2.0
// ssoctl audit.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit_row.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/when.h"
#include "context.h"
#include "list_options.h"
#include "store/audit.h"

enum { FOLLOW_US = 500000 };

static const struct column COLUMNS[] = {
    {"at", COLUMN_DATE},      {"actor", COLUMN_TEXT}, {"event", COLUMN_TEXT},
    {"org", COLUMN_TEXT},     {"login", COLUMN_TEXT}, {"rhost", COLUMN_TEXT},
    {"service", COLUMN_TEXT}, {"row", COLUMN_TEXT},   {"detail", COLUMN_TEXT},
};

struct audit_walk {
  struct table *table;
  const char *org;
  int64_t since_s;
  int64_t last;  // number of the last event that was seen
  bool delegate; // who looks
};

// Whether the org's name is its own from here on: what there is of that name before was another's.
static bool is_beginning(const struct audit_event *event)
{
  return strcmp(event->event, "org.create") == 0 || strcmp(event->event, "org.rename") == 0;
}

static enum status add_event(void *context, const struct audit_event *event)
{
  struct audit_walk *walk = context;
  bool here = walk->org == NULL || strcmp(walk->org, event->org) == 0;
  walk->last = event->number;
  if (walk->delegate && here && is_beginning(event)) {
    table_clear(walk->table);
  }
  if (here && event->at_s >= walk->since_s) {
    table_add(walk->table, COLUMNS,
              {{NULL, event->at_s},
               {event->actor, 0},
               {event->event, 0},
               {event->org, 0},
               {event->login, 0},
               {event->rhost, 0},
               {event->service, 0},
               {audit_row_shown(event, walk->delegate), 0},
               {event->detail, 0}});
  }
  return table_status(walk->table);
}

// All of it where nothing is said.
static int parse_since(const char *typed, int64_t *ret_since_s)
{
  if (typed == NULL) {
    *ret_since_s = 0;
    return EXIT_DONE;
  }
  return when_parse(typed, clock_now_s(), ret_since_s) == STATUS_OK
             ? EXIT_DONE
             : fail(EXIT_USAGE,
                    "--since \"%.40s\": is not a duration such as 12h or 1w, today, yesterday, a day such as "
                    "2026-11-01 or "
                    "a date such as 2026-11-01T08:00:00Z",
                    typed);
}

// Who watches may have lost the org, or their place in it, meanwhile.
static int check_still(struct context *ctx, const char *slug)
{
  struct org org;
  if (!ctx->in->actor->is_delegate) {
    return EXIT_DONE;
  }
  bool sees = slug != NULL && org_by_slug(ctx->txn, slug, &org) == STATUS_OK && context_sees_org(ctx, &org);
  return sees ? EXIT_DONE : fail(EXIT_REFUSED, "org \"%.64s\": is no longer one that you may look at", slug);
}

static int read_events(struct context *ctx, struct audit_walk *walk)
{
  int code = context_read(ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = check_still(ctx, walk->org);
  if (code != EXIT_DONE) {
    return code;
  }
  bool read = audit_each(ctx->txn, walk->last, add_event, walk) == STATUS_OK || table_status(walk->table) != STATUS_OK;
  return read ? EXIT_DONE : fail(EXIT_FAILED, "store: the audit trail cannot be read");
}

// What is new since the walk was here last.
static int look(struct context *ctx, struct audit_walk *walk)
{
  int code = read_events(ctx, walk);
  context_end_read(ctx);
  return code;
}

// Prints each event as it comes, one a line, until somebody ends it or nobody reads any more.
static int follow(struct context *ctx, struct audit_walk *walk)
{
  int code = list_options_apply(ctx->in, walk->table);
  bool json = walk->table->format != TABLE_WORDS;
  while (code == EXIT_DONE) {
    code = look(ctx, walk);
    if (code == EXIT_DONE && table_print_lines(walk->table, json) != STATUS_OK) {
      return EXIT_DONE;
    }
    table_clear(walk->table);
    (void)usleep(FOLLOW_US);
  }
  return code;
}

static int begin(const struct invocation *in, struct context *ctx, struct audit_walk *walk)
{
  struct org org;
  int code = parse_since(in->options[OPTION_SINCE], &walk->since_s);
  if (code != EXIT_DONE) {
    return code;
  }
  if (in->options[OPTION_FOLLOW] != NULL && in->options[OPTION_SINCE] == NULL) {
    walk->since_s = clock_now_s();
  }
  code = context_open(in, ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_read(ctx);
  return code == EXIT_DONE && walk->org != NULL ? context_find_org(ctx, walk->org, &org) : code;
}

int cmd_audit(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct table table CLEANUP(table_done) = table_init(COLUMNS, COUNT_OF(COLUMNS));
  table.usual = "at actor event org detail";
  struct audit_walk walk = {&table, in->arguments[0], 0, 0, in->actor->is_delegate};
  int code = begin(in, &ctx, &walk);
  context_end_read(&ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  if (in->options[OPTION_FOLLOW] != NULL) {
    return follow(&ctx, &walk);
  }
  // What a delegate is shown begins anew where the org's name becomes its own.
  code = walk.delegate ? EXIT_DONE : context_stream(&ctx, &table);
  code = code == EXIT_DONE ? look(&ctx, &walk) : code;
  return code == EXIT_DONE ? context_print_list(&ctx, &table) : code;
}

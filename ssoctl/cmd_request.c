// SPDX-License-Identifier: Apache-2.0
// ssoctl request: a member asks, and who may answer sees what is asked for. The answers are in cmd_request_answer.c.
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "change/request.h"
#include "member_args.h"
#include "process/tell_sessions.h"
#include "request_words.h"
#include "store/accounts.h"
#include "store/endings.h"
#include "store/requests.h"

enum { TOLD_MAX = 32 };

static const struct column LIST_COLUMNS[] = {
    {"org", COLUMN_TEXT},      {"login", COLUMN_TEXT},    {"email", COLUMN_TEXT},
    {"number", COLUMN_NUMBER}, {"wants", COLUMN_TEXT},    {"for", COLUMN_TEXT},
    {"reason", COLUMN_TEXT},   {"asked_at", COLUMN_DATE}, {"expires_at", COLUMN_DATE}};

static int take_options(const struct invocation *in, struct request_ask *ask, char reason[static REASON_SIZE])
{
  const char *role = in->options[OPTION_ROLE];
  const char *typed = in->options[OPTION_FOR];
  int code = role != NULL ? member_args_role("--role", role, &ask->role) : EXIT_DONE;
  if (code != EXIT_DONE) {
    return code;
  }
  if (text_to_duration(typed, REQUEST_FOR_MIN_S, REQUEST_FOR_MAX_S, &ask->for_s) != STATUS_OK) {
    return fail(EXIT_USAGE, "--for \"%.40s\": is not 60s to 30d, as in 90s, 15m, 12h, 7d", typed);
  }
  return context_text("--reason", in->options[OPTION_REASON], reason, REASON_SIZE);
}

// The numbers of an org's admins and its owner.
struct admins {
  struct store_txn *txn;
  int64_t now_s;
  size_t count;
  uint32_t uids[TOLD_MAX];
};

static enum status take_admin(void *context, const struct membership *membership)
{
  struct admins *admins = context;
  struct account account;
  const struct membership now = membership_at(membership, admins->now_s);
  if (now.status != MEMBER_ACTIVE || now.role == ROLE_VIEWER || admins->count == TOLD_MAX) {
    return STATUS_OK;
  }
  enum status status = account_get(admins->txn, membership->account_id, &account);
  if (status != STATUS_OK) {
    return status;
  }
  admins->uids[admins->count++] = account.uid;
  record_done(&ACCOUNT_RECORD, &account);
  return STATUS_OK;
}

// Nothing is read any more while they are told. That nobody can be is no failure: the request is stored.
static void tell_admins(struct context *ctx, const char *slug, const struct request_asked *result, const char *wants)
{
  struct admins admins = {.now_s = clock_now_s()};
  struct org org;
  char line[REQUEST_LINE_SIZE];
  if (context_read(ctx) != EXIT_DONE) {
    return;
  }
  admins.txn = ctx->txn;
  bool found = org_by_slug(ctx->txn, slug, &org) == STATUS_OK &&
               membership_each(ctx->txn, org.id, take_admin, &admins) == STATUS_OK;
  context_end_read(ctx);
  request_line(line, "%s asks for %s in org %s%s; that is request %lld in 'ssoctl request list %s'.", result->login,
               wants, slug, result->replaced ? ", in place of what was asked before" : "", (long long)result->number,
               slug);
  for (size_t i = 0; found && i < admins.count; i++) {
    tell_sessions(admins.uids[i], line);
  }
}

static int tell(struct context *ctx, const struct request_ask *ask, const struct request_asked *result)
{
  char wants[REQUEST_WANTS_SIZE];
  char expires[CLOCK_TEXT_SIZE];
  request_wants((uint8_t)ask->role, ask->for_s, wants);
  clock_text(result->expires_at_s, expires);
  if (ctx->in->options[OPTION_DRY_RUN] == NULL && result->changed) {
    tell_admins(ctx, ask->org, result, wants);
  }
  context_done(ctx, "the admins of org %s are asked for %s%s%s, until %s; your terminal tells the answer", ask->org,
               wants, result->changed ? "" : " already",
               result->replaced ? ", in place of what you asked for before" : "", expires);
  return context_result(ctx, result->changed, RESULT_TEXT("org", ask->org), RESULT_TEXT("login", result->login),
                        RESULT_NUMBER("number", result->number),
                        RESULT_TEXT("wants", request_wanted((uint8_t)ask->role)),
                        RESULT_BOOL("replaced", result->replaced), RESULT_DATE("expires_at", result->expires_at_s));
}

int cmd_request(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  char org[SLUG_SIZE];
  char reason[REASON_SIZE];
  struct account self;
  struct request_ask ask = {.org = org, .role = ROLE_VIEWER, .reason = reason};
  struct request_asked result;
  int code = take_options(in, &ask, reason);
  code = code != EXIT_DONE ? code : context_slug(in->arguments[0], org);
  code = code != EXIT_DONE ? code : context_open(in, &ctx);
  code = code != EXIT_DONE ? code : member_args_self(&ctx, &self);
  if (code != EXIT_DONE) {
    return code;
  }
  ask.account = self.login;
  code = context_change(&ctx, change_request_ask(&ask, &result));
  record_done(&ACCOUNT_RECORD, &self);
  return code == EXIT_DONE ? tell(&ctx, &ask, &result) : code;
}

struct listing {
  struct store_txn *txn;
  struct table *table;
};

static enum status add_request(void *context, const struct request *request)
{
  struct listing *listing = context;
  struct org org;
  struct account account;
  char duration[REQUEST_WANTS_SIZE];
  enum status status = org_get(listing->txn, request->org_id, &org);
  status = status != STATUS_OK ? status : account_get(listing->txn, request->account_id, &account);
  if (status != STATUS_OK) {
    return status;
  }
  text_of_duration(request->for_s, duration, sizeof duration);
  table_add(listing->table, LIST_COLUMNS,
            {{org.slug, 0},
             {account.login, 0},
             {account.email, 0},
             {NULL, request->number},
             {request_wanted(request->role), 0},
             {duration, 0},
             {request->reason, 0},
             {NULL, request->asked_at_s},
             {NULL, request->expires_at_s}});
  record_done(&ACCOUNT_RECORD, &account);
  return STATUS_OK;
}

int cmd_request_list(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct table table CLEANUP(table_done) = table_init(LIST_COLUMNS, COUNT_OF(LIST_COLUMNS));
  table.usual = "org login number wants for expires_at reason";
  struct org org = {.id = 0};
  int code = context_open(in, &ctx);
  code = code != EXIT_DONE ? code : context_read(&ctx);
  code = code != EXIT_DONE || in->arguments[0] == NULL ? code : context_find_org(&ctx, in->arguments[0], &org);
  if (code != EXIT_DONE) {
    return code;
  }
  struct listing listing = {ctx.txn, &table};
  if (request_each(ctx.txn, org.id, clock_now_s(), add_request, &listing) != STATUS_OK) {
    return fail(EXIT_FAILED, "store: requests cannot be read");
  }
  return context_print_list(&ctx, &table);
}

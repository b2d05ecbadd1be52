// SPDX-License-Identifier: Apache-2.0
// ssoctl member expire: what has come to its end (POLICY K10), and who is told that it will.
#include <stdio.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "change/endings.h"
#include "context.h"
#include "process/tell_sessions.h"
#include "sessions.h"
#include "store/accounts.h"
#include "store/endings.h"

// Told once by whoever comes each minute.
enum { TOLD_BEFORE_S = 600, EACH_S = 60 };

static const struct column COLUMNS[] = {
    {"org", COLUMN_TEXT}, {"login", COLUMN_TEXT}, {"uid", COLUMN_NUMBER}, {"processes_ended", COLUMN_NUMBER}};

struct expiring {
  struct context *ctx;
  struct table *ended;
  int64_t now_s;
  size_t told;
  int code; // the worst so far
};

static enum status tell_member(void *context, const struct membership *membership)
{
  struct expiring *e = context;
  struct account account;
  char when[CLOCK_TEXT_SIZE];
  char line[CLOCK_TEXT_SIZE + 64];
  int64_t at_s = membership->status == MEMBER_ACTIVE ? membership_ends_session_at(membership, e->now_s) : 0;
  int64_t left_s = at_s - e->now_s;
  if (at_s == 0 || left_s > TOLD_BEFORE_S || left_s <= TOLD_BEFORE_S - EACH_S) {
    return STATUS_OK;
  }
  enum status status = account_get(e->ctx->txn, membership->account_id, &account);
  if (status != STATUS_OK) {
    return status;
  }
  clock_text(at_s, when);
  (void)snprintf(line, sizeof line, "Your access ends at %s, and this session with it.", when);
  if (e->ctx->in->options[OPTION_DRY_RUN] == NULL) {
    tell_sessions(account.uid, line);
  }
  e->told++;
  record_done(&ACCOUNT_RECORD, &account);
  return STATUS_OK;
}

static enum status tell_org(void *context, const struct org *org)
{
  struct expiring *e = context;
  return membership_each(e->ctx->txn, org->id, tell_member, e);
}

// Nobody is looked at while nothing ends soon.
static int tell_who_is_next(struct expiring *e)
{
  int64_t next_s = 0;
  int code = context_read(e->ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = endings_next(e->ctx->txn, &next_s);
  if (status == STATUS_OK && next_s - e->now_s <= TOLD_BEFORE_S) {
    status = org_each(e->ctx->txn, tell_org, e);
  }
  context_end_read(e->ctx);
  return status == STATUS_OK || status == STATUS_NOT_FOUND ? EXIT_DONE : fail(EXIT_FAILED, "store: damaged");
}

static void end_sessions(struct expiring *e, const struct ended *ended)
{
  size_t count = 0;
  const struct sessions_of of = {ended->uid, ended->gid};
  int code = sessions_end_if_asked(e->ctx, ended->login, &of, &count);
  e->code = code != EXIT_DONE ? code : e->code;
  table_add(e->ended, COLUMNS, {{ended->org, 0}, {ended->login, 0}, {NULL, ended->uid}, {NULL, (int64_t)count}});
}

static int end_all(struct expiring *e)
{
  struct endings endings = {.more = true};
  while (endings.more) {
    int code = context_change(e->ctx, change_endings(&endings));
    if (code != EXIT_DONE) {
      return code;
    }
    for (size_t i = 0; i < endings.count; i++) {
      context_done(e->ctx, "%s in org %s: has come to its end", endings.list[i].login, endings.list[i].org);
      end_sessions(e, &endings.list[i]);
    }
    endings.more = endings.more && e->ctx->in->options[OPTION_DRY_RUN] == NULL;
  }
  return EXIT_DONE;
}

int cmd_member_expire(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct table ended CLEANUP(table_done) = table_init(COLUMNS, COUNT_OF(COLUMNS));
  struct expiring e = {.ctx = &ctx, .ended = &ended, .now_s = clock_now_s(), .code = EXIT_DONE};
  int code = context_open(in, &ctx);
  code = code != EXIT_DONE ? code : tell_who_is_next(&e);
  code = code != EXIT_DONE ? code : end_all(&e);
  if (code != EXIT_DONE) {
    return code;
  }
  code =
      context_result(&ctx, ended.cell_count > 0, RESULT_NUMBER("told", (int64_t)e.told), RESULT_ROWS("ended", &ended));
  return e.code != EXIT_DONE ? e.code : code;
}

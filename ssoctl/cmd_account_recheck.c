// SPDX-License-Identifier: Apache-2.0
// ssoctl account recheck: whether people are still their providers', and who is not (POLICY K9).
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/grow.h"
#include "base/text.h"
#include "context.h"
#include "gone_mail.h"
#include "recheck.h"
#include "sessions.h"
#include "store/accounts.h"

static const struct column COLUMNS[] = {{"org", COLUMN_TEXT},
                                        {"login", COLUMN_TEXT},
                                        {"uid", COLUMN_NUMBER},
                                        {"removed", COLUMN_BOOL},
                                        {"processes_ended", COLUMN_NUMBER}};

struct looking {
  struct context *ctx;
  struct gone_of of;
  struct recheck recheck;
  struct table *gone;
  struct gone_mail mail;
  size_t found; // who is gone, or removed
  size_t ended; // processes of those who are gone
  int code;     // the worst so far
};

static void looking_done(struct looking *l)
{
  gone_mail_done(&l->mail);
}

static int rate(const struct invocation *in, size_t *ret_per_minute)
{
  const char *typed = in->options[OPTION_RATE];
  int64_t number = RECHECK_RATE;
  if (typed != NULL && text_to_i64(typed, 1, RECHECK_RATE_MAX, &number) != STATUS_OK) {
    return fail(EXIT_USAGE, "--rate \"%.40s\": is not a number of 1 to %d people a minute", typed, RECHECK_RATE_MAX);
  }
  *ret_per_minute = (size_t)number;
  return EXIT_DONE;
}

// An org's slug, or the login, address or number of an account.
static int find(struct context *ctx, const char *typed, struct gone_of *of)
{
  struct org org;
  struct account account;
  enum status status = org_by_slug(ctx->txn, typed, &org);
  if (status == STATUS_OK) {
    of->org_id = org.id;
    return EXIT_DONE;
  }
  status = status != STATUS_NOT_FOUND ? status : account_by_name(ctx->txn, typed, &account);
  if (status == STATUS_NOT_FOUND) {
    return fail(EXIT_NO_SUCH,
                "\"%.100s\": is neither an org ('ssoctl org list') nor an account ('ssoctl account list') of this host",
                typed);
  }
  if (status != STATUS_OK) {
    return fail(EXIT_FAILED, "store: %s", status_text(status));
  }
  of->account_id = account.id;
  record_done(&ACCOUNT_RECORD, &account);
  return EXIT_DONE;
}

static int whom(struct context *ctx, struct gone_of *of)
{
  char typed[EMAIL_SIZE];
  if (ctx->in->arguments[0] == NULL) {
    return EXIT_DONE;
  }
  int code = context_person(ctx->in->arguments[0], typed);
  code = code != EXIT_DONE ? code : context_read(ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = find(ctx, typed, of);
  context_end_read(ctx);
  return code;
}

static void add_row(struct looking *l, const struct gone_person *person, size_t ended)
{
  table_add(
      l->gone, COLUMNS,
      {{person->org, 0}, {person->login, 0}, {NULL, person->uid}, {NULL, person->removed}, {NULL, (int64_t)ended}});
}

static int end_sessions(struct looking *l, const struct gone_person *person, size_t *ret_ended)
{
  const struct sessions_of of = {person->uid, person->gid};
  int code = sessions_end_if_asked(l->ctx, person->login, &of, ret_ended);
  l->code = l->code != EXIT_DONE ? l->code : code;
  return code;
}

// Of who is removed nothing is kept that says later that something still runs.
static void take(struct looking *l, const struct gone_person *person)
{
  size_t ended = 0;
  context_done(l->ctx, "%s in org %s: is gone%s%s", person->login, person->org,
               person->removed ? ", and no longer a member" : "",
               person->guarded ? "; what they run is an operator's to end" : "");
  if (person->removed) {
    (void)end_sessions(l, person, &ended);
  }
  l->found++;
  add_row(l, person, ended);
  if (gone_mail_add(&l->mail, person) != STATUS_OK) {
    l->code = fail(EXIT_FAILED, "mail: %s", status_text(STATUS_NO_MEMORY));
  }
}

// Of whom something may still run: found now, or earlier by somebody who has ended nothing.
struct open_list {
  struct gone_open *list; // owned
  size_t count;
  size_t capacity;
};

static void open_list_done(struct open_list *open)
{
  free(open->list);
}

static enum status note_open(void *context, const struct gone_open *one)
{
  struct open_list *open = context;
  struct gone_open *room = grow_array(open->list, open->count, sizeof *room, &open->capacity);
  if (room == NULL) {
    return STATUS_NO_MEMORY;
  }
  open->list = room;
  room[open->count++] = *one;
  return STATUS_OK;
}

static void end_open(struct looking *l, const struct gone_open *one)
{
  size_t ended = 0;
  struct change_done done;
  if (end_sessions(l, &one->person, &ended) == EXIT_DONE) {
    int code = context_change(l->ctx, change_gone_ended(one, &done));
    l->code = l->code != EXIT_DONE ? l->code : code;
  }
  l->ended += ended;
}

static int end_all(struct looking *l)
{
  struct open_list open CLEANUP(open_list_done) = {.list = NULL};
  struct context *ctx = l->ctx;
  if (ctx->in->options[OPTION_END_SESSIONS] == NULL || ctx->in->options[OPTION_DRY_RUN] != NULL) {
    return EXIT_DONE;
  }
  int code = context_read(ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = gone_each_open(ctx->txn, ctx->config.operators, &l->of, clock_now_s(), note_open, &open);
  context_end_read(ctx);
  if (status != STATUS_OK) {
    return fail(EXIT_FAILED, "store: %s", status_text(status));
  }
  for (size_t i = 0; i < open.count; i++) {
    end_open(l, &open.list[i]);
  }
  return EXIT_DONE;
}

static void say_held(struct looking *l, const struct gone *gone)
{
  for (size_t i = 0; i < gone->held_count; i++) {
    l->code =
        fail(EXIT_FAILED,
             "org %s: %lld people at once would be removed (gone-after), so nobody is: has its provider forgotten "
             "them? 'ssoctl member list %s --gone' lists them, 'ssoctl member remove' removes one",
             gone->held[i].org, (long long)gone->held[i].people, gone->held[i].org);
  }
}

static int look_for_gone(struct looking *l)
{
  struct gone gone = {.more = true};
  while (gone.more) {
    int code = context_change(l->ctx, change_gone(&l->of, &gone));
    if (code != EXIT_DONE) {
      return code;
    }
    for (size_t i = 0; i < gone.count; i++) {
      take(l, &gone.list[i]);
    }
    gone.more = gone.more && l->ctx->in->options[OPTION_DRY_RUN] == NULL;
  }
  say_held(l, &gone);
  return EXIT_DONE;
}

static int report(struct looking *l)
{
  const struct recheck *all = &l->recheck;
  bool dry_run = l->ctx->in->options[OPTION_DRY_RUN] != NULL;
  context_done(
      l->ctx, "%zu people of whom there is a token: %zu known, %zu refused, %zu without an answer, %zu not asked about",
      all->people, all->answered, all->refused, all->no_answer + all->unsound, dry_run ? all->people : all->left);
  int code =
      context_result(l->ctx, l->found > 0 || l->ended > 0 || all->refused > 0,
                     RESULT_NUMBER("people", (int64_t)all->people), RESULT_NUMBER("answered", (int64_t)all->answered),
                     RESULT_NUMBER("refused", (int64_t)all->refused), RESULT_NUMBER("unsound", (int64_t)all->unsound),
                     RESULT_NUMBER("no_answer", (int64_t)all->no_answer), RESULT_NUMBER("left", (int64_t)all->left),
                     RESULT_NUMBER("processes_ended", (int64_t)l->ended), RESULT_ROWS("gone", l->gone));
  bool all_said = all->unsound + all->no_answer + all->left == 0;
  l->code = l->code != EXIT_DONE || all_said ? l->code : EXIT_FAILED;
  l->code = l->code != EXIT_DONE || l->found == 0 || dry_run ? l->code : EXIT_PENDING;
  return l->code != EXIT_DONE ? l->code : code;
}

int cmd_account_recheck(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct table gone CLEANUP(table_done) = table_init(COLUMNS, COUNT_OF(COLUMNS));
  struct looking l CLEANUP(looking_done) = {.ctx = &ctx, .gone = &gone, .code = EXIT_DONE};
  size_t per_minute = 0;
  int code = rate(in, &per_minute);
  code = code != EXIT_DONE ? code : context_open(in, &ctx);
  code = code != EXIT_DONE ? code : whom(&ctx, &l.of);
  if (code != EXIT_DONE) {
    return code;
  }
  // Who is refused now is not gone before a day is over: those come first, and wait for no provider. Whatever goes
  // wrong, the rest is done, and what came of it is said.
  code = look_for_gone(&l);
  l.code = l.code != EXIT_DONE ? l.code : code;
  code = end_all(&l);
  l.code = l.code != EXIT_DONE ? l.code : code;
  code = in->options[OPTION_DRY_RUN] == NULL ? gone_mail_send(&ctx, &l.mail) : EXIT_DONE;
  l.code = l.code != EXIT_DONE ? l.code : code;
  code = ctx.store != NULL ? recheck_run(&ctx, &l.of, per_minute, &l.recheck) : EXIT_FAILED;
  l.code = l.code != EXIT_DONE ? l.code : code;
  return report(&l);
}

// SPDX-License-Identifier: Apache-2.0
#include "enforcement_trial.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/grow.h"
#include "facts/facts.h"
#include "store/audit.h"

static const struct column COLUMNS[] = {{"login", COLUMN_TEXT}, {"way", COLUMN_TEXT}, {"last_at", COLUMN_DATE},
                                        {"from", COLUMN_TEXT},  {"row", COLUMN_TEXT}, {"reason", COLUMN_TEXT}};

struct password_use;

struct trial {
  struct context *ctx;
  struct table *table;
  const struct org *org;
  uint8_t to;
  int64_t since_s;
  struct facts facts; // of the member that is looked at
  uint64_t passwords;
  uint64_t keys;
  struct password_use *uses; // owned; sorted
  size_t use_count;
  size_t use_capacity;
};

static void trial_done(struct trial *trial)
{
  free(trial->uses);
}

// A sign-in by password: its rows are those of what a login is offered.
struct password_use {
  char login[LOGIN_SIZE];
  int64_t at_s;
  char rhost[256];
};

static enum status take_use(void *context, const struct audit_event *event)
{
  struct trial *t = context;
  bool by_password = strcmp(event->event, "sign-in") == 0 && event->row[0] == 'L';
  if (!by_password || event->at_s < t->since_s) {
    return STATUS_OK;
  }
  struct password_use *room = grow_array(t->uses, t->use_count, sizeof *room, &t->use_capacity);
  if (room == NULL) {
    return STATUS_NO_MEMORY;
  }
  t->uses = room;
  struct password_use *use = &room[t->use_count++];
  *use = (struct password_use){.at_s = event->at_s};
  memcpy(use->login, event->login, sizeof use->login);
  memcpy(use->rhost, event->rhost, sizeof use->rhost);
  return STATUS_OK;
}

// By login, the latest first.
static int compare_uses(const void *a, const void *b)
{
  const struct password_use *left = a;
  const struct password_use *right = b;
  int order = strcmp(left->login, right->login);
  return order != 0 ? order : (left->at_s < right->at_s) - (left->at_s > right->at_s);
}

static const struct password_use *find_use(const struct trial *t, const char *login)
{
  size_t low = 0;
  size_t high = t->use_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (strcmp(t->uses[middle].login, login) < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < t->use_count && strcmp(t->uses[low].login, login) == 0 ? &t->uses[low] : NULL;
}

static void decide(const struct facts *facts, enum way way, struct policy_decision *ret_decision)
{
  struct policy_question question = {.stage = STAGE_SESSION, .service = SERVICE_LOGIN, .person = facts->person};
  question.made.way = way;
  policy_decide(&question, ret_decision);
}

// The same person, were the org to enforce otherwise.
static struct facts changed(const struct trial *t)
{
  struct facts facts = t->facts;
  for (size_t i = 0; i < facts.person.membership_count; i++) {
    if (facts.person.memberships[i].org.id == t->org->id) {
      facts.person.memberships[i].org.enforcement = (enum enforcement)t->to;
    }
  }
  if (facts.person.governing.id == t->org->id) {
    facts.person.governing.enforcement = (enum enforcement)t->to;
  }
  return facts;
}

// Whether WAY opens a session now and would not; *RET_AFTER says why.
static bool would_end(const struct trial *t, enum way way, struct policy_decision *ret_after)
{
  struct policy_decision before;
  const struct facts then = changed(t);
  decide(&t->facts, way, &before);
  decide(&then, way, ret_after);
  return before.verdict == VERDICT_GRANTED && ret_after->verdict != VERDICT_GRANTED;
}

static bool has_key_file(const struct account *account)
{
  char path[PATH_MAX];
  int length = snprintf(path, sizeof path, "%s/.ssh/authorized_keys", account->home);
  return length > 0 && (size_t)length < sizeof path && access(path, F_OK) == 0;
}

static void add(struct trial *t, const char *way, const struct password_use *use, const struct policy_decision *after)
{
  table_add(t->table, COLUMNS,
            {{t->facts.account.login, 0},
             {way, 0},
             {NULL, use != NULL ? use->at_s : 0},
             {use != NULL ? table_text_or_null(use->rhost) : NULL, 0},
             {after->row, 0},
             {notice_name(after->notice), 0}});
}

static void look_at_ways(struct trial *t)
{
  struct policy_decision after;
  const struct password_use *use = find_use(t, t->facts.account.login);
  if (use != NULL && would_end(t, WAY_PASSWORD, &after)) {
    t->passwords++;
    add(t, "password", use, &after);
  }
  if (has_key_file(&t->facts.account) && would_end(t, WAY_KEY, &after)) {
    t->keys++;
    add(t, "key", NULL, &after);
  }
}

static enum status look_at_member(void *context, const struct membership *membership)
{
  struct trial *t = context;
  struct account account;
  struct account_here here = {.last_sign_in_from = ""};
  if (membership->status != MEMBER_ACTIVE) {
    return STATUS_OK;
  }
  enum status status = account_get(t->ctx->txn, membership->account_id, &account);
  if (status != STATUS_OK) {
    return status;
  }
  status = account_here_get(t->ctx->txn, account.id, &here);
  const struct facts_query of = {
      account.login, "sshd", here.last_sign_in_from, clock_now_s(), t->ctx->config.operators, &t->ctx->config};
  status = status != STATUS_OK ? status : facts_load(t->ctx->txn, &of, &t->facts);
  record_done(&ACCOUNT_RECORD, &account);
  if (status == STATUS_OK) {
    look_at_ways(t);
  }
  return status != STATUS_OK ? status : table_status(t->table);
}

int enforcement_trial_print(struct context *ctx, const char *slug, uint8_t to, int64_t since_s)
{
  struct table table CLEANUP(table_done) = table_init(COLUMNS, COUNT_OF(COLUMNS));
  struct table values CLEANUP(table_done) = context_values();
  struct org org;
  struct trial trial CLEANUP(trial_done) = {.ctx = ctx, .table = &table, .org = &org, .to = to, .since_s = since_s};
  int code = context_read(ctx);
  code = code != EXIT_DONE ? code : context_find_org(ctx, slug, &org);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = audit_each(ctx->txn, 0, take_use, &trial);
  if (status == STATUS_OK && trial.use_count > 0) {
    qsort(trial.uses, trial.use_count, sizeof *trial.uses, compare_uses);
  }
  status = status != STATUS_OK ? status : membership_each(ctx->txn, org.id, look_at_member, &trial);
  context_end_read(ctx);
  if (status != STATUS_OK) {
    return fail(EXIT_FAILED, "store: %s", status_text(status));
  }
  char date[CLOCK_TEXT_SIZE];
  clock_text(since_s, date);
  context_done(ctx,
               "org %s: %llu people have got in by password since %s and would not, %llu have a key that would not be "
               "taken alone",
               org.slug, (unsigned long long)trial.passwords, date, (unsigned long long)trial.keys);
  if (ctx->in->options[OPTION_JSON] == NULL) {
    return context_print_list(ctx, &table);
  }
  return context_result(ctx, false, RESULT_TEXT("org", org.slug), RESULT_TEXT("enforcement", enforcement_word(to)),
                        RESULT_ROWS("values", &values), RESULT_ROWS("would_not", &table));
}

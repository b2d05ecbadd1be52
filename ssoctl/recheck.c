// SPDX-License-Identifier: Apache-2.0
#include "recheck.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "facts/facts.h"
#include "paths.h"
#include "policy/person.h"
#include "process/asking.h"
#include "progress.h"
#include "recheck_pool.h"
#include "store/accounts.h"
#include "store/refresh.h"

enum {
  ASK_S = 10,
  RUN_MAX_MS = 5 * 3600 * 1000 // then the timer's next is near
};

struct round {
  struct context *ctx;
  const struct gone_of *of;
  struct recheck *result;
  struct lanes lanes;
  struct pool pool;
};

static void round_done(struct round *round)
{
  pool_done(&round->pool);
  lanes_done(&round->lanes);
}

// In the order of orgs.
static enum status note(void *context, const struct refresh *refresh)
{
  struct round *round = context;
  struct org org;
  enum status status = STATUS_OK;
  if (refresh->token.length == 0 || (round->of->account_id != 0 && round->of->account_id != refresh->account_id)) {
    return STATUS_OK;
  }
  if (!lanes_end_with(&round->lanes, refresh->org_id)) {
    status = org_get(round->ctx->txn, refresh->org_id, &org);
    status = status != STATUS_OK ? status : lanes_open(&round->lanes, &org);
  }
  status = status != STATUS_OK ? status : lanes_add(&round->lanes, refresh->account_id);
  round->result->people += status == STATUS_OK;
  return status;
}

static int collect(struct round *round)
{
  int code = context_read(round->ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = refresh_each(round->ctx->txn, round->of->org_id, note, round);
  context_end_read(round->ctx);
  return status == STATUS_OK ? EXIT_DONE : fail(EXIT_FAILED, "store: %s", status_text(status));
}

// As a login by key would (POLICY K9, S15): about no guarded account where no operator has seen who is asked.
static bool may_be_asked_about(const struct facts *facts, int64_t org_id)
{
  const struct policy_membership *membership = policy_membership_in(&facts->person, org_id);
  return membership != NULL && facts->person.known && !facts->person.locked && !membership->suspended &&
         membership->org.asked == ASKED_TOKEN;
}

// STATUS_NOT_FOUND: nobody is asked about them.
static enum status load(const struct context *ctx, struct slot *slot)
{
  struct facts facts CLEANUP(facts_done) = {.email = ""};
  struct account account;
  enum status status = account_get(ctx->txn, slot->account_id, &account);
  if (status != STATUS_OK) {
    return status;
  }
  memcpy(slot->login, account.login, sizeof slot->login);
  record_done(&ACCOUNT_RECORD, &account);
  const struct facts_query of = {slot->login, "sshd", "", clock_now_s(), ctx->config.operators, &ctx->config};
  status = facts_load(ctx->txn, &of, &facts);
  if (status != STATUS_OK || !may_be_asked_about(&facts, slot->lane->org_id)) {
    return status != STATUS_OK ? status : STATUS_NOT_FOUND;
  }
  return refresh_asked_load(ctx->txn, slot->lane->org_id, slot->account_id, &slot->asking.asked);
}

static enum status load_all(struct round *round)
{
  enum status status = STATUS_OK;
  for (size_t i = 0; i < POOL_SLOTS && status == STATUS_OK; i++) {
    struct slot *slot = &round->pool.slots[i];
    status = slot->state == SLOT_HELD ? load(round->ctx, slot) : STATUS_OK;
    if (status == STATUS_NOT_FOUND) {
      round->result->people--;
      slot_free(slot);
      status = STATUS_OK;
    }
  }
  return status;
}

static int open_store(struct context *ctx)
{
  return ctx->store != NULL ? EXIT_DONE : context_open_store(ctx);
}

static enum status store(struct context *ctx, struct change change)
{
  struct error error = {.text = ""};
  enum status status = context_run(ctx, change, &error);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    (void)fail(EXIT_FAILED, "%s", error.text);
  }
  return status;
}

// It is stored that it is asked before it is; what cannot be stored is not asked.
static void begin(struct round *round, struct slot *slot)
{
  struct change_done ignored;
  enum status status = store(round->ctx, change_refresh_begin(&slot->asking.asked, &ignored));
  slot->asking.begun = status == STATUS_OK;
  if (!slot->asking.begun) {
    round->result->people -= status == STATUS_NOT_FOUND; // they have just signed in
    round->result->no_answer += status != STATUS_NOT_FOUND;
    slot_free(slot);
  }
}

// Nothing is read while it is stored.
static int begin_all(struct round *round)
{
  int code = context_read(round->ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = load_all(round);
  context_end_read(round->ctx);
  if (status != STATUS_OK) {
    return fail(EXIT_FAILED, "asking again: %s", status_text(status));
  }
  for (size_t i = 0; i < POOL_SLOTS; i++) {
    if (round->pool.slots[i].state == SLOT_HELD) {
      begin(round, &round->pool.slots[i]);
    }
  }
  return EXIT_DONE;
}

static void start(const struct round *round, struct slot *slot)
{
  const struct config *config = &round->ctx->config;
  const struct asking_how how = {PATH_OIDC, ASK_S, config->allow_loopback_http, config->confinement};
  struct error error = {.text = ""};
  slot_asks(slot, clock_monotonic_ms() + (ASK_S + 1) * 1000);
  if (asking_start(&slot->asking, &how, &error) != STATUS_OK) {
    slot->state = SLOT_IS_OVER;
    (void)fail(EXIT_FAILED, "%s", error.text);
  }
}

static int ask_held(struct round *round)
{
  int code = pool_has(&round->pool, SLOT_HELD) ? open_store(round->ctx) : EXIT_DONE;
  if (code != EXIT_DONE || !pool_has(&round->pool, SLOT_HELD)) {
    return code;
  }
  code = begin_all(round);
  store_close(&round->ctx->store); // before anything is started
  for (size_t i = 0; i < POOL_SLOTS && code == EXIT_DONE; i++) {
    if (round->pool.slots[i].state == SLOT_HELD) {
      start(round, &round->pool.slots[i]);
    }
  }
  return code;
}

static void give_up(struct round *round, struct lane *lane, const char *why, const char *detail)
{
  size_t left = lane_give_up(lane);
  round->result->left += left;
  (void)fail(EXIT_FAILED, "org %s: its provider %s: %zu people were not asked about: %s", lane->org, why, left, detail);
}

static void leave_alone(struct round *round, struct slot *slot, int64_t said_s, const char *detail)
{
  if (lane_leave_alone(slot->lane, slot->account_id, said_s, clock_monotonic_ms())) {
    return;
  }
  round->result->left++;
  if (!slot->lane->over) {
    give_up(round, slot->lane, "wants to be left alone", detail);
  }
}

static void count_silent(struct round *round, struct lane *lane, const char *detail)
{
  round->result->no_answer++;
  if (lane_was_silent(lane)) {
    give_up(round, lane, "does not answer", detail);
  }
}

static void count(struct round *round, struct slot *slot, enum refresh_result result, const char *detail)
{
  struct recheck *all = round->result;
  int64_t alone_s = 0;
  bool unanswered = result == REFRESH_UNREACHABLE;
  if (unanswered && asking_was_too_much(&slot->asking, &alone_s)) {
    leave_alone(round, slot, alone_s, detail);
    return;
  }
  if (unanswered && asking_was_silent(&slot->asking)) {
    count_silent(round, slot->lane, detail);
    return;
  }
  lane_was_heard(slot->lane);
  all->no_answer += unanswered; // about this one alone, as somebody in too many groups
  all->answered += result == REFRESH_ANSWERED || result == REFRESH_NEVER; // or a sign-in has come meanwhile
  all->unsound += result == REFRESH_UNSOUND;
  all->refused += result == REFRESH_NO_GRANT;
  if (result == REFRESH_NO_GRANT || result == REFRESH_UNSOUND) {
    context_done(round->ctx, "%s in org %s: %s%s%s", slot->login, slot->lane->org,
                 result == REFRESH_NO_GRANT ? "the provider does not stand for them any more"
                                            : "what the provider says is not to be believed",
                 detail[0] != '\0' ? ": " : "", detail);
  }
}

// Stores what has come, and lets go of the person, so that nobody's login waits for somebody else's provider.
static void end(struct round *round, struct slot *slot)
{
  asking_end(&slot->asking);
  const struct refresh_end in = asking_result(&slot->asking, slot->login);
  struct refresh_ended ended = {.result = REFRESH_NEVER};
  if (store(round->ctx, change_refresh_end(&in, &ended)) == STATUS_OK) {
    count(round, slot, ended.result, in.detail);
  } else {
    round->result->no_answer++;
  }
  slot_free(slot);
}

static int end_those_over(struct round *round)
{
  int code = pool_has(&round->pool, SLOT_IS_OVER) ? open_store(round->ctx) : EXIT_DONE;
  for (size_t i = 0; i < POOL_SLOTS && code == EXIT_DONE; i++) {
    if (round->pool.slots[i].state == SLOT_IS_OVER) {
      end(round, &round->pool.slots[i]);
    }
  }
  return code;
}

static void give_up_rest(struct round *round)
{
  for (size_t i = 0; i < round->lanes.count; i++) {
    struct lane *lane = &round->lanes.list[i];
    if (lane_waits(lane)) {
      give_up(round, lane, "takes too long", "five hours are over");
    }
  }
}

static int ask_some(struct round *round, int64_t until_ms)
{
  if (clock_left_ms(until_ms) == 0) {
    give_up_rest(round);
  }
  pool_fill(&round->pool, &round->lanes, clock_monotonic_ms());
  enum status status = pool_hold(&round->pool, PATH_RUN "/asking", &round->result->left);
  if (status != STATUS_OK) {
    return fail(EXIT_FAILED, "asking again: %s", status_text(status));
  }
  int code = ask_held(round);
  if (code == EXIT_DONE) {
    pool_wait(&round->pool, &round->lanes, lanes_wait(&round->lanes) ? until_ms : INT64_MAX);
    code = end_those_over(round);
  }
  return code;
}

static size_t done(const struct recheck *result)
{
  return result->answered + result->refused + result->unsound + result->no_answer;
}

int recheck_run(struct context *ctx, const struct gone_of *of, size_t per_minute, struct recheck *ret_recheck)
{
  *ret_recheck = (struct recheck){.people = 0};
  struct round round CLEANUP(round_done) = {
      .ctx = ctx, .of = of, .result = ret_recheck, .lanes = lanes_new(60000 / (int64_t)per_minute), .pool = pool_new()};
  int code = collect(&round);
  if (code != EXIT_DONE || ctx->in->options[OPTION_DRY_RUN] != NULL) {
    return code;
  }
  (void)mkdir(PATH_RUN, 0700); // where it cannot be made the lock in it says so
  struct progress progress = progress_begin(true, ret_recheck->people);
  int64_t until_ms = clock_monotonic_ms() + RUN_MAX_MS;
  while (code == EXIT_DONE && (lanes_wait(&round.lanes) || pool_is_busy(&round.pool))) {
    progress_show(&progress, done(ret_recheck));
    code = ask_some(&round, until_ms);
  }
  progress_end(&progress);
  return code == EXIT_DONE ? open_store(ctx) : code;
}

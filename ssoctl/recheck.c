// SPDX-License-Identifier: Apache-2.0
#include "recheck.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "facts/facts.h"
#include "paths.h"
#include "policy/person.h"
#include "process/asking.h"
#include "progress.h"
#include "recheck_lanes.h"
#include "store/accounts.h"
#include "store/refresh.h"

enum {
  ASK_S = 10,
  LOCK_MS = 3000,
  AT_ONCE = 8,                 // in all
  OF_ORG_AT_ONCE = 4,          // so many of one org, which leaves room for others beside one that hangs
  RUN_MAX_MS = 5 * 3600 * 1000 // then the timer's next is near
};

struct round {
  struct context *ctx;
  const struct gone_of *of;
  struct recheck *result;
  struct lanes lanes;
};

// One who is asked about now.
struct slot {
  struct lane *lane;
  int64_t account_id;
  char login[LOGIN_SIZE];
  int lock;
  bool over;
  struct asking asking;
};

struct batch {
  size_t count;
  struct slot slots[AT_ONCE];
};

static void round_done(struct round *round)
{
  lanes_done(&round->lanes);
}

static void slot_done(struct slot *slot)
{
  if (!slot->over) {
    asking_done(&slot->asking);
    cleanup_fd(&slot->lock);
    slot->over = true;
  }
}

static void batch_done(struct batch *batch)
{
  for (size_t i = 0; i < batch->count; i++) {
    slot_done(&batch->slots[i]);
  }
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

static bool is_in(const struct batch *batch, int64_t account_id)
{
  for (size_t i = 0; i < batch->count; i++) {
    if (batch->slots[i].account_id == account_id) {
      return true;
    }
  }
  return false;
}

// A login by key that asks just now comes first.
static enum status lock_one(struct round *round, struct lane *lane, int64_t account_id, struct batch *batch)
{
  struct slot *slot = &batch->slots[batch->count];
  *slot = (struct slot){.lane = lane, .account_id = account_id, .lock = -1, .asking = asking_new()};
  enum status status = asking_lock(PATH_RUN "/asking", account_id, clock_monotonic_ms() + LOCK_MS, &slot->lock);
  if (status != STATUS_BUSY) {
    batch->count += status == STATUS_OK;
    return status;
  }
  round->result->left++;
  return STATUS_OK;
}

// As many as may be asked now. One refresh at a time of each person: whoever is there for another org waits.
static enum status lock_of_lane(struct round *round, struct lane *lane, struct batch *batch)
{
  int64_t now_ms = clock_monotonic_ms();
  size_t start = batch->count;
  enum status status = STATUS_OK;
  while (status == STATUS_OK && lane_is_due(lane, now_ms) && !is_in(batch, lane_next(lane)) && batch->count < AT_ONCE &&
         batch->count - start < OF_ORG_AT_ONCE) {
    status = lock_one(round, lane, lane_take(lane, now_ms), batch);
  }
  return status;
}

static enum status load_all(struct round *round, struct batch *batch)
{
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < batch->count; i++) {
    status = load(round->ctx, &batch->slots[i]);
    if (status == STATUS_NOT_FOUND) {
      round->result->people--;
      slot_done(&batch->slots[i]);
      status = STATUS_OK;
    }
  }
  return status;
}

// Nothing is read while somebody's lock is waited for (HOLES H74).
static int take(struct round *round, struct batch *batch)
{
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < round->lanes.count; i++) {
    status = lock_of_lane(round, lanes_turn(&round->lanes, i), batch);
  }
  lanes_turn_on(&round->lanes);
  int code = status == STATUS_OK ? context_read(round->ctx) : EXIT_DONE;
  if (code != EXIT_DONE) {
    return code;
  }
  status = status == STATUS_OK ? load_all(round, batch) : status;
  context_end_read(round->ctx);
  return status == STATUS_OK ? EXIT_DONE : fail(EXIT_FAILED, "asking again: %s", status_text(status));
}

static enum status store(struct context *ctx, struct change change)
{
  struct error error = {.text = ""};
  const struct change_host host = context_host(ctx);
  const struct change_by by = context_by(ctx);
  enum status status = change_run(&host, &by, change, &error);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    (void)fail(EXIT_FAILED, "%s", error.text);
  }
  return status;
}

// It is stored that it is asked before it is; what cannot be stored is not asked.
static void begin(struct round *round, struct batch *batch)
{
  const struct context *ctx = round->ctx;
  const struct asking_how how = {PATH_OIDC, ASK_S, ctx->config.allow_loopback_http, ctx->config.confinement};
  for (size_t i = 0; i < batch->count; i++) {
    struct change_done ignored;
    struct asking *asking = &batch->slots[i].asking;
    if (batch->slots[i].over) {
      continue;
    }
    enum status status = store(round->ctx, change_refresh_begin(&asking->asked, &ignored));
    asking->begun = status == STATUS_OK;
    round->result->no_answer += !asking->begun && status != STATUS_NOT_FOUND; // that: they have just signed in
  }
  store_close(&round->ctx->store); // before anything is started
  for (size_t i = 0; i < batch->count; i++) {
    struct error error = {.text = ""};
    struct asking *asking = &batch->slots[i].asking;
    if (asking->begun && asking_start(asking, &how, &error) != STATUS_OK) {
      (void)fail(EXIT_FAILED, "%s", error.text);
    }
  }
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

// Stores what has come, and lets go of the person.
static void end_one(struct round *round, struct slot *slot)
{
  asking_end(&slot->asking);
  const struct refresh_end in = asking_result(&slot->asking, slot->login);
  struct refresh_ended ended = {.result = REFRESH_NEVER};
  if (slot->asking.begun && store(round->ctx, change_refresh_end(&in, &ended)) == STATUS_OK) {
    count(round, slot, ended.result, in.detail);
  } else {
    round->result->no_answer += slot->asking.begun;
  }
  slot_done(slot);
}

// As they are heard of, so that nobody's login waits for somebody else's provider; whoever is left after the deadline
// has not been.
static void end(struct round *round, struct batch *batch, int64_t deadline_ms)
{
  struct pollfd fds[AT_ONCE];
  int open = 0;
  do {
    open = 0;
    for (size_t i = 0; i < batch->count; i++) {
      fds[i] = (struct pollfd){batch->slots[i].over ? -1 : batch->slots[i].asking.oidc.process.fd, POLLIN, 0};
      open += fds[i].fd >= 0;
    }
    bool timely = open > 0 && clock_left_ms(deadline_ms) > 0;
    if (timely && poll(fds, batch->count, clock_left_ms(deadline_ms)) < 0 && errno != EINTR) {
      timely = false;
    }
    for (size_t i = 0; i < batch->count; i++) {
      struct slot *slot = &batch->slots[i];
      bool heard = timely && fds[i].revents != 0 && !asking_take(&slot->asking, deadline_ms);
      if (!slot->over && (heard || !timely || fds[i].fd < 0)) {
        end_one(round, slot);
      }
    }
  } while (open > 0);
}

static void wait_until(int64_t at_ms)
{
  int64_t left_ms = clock_left_ms(at_ms);
  const struct timespec pause = {left_ms / 1000, left_ms % 1000 * 1000000};
  if (left_ms > 0) {
    (void)nanosleep(&pause, NULL);
  }
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

static int ask_some(struct round *round)
{
  struct batch batch CLEANUP(batch_done) = {.count = 0};
  int code = take(round, &batch);
  if (code != EXIT_DONE || batch.count == 0) {
    return code;
  }
  begin(round, &batch);
  int64_t deadline_ms = clock_monotonic_ms() + (ASK_S + 1) * 1000;
  code = context_open_store(round->ctx);
  if (code == EXIT_DONE) {
    end(round, &batch, deadline_ms);
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
      .ctx = ctx, .of = of, .result = ret_recheck, .lanes = lanes_new(60000 / (int64_t)per_minute)};
  int code = collect(&round);
  if (code != EXIT_DONE || ctx->in->options[OPTION_DRY_RUN] != NULL) {
    return code;
  }
  (void)mkdir(PATH_RUN, 0700); // where it cannot be made the lock in it says so
  struct progress progress = progress_begin(true, ret_recheck->people);
  int64_t until_ms = clock_monotonic_ms() + RUN_MAX_MS;
  for (int64_t at_ms = lanes_next_ms(&round.lanes); code == EXIT_DONE && at_ms >= 0;
       at_ms = lanes_next_ms(&round.lanes)) {
    progress_show(&progress, done(ret_recheck));
    wait_until(at_ms < until_ms ? at_ms : until_ms);
    if (clock_left_ms(until_ms) == 0) {
      give_up_rest(&round);
    } else {
      code = ask_some(&round);
    }
  }
  progress_end(&progress);
  return code;
}

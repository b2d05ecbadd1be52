// SPDX-License-Identifier: Apache-2.0
#include "recheck_pool.h"

#include <poll.h>

#include "base/cleanup.h"
#include "base/clock.h"

static const int64_t NEVER_MS = INT64_MAX;

enum {
  WAIT_MS = 3000,   // for a lock
  LOOK_MS = 50,     // how often it is looked whether it is to be had
  MESSAGE_MS = 2000 // within which the rest of a message comes
};

struct pool pool_new(void)
{
  struct pool pool;
  for (size_t i = 0; i < POOL_SLOTS; i++) {
    pool.slots[i] = (struct slot){.lock = -1, .asking = asking_new()};
  }
  return pool;
}

void slot_free(struct slot *slot)
{
  asking_done(&slot->asking);
  cleanup_fd(&slot->lock);
  *slot = (struct slot){.lock = -1, .asking = asking_new()};
}

void pool_done(struct pool *pool)
{
  for (size_t i = 0; i < POOL_SLOTS; i++) {
    slot_free(&pool->slots[i]);
  }
}

static size_t count(const struct pool *pool, enum slot_state state)
{
  size_t found = 0;
  for (size_t i = 0; i < POOL_SLOTS; i++) {
    found += pool->slots[i].state == state;
  }
  return found;
}

bool pool_has(const struct pool *pool, enum slot_state state)
{
  return count(pool, state) > 0;
}

bool pool_is_busy(const struct pool *pool)
{
  return count(pool, SLOT_FREE) < POOL_SLOTS;
}

// The first free slot, if there is one.
static struct slot *find_free(struct pool *pool)
{
  size_t i = 0;
  while (pool->slots[i].state != SLOT_FREE) {
    i++;
  }
  return &pool->slots[i];
}

// Whether the next of the lane has to wait until somebody lets go of a slot.
static bool is_held_up(const struct pool *pool, const struct lane *lane)
{
  size_t of_org = 0;
  bool is_there = false;
  for (size_t i = 0; i < POOL_SLOTS; i++) {
    const struct slot *slot = &pool->slots[i];
    of_org += slot->lane == lane;
    is_there = is_there || (slot->lane != NULL && slot->account_id == lane_next(lane));
  }
  return !pool_has(pool, SLOT_FREE) || of_org >= POOL_OF_ORG || is_there;
}

static void fill_from(struct pool *pool, struct lane *lane, int64_t now_ms)
{
  while (lane_is_due(lane, now_ms) && !is_held_up(pool, lane)) {
    struct slot *slot = find_free(pool);
    slot->state = SLOT_WAITS;
    slot->lane = lane;
    slot->account_id = lane_take(lane, now_ms);
    slot->deadline_ms = now_ms + WAIT_MS;
  }
}

void pool_fill(struct pool *pool, struct lanes *lanes, int64_t now_ms)
{
  for (size_t i = 0; i < lanes->count; i++) {
    fill_from(pool, lanes_turn(lanes, i), now_ms);
  }
  lanes_turn_on(lanes);
}

static enum status hold(struct slot *slot, const char *path, size_t *left)
{
  enum status status = asking_lock(path, slot->account_id, 0, &slot->lock);
  if (status == STATUS_OK) {
    slot->state = SLOT_HELD;
  } else if (status == STATUS_BUSY && clock_left_ms(slot->deadline_ms) == 0) {
    slot_free(slot);
    (*left)++;
  }
  return status == STATUS_BUSY ? STATUS_OK : status;
}

enum status pool_hold(struct pool *pool, const char *path, size_t *left)
{
  enum status status = STATUS_OK;
  for (size_t i = 0; i < POOL_SLOTS && status == STATUS_OK; i++) {
    if (pool->slots[i].state == SLOT_WAITS) {
      status = hold(&pool->slots[i], path, left);
    }
  }
  return status;
}

void slot_asks(struct slot *slot, int64_t deadline_ms)
{
  slot->state = SLOT_ASKS;
  slot->deadline_ms = deadline_ms;
}

static int64_t earlier(int64_t a_ms, int64_t b_ms)
{
  return a_ms < b_ms ? a_ms : b_ms;
}

// When there is something to be done about the slot, at NOW_MS.
static int64_t slot_next_ms(const struct slot *slot, int64_t now_ms)
{
  switch (slot->state) {
  case SLOT_FREE: return NEVER_MS;
  case SLOT_WAITS: return now_ms + LOOK_MS;
  case SLOT_ASKS: return slot->deadline_ms;
  case SLOT_HELD:
  case SLOT_IS_OVER: return now_ms;
  }
  return now_ms;
}

static int64_t next_ms(const struct pool *pool, const struct lanes *lanes, int64_t now_ms)
{
  int64_t at_ms = NEVER_MS;
  for (size_t i = 0; i < POOL_SLOTS; i++) {
    at_ms = earlier(at_ms, slot_next_ms(&pool->slots[i], now_ms));
  }
  for (size_t i = 0; i < lanes->count; i++) {
    const struct lane *lane = &lanes->list[i];
    if (lane_waits(lane) && !is_held_up(pool, lane)) {
      at_ms = earlier(at_ms, lane->due_ms);
    }
  }
  return at_ms;
}

static int fd_of(const struct slot *slot)
{
  return slot->state == SLOT_ASKS ? slot->asking.oidc.process.fd : -1;
}

// A helper that stops in the middle of a message holds nobody else up for long.
static void take(struct slot *slot, bool is_heard)
{
  int64_t by_ms = earlier(clock_monotonic_ms() + MESSAGE_MS, slot->deadline_ms);
  if ((is_heard && !asking_take(&slot->asking, by_ms)) || fd_of(slot) < 0 || clock_left_ms(slot->deadline_ms) == 0) {
    slot->state = SLOT_IS_OVER;
  }
}

void pool_wait(struct pool *pool, const struct lanes *lanes, int64_t until_ms)
{
  struct pollfd fds[POOL_SLOTS];
  int64_t at_ms = next_ms(pool, lanes, clock_monotonic_ms());
  if (at_ms == NEVER_MS) {
    return; // nobody has a slot, and nobody wants one
  }
  for (size_t i = 0; i < POOL_SLOTS; i++) {
    fds[i] = (struct pollfd){fd_of(&pool->slots[i]), POLLIN, 0};
  }
  int heard = poll(fds, POOL_SLOTS, clock_left_ms(earlier(at_ms, until_ms)));
  for (size_t i = 0; i < POOL_SLOTS; i++) {
    if (pool->slots[i].state == SLOT_ASKS) {
      take(&pool->slots[i], heard > 0 && fds[i].revents != 0);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
#include "process/hold.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

enum { STEP_MS = 5, STEPS_BACK = 3, STEPS_ASIDE = 40, PLACES = 16 };

// Bytes behind those that are taken: of those who go first, and for each user's turn.
static const int64_t FIRST_AHEAD = 64;
static const int64_t FIRST_TURN = (int64_t)1 << 33;

static struct hold_caller caller;
static bool mends;

void hold_set_caller(const struct hold_caller *now)
{
  caller = *now;
}

static int64_t ahead_byte(int64_t at)
{
  return FIRST_AHEAD + at;
}

static int64_t turn_byte(int64_t at)
{
  return FIRST_TURN * (at + 1) + caller.uid;
}

static enum status set_byte(int fd, int64_t at, short type)
{
  struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = at, .l_len = 1};
  if (fcntl(fd, F_SETLK, &lock) == 0) {
    return STATUS_OK;
  }
  return errno == EAGAIN || errno == EACCES || errno == EINTR ? STATUS_BUSY : STATUS_IO;
}

static void free_byte(int fd, int64_t at)
{
  enum status status = set_byte(fd, at, F_UNLCK);
  (void)status; // the kernel gives bytes back whatever happens
}

static bool is_free(int fd, int64_t at)
{
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = at, .l_len = 1};
  return fcntl(fd, F_GETLK, &lock) != 0 || lock.l_type == F_UNLCK;
}

static void step(int steps)
{
  const struct timespec pause = {.tv_nsec = steps * STEP_MS * 1000000L};
  (void)nanosleep(&pause, NULL);
}

static uint64_t now_ns(void)
{
  struct timespec now = {0};
  (void)clock_gettime(CLOCK_BOOTTIME, &now);
  return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

// One of the same user that has the turn waits for the byte itself, unless that is free: then it has been stopped.
static void watch_both(struct holder_watch *holder, struct holder_watch *turn, int fd, int64_t at)
{
  holder_watch(holder, fd, at);
  if (holder->pid != 0) {
    *turn = (struct holder_watch){.pid = 0};
  } else {
    holder_watch(turn, fd, turn_byte(at));
  }
}

static enum status wait_for_turn(int fd, int64_t at, int64_t deadline_ms)
{
  struct holder_watch holder = {.pid = 0};
  struct holder_watch turn = {.pid = 0};
  bool waited = false;
  for (;;) {
    enum status status = set_byte(fd, turn_byte(at), F_WRLCK);
    if (status == STATUS_OK && waited) {
      step(STEPS_BACK);
    }
    if (status != STATUS_BUSY || clock_left_ms(deadline_ms) == 0) {
      return status;
    }
    waited = true;
    watch_both(&holder, &turn, fd, at);
    step(1);
  }
}

// Tries before it looks at the clock: who had to wait for its turn has tried once at least.
static enum status wait_for_byte(int fd, int64_t at, int64_t deadline_ms)
{
  struct holder_watch watch = {.pid = 0};
  for (;;) {
    bool stands_back = !caller.is_root && !is_free(fd, ahead_byte(at));
    enum status status = stands_back ? STATUS_BUSY : set_byte(fd, at, F_WRLCK);
    if (status != STATUS_BUSY || clock_left_ms(deadline_ms) == 0) {
      return status;
    }
    holder_watch(&watch, fd, at);
    step(1);
  }
}

static void take_note(int fd, int64_t at, bool *ret_left)
{
  struct holder_note before;
  const struct holder_note note = {
      .taken_ns = now_ns(), .pid = getpid(), .kind = caller.is_root ? HOLDER_ROOTS : HOLDER_BRIEF};
  *ret_left = holder_read_note(fd, at, &before) && before.pid != 0;
  holder_write_note(fd, at, &note);
}

// Somebody else has their turn, or goes first.
static bool is_wanted(int fd, int64_t at)
{
  struct flock turns = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = FIRST_TURN * (at + 1), .l_len = FIRST_TURN};
  bool any = fcntl(fd, F_GETLK, &turns) == 0 && turns.l_type != F_UNLCK;
  return any || !is_free(fd, ahead_byte(at));
}

void hold_give_way(int fd, int64_t at)
{
  for (int i = 0; i < STEPS_ASIDE && is_free(fd, at) && is_wanted(fd, at); i++) {
    step(1);
  }
}

enum status hold_share(int fd, int64_t at, int64_t wait_ms)
{
  int64_t deadline_ms = clock_monotonic_ms() + wait_ms;
  for (;;) {
    enum status status = set_byte(fd, at, F_RDLCK);
    if (status != STATUS_BUSY || clock_left_ms(deadline_ms) == 0) {
      return status;
    }
    step(1);
  }
}

enum status hold_take(int fd, int64_t at, int64_t wait_ms, bool *ret_left)
{
  int64_t deadline_ms = clock_monotonic_ms() + wait_ms;
  if (at < 0 || at >= PLACES) {
    return STATUS_INVALID;
  }
  enum status status = caller.is_root ? set_byte(fd, ahead_byte(at), F_RDLCK) : wait_for_turn(fd, at, deadline_ms);
  status = status != STATUS_OK ? status : wait_for_byte(fd, at, deadline_ms);
  if (caller.is_root) {
    free_byte(fd, ahead_byte(at));
  } else if (status != STATUS_OK) {
    free_byte(fd, turn_byte(at));
  }
  if (status == STATUS_OK) {
    take_note(fd, at, ret_left);
  }
  return status;
}

void hold_release(int fd, int64_t at)
{
  const struct holder_note gone = {.taken_ns = now_ns()};
  const struct sched_param none = {.sched_priority = 0};
  if (mends) { // and may have been put before others
    (void)sched_setscheduler(0, SCHED_OTHER, &none);
    mends = false;
  }
  holder_write_note(fd, at, &gone);
  free_byte(fd, at);
  if (!caller.is_root) {
    free_byte(fd, turn_byte(at));
  }
}

void hold_note_kind(int fd, int64_t at, enum holder_kind kind)
{
  struct holder_note note;
  if (holder_read_note(fd, at, &note) && note.pid == getpid() && note.kind != HOLDER_ROOTS) {
    note.kind = kind;
    holder_write_note(fd, at, &note);
    mends = kind == HOLDER_MENDS;
  }
}

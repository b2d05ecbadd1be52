// SPDX-License-Identifier: Apache-2.0
#include "fork_safe_lock.h"

#include <sched.h>
#include <time.h>
#include <unistd.h>

enum { YIELDS = 100, WAITS = 2000, WAIT_NS = 1000000 };

static void wait_a_little(int tries)
{
  if (tries < YIELDS) {
    (void)sched_yield();
  } else {
    (void)nanosleep(&(struct timespec){.tv_nsec = WAIT_NS}, NULL);
  }
}

// This memory is the process's own, so another process in it is one from before a fork.
static bool try_to_take(struct fork_safe_lock *lock, pid_t own, bool *ret_left_over)
{
  pid_t owner = 0;
  if (!atomic_compare_exchange_strong(&lock->owner, &owner, own) &&
      (owner == own || !atomic_compare_exchange_strong(&lock->owner, &owner, own))) {
    return false;
  }
  *ret_left_over = owner != 0;
  return true;
}

enum status fork_safe_lock_take(struct fork_safe_lock *lock, bool *ret_left_over)
{
  pid_t own = getpid();
  for (int tries = 0; tries < YIELDS + WAITS; tries++) {
    if (try_to_take(lock, own, ret_left_over)) {
      return STATUS_OK;
    }
    wait_a_little(tries);
  }
  return STATUS_BUSY;
}

void fork_safe_lock_release(struct fork_safe_lock *lock)
{
  atomic_store(&lock->owner, 0);
}

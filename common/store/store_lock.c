// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include "process/hold.h"
#include "store/store.h"
#include "store/store_lmdb.h"

// Bytes of the lock file.
enum { BYTE_WRITER = 0, BYTE_OPENING = 1 };

// Who holds the lock is not sent to the background (^Z) while others wait.
static void hold_job_control(struct store *store)
{
  sigset_t stops;
  (void)sigemptyset(&stops);
  (void)sigaddset(&stops, SIGTSTP);
  (void)sigaddset(&stops, SIGTTIN);
  (void)sigaddset(&stops, SIGTTOU);
  store->signals_held = sigprocmask(SIG_BLOCK, &stops, &store->signals_before) == 0;
}

static void release_job_control(struct store *store)
{
  if (store->signals_held) {
    (void)sigprocmask(SIG_SETMASK, &store->signals_before, NULL);
    store->signals_held = false;
  }
}

static void start_hurrying(struct store *store)
{
  const struct sched_param first = {.sched_priority = 1};
  int before = sched_getscheduler(0);
  store->policy_before = before;
  // A process that goes before others already is left alone.
  before &= ~SCHED_RESET_ON_FORK;
  store->hurries = (before == SCHED_OTHER || before == SCHED_BATCH || before == SCHED_IDLE) &&
                   sched_getparam(0, &store->priority_before) == 0 &&
                   sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &first) == 0;
}

static void stop_hurrying(struct store *store)
{
  if (store->hurries) {
    (void)sched_setscheduler(0, store->policy_before, &store->priority_before);
    store->hurries = false;
  }
}

enum status store_lock_opening(struct store *store)
{
  if (store->unwritable) {
    return STATUS_OK; // it has no mutexes, and hurries for nobody
  }
  bool left = false; // what the dead have left LMDB sees to: it checks the slots
  enum status status = hold_take(store->lock_fd, BYTE_OPENING, STORE_LOCK_WAIT_MS, &left);
  if (status != STATUS_OK || store->hurries) {
    return status;
  }
  start_hurrying(store); // everybody who signs in comes this way, several times
  store->hurries_opening = store->hurries;
  return STATUS_OK;
}

void store_unlock_opening(struct store *store)
{
  if (store->lock_fd >= 0 && !store->unwritable) {
    hold_release(store->lock_fd, BYTE_OPENING);
  }
  if (store->hurries_opening) {
    stop_hurrying(store);
    store->hurries_opening = false;
  }
}

// A writer has died. LMDB mends its mutex when the next one locks it, and looks through the slots of all readers then,
// for which it takes the other mutex: that is done under this program's lock, in which nobody stays for long.
static enum status mend_after_writer(struct store *store)
{
  MDB_txn *txn = NULL;
  if (store->env == NULL || store->read_only) {
    return STATUS_OK;
  }
  enum status status = store_lock_opening(store);
  if (status != STATUS_OK) {
    return status;
  }
  // If it cannot be begun neither can the transaction that comes now, and that one says so.
  if (mdb_txn_begin(store->env, NULL, 0, &txn) == 0) {
    mdb_txn_abort(txn);
  }
  store_unlock_opening(store);
  return STATUS_OK;
}

enum status store_lock_writers_out(struct store *store)
{
  return store->lock_fd < 0 ? STATUS_OK : hold_share(store->lock_fd, BYTE_WRITER, STORE_LOCK_WAIT_MS);
}

enum status store_lock(struct store *store)
{
  bool left = false;
  store_unlock(store);
  if (store->unwritable) {
    return STATUS_READ_ONLY;
  }
  hold_job_control(store);
  enum status status = hold_take(store->lock_fd, BYTE_WRITER, STORE_LOCK_WAIT_MS, &left);
  store->locked = status == STATUS_OK;
  if (store->locked && left) {
    status = mend_after_writer(store);
  }
  if (status != STATUS_OK) {
    store_unlock(store);
  }
  return status;
}

void store_hurry(struct store *store)
{
  if (!store->hurries && store->locked) {
    start_hurrying(store);
  }
}

void store_calm(struct store_txn *txn)
{
  struct store *store = txn->store;
  stop_hurrying(store);
  if (store->locked) {
    hold_note_kind(store->lock_fd, BYTE_WRITER, HOLDER_MENDS);
  }
}

void store_unlock(struct store *store)
{
  stop_hurrying(store);
  if (store->locked) {
    hold_release(store->lock_fd, BYTE_WRITER);
    store->locked = false;
  }
  release_job_control(store);
}

void store_give_way(struct store *store)
{
  if (store->lock_fd >= 0 && !store->unwritable) {
    hold_give_way(store->lock_fd, BYTE_WRITER);
  }
}

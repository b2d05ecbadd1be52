// SPDX-License-Identifier: Apache-2.0
#include "fleet/tell.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "fleet/pull.h"
#include "fleet/push.h"

static enum status read_revision(const struct fleet_telling *t, int64_t *ret_revision)
{
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  struct fleet_state state;
  enum status status = store_begin(t->host->store, false, &txn);
  status = status != STATUS_OK ? status : fleet_state_get(txn, &state);
  if (status == STATUS_OK) {
    *ret_revision = state.revision;
  }
  return status;
}

// What was refused since others have been faster is to be decided anew; what is refused with all that they have done
// here already is refused.
static enum status overtaken(const struct fleet_telling *t, enum status refused, int64_t read_at, int64_t deadline_ms,
                             struct error *error)
{
  struct fleet_caught_up caught_up;
  struct error said = {.text = ""};
  enum status status = fleet_catch_up(t->engine, t->host, t->by, deadline_ms, &said, &caught_up);
  if (status != STATUS_OK) {
    *error = said;
    return status == STATUS_BUSY ? STATUS_TIMEOUT : status;
  }
  return caught_up.revision > read_at ? STATUS_BUSY : refused;
}

enum status fleet_tell(void *telling, const struct fleet_rows *rows, struct error *error)
{
  const struct fleet_telling *t = telling;
  int64_t deadline_ms = clock_monotonic_ms() + t->wait_ms;
  struct fleet_applied applied;
  int64_t read_at = 0;
  enum status status = read_revision(t, &read_at);
  status = status != STATUS_OK ? status : fleet_push(t->engine, rows, read_at, deadline_ms, error);
  if (status == STATUS_BUSY || status == STATUS_EXISTS) {
    return overtaken(t, status, read_at, deadline_ms, error);
  }
  return status != STATUS_OK ? status : change_run(t->host, t->by, change_fleet_pushed(rows, &applied), error);
}

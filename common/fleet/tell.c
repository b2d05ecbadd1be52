// SPDX-License-Identifier: Apache-2.0
#include "fleet/tell.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "fleet/asking.h"
#include "fleet/pull.h"
#include "fleet/push.h"

static enum status read_cursor(const struct fleet_telling *t, struct fleet_cursor *ret_cursor)
{
  struct fleet_state state = {.revision = 0};
  enum status status = asking_state(t->host->store, &state);
  ret_cursor->revision = state.revision;
  memcpy(ret_cursor->token, state.token, sizeof ret_cursor->token);
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
  // Whether a delegate may was checked when the change was applied; what is stored now is the fleet's.
  struct fleet_telling host = *(const struct fleet_telling *)telling;
  struct change_by by = *host.by;
  const struct fleet_telling *t = &host;
  by.delegate = NULL;
  host.by = &by;
  int64_t deadline_ms = clock_monotonic_ms() + t->wait_ms;
  struct fleet_applied applied;
  struct fleet_cursor read_at = {.revision = 0};
  struct fleet_cursor head = {.revision = 0};
  enum status status = read_cursor(t, &read_at);
  status = status != STATUS_OK ? status : fleet_push(t->engine, rows, &read_at, deadline_ms, error, &head);
  if (status == STATUS_BUSY || status == STATUS_EXISTS) {
    return overtaken(t, status, read_at.revision, deadline_ms, error);
  }
  if (status != STATUS_OK) {
    return status;
  }
  status = change_run(t->host, t->by, change_fleet_pushed(rows, &applied), error);
  if (status == STATUS_OK && applied.overtaken) {
    struct fleet_caught_up caught_up;
    status = fleet_catch_up(t->engine, t->host, t->by, deadline_ms, error, &caught_up);
  } else if (status == STATUS_OK && head.revision == read_at.revision + 1) {
    // Nobody else has changed anything, so that all is taken over up to here.
    struct change_done done;
    status = change_run(t->host, t->by, change_fleet_head(&head, &done), error);
  }
  if (status != STATUS_OK) {
    error_set(error, "the fleet has the change, and this host does not: %s; it takes it over when it catches up",
              status_text(status));
  }
  return status == STATUS_BUSY ? STATUS_IO : status; // it is not to be made anew
}

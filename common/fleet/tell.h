// SPDX-License-Identifier: Apache-2.0
// What change_push asks for, with an engine.
#pragma once
#include "change/change.h"
#include "fleet/engine.h"
#include "store/fleet_rows.h"

// Where a change is told, and who made it. All borrowed.
struct fleet_telling {
  struct engine *engine;
  const struct change_host *host; // whose store they are from
  const struct change_by *by;
  int64_t wait_ms; // for all of it
};

// As the function of struct change_push, with a struct fleet_telling: tells the engine of ROWS and stores them.
// STATUS_BUSY when some of it has changed at the engine, or has come to be taken there, and the store has caught up
// with that.
MUST_CHECK enum status fleet_tell(void *telling, const struct fleet_rows *rows, struct error *error);

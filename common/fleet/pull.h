// SPDX-License-Identifier: Apache-2.0
// What other hosts of the fleet have changed, taken over from the engine.
#pragma once
#include "change/change.h"
#include "change/fleet.h"
#include "fleet/engine.h"

// What came of it.
struct fleet_caught_up {
  int64_t revision; // up to which
  size_t rows;
  size_t clashes; // fleet_clash_each()
  size_t orgs;    // that are served here
};

// Brings the store of HOST to where the engine is now, org by org, each in one change. STATUS_CORRUPT with an SQLSTATE
// in the engine's words: the fleet is not the one that was taken over; nothing is changed then. Statuses as
// engine_ask() and change_run(); what was taken over before stays so. ERROR says what.
MUST_CHECK enum status fleet_catch_up(struct engine *engine, const struct change_host *host, const struct change_by *by,
                                      int64_t deadline_ms, struct error *error, struct fleet_caught_up *ret_caught_up);

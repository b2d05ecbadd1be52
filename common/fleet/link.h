// SPDX-License-Identifier: Apache-2.0
// The connection to the engine of the fleet that this host is in, by what it joined with.
#pragma once
#include "change/change.h"
#include "fleet/engine.h"
#include "store/fleet.h"

// For whoever makes a change, until the fleet has it, and for each of its rows.
enum { FLEET_TELL_MS = 5000, FLEET_TELL_ROW_MS = 5 };

// engine_start() with the helper at PATH, to where JOIN says; statuses as that.
MUST_CHECK enum status fleet_connect(const char *path, const struct fleet_join *join, enum confinement confinement,
                                     int64_t deadline_ms, struct error *error, struct engine **ret_engine);

// Who tells the fleet of changes: connected once there is one to be told.
struct fleet_link {
  const char *path;
  const struct change_host *host;
  const struct change_by *by;
  struct engine *engine;
  struct change_push push;
};

// From now on changes of HOST are told as BY makes them, where it is an admin host of a fleet, by the helper at PATH.
// All borrowed, LINK stays where it is. fleet_link_end().
void fleet_link_begin(struct fleet_link *link, const char *path, struct change_host *host, const struct change_by *by);
void fleet_link_end(struct fleet_link *link);

// SPDX-License-Identifier: Apache-2.0
// Rows that an admin host has changed, told to the engine.
#pragma once
#include "fleet/engine.h"
#include "store/fleet.h"
#include "store/fleet_rows.h"

// Tells ENGINE of ROWS in one transaction: all of them or none. READ_AT: the revision up to which everything was taken
// over when they were made, with its token; STATUS_CORRUPT: it is none of this fleet, or not any more. Statuses as
// engine_ask(); STATUS_BUSY: some of them have changed since. ERROR says what. Where the connection ends at the commit
// it is not known whether they are there: whoever catches up sees.
MUST_CHECK enum status fleet_push(struct engine *engine, const struct fleet_rows *rows,
                                  const struct fleet_cursor *read_at, int64_t deadline_ms, struct error *error,
                                  struct fleet_cursor *ret_head);

// SPDX-License-Identifier: Apache-2.0
// What a write transaction has changed, as changes of the published map in place.
#pragma once
#include "config/config.h"
#include "map/map_change.h"
#include "store/store.h"

// Begins a change of the map at PATH, which must show SERIAL, and puts into it what the map must show of TXN.
// STATUS_TOO_LARGE, STATUS_CORRUPT: the map must be built anew for it, if it has to be shown at all: *RET_CHANGE is
// then empty. A transaction that changed nothing of that kind is STATUS_OK with an empty change, whatever the map is
// like. STATUS_IO for a full disk; other errors as store_get(). *RET_CHANGE is ended by the caller in any case.
MUST_CHECK enum status publish_diff(struct store_txn *txn, const struct config *config, const char *path,
                                    int64_t serial, struct map_change *ret_change);

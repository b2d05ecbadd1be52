// SPDX-License-Identifier: Apache-2.0
// Makes the published map say what the store says.
#pragma once
#include <stdbool.h>

#include "config/config.h"
#include "store/store.h"

// Rebuilds the map at PATH from TXN and the host's settings and puts it in place. Errors as store_get(), map_write().
MUST_CHECK enum status publish(struct store_txn *txn, const struct config *config, const char *path);

// The first half of it: writes the map of TXN beside PATH, for map_put_in_place() after the commit. Errors as above.
MUST_CHECK enum status publish_beside(struct store_txn *txn, const struct config *config, const char *path);

// True if the map at PATH is readable, clean, of this boot, and shows TXN and CONFIG.
bool publish_is_current(struct store_txn *txn, const struct config *config, const char *path);

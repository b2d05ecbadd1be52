// SPDX-License-Identifier: Apache-2.0
// Makes the published map say what the store says: in place where the map is as it should be and has room, else by
// building it anew.
#pragma once
#include <stdbool.h>

#include "base/error.h"
#include "config/config.h"
#include "map/map_change.h"
#include "store/store.h"

enum publication_kind {
  PUBLICATION_NONE = 0, // the map shows nothing of this change
  PUBLICATION_CHANGE,   // in place
  PUBLICATION_REBUILD,  // a new map lies beside the old one
};

struct publication {
  enum publication_kind kind;
  const char *path;
  int64_t serial; // that the map will show
  struct map_change change;
};

#define PUBLICATION_EMPTY                                                                                              \
  {                                                                                                                    \
    .change = MAP_CHANGE_NONE                                                                                          \
  }

// Prepares what the map at PATH must show of the write transaction TXN, raises the store's serial if it is anything,
// and marks the map dirty. Nothing that a reader sees changes. STATUS_IO for a full disk, other errors as store_get();
// the transaction must then be aborted. RET_PUBLICATION is ended by publication_end() in any case.
MUST_CHECK enum status publication_prepare(struct store_txn *txn, const struct config *config, const char *path,
                                           struct publication *ret_publication);

// After the commit: shows it. STATUS_IO leaves a dirty map, which must be built anew.
MUST_CHECK enum status publication_show(struct publication *publication);

// After a commit that failed: the map is as it was.
void publication_take_back(struct publication *publication);

void publication_end(struct publication *publication);

// Rebuilds the map at PATH from TXN and the host's settings and puts it in place. Errors as store_get(), map_write().
MUST_CHECK enum status publish(struct store_txn *txn, const struct config *config, const char *path);

// True if the map at PATH is readable, clean, of this boot, and shows TXN and CONFIG. Of its records only the settings'
// and, where LOGIN is not NULL and an account's, that account's are looked at.
bool publish_is_current(struct store_txn *txn, const struct config *config, const char *path, const char *login);

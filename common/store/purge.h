// SPDX-License-Identifier: Apache-2.0
// Forgetting everything under a key, entry by entry.
#pragma once
#include "store/store.h"

// Deletes the entries of TABLE whose key begins with PREFIX. Before each is deleted FORGET (may be NULL) is called with
// a copy of it, and may change other tables, but not this one; another status than STATUS_OK ends it. Errors as
// store_delete().
MUST_CHECK enum status store_purge(struct store_txn *txn, enum store_table table, const struct store_key *prefix,
                                   store_visit *forget, void *context);

// SPDX-License-Identifier: Apache-2.0
// What is known of asking an org's provider again about a member (POLICY K9), in words.
#pragma once
#include "store/accounts.h"

struct asked {
  const char *word; // static; NULL: there is nothing to ask with, and nothing was said
  int64_t at_s;
};

// Errors as store_get().
MUST_CHECK enum status asked_load(struct store_txn *txn, const struct membership *membership, struct asked *ret_asked);

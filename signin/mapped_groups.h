// SPDX-License-Identifier: Apache-2.0
// The groups that a provider gave, in a session that opens its org (POLICY N6, K2).
#pragma once
#include "base/record.h"
#include "store/store.h"

// Adds to GROUPS what the account got at its last sign-in through the connection of the org, as far as there is room.
// Left out, and logged, is a group whose name is another's by now (POLICY N3), and a local group that is gone or has
// another number than the one that was mapped. Errors as store_get().
MUST_CHECK enum status mapped_groups_add(struct store_txn *txn, int64_t account_id, int64_t org_id,
                                         struct u32_list *groups);

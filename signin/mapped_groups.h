// SPDX-License-Identifier: Apache-2.0
// The groups that the provider of an org gives a person (POLICY N6).
#pragma once
#include "base/record.h"
#include "store/store.h"

struct mapped_groups_of {
  int64_t account_id;
  int64_t org_id;
  bool by_confirmed; // the session was made through the org's connection, which is as an operator saw it (POLICY W8)
};

// Adds to GROUPS what the account got at its last sign-in through the connection of the org, as far as there is room;
// local groups only BY_CONFIRMED. Left out, and logged, is a group whose name is another's by now (POLICY N3), and a
// local group that is gone or has another number than the one that was mapped. Errors as store_get().
MUST_CHECK enum status mapped_groups_add(struct store_txn *txn, const struct mapped_groups_of *of,
                                         struct u32_list *groups);

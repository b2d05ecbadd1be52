// SPDX-License-Identifier: Apache-2.0
// What the two halves of situation.h share.
#pragma once
#include "operations/situation.h"

// What the orgs of a situation are loaded with.
struct loading {
  struct store_txn *txn;
  const struct situation_of *of;
  int64_t account_id; // 0: there is none
  int64_t controller; // the org in control of the account, 0 for none
  bool guarded;       // settings count as an operator last saw them (POLICY W8)
  bool *differs;      // set where that makes a difference
};

// ORG as it matters to the account. Errors as store_get().
MUST_CHECK enum status situation_load_org(const struct loading *l, const struct org *org, struct policy_org *ret_org);

// An identity that was linked before a delegate changed whom the connection believes counts only where the org is in
// control of the account (POLICY "identity").
bool situation_doubts(const struct identity *identity, const struct connection *connection, bool in_control);

// SPDX-License-Identifier: Apache-2.0
// What the two halves of facts.h share.
#pragma once
#include "facts/facts.h"

// Ignores that something is not there; it stays as it was.
static inline enum status facts_optional(enum status status)
{
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

// What the orgs are loaded with.
struct loading {
  struct store_txn *txn;
  const struct facts_query *of;
  int64_t account_id; // 0: there is none
  int64_t controller; // the org in control of the account, 0 for none
  bool guarded;       // settings count as an operator last saw them (POLICY W8)
  bool *differs;      // set where that makes a difference
};

// ORG as it matters to the account. Errors as store_get().
MUST_CHECK enum status facts_load_org(const struct loading *l, const struct org *org, struct policy_org *ret_org);

// The open invites for the address in S, which has no account. Errors as store_get().
MUST_CHECK enum status facts_load_invites(struct store_txn *txn, const struct facts_query *of, struct facts *s);

// The host's social connections as they matter to S, whose orgs are loaded. Errors as store_get().
MUST_CHECK enum status facts_load_social(struct store_txn *txn, const struct facts_query *of, struct facts *s);

// Whether people of DOMAIN, which no org has verified, may come by themselves. Errors as store_get().
MUST_CHECK enum status facts_is_allowed(struct store_txn *txn, const struct facts_query *of, const char *domain,
                                        bool *ret_allowed);

// An identity that was linked before a delegate changed whom the connection believes counts only where the org is in
// control of the account (POLICY "identity").
bool facts_doubts(const struct identity *identity, const struct connection *connection, bool in_control);

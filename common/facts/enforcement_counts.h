// SPDX-License-Identifier: Apache-2.0
// Whom a change of an org's enforcement concerns (POLICY E1).
#pragma once
#include "store/orgs.h"

struct enforcement_counts {
  uint64_t members;   // active ones
  uint64_t governed;  // of them, whose email is on one of the org's verified domains
  uint64_t guests;    // the others
  uint64_t passwords; // of the governed ones who are not the owner: those with a password
  uint64_t guest_passwords;
  uint64_t guests_unlinked; // guests, but for the owner, without an identity at the org's connection
  uint64_t invites;
  bool keys_denied; // under sso-only no key alone would count: the org says nothing, and nobody can be asked again
};

// Counts by walking all members. Errors as store_get().
MUST_CHECK enum status enforcement_count(struct store_txn *txn, const struct org *org,
                                         struct enforcement_counts *ret_counts);

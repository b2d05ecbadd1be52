// SPDX-License-Identifier: Apache-2.0
// What a person is granted by the groups that the org's provider names (POLICY N6), and loses with them: Unix groups,
// and the role of an admin.
#pragma once
#include "base/bytes.h"
#include "change/change.h"
#include "store/entities.h"

// The groups that an org's connection has named of an account.
struct named_groups {
  const struct account *account; // as it will be stored
  int64_t org_id;
  const struct bytes *named; // a list of groups, protocol/group_list.h
  bool confirmed;            // local groups and the role too: by a connection as an operator saw it
};

// Grants the account what they are mapped to, and takes the rest back, if it is an active member of that org. WORDS:
// what changed, for the audit event; "" for nothing. Errors as store_get() and store_put().
MUST_CHECK enum status change_grant_groups(struct change_context *c, const struct named_groups *groups,
                                           char words[static REASON_SIZE]);

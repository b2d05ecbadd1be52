// SPDX-License-Identifier: Apache-2.0
// What a provider has answered, and the connection that it was asked through as it was then.
#pragma once
#include "change/change.h"
#include "policy/policy.h"
#include "store/entities.h"

struct answered {
  const struct connection *connection;
  const struct message_authorized *authorized;
  const char *fingerprint; // of the connection and what is looked at with it
};

// STATUS_REFUSED with an error, and *RET_DECISION for the person, unless the answer is of the connection that the org
// has now, with nothing about it changed since its fingerprint was read: nobody weakens it for a moment.
MUST_CHECK enum status answered_check(struct change_context *c, const struct answered *answered,
                                      struct policy_decision *ret_decision);

// Notes that a sign-in of LOGIN through the connection of org ORG_ID was let in: that shows that it lets people in
// (POLICY E2), and one from inside a signin-from that waits meets it (E3).
MUST_CHECK enum status answered_let_in(struct change_context *c, int64_t org_id, const char *login);

// SPDX-License-Identifier: Apache-2.0
// Answers of providers, and the connections that gave them.
#pragma once
#include "operations/apply.h"

// What a provider has answered, and the connection that it was asked through as it was then.
struct answered {
  const struct connection *connection;
  const struct message_authorized *authorized;
  const char *fingerprint; // of the connection and what is looked at with it
};

// STATUS_REFUSED with a report, and *RET_DECISION for the person, unless the answer is of the connection that the org
// has now, with nothing about it changed since its fingerprint was read.
MUST_CHECK enum status sign_in_check_connection(struct change_context *a, const struct answered *answered,
                                                struct policy_decision *ret_decision);

// Notes that a sign-in of LOGIN through the connection of org ORG_ID was let in.
MUST_CHECK enum status sign_in_note_tried(struct change_context *a, int64_t org_id, const char *login);

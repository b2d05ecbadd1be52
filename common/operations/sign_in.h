// SPDX-License-Identifier: Apache-2.0
// A sign-in being applied; for the files of this folder.
#pragma once
#include "operations/apply.h"

struct sign_in {
  struct change_context *a;
  struct facts facts;
  struct account account;
  enum way way;
  int64_t way_org_id;
};

// Keeps DECISION as the result. STATUS_REFUSED with a report.
MUST_CHECK enum status sign_in_refuse(struct change_context *a, const struct policy_decision *decision);

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

// Stores a new account made by org ORG_ID for the login, with the number that the calling program was told. Errors as
// apply_new_account(); STATUS_REFUSED for another number.
MUST_CHECK enum status sign_in_create_account(struct sign_in *s, int64_t org_id);

// The account joins the org that invited it, if it is no member there yet, and the invite is used up.
MUST_CHECK enum status sign_in_accept(const struct sign_in *s, int64_t org_id, enum role role);

// Notes the sign-in and makes its ticket, if the session would open anything now, with all that was stored so far; a
// refusal otherwise (POLICY K2).
MUST_CHECK enum status sign_in_finish(struct sign_in *s, const char *row);

// SPDX-License-Identifier: Apache-2.0
// What 'ssoctl why' says beside the decision: what happened, and the state of what somebody's sign-in hangs on.
#pragma once
#include "context.h"
#include "facts/facts.h"

// Each a table of its own; the caller's, why_history_done().
struct why_history {
  struct table last;        // the last ten events of the person
  struct table failed;      // the last try that failed before anybody had proven to be anybody
  struct table connections; // where they may sign in
  struct table claims;      // of their domain that nobody has proven
  struct table throttles;   // what is counted of them
};

struct why_history why_history_new(void);
void why_history_done(struct why_history *history);

// Fills HISTORY from CTX's read transaction, for the person of FACTS who was asked for as LOGIN, and whom DECISION is
// about. A delegate is shown what is of their orgs alone. Errors as store_get().
MUST_CHECK enum status why_history_read(struct context *ctx, const char *login, const struct facts *facts,
                                        const struct policy_decision *decision, struct why_history *history);

// Prints what there is as lists with a line above each. An exit code.
int why_history_print(struct context *ctx, struct why_history *history);

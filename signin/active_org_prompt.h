// SPDX-License-Identifier: Apache-2.0
// The active org of a session in which several are open (POLICY K5).
#pragma once
#include "session.h"

// Asks who has signed in with RESULT, of whom NOW is known, for the active org, if there is a choice, last
// choice first; keeps the answer with the session's ticket and in the person's own file. What goes wrong here leaves
// the sign-in as it is.
void active_org_choose(struct session *s, const struct signed_in *result, const struct facts *now);

// Where in DECISION's opened orgs the active one stands: that of TICKET, else the person's last choice, else the first.
size_t active_org_find(const struct account *account, const struct ticket *ticket,
                       const struct policy_decision *decision);

// SPDX-License-Identifier: Apache-2.0
// Tickets of sign-ins, for the phases of a login that come after it. No audit event. For both STATUS_NOT_FOUND: no such
// ticket, or one that is over.
#pragma once
#include "change/change.h"
#include "store/entities.h"

struct ticket_redeem {
  const char *id;
};

// Uses it up.
struct change change_ticket_redeem(const struct ticket_redeem *in, struct change_done *ret_result);

struct ticket_choose {
  const char *id;
  int64_t active_org_id;
};

// Keeps the active org that the person has chosen with it (POLICY K5).
struct change change_ticket_choose(const struct ticket_choose *in, struct change_done *ret_result);

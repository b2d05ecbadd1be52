// SPDX-License-Identifier: Apache-2.0
// What becomes of what a sign-in, or whatever else is no admin's change, makes of the rows that hosts share.
#pragma once
#include "change/fleet_claims.h"
#include "change/fleet_rules.h"

struct fleet_judgement {
  bool told;      // some of it is an admin host's to tell
  bool comes;     // somebody, or a place of theirs,
  bool unclaimed; // which is not among what was claimed
};

// What becomes of ROWS, that a sign-in has made, after CLAIMS: of what comes `before` is as the fleet gives it then.
// STATUS_REFUSED, ERROR names the first that no rule lets; STATUS_CORRUPT, STATUS_VERSION.
MUST_CHECK enum status fleet_judge_sign_in(struct fleet_rows *rows, const struct fleet_claims *claims,
                                           struct error *error, struct fleet_judgement *ret_judged);

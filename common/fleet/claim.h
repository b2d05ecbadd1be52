// SPDX-License-Identifier: Apache-2.0
// What change_push asks for of somebody who signs in, with an engine.
#pragma once
#include "change/change.h"
#include "change/fleet_claims.h"
#include "fleet/engine.h"
#include "fleet/tell.h"
#include "store/fleet_rows.h"

// As the second function of struct change_push: has the engine give what of ROWS comes. What is claimed and not made
// use of harms nobody, and the same claim twice is one.
MUST_CHECK enum status fleet_claim(const struct fleet_telling *telling, const struct fleet_rows *rows,
                                   struct error *error, struct fleet_claims *ret_claims);

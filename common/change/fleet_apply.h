// SPDX-License-Identifier: Apache-2.0
// One row of a fleet, for change/fleet.c.
#pragma once
#include "change/context.h"
#include "store/fleet_rows.h"

// Stores what ROW says, or takes it away. *RET_CLASH: it was left out since it clashes with what is this host's own,
// and that was noted. STATUS_CORRUPT, STATUS_VERSION with an error; errors as store_put().
MUST_CHECK enum status fleet_apply_row(struct change_context *c, const struct fleet_row *row, bool *ret_clash);

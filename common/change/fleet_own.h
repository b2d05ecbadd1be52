// SPDX-License-Identifier: Apache-2.0
// What of the rows that hosts share is so on this host alone, and how it stays so beside what the fleet says.
#pragma once
#include "change/fleet_rules.h"

// What comes with ROW, as the fleet has it, in RET_RECORD, which is empty: without what is this host's own; WITH_TOLD:
// with what it is told besides. Errors as of the records.
MUST_CHECK enum status fleet_make_bare(const struct fleet_row *row, bool with_told, struct bytes *ret_record);

// ROWS of a sign-in are to go to the fleet: what comes is bare in them, and as it is here in their `here`. Errors as of
// the records.
MUST_CHECK enum status fleet_leave_new(struct fleet_rows *rows);

// Remembers of each of ROWS, all of which are this host's own now, how the fleet has it. Errors as store_put().
MUST_CHECK enum status fleet_keep_own(struct change_context *c, const struct fleet_rows *rows);

// ROWS are to go to the fleet: what is so on this host alone, and an admin has not changed, is as the fleet has it in
// them, and as it is here in their `here`. Errors as store_get(), and of the records.
MUST_CHECK enum status fleet_leave_own(struct change_context *c, struct fleet_rows *rows);

// ROW has come from the fleet: in RET_RECORD, which is empty, as it is to be here; *RET_STAYS: nothing is to be stored.
// Errors as store_put(), and of the record.
MUST_CHECK enum status fleet_merge_own(struct change_context *c, const struct fleet_row *row, struct bytes *ret_record,
                                       bool *ret_stays);

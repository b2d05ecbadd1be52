// SPDX-License-Identifier: Apache-2.0
// What a sign-in, or whatever else is no admin's change, may make of the rows that hosts share.
#pragma once
#include "change/context.h"
#include "store/fleet_rows.h"

enum fleet_fate {
  FLEET_FATE_REFUSED, // and all that no rule is about
  FLEET_FATE_OWN,     // it is so on this host alone, and stays so until an admin changes the same
  FLEET_FATE_TOLD,    // on an admin host the fleet is told; on others it is refused
  FLEET_FATE_LEFT,    // it stays as it was, and the sign-in goes on: see where that is decided
};

enum fleet_turn { FLEET_COMES, FLEET_CHANGES, FLEET_EMPTIES, FLEET_GOES };

struct fleet_rule {
  enum fleet_kind kind;
  enum fleet_turn turn;
  struct field field; // of the record, of what changes or empties
  uint8_t group;      // an admin who changes one field of a group has said what the others are, too
  enum fleet_fate fate;
  const char *line; // what it is, for people
};

// The table; *RET_COUNT of them.
const struct fleet_rule *fleet_rules(size_t *ret_count);

// What becomes of ROWS, that a sign-in has made. *RET_TOLD: some of them are told. STATUS_REFUSED, ERROR names the
// first that no rule lets; STATUS_CORRUPT, STATUS_VERSION.
MUST_CHECK enum status fleet_judge_sign_in(const struct fleet_rows *rows, struct error *error, bool *ret_told);

// Remembers of each of ROWS, all of which are this host's own now, how the fleet has it. Errors as store_put().
MUST_CHECK enum status fleet_keep_own(struct change_context *c, const struct fleet_rows *rows);

// ROWS are to go to the fleet: what is so on this host alone, and an admin has not changed, is as the fleet has it in
// them, and as it is here in their `here`. Errors as store_get(), and of the records.
MUST_CHECK enum status fleet_leave_own(struct change_context *c, struct fleet_rows *rows);

// ROW has come from the fleet: in RET_RECORD, which is empty, as it is to be here; *RET_STAYS: nothing is to be stored.
// Errors as store_put(), and of the record.
MUST_CHECK enum status fleet_merge_own(struct change_context *c, const struct fleet_row *row, struct bytes *ret_record,
                                       bool *ret_stays);

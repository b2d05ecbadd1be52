// SPDX-License-Identifier: Apache-2.0
// Of the fleet that this host is in: joining and leaving it, and taking over what other hosts of it have changed.
#pragma once
#include "change/change.h"
#include "store/fleet.h"
#include "store/fleet_rows.h"

// STATUS_EXISTS: this host is in a fleet already, another one or as another host. STATUS_REFUSED: it has orgs or
// accounts that were kept from one. With an ERROR.
struct change change_fleet_join(const struct fleet_join *join, struct change_done *ret_result);

// An org of many rows is taken over in several changes, between which others get their turn.
enum fleet_part {
  FLEET_LAST,  // or all of them
  FLEET_FIRST, // the row of an org that is not here: until the last ones are, nobody gets in by it (fleet_close_org())
  FLEET_MORE   // as many of them as can be stored while others wait
};

enum { FLEET_PART_ROWS = 1000, FLEET_PART_MS = 50 }; // at most, of FLEET_MORE

// Rows of one org, or of none where they are this host's own of a push, as an engine gave them; and how far that is.
struct fleet_batch {
  const struct fleet_rows *rows; // fleet_rows_sort()
  int64_t org_id;                // whose rows these are; 0: no cursor is moved
  struct fleet_cursor cursor;    // of that org from now on, with FLEET_LAST
  enum fleet_part part;
};

struct fleet_applied {
  bool changed;
  bool overtaken; // rows of the fleet have been stored here since these were asked for: they may be older ones, and
                  // none of them was stored
  size_t rows;    // that were gone through: of FLEET_MORE the first of them, one at least
  size_t clashes; // that are not taken over: fleet_clash_each() says which
};

// Takes rows over, unless ROWS were asked for before others were stored: `writes` says when. What clashes with what is
// this host's own is left out, and noted. STATUS_CORRUPT, STATUS_VERSION with an ERROR for a row that this program
// cannot read: nothing is taken over then.
struct change change_fleet_apply(const struct fleet_batch *batch, struct fleet_applied *ret_result);

// The rows of a change that the fleet has been told of, with its events, which are stored even where the rows are
// overtaken: whoever catches up has them.
struct change change_fleet_pushed(const struct fleet_rows *rows, struct fleet_applied *ret_result);

// What this host serves no more: all of the org goes, and whoever was in no other.
struct change change_fleet_drop(const int64_t *org_id, struct change_done *ret_result);

// All of the fleet that is served here is taken over up to HEAD; silent.
struct change change_fleet_head(const struct fleet_cursor *head, struct change_done *ret_result);

// Numbers that are taken in the fleet. As many of them are noted as can be while others wait: the first COUNT, one at
// least.
struct fleet_taken {
  const uint32_t *numbers;
  size_t count;
};
struct fleet_noted {
  bool changed;
  size_t count;
};
struct change change_fleet_taken(const struct fleet_taken *taken, struct fleet_noted *ret_result);

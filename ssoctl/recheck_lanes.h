// SPDX-License-Identifier: Apache-2.0
// Who is asked about next: the people of each org in a lane of their own, at the pace that its provider bears.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/id_list.h"
#include "base/status.h"
#include "store/entities.h"

// The people of one org, in the order in which they are asked about. Moments are on the monotonic clock.
struct lane {
  char org[SLUG_SIZE];
  int64_t org_id;
  struct id_list accounts;
  size_t next;
  int64_t due_ms; // when the next may be asked about
  int64_t interval_ms;
  int64_t least_ms; // of that
  size_t silent;    // so often in a row nothing came
  size_t told;      // so often to leave it alone, without anything else said
  bool over;
};

struct lanes {
  struct lane *list; // owned
  size_t count;
  size_t capacity;
  size_t first; // whose turn it is
  int64_t interval_ms;
};

// For lanes_done(): one of an org each INTERVAL_MS.
struct lanes lanes_new(int64_t interval_ms);
void lanes_done(struct lanes *lanes);

// Whether the last lane is that of the org.
bool lanes_end_with(const struct lanes *lanes, int64_t org_id);

// A lane for ORG behind them; somebody more in the last one. STATUS_NO_MEMORY. No lane may be held on to meanwhile.
MUST_CHECK enum status lanes_open(struct lanes *lanes, const struct org *org);
MUST_CHECK enum status lanes_add(struct lanes *lanes, int64_t account_id);

// The lane that is the NUMBERth, from 0, this turn; the next turn begins with another, so that the slow ones do not
// always come first.
struct lane *lanes_turn(const struct lanes *lanes, size_t number);
void lanes_turn_on(struct lanes *lanes);

// Whether somebody is left to be asked about.
bool lanes_wait(const struct lanes *lanes);

// The same of one lane, and whether they may be at NOW_MS.
bool lane_waits(const struct lane *lane);
bool lane_is_due(const struct lane *lane, int64_t now_ms);

// Whose turn it is, if somebody is left; and the same, who then has had it. What was not used is not saved up.
int64_t lane_next(const struct lane *lane);
int64_t lane_take(struct lane *lane, int64_t now_ms);

// The provider has said something: it bears more again, little by little.
void lane_was_heard(struct lane *lane);

// It has said nothing. Whether that was so often that it is to be given up.
bool lane_was_silent(struct lane *lane);

// The provider wants to be left alone for SAID_S (0: it has not said for how long), and is asked half as often then,
// and once more about ACCOUNT_ID. False where that is for the next time.
bool lane_leave_alone(struct lane *lane, int64_t account_id, int64_t said_s, int64_t now_ms);

// Nobody of it is asked about any more. How many were left.
size_t lane_give_up(struct lane *lane);

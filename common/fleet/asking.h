// SPDX-License-Identifier: Apache-2.0
// What telling an engine and taking over from it have in common.
#pragma once
#include "fleet/engine.h"
#include "store/entities.h"
#include "store/fleet.h"

enum { NUMBER_SIZE = 24 };

// NUMBER as a parameter is written.
void asking_print(char text[static NUMBER_SIZE], int64_t number);

// The error for an answer WHAT that is not what it should be: STATUS_PROTOCOL in place of STATUS_INVALID and
// STATUS_TOO_LARGE; any other STATUS as it is.
MUST_CHECK enum status asking_judge(const char *what, enum status status, struct error *error);

// How far this host is, in a transaction of its own. Errors as fleet_state_get().
MUST_CHECK enum status asking_state(struct store *store, struct fleet_state *ret_state);

// Where the fleet is; within a transaction that has changed something, with that. Statuses as engine_ask().
MUST_CHECK enum status asking_head(struct engine *engine, int64_t deadline_ms, struct error *error,
                                   struct fleet_cursor *ret_head);

// Where an answer says what a claimed membership is: a row of it, and its columns of the role, the source and the end
// in seconds since 1970.
struct claimed_place {
  const struct engine_answer *answer;
  size_t row;
  size_t role;
  size_t source;
  size_t until;
};

// Fills these in in *RET_MEMBERSHIP. STATUS_INVALID: one of them is not what it should be.
MUST_CHECK enum status asking_place(const struct claimed_place *place, struct membership *ret_membership);

// SPDX-License-Identifier: Apache-2.0
// What a host notes of itself in the fleet: that it said to be there, that it stopped, that it left.
#pragma once
#include "change/change.h"
#include "store/fleet.h"

// What it says to the engine that it is there with.
struct fleet_contact {
  bool changed;
  int64_t number;
  char nonce[FLEET_TOKEN_SIZE];
};
// Begins one with NONCE, one more than the last; one whose answer has not come is begun again as it was. Silent.
struct change change_fleet_contact(const char *nonce, struct fleet_contact *ret_contact);

// The answer to CONTACT has come, unless another one was begun since. Silent.
struct change change_fleet_answered(const struct fleet_contact *contact, struct change_done *ret_result);

// Why nothing is taken over any more; "": it is again.
struct change change_fleet_stop(const char *why, struct change_done *ret_result);

struct fleet_leave {
  bool keep; // the orgs of the fleet stay, as this host's own
};
struct fleet_left {
  bool changed;
  size_t orgs; // that were the fleet's
};
// This host is in no fleet any more. Without `keep` the orgs of the fleet go, and whoever is in no other.
// STATUS_NOT_FOUND: it is in none; with an ERROR.
struct change change_fleet_leave(const struct fleet_leave *leave, struct fleet_left *ret_result);

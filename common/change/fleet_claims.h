// SPDX-License-Identifier: Apache-2.0
// What a fleet's engine has given to somebody who signs in: the account of somebody new, places in its orgs.
#pragma once
#include "policy/person.h"
#include "store/entities.h"

enum { FLEET_PLACES_MAX = 1 + INVITES_MAX_POLICY + ALLOWED_MAX_POLICY };

struct fleet_claims {
  char email[EMAIL_SIZE]; // of whoever is new in the fleet; "" for nobody
  int64_t account_id;     // theirs,
  uint32_t uid;           // and their number
  struct membership places[FLEET_PLACES_MAX];
  size_t count;
};

// The place of the account in the org; NULL: none was claimed.
const struct membership *fleet_claims_place(const struct fleet_claims *claims, int64_t account_id, int64_t org_id);

// The id of whoever is new with EMAIL; 0: none was claimed.
int64_t fleet_claims_account(const struct fleet_claims *claims, const char *email);

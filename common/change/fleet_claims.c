// SPDX-License-Identifier: Apache-2.0
#include "change/fleet_claims.h"

#include <string.h>

const struct membership *fleet_claims_place(const struct fleet_claims *claims, int64_t account_id, int64_t org_id)
{
  for (size_t i = 0; i < claims->count; i++) {
    if (claims->places[i].account_id == account_id && claims->places[i].org_id == org_id) {
      return &claims->places[i];
    }
  }
  return NULL;
}

int64_t fleet_claims_account(const struct fleet_claims *claims, const char *email)
{
  return email[0] != '\0' && strcmp(claims->email, email) == 0 ? claims->account_id : 0;
}

// SPDX-License-Identifier: Apache-2.0
// Refusals of people who have not proven to be anybody.
#pragma once
#include "change/change.h"

struct refusal_count {
  const char *reason; // a notice's name
  const char *login;  // that was typed
  const char *org;    // slug of the org through whose connection, "" for none
  const char *detail; // for admins: what the provider said
};

// Refusals of people who have not proven to be anybody are counted by day and reason, not stored one by one: no audit
// event. The last one of an account, and through an org's connection, is kept.
struct change change_refusal_count(const struct refusal_count *in, struct change_done *ret_result);

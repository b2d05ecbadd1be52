// SPDX-License-Identifier: Apache-2.0
// Changes of how accounts of an org come to exist, and of which ways of signing in it objects to (POLICY E). For all of
// them STATUS_NOT_FOUND: no such org.
#pragma once
#include "change/change.h"
#include "store/entities.h"

// STATUS_REFUSED: not beside the org's enforcement (E3).
struct provisioning_set {
  const char *org;
  uint8_t provisioning; // enum provisioning
};

struct change change_provisioning_set(const struct provisioning_set *set, struct change_done *ret_result);

// A pause ends with it. STATUS_REFUSED: something is missing that enforcement takes (E2).
struct enforcement_set {
  const char *org;
  uint8_t enforcement;  // enum enforcement
  const char *password; // the owner's hash, if they have just typed it; else ""
};

struct change change_enforcement_set(const struct enforcement_set *set, struct change_done *ret_result);

// STATUS_REFUSED: the org enforces nothing.
struct enforcement_pause {
  const char *org;
  int64_t until_s;
  const char *reason;
};

struct change change_enforcement_pause(const struct enforcement_pause *pause, struct change_done *ret_result);

// For changes of an org's settings: whether ORG may have its provisioning beside its enforcement (E3). STATUS_REFUSED
// with an error.
MUST_CHECK enum status change_check_provisioning(struct change_context *c, const struct org *org);

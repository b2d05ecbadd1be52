// SPDX-License-Identifier: Apache-2.0
// Changes of an org's settings (POLICY "Settings of an org").
#pragma once
#include "change/change.h"
#include "change/settings.h"

// STATUS_NOT_FOUND: no such org. STATUS_INVALID: no such setting, or no legal value. STATUS_REFUSED: not beside the
// org's enforcement (E3), or an owner's own password would not count any more.
struct org_settings_set {
  const char *org;
  struct org_values values;
};

struct org_settings_changed {
  bool changed;
  bool waits; // some of it is in effect only after a test sign-in (E3)
  struct org before;
  struct org after; // also what waits is as it will be
};

struct change change_org_settings_set(const struct org_settings_set *set, struct org_settings_changed *ret_result);

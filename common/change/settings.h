// SPDX-License-Identifier: Apache-2.0
// The settings of an org (POLICY "Settings of an org"): one table with each one's key, what is legal, and how it is
// kept.
#pragma once
#include "base/error.h"
#include "store/entities.h"

enum {
  KEYS_RECENT_MIN_S = 60,
  KEYS_RECENT_MAX_S = 90 * 86400,
  INVITE_LIFETIME_S = 7 * 86400,
  INVITE_LIFETIME_MIN_S = 60,
  INVITE_LIFETIME_MAX_S = 90 * 86400,
  SETTING_TEXT_SIZE = NETWORKS_SIZE,
  ORG_VALUES_MAX = 8,
};

// One KEY=VALUE of an org, and some of them. Borrowed.
struct org_value {
  const char *key;
  const char *value;
};

struct org_values {
  const struct org_value *list;
  size_t count;
};

// Sets KEY of ORG to what VALUE says. STATUS_INVALID with an error that says what is legal; ORG is untouched then.
MUST_CHECK enum status setting_set(struct org *org, const char *key, const char *value, struct error *error);

// All of VALUES, in their order. Errors likewise; what stands before the wrong one is set then.
MUST_CHECK enum status settings_set(struct org *org, const struct org_values *values, struct error *error);

// How long an invite of ORG is open, and an identity is expected, unless something else is said.
int64_t setting_invite_lifetime_s(const struct org *org);

// The keys rule of ORG as `org set` takes it: "recent:12h".
void setting_keys_text(const struct org *org, char text[static SETTING_TEXT_SIZE]);

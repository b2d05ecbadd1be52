// SPDX-License-Identifier: Apache-2.0
// The settings of an org (POLICY "Settings of an org"): one table has a row for each. Whatever lists, shows, explains,
// sets or guards settings goes by it.
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "policy/rights.h"
#include "store/entities.h"

enum {
  KEYS_RECENT_MIN_S = 60,
  KEYS_RECENT_MAX_S = 90 * 86400,
  GONE_AFTER_MIN_S = 86400,
  GONE_AFTER_MAX_S = 3650 * 86400,
  INVITE_LIFETIME_S = 7 * 86400,
  INVITE_LIFETIME_MIN_S = 60,
  INVITE_LIFETIME_MAX_S = 90 * 86400,
  SETTING_TEXT_SIZE = ALLOWED_SIZE,
  ORG_VALUES_MAX = 8,
  ORG_SETTINGS_MAX = 40,
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

// What a setting of an org is now: TEXT, or NUMBER (of seconds, if it is a duration).
struct setting_value {
  char text[SETTING_TEXT_SIZE];
  int64_t number;
};

// A row of the table: all there is to say of a setting of an org.
struct org_setting {
  const char *key;        // as it is typed
  const char *column;     // in lists and JSON
  const char *legal;      // for sentences: "is not ..."
  const char *initial;    // what a new org has, as it is typed; NULL: what it was made with
  const char *meaning;    // a line
  enum right right;       // who may change it (POLICY W)
  const char *host_value; // the one value that only operators set; NULL for none
  bool waits;             // one of struct requirements: under enforcement it waits for a test sign-in (POLICY E3)
  bool is_number;
  bool is_domains; // a list of email domains, in A-labels and lower case by now
  bool is_groups;  // a list of groups at the provider, as protocol/group_words.h has it
  // Sets it in ORG. Another status than STATUS_OK leaves ORG untouched: VALUE is not legal.
  enum status (*set)(const struct org_setting *setting, struct org *org, const char *value);
  void (*read)(const struct org_setting *setting, const struct org *org, struct setting_value *ret_value);
  size_t offset; // in struct org; this and the rest are for the two functions above
  size_t size;
  enum status (*from)(const char *word, uint8_t *ret_value);
  const char *(*word)(uint8_t value);
  bool (*is_legal)(const char *value);
  int64_t least;
  int64_t most;
  int64_t unset; // what 0 stands for
};

// The table; static.
const struct org_setting *org_settings(size_t *ret_count);

// The setting that the LENGTH characters of KEY name; NULL for none.
const struct org_setting *org_setting_find(const char *key, size_t length);

// What SETTING is in ORG.
void org_setting_read(const struct org_setting *setting, const struct org *org, struct setting_value *ret_value);

// The same as it is typed: a duration with its unit.
void org_setting_typed(const struct org_setting *setting, const struct org *org, char text[static SETTING_TEXT_SIZE]);

bool org_setting_is_same(const struct org_setting *setting, const struct org *a, const struct org *b);

// Sets all of VALUES in ORG, in their order. STATUS_INVALID with an error that says what is legal; what stands before
// the wrong one is set then.
MUST_CHECK enum status settings_set(struct org *org, const struct org_values *values, struct error *error);

// How long an invite of ORG is open, and an identity is expected, unless something else is said.
int64_t setting_invite_lifetime_s(const struct org *org);

// SPDX-License-Identifier: Apache-2.0
// What can be said of a member who is added: by an option of "member add", in a column of a file.
#pragma once
#include "command.h"
#include "operations/operation.h"

struct member_value {
  const char *column;
  enum option option; // OPTION_COUNT for none
  bool delegate;      // an org's own admins may say it (POLICY W3), the rest is root's and the operators' (W7)
  // Puts what was TYPED for WHAT ("--role", "role") into OP. STATUS_INVALID: REPORT quotes it and says what is legal.
  enum status (*take)(const char *what, const char *typed, struct operation *op, struct report *report);
};

enum { MEMBER_EMAIL, MEMBER_ROLE, MEMBER_STATUS, MEMBER_NAME, MEMBER_LOGIN, MEMBER_SHELL, MEMBER_HOME, MEMBER_UID };
enum { MEMBER_VALUE_COUNT = MEMBER_UID + 1 };

// In the order in which an export has its columns.
extern const struct member_value MEMBER_VALUES[MEMBER_VALUE_COUNT];

// The one called COLUMN, or NULL.
const struct member_value *member_value_find(const char *column);

// The first of COUNT values that a delegate may not say, or NULL.
const struct member_value *member_value_beyond_delegates(const struct member_value *const *values, size_t count);

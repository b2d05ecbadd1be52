// SPDX-License-Identifier: Apache-2.0
// What can be said of a member who is added: by an option of "member add", in a column of a file.
#pragma once
#include "change/member.h"
#include "command.h"

// What was typed of one of them; all zero where nothing was said, which is a viewer.
struct member_row {
  char email[EMAIL_SIZE];
  char login[LOGIN_SIZE];
  char name[DISPLAY_SIZE];
  char home[PATH_SIZE];
  char shell[SHELL_SIZE];
  uint32_t uid;
  uint8_t role;
  bool has_status;
  enum member_status status;
  bool imported; // the owner may be named as what they are
};

struct member_value {
  const char *column;
  enum option option; // OPTION_COUNT for none
  bool delegate;      // an org's own admins may say it (POLICY W3), the rest is root's and the operators' (W7)
  // Puts what was TYPED for WHAT ("--role", "role") into ROW. STATUS_INVALID: ERROR quotes it and says what is legal.
  enum status (*take)(const char *what, const char *typed, struct member_row *row, struct error *error);
};

enum { MEMBER_EMAIL, MEMBER_ROLE, MEMBER_STATUS, MEMBER_NAME, MEMBER_LOGIN, MEMBER_SHELL, MEMBER_HOME, MEMBER_UID };
enum { MEMBER_VALUE_COUNT = MEMBER_UID + 1 };

// In the order in which an export has its columns.
extern const struct member_value MEMBER_VALUES[MEMBER_VALUE_COUNT];

// The one called COLUMN, or NULL.
const struct member_value *member_value_find(const char *column);

// The first of COUNT values that a delegate may not say, or NULL.
const struct member_value *member_value_beyond_delegates(const struct member_value *const *values, size_t count);

// Adding who ROW describes to ORG, mapped onto LOCAL_USER ("" for none): borrows all three.
struct member_add member_row_add(const struct member_row *row, const char *org, const char *local_user);

// SPDX-License-Identifier: Apache-2.0
// Who may do what (POLICY W): the rows of the table, who stands where, and the one function that reads it.
#pragma once
#include <stdbool.h>

// In the order of the table: what takes more stands further down.
enum right {
  RIGHT_NONE = 0, // nothing that anybody has decided about: nobody's
  RIGHT_OWN,      // W1: one's own account
  RIGHT_SEE,      // W2
  RIGHT_PEOPLE,   // W3
  RIGHT_SETTINGS, // W4
  RIGHT_ORG,      // W5: how the org is proven and opened, and accounts that it is in control of
  RIGHT_DELETE,   // W6
  RIGHT_HOST,     // W7: everything else
  RIGHT_COUNT
};

// Of whoever acts, in the org concerned.
enum standing {
  STANDING_NOBODY = 0,
  STANDING_VIEWER,
  STANDING_ADMIN,
  STANDING_OWNER,
  STANDING_OPERATOR, // root, or somebody whom root has made an operator
  STANDING_COUNT
};

// The cell of the table.
bool rights_allow(enum right right, enum standing standing);

// "W5"; "W7" for what has no row. Static.
const char *right_row(enum right right);

// "an owner", for sentences; static.
const char *standing_word(enum standing standing);

// Whom the row names, for sentences: "its owner or an admin"; static.
const char *right_whom(enum right right);

// SPDX-License-Identifier: Apache-2.0
#include "policy/rights.h"

static const struct {
  const char *row;
  const char *whom;
  bool allowed[STANDING_COUNT];
} TABLE[RIGHT_COUNT] = {
    [RIGHT_NONE] = {"W7", "nobody", {false}},
    [RIGHT_OWN] = {"W1", "a member", {[STANDING_VIEWER] = true, [STANDING_ADMIN] = true, [STANDING_OWNER] = true}},
    [RIGHT_SEE] = {"W2",
                   "its owner or an admin",
                   {[STANDING_ADMIN] = true, [STANDING_OWNER] = true, [STANDING_OPERATOR] = true}},
    [RIGHT_PEOPLE] = {"W3",
                      "its owner or an admin",
                      {[STANDING_ADMIN] = true, [STANDING_OWNER] = true, [STANDING_OPERATOR] = true}},
    [RIGHT_SETTINGS] = {"W4",
                        "its owner or an admin",
                        {[STANDING_ADMIN] = true, [STANDING_OWNER] = true, [STANDING_OPERATOR] = true}},
    [RIGHT_ORG] = {"W5", "its owner", {[STANDING_OWNER] = true, [STANDING_OPERATOR] = true}},
    [RIGHT_DELETE] = {"W6", "its owner", {[STANDING_OWNER] = true, [STANDING_OPERATOR] = true}},
    [RIGHT_HOST] = {"W7", "an operator of this host", {[STANDING_OPERATOR] = true}},
};

bool rights_allow(enum right right, enum standing standing)
{
  return (unsigned)right < RIGHT_COUNT && (unsigned)standing < STANDING_COUNT && TABLE[right].allowed[standing];
}

const char *right_row(enum right right)
{
  return (unsigned)right < RIGHT_COUNT ? TABLE[right].row : TABLE[RIGHT_HOST].row;
}

const char *right_whom(enum right right)
{
  return (unsigned)right < RIGHT_COUNT ? TABLE[right].whom : TABLE[RIGHT_NONE].whom;
}

const char *standing_word(enum standing standing)
{
  switch (standing) {
  case STANDING_NOBODY:
  case STANDING_COUNT: break;
  case STANDING_VIEWER: return "a viewer";
  case STANDING_ADMIN: return "an admin";
  case STANDING_OWNER: return "the owner";
  case STANDING_OPERATOR: return "an operator";
  }
  return "nobody";
}

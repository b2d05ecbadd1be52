// SPDX-License-Identifier: Apache-2.0
// What ends by itself (POLICY K10).
#pragma once
#include "change/context.h"
#include "change/member.h"

enum { ENDINGS_MAX = 32 };

// A membership, or an admin's role, that has come to its end.
struct ended {
  char login[LOGIN_SIZE];
  char org[SLUG_SIZE];
  uint32_t uid;
  uint32_t gid; // of the org or, where only the role has ended, of its admins; 0: no other membership counts
};

struct endings {
  bool changed;
  bool more; // than ENDINGS_MAX: once more
  size_t count;
  struct ended list[ENDINGS_MAX];
};

// Writes down what has ended by now, with an event for each: the membership is suspended, the role a viewer's.
struct change change_endings(struct endings *ret_result);

// Within a change of WHO: that an ending is yet to come. STATUS_REFUSED.
MUST_CHECK enum status change_check_ending(struct change_context *c, const char *who, const struct ending *ending);

// Adds it to the event's detail.
void change_detail_ending(struct change_context *c, const struct ending *ending);

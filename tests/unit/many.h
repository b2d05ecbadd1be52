// SPDX-License-Identifier: Apache-2.0
// People who have numbers: p0, p1... of acme.test, and members m0000, m0001... of the org acme in one transaction.
#pragma once
#include "fixture.h"

void person(unsigned number, char email[static EMAIL_SIZE]);

struct many {
  char email[EMAIL_SIZE];
  struct member_add add;
  uint64_t bad; // that one is to join an org that is not there; UINT64_MAX for none
};

// For change_run_all(); CONTEXT is a struct many.
enum status add_many(void *context, uint64_t index, struct error *for_error, struct change *ret_change);

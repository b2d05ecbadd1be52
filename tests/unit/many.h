// SPDX-License-Identifier: Apache-2.0
// Members m0000@acme.test, m0001@acme.test... of the org acme, all in one transaction.
#pragma once
#include "fixture.h"

struct many {
  char email[EMAIL_SIZE];
  struct member_add add;
  uint64_t bad; // that one is to join an org that is not there; UINT64_MAX for none
};

// For change_run_all(); CONTEXT is a struct many.
enum status add_many(void *context, uint64_t index, struct error *for_error, struct change *ret_change);

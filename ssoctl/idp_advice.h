// SPDX-License-Identifier: Apache-2.0
// What an admin can do about a test sign-in that failed.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/notices.h"
#include "store/entities.h"

// What is wrong and its mend, for REASON (enum failure_reason) and the DETAIL that came with it, by the words of the
// provider whose PRESET it is ("" for none). Static.
const char *idp_advice(const char *preset, uint32_t reason, const char *detail);

// A genuine sign-in that the policy refuses. Borrowed.
struct refused_try {
  enum notice notice;
  const struct connection *connection;
  bool groups_unsaid; // the provider has said of no groups
};

// What can be done about it, as the end of a sentence in TEXT of SIZE bytes; "" where the notice says it all.
void idp_advice_refused(const struct refused_try *refused, char *text, size_t size);

// SPDX-License-Identifier: Apache-2.0
// Somebody has looked through who is in an org.
#pragma once
#include "change/change.h"
#include "facts/review.h"

// STATUS_REFUSED: it is not any more what was shown, as its digest says. The audit trail calls it "org.review".
struct org_review_sign {
  const char *org;
  const char *digest; // of what was shown
  const char *reason; // "" for none
  int64_t idle_s;     // as for review_read()
};

struct org_reviewed {
  bool changed;
  struct review review;
};

struct change change_org_review(const struct org_review_sign *sign, struct org_reviewed *ret_result);

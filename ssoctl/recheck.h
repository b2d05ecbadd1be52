// SPDX-License-Identifier: Apache-2.0
// Asking providers again about everybody of whom there is a refresh token (POLICY K9), at a rate that they bear.
#pragma once
#include "change/gone.h"
#include "context.h"

enum { RECHECK_RATE = 240, RECHECK_RATE_MAX = 60000 };

// What came of it, in people.
struct recheck {
  size_t people; // of whom there is a token
  size_t answered;
  size_t refused;
  size_t unsound;   // what came is not to be believed
  size_t no_answer; // nothing came, in the end
  size_t left;      // were not asked, since their provider does not answer, or wants to be left alone for long
};

// Asks about those whom OF says, at most PER_MINUTE of each org, and stores what is said as it comes. An org's provider
// that answers nothing three times in a row is left alone, as is one that wants to be for a quarter of an hour; after
// five hours all are. No read transaction may be open. An exit code, with the error on standard error; EXIT_DONE
// whatever providers say. Under
// --dry-run nobody is asked.
int recheck_run(struct context *ctx, const struct gone_of *of, size_t per_minute, struct recheck *ret_recheck);

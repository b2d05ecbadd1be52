// SPDX-License-Identifier: Apache-2.0
// A social connection as 'social add' and 'social set' change it: what is named on the command line, in what is stored.
#pragma once
#include "change/social.h"
#include "context.h"

// What is stored, its id 0 where nothing is; and what is wanted instead, in SET, which borrows the rest.
struct social_wanted {
  struct social stored;
  struct connection connection;
  char title[DISPLAY_SIZE];
  struct social_set set;
};

void social_wanted_done(struct social_wanted *wanted);

// Fills in all zero WANTED for NAME, which is borrowed: from what is stored, or from nothing if IS_NEW. An exit code,
// with the error on standard error. No read transaction of CTX is open.
int social_change(struct context *ctx, const char *name, bool is_new, struct social_wanted *wanted);

// SPDX-License-Identifier: Apache-2.0
// A store that is not the host's, in a folder beside it, while it is read or changed.
#pragma once
#include <limits.h>

#include "context.h"

// For unpacked_done(), which removes the folder and all that is in it.
struct unpacked {
  char dir[PATH_MAX];
  int dir_fd; // locked, so that nobody else uses it; -1: there is none
  struct store *store;
  struct store_txn *txn;
};

void unpacked_done(struct unpacked *unpacked);

// Makes the folder for WHAT ("restore"); one that was left by a program that was killed is used again. Exit codes.
int unpacked_make(const struct context *ctx, const char *what, struct unpacked *unpacked);

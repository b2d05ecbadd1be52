// SPDX-License-Identifier: Apache-2.0
// Who could get in at a time, for the commands that tell.
#pragma once
#include "context.h"
#include "store/access_history.h"

// Of one person in one org. IN: the account was not locked, and the membership neither suspended nor ended.
struct access_state {
  bool in;
  struct account_past account;
  struct membership membership;
};

// The moment that TYPED names for WHAT, as "--at": 0 for now. An exit code, with the error on standard error.
int access_state_moment(const char *what, const char *typed, int64_t *ret_at_s);

// Whether it is known what was so at AT_S: else EXIT_NO_SUCH, after an error that says since when it is.
int access_state_check_known(struct context *ctx, int64_t at_s);

// Errors as store_get().
MUST_CHECK enum status access_state_load(struct store_txn *txn, int64_t account_id, int64_t org_id, int64_t at_s,
                                         struct access_state *ret_state);

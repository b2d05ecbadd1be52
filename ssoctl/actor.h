// SPDX-License-Identifier: Apache-2.0
// Who runs a command (POLICY W "Actor"): root, an operator through sudo, or an account that acts for orgs of its own.
#pragma once
#include <stdbool.h>

#include "change/delegate.h"
#include "command.h"
#include "config/config.h"

enum { ACTOR_GROUPS_MAX = 1024 };

struct actor {
  char name[ACTOR_SIZE]; // in the audit trail
  uint32_t uid;          // of who has run sudo; 0: root
  bool is_delegate;      // an account, by the table
  struct delegate delegate;
  enum right right;               // what the command takes of a delegate
  gid_t groups[ACTOR_GROUPS_MAX]; // of the session, with sudo's preserve_groups
};

// Finds out who it is by this host's own store and settings, whatever the command names. EXIT_DONE, or an exit code
// after an error on standard error.
int actor_identify(struct actor *ret_actor);

// Whether the account of this email, login or number is an operator's. True where that cannot be read.
bool actor_is_operator(struct store_txn *txn, const struct config *config, const char *account);

// A line in the system's log about what a delegate was refused; nothing for others.
void actor_log_refusal(const struct invocation *in, const char *why);

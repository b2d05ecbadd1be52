// SPDX-License-Identifier: Apache-2.0
// Stored passwords being set, removed and changed; all hashes are crypt(5) strings.
#pragma once
#include "change/change.h"
#include "policy/policy.h"

struct password_set {
  const char *account; // by email, login or number
  const char *hash;
};

// STATUS_NOT_FOUND: no such account.
struct change change_password_set(const struct password_set *in, struct change_done *ret_result);

struct password_remove {
  const char *account; // by email, login or number
};

// STATUS_NOT_FOUND: no such account. STATUS_REFUSED: it owns an org that enforces (POLICY E3, E4).
struct change change_password_remove(const struct password_remove *in, struct change_done *ret_result);

// By the person, who has typed both (POLICY W1).
struct password_change {
  const char *login;
  const char *old_hash; // that matched what was typed
  const char *new_hash;
};

// STATUS_REFUSED: the old one was changed meanwhile, or passwords are not accepted any more.
struct change change_password_change(const struct password_change *in, struct change_done *ret_result);

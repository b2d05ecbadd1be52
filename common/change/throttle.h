// SPDX-License-Identifier: Apache-2.0
// Tries counted before they are made, in the order in which they come: many at once count as many (POLICY T).
#pragma once
#include "change/change.h"
#include "policy/policy.h"

// What is about to be tried: a password or code is to be compared, a sign-in at a provider to be started, a
// mail to be sent.
enum try_kind { TRY_PASSWORD, TRY_SIGN_IN, TRY_MAIL };

struct try_count {
  enum try_kind kind;
  const char *login; // TRY_MAIL: the address
  const char *org;   // TRY_SIGN_IN: the slug; else ""
};

struct try_counted {
  bool changed;
  struct policy_decision decision; // of a try that is refused
  int64_t delay_s;                 // allowed, after so long
};

// How many of KIND are free: of mails, what the host's settings say.
uint32_t change_throttle_free(const struct config *config, enum throttle_kind kind);

// No audit event. STATUS_REFUSED: not now.
struct change change_try_count(const struct try_count *in, struct try_counted *ret_result);

struct throttle_clear {
  const char *subject; // a login or an address
};

// Forgets what was counted of it.
struct change change_throttle_clear(const struct throttle_clear *in, struct change_done *ret_result);

// A try that was right.
struct settled_try {
  enum try_kind kind;
  const char *login;
  bool made;           // an account was made by it
  const char *counted; // as whose flow it was counted: a slug, or what stands for a social connection
};

// Within another change: takes back what was counted for this login and the address when it was tried. Errors as
// store_get() and store_put().
MUST_CHECK enum status change_settle_try(struct change_context *c, const struct settled_try *settled);

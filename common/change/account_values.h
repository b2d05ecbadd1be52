// SPDX-License-Identifier: Apache-2.0
// What is said of an account beside its login: for the next session.
#pragma once
#include "change/change.h"
#include "store/entities.h"

// A name from a provider as it may be stored (POLICY N7); anything else is no name, and leaves ACCOUNT's.
void account_keep_name(struct account *account, const char *name);

struct account_values {
  const char *account;
  const char *name; // NULL: as it is
  const char *home;
  const char *shell;
};

struct account_values_set {
  bool changed;
  struct account before; // without the password's hash
  struct account after;
};

// STATUS_NOT_FOUND: no such account. STATUS_REFUSED: it is mapped onto a local user,
// whose these are; the home is there and another number's (POLICY N8). STATUS_EXISTS: it is another account's.
struct change change_account_values_set(const struct account_values *values, struct account_values_set *ret_result);

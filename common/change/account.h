// SPDX-License-Identifier: Apache-2.0
// Changes of an account that is there, and of its number. ACCOUNT is its email, login or number. For all but the last
// STATUS_NOT_FOUND: no such account.
#pragma once
#include "change/change.h"
#include "store/entities.h"

struct account_name {
  const char *account;
};

struct account_changed {
  bool changed;
  struct account account; // as it was, without the password's hash
};

// STATUS_REFUSED: it owns an org.
struct change change_account_lock(const struct account_name *name, struct account_changed *ret_result);
struct change change_account_unlock(const struct account_name *name, struct account_changed *ret_result);

struct account_rename {
  const char *account;
  const char *to; // the new login
};

// Number, home and memberships stay. STATUS_REFUSED: it is mapped onto a local user. STATUS_INVALID, STATUS_EXISTS: the
// new login.
struct change change_account_rename(const struct account_rename *renamed, struct change_done *ret_result);

// Leaves tombstones: the number is never given again, the name not by a sign-in alone (POLICY D1, N4). STATUS_REFUSED:
// it owns an org.
struct change change_account_remove(const struct account_name *name, struct account_changed *ret_result);

// The person signs in as somebody new; nobody finds anything of the account again (POLICY S14). STATUS_REFUSED: it owns
// an org, is mapped onto a local user, locked or suspended anywhere; a delegate asks, and it is in another org.
struct change change_account_retire(const struct account_name *name, struct account_changed *ret_result);

struct account_prove {
  const char *account;
  const char *reason;
};

// An operator knows whose the address is: as if it had been proven under the domain's present proof.
struct change change_account_prove(const struct account_prove *prove, struct account_changed *ret_result);

struct number_reserve {
  const char *login; // that it was offered to
  uint32_t number;
};

// Never given from now on, if another name service has it; NSS, inside sshd, cannot ask them, and would offer it again
// and again.
struct change change_number_reserve(const struct number_reserve *reserve, struct change_done *ret_result);

// Within a change: the account goes with all that stands for it, whatever it owns, and leaves no tombstone.
MUST_CHECK enum status change_forget_account(struct change_context *c, const struct account *account);

// Within a change: the account goes with all that stands for it, and leaves tombstones. STATUS_REFUSED for an owner.
MUST_CHECK enum status change_end_account(struct change_context *c, const struct account *account);

// SPDX-License-Identifier: Apache-2.0
// Accounts being made, and names and numbers being given: what all changes that do so share.
#pragma once
#include "change/context.h"

// All but LOGIN and EMAIL may be "" or 0.
struct new_account {
  const char *login;
  const char *email;
  const char *name;
  const char *home;  // "": by the host's settings
  const char *shell; // likewise
  const char
      *local_user; // the account is mapped onto this one: its numbers, home and shell are theirs, and so the login
  uint32_t uid;    // 0: whichever is free
  int64_t org_id;  // whose doing it is
  bool by_operator;
};

// Stores it. *RET_ACCOUNT holds it. A local password's hash comes along; locking it locally is the caller's.
// STATUS_EXISTS, STATUS_INVALID, STATUS_FULL with an error; STATUS_NOT_FOUND for no such local user; STATUS_REFUSED for
// a local user with a uid below 1000 or one that was given here, or for a home that is somebody else's: *RET_DECISION
// (may be NULL) says so then to the person.
MUST_CHECK enum status change_new_account(struct change_context *c, const struct new_account *made,
                                          struct account *ret_account, struct policy_decision *ret_decision);

// Whether the home that ACCOUNT names may be its: no other account's, and not there with another number than its own or
// root's (POLICY N8). STATUS_EXISTS, STATUS_REFUSED with an error; *RET_DECISION as above.
MUST_CHECK enum status change_check_home(struct change_context *c, const struct account *account,
                                         struct policy_decision *ret_decision);

// Whether an account may get LOGIN: legal, an address only if it is its EMAIL, nobody's here or on the host.
// STATUS_INVALID, STATUS_EXISTS with an error.
MUST_CHECK enum status change_check_login(struct change_context *c, const char *login, const char *email);

// Whether LOGIN is a delegate's to give: not where a group of /etc/group lists it (HOLES H69). STATUS_REFUSED with an
// error.
MUST_CHECK enum status change_check_listed(struct change_context *c, const char *login);

// A number for the group or account NAME that nothing has or had. STATUS_IO with an error where there is none.
MUST_CHECK enum status change_choose_number(struct change_context *c, const char *name, uint32_t *ret_number);

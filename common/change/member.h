// SPDX-License-Identifier: Apache-2.0
// Changes of an org's members, one by one or many at once. For all of them STATUS_NOT_FOUND: no such org. Who is named
// by an email may be named by their login where they are there already.
#pragma once
#include "change/change.h"
#include "store/entities.h"

// What ends by itself (POLICY K10).
struct ending {
  int64_t until_s;    // 0: it does not
  const char *reason; // for the audit trail; NULL for none
};

// Strings are borrowed; all but ORG and EMAIL may be "".
struct member_add {
  const char *org;
  const char *email;
  enum role role;
  const char *login;         // of a new account; "": the email. One that exists must have it, and so the next two
  const char *local_user;    // a new account is mapped onto this one
  uint32_t uid;              // 0: whichever is free
  const char *name;          // of a new account
  const char *home;          // "": by the host's settings
  const char *shell;         // likewise
  bool has_status;           // a member must have STATUS already
  enum member_status status; // of a new member
  struct ending ending;      // likewise; a member must have the same already
  bool imported;             // the audit event is that of the import behind it; the owner may be named as what they are
};

struct member_added {
  bool changed;
  struct account account; // without the password's hash; all zero where a delegate only tries and must not learn of it
};

// STATUS_INVALID, STATUS_EXISTS: what was said is not legal, or not what is there. STATUS_REFUSED: the account is not
// the org's to take, or the org is full. Errors as change_new_account().
struct change change_member_add(const struct member_add *add, struct member_added *ret_result);

struct member_import {
  const char *org;
  const char *summary; // what came of all that were added before it in its transaction
};

// One audit event for them, if anything has changed.
struct change change_member_import(const struct member_import *import, struct change_done *ret_result);

enum { ROLE_WORD_SIZE = 16 };

struct member_name {
  const char *org;
  const char *email;
};

struct member_changed {
  bool changed;
  char login[LOGIN_SIZE];
  char email[EMAIL_SIZE];
  char before[ROLE_WORD_SIZE]; // the role that it was, of a change of it
  uint32_t uid;
  uint32_t gid; // of the org
};

// The account stays. STATUS_NOT_FOUND: no such member. STATUS_REFUSED: the owner and, for a delegate, themselves and
// who is guarded; all three, and what would have ended already.
struct change change_member_remove(const struct member_name *name, struct member_changed *ret_result);
struct change change_member_suspend(const struct member_name *name, struct member_changed *ret_result);

struct member_resume {
  const char *org;
  const char *email;
  struct ending ending; // of the membership, in place of what it had
};

struct change change_member_resume(const struct member_resume *resume, struct member_changed *ret_result);

struct member_role {
  const char *org;
  const char *email;
  enum role role;       // viewer or admin
  struct ending ending; // of an admin's
};

// Errors as change_member_remove(); STATUS_REFUSED also while somebody else may have used the account of a new admin.
struct change change_member_role(const struct member_role *role, struct member_changed *ret_result);

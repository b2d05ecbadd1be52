// SPDX-License-Identifier: Apache-2.0
// One change being applied, and what the files of this folder share of finding and checking.
#pragma once
#include "change/change.h"
#include "change/fleet_claims.h"
#include "facts/facts.h"
#include "store/accounts.h"
#include "store/fleet_rows.h"
#include "store/foreign.h"
#include "store/orgs.h"

struct change_context {
  const struct change_host *host;
  const struct change_by *by;
  const struct change *change;
  struct store_txn *txn;
  struct error *error;
  struct foreign *foreign;  // read for many changes; NULL where there are few
  struct audit_event event; // starts with who acts, and the org that the change names
  int64_t now_s;
  uint64_t index; // of the change being applied, among those of its transaction
  bool changed;   // by any of them
  bool audited;   // any of them
  bool shown;     // the map shows what is stored
  bool silent;    // no audit event for this one
  bool in_fleet;  // this host is,
  bool is_admin;  // and may change what hosts share
  bool is_site;   // one of the changes is an admin's
  bool is_pushed; // ROWS are told to the fleet first
  bool wants;     // what comes of ROWS is claimed from the fleet first
  struct fleet_rows rows;
  struct fleet_claims claims; // what has been
};

// Applies CHANGE too, with an event of its own, within the one that is being applied, which fails with it.
MUST_CHECK enum status change_also(struct change_context *c, const struct change *change);

// The org SLUG. STATUS_NOT_FOUND with an error.
MUST_CHECK enum status change_find_org(struct change_context *c, const char *slug, struct org *ret_org);

// The account whose primary email, login or number NAME is. STATUS_NOT_FOUND with an error.
MUST_CHECK enum status change_find_account(struct change_context *c, const char *name, struct account *ret_account);

// A membership, and whose and where it is.
struct found_member {
  struct org org;
  struct account account;
  struct membership membership;
};

// The membership of NAME, an email, login or number, in the org SLUG, which is to be changed; their login goes into the
// event. An owner's is never changed: an owner is only replaced (POLICY E4). WHAT is what would be done ("removed").
// STATUS_NOT_FOUND; STATUS_REFUSED for the owner and, for a delegate, themselves and whoever is guarded; with an error.
MUST_CHECK enum status change_find_member(struct change_context *c, const char *slug, const char *name,
                                          const char *what, struct found_member *ret_found);

// Removes the membership of ACCOUNT in ORG, which is not the owner's, with what would bring it back.
MUST_CHECK enum status change_remove_member(struct change_context *c, const struct org *org,
                                            const struct account *account);

// About LOGIN, at the service and from the remote host of who acts.
struct facts_query change_query(const struct change_context *c, const char *login);

// What is known of LOGIN, as that has it. Errors as facts_load().
MUST_CHECK enum status change_load_facts(struct change_context *c, const char *login, struct facts *ret_facts);

// Files the event under the org that the account is in, for what is about the account and names no org.
MUST_CHECK enum status change_file_event(struct change_context *c, int64_t account_id);

// Puts LOGIN into the event.
void change_name_login(struct change_context *c, const char *login);

// change_find_account() for a change of the account itself: its event names it and is filed under its org. Errors as
// both.
MUST_CHECK enum status change_find_concerned(struct change_context *c, const char *name, struct account *ret_account);

// ACCOUNT has no password any more; storing it is the caller's.
void change_drop_password(struct account *account);

// ACCOUNT signs in through org ORG_ID alone from now on (POLICY "on-link"): its password and its identities elsewhere
// go, and no other way counts until it is unlinked there. Storing the account is the caller's.
MUST_CHECK enum status change_leave_sso_alone(struct change_context *c, struct account *account, int64_t org_id);

// Whether one of ALL is that of an owner, in another org than EXCEPT_ID (0: in any).
bool change_owns_org(const struct memberships *all, int64_t except_id);

// Whether HASH is that of ACCOUNT's password, which matched what was typed; "" never is.
bool change_knows_password(const struct account *account, const char *hash);

// Whether a delegate does this to another one than themselves; NAME is what was typed. STATUS_REFUSED with an error.
MUST_CHECK enum status change_check_not_self(struct change_context *c, const struct account *account, const char *name);

// Whether it is no delegate who acts, or ACCOUNT is not guarded. STATUS_REFUSED with an error, which calls it NAME.
MUST_CHECK enum status change_check_unguarded(struct change_context *c, const struct account *account,
                                              const char *name);

// Whether somebody else may have used ACCOUNT, whose address nobody has proven (POLICY "used while unproven").
MUST_CHECK enum status change_used_unproven(struct change_context *c, const struct account *account, bool *ret_used);

// Whether ACCOUNT may be given an org, or a say in one: not while somebody else may have used it. STATUS_REFUSED with a
// error that names the mends.
MUST_CHECK enum status change_check_unused(struct change_context *c, const struct account *account);

// Whether who acts may do this, as their right says, in the org that the change names, or to the account it is about.
// STATUS_REFUSED with an error.
MUST_CHECK enum status change_authorize(struct change_context *c);

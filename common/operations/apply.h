// SPDX-License-Identifier: Apache-2.0
// What the files of this folder share: one operation being applied.
#pragma once
#include "facts/facts.h"
#include "operations/operation.h"
#include "store/accounts.h"
#include "store/foreign.h"
#include "store/orgs.h"

struct application {
  const struct operation_host *host;
  const struct operation *op;
  struct store_txn *txn;
  struct report *report;
  struct operation_result *result;
  struct foreign *foreign;  // read for many operations; NULL where there are few
  struct audit_event event; // starts with actor, rhost, service, org, login of the operation
  int64_t now_s;
  uint64_t index; // of the operation being applied, among those of its transaction
  bool changed;   // by any of them
  bool audited;   // any of them
  bool shown;     // the map shows what is stored
  bool silent;    // no audit event for this one
};

typedef enum status apply_function(struct application *a);

// The org that the operation names. STATUS_NOT_FOUND with a report.
MUST_CHECK enum status apply_find_org(struct application *a, struct org *ret_org);

// The account whose primary email, or login, the operation names in `email`. STATUS_NOT_FOUND with a report.
MUST_CHECK enum status apply_find_account(struct application *a, struct account *ret_account);

// Stores a new account made by org ORG_ID: numbers, home and shell by the operation or the host's settings.
// *RET_ACCOUNT holds it. STATUS_EXISTS, STATUS_INVALID, STATUS_FULL, STATUS_NOT_FOUND (no free number) with a report.
MUST_CHECK enum status apply_new_account(struct application *a, const char *login, const char *email, int64_t org_id,
                                         struct account *ret_account);

// The same for an account on the local user that the operation names: the numbers, home and shell are theirs, and the
// local password's hash comes along; locking it locally is the caller's. STATUS_REFUSED for a uid below 1000 or one
// that was given here, STATUS_NOT_FOUND for no such user.
MUST_CHECK enum status apply_map_local(struct application *a, const char *email, int64_t org_id,
                                       struct account *ret_account);

// About LOGIN, at the operation's service and from its remote host.
struct facts_query apply_facts_query(const struct application *a, const char *login);

// What is known of LOGIN, as the operation's service and remote host have it. Errors as facts_load().
MUST_CHECK enum status apply_facts(struct application *a, const char *login, struct facts *ret_facts);

// Files the event under the org that ACCOUNT is in, for what is about the account and names no org.
MUST_CHECK enum status apply_file_event(struct application *a, int64_t account_id);

// Forgets an invite of EMAIL in the org, so that it gives no role, and no way back, behind an admin's back.
MUST_CHECK enum status apply_drop_invite(struct application *a, int64_t org_id, const char *email);

// Takes back all invites of the org. *RET_COUNT: how many there were.
MUST_CHECK enum status apply_cancel_invites(struct application *a, int64_t org_id, size_t *ret_count);

// Whether an account may get LOGIN: legal, an address only if it is its EMAIL, nobody's here or on the host.
// STATUS_INVALID, STATUS_EXISTS with a report.
MUST_CHECK enum status apply_check_login(struct application *a, const char *login, const char *email);

// Whether ORG may have its provisioning beside its enforcement (POLICY E3). STATUS_REFUSED with a report.
MUST_CHECK enum status apply_check_provisioning(struct application *a, const struct org *org);

// Whether the operation carries the hash of ACCOUNT's password, which matched what was typed.
bool apply_knows_password(const struct application *a, const struct account *account);

// Takes back what OPERATION_TRY has counted for this login and address: the try was right.
MUST_CHECK enum status apply_settle_try(struct application *a, enum try_kind kind);

// Whether who acts may do this, as the operation's right says, in the org it names, or to the account it is about.
// STATUS_REFUSED with a report.
MUST_CHECK enum status apply_check_delegate(struct application *a);

// Whether HOME may be that of number UID: not there, or its own, or root's (POLICY N8). STATUS_REFUSED with a report.
MUST_CHECK enum status apply_check_home_owner(struct application *a, const char *home, uint32_t uid);

// Whether a delegate does this to another one than themselves. STATUS_REFUSED with a report.
MUST_CHECK enum status apply_check_not_self(struct application *a, const struct account *account);

// Whether it is no delegate who acts, or ACCOUNT is not guarded. STATUS_REFUSED with a report.
MUST_CHECK enum status apply_check_unguarded(struct application *a, const struct account *account);

// Whether ACCOUNT may be given an org, or a say in one: not while somebody else may have used it. STATUS_REFUSED with a
// report that names the mends.
MUST_CHECK enum status apply_check_unused(struct application *a, const struct account *account);

apply_function apply_org_rename, apply_org_delete;
apply_function apply_account_retire, apply_account_prove;
// Makes the org's recovery codes void. They belong to it and to its owner: also whoever transfers or deletes an org
// calls this, while ORG still has the owner they were made for. *RET_COUNT: how many were unused.
MUST_CHECK enum status apply_drop_recovery(struct application *a, const struct org *org, size_t *ret_count);

// A number for the group or account NAME that nothing has or had. STATUS_IO with a report where there is none.
MUST_CHECK enum status apply_choose_number(struct application *a, const char *name, uint32_t *ret_number);

// Whether the group NAME of an org called SLUG may be called so: legal and nobody else's. STATUS_INVALID, STATUS_EXISTS
// with a report.
MUST_CHECK enum status apply_check_group_name(struct application *a, const char *slug, const char *name);

// Takes back all that the org's mappings of provider groups gave, the mappings, and the groups, whose numbers stay
// reserved: for whoever deletes the org.
MUST_CHECK enum status apply_drop_groups(struct application *a, const struct org *org);

// Gives the account what the groups that the answered connection has named are mapped to, and takes the rest back, if
// it is an active member of that org. WORDS: what changed, for the audit event; "" for nothing.
// Local groups only CONFIRMED: by a connection as an operator saw it.
MUST_CHECK enum status apply_given_groups(struct application *a, int64_t account_id, bool confirmed,
                                          char words[static REASON_SIZE]);

apply_function apply_group_map, apply_group_unmap;
apply_function apply_recovery_create, apply_recovery_revoke, apply_recovery_sign_in;
apply_function apply_org_set, apply_org_create, apply_provisioning_set, apply_enforcement_set, apply_enforcement_pause;
apply_function apply_idp_set, apply_idp_remove, apply_idp_tried, apply_idp_found;
apply_function apply_domain_add, apply_domain_verify, apply_domain_found, apply_domain_missing, apply_domain_remove;
apply_function apply_invite_create, apply_invite_cancel, apply_invite_accept, apply_code_sign_in;
apply_function apply_member_add, apply_member_import, apply_member_remove;
apply_function apply_member_role, apply_member_suspend, apply_member_resume, apply_org_transfer;
apply_function apply_account_lock, apply_account_unlock, apply_account_rename, apply_account_remove;
apply_function apply_identity_link, apply_identity_unlink;
apply_function apply_password_set, apply_password_remove, apply_password_change;
apply_function apply_password_sign_in, apply_sso_sign_in, apply_sign_in_refused, apply_ticket_redeem,
    apply_ticket_choose;
apply_function apply_number_reserve, apply_try, apply_throttle_clear, apply_refusal_count;

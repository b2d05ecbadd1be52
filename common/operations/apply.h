// SPDX-License-Identifier: Apache-2.0
// What the files of this folder share: one operation being applied.
#pragma once
#include "change/context.h"
#include "change/throttle.h"
#include "facts/facts.h"
#include "operations/operation.h"
#include "store/accounts.h"
#include "store/foreign.h"
#include "store/orgs.h"

typedef enum status apply_function(struct change_context *a);

// Stores a new account made by org ORG_ID: numbers, home and shell by the host's settings.
// *RET_ACCOUNT holds it. STATUS_EXISTS, STATUS_INVALID, STATUS_FULL, STATUS_NOT_FOUND (no free number) with a report.
MUST_CHECK enum status apply_new_account(struct change_context *a, const char *login, const char *email, int64_t org_id,
                                         struct account *ret_account);

// Forgets an invite of EMAIL in the org, so that it gives no role, and no way back, behind an admin's back.
MUST_CHECK enum status apply_drop_invite(struct change_context *a, int64_t org_id, const char *email);

apply_function apply_account_retire, apply_account_prove;
// Makes the org's recovery codes void. They belong to it and to its owner: also whoever transfers or deletes an org
// calls this, while ORG still has the owner they were made for. *RET_COUNT: how many were unused.
MUST_CHECK enum status apply_drop_recovery(struct change_context *a, const struct org *org, size_t *ret_count);

apply_function apply_recovery_create, apply_recovery_revoke, apply_recovery_sign_in;
apply_function apply_idp_set, apply_idp_remove, apply_idp_tried, apply_idp_found;
apply_function apply_invite_create, apply_invite_cancel, apply_invite_accept, apply_code_sign_in;
apply_function apply_account_lock, apply_account_unlock, apply_account_rename, apply_account_remove;
apply_function apply_identity_link, apply_identity_unlink;
apply_function apply_password_set, apply_password_remove, apply_password_change;
apply_function apply_password_sign_in, apply_sso_sign_in, apply_sign_in_refused, apply_ticket_redeem,
    apply_ticket_choose;
apply_function apply_number_reserve;

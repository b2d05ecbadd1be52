// SPDX-License-Identifier: Apache-2.0
// Invites to orgs (POLICY I).
#pragma once
#include "change/change.h"
#include "change/member.h"
#include "store/entities.h"

struct invite_create {
  const char *org;
  const char *email;
  enum role role;
  enum invite_via via;  // unless told otherwise a code; where a provider governs the address it becomes SSO
  const char *code;     // the hash, "" for none
  int64_t expires_at_s; // 0: by the org's invite-lifetime
  struct ending ending; // of the membership that comes of it; the invite ends then, too
};

struct invite_created {
  bool changed;
  struct invite invite;
};

// STATUS_NOT_FOUND: no such org. STATUS_EXISTS: a member already. STATUS_REFUSED: nobody is invited there (I5), or
// nothing could accept the invite (I2).
struct change change_invite_create(const struct invite_create *in, struct invite_created *ret_result);

struct invite_cancel {
  const char *org;
  const char *email;
};

// STATUS_NOT_FOUND: no such org or invite.
struct change change_invite_cancel(const struct invite_cancel *in, struct change_done *ret_result);

// Within another change: forgets an invite of EMAIL in the org, so that it gives no role, and no way back, behind an
// admin's back. Errors as store_get() and store_put().
MUST_CHECK enum status change_drop_invite(struct change_context *c, int64_t org_id, const char *email);

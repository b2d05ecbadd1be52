// SPDX-License-Identifier: Apache-2.0
// Orgs that people make for themselves (POLICY V6): what they are called, and what they may not.
#pragma once
#include <stdbool.h>

#include "change/change.h"
#include "change/context.h"

// Derives the slug of an own org from what was typed as its NAME: "u-" and its letters and digits. False where there
// are none, and for a name that no org may have.
bool org_own_slug(const char *name, char ret_slug[static SLUG_SIZE]);

// Within another change: makes the org called NAME for OWNER, under the first slug that is free, with an audit event of
// its own. STATUS_REFUSED with an error: no such name, or there are too many of it. Errors as org_store_new().
MUST_CHECK enum status org_own_make(struct change_context *c, const struct account *owner, const char *name,
                                    struct org *ret_org);

// Within another change: deletes the orgs that ACCOUNT has made itself, whoever else is in them. Errors as
// org_remove().
MUST_CHECK enum status org_own_drop_all(struct change_context *c, const struct account *account);

// Whether ORG may do WHAT ("enforce sign-in"): one that is self-made may not, until an operator lifts that.
// STATUS_REFUSED with an error that says how.
MUST_CHECK enum status org_own_check(struct change_context *c, const struct org *org, const char *what);

// One made after a sign-in in one of the host's own ways, which proved the email: the audit event is "org.create".
// STATUS_REFUSED: they may not.
struct own_org_make {
  const char *login;
  const char *name;
  const char *ticket; // of the sign-in
};

struct own_org_made {
  bool changed;
  char slug[SLUG_SIZE];
};

struct change change_own_org_make(const struct own_org_make *in, struct own_org_made *ret_result);

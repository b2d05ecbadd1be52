// SPDX-License-Identifier: Apache-2.0
// What waits for a test sign-in (POLICY E3) while an org enforces, or since people sign in through its connection:
// another one, and what a sign-in must meet. Errors as store_get() and store_put().
#pragma once
#include "change/change.h"
#include "change/settings.h"
#include "store/entities.h"

// ORG as it will be once STAGED takes effect.
struct org staged_org(const struct org *org, const struct connection *staged);

// What CHANGED, which is ORG with VALUES set in it, asks for of trust, required-acr, required-amr, required-groups and
// signin-from waits with the connection: it is taken back in CHANGED, and *RET_WAITS is set. There must be a
// connection.
MUST_CHECK enum status staged_settings(struct change_context *c, const struct org_values *values, const struct org *org,
                                       struct org *changed, bool *ret_waits);

// The same where it takes effect at once: what waits must not undo it later.
MUST_CHECK enum status staged_follow(struct change_context *c, const struct org_values *values,
                                     const struct org *changed);

// Whether STAGED differs from ACTIVE, which is in effect, in nothing but the org's signin-from.
bool staged_waits_for_network(const struct org *org, const struct connection *active, const struct connection *staged);

// The one that waited takes effect, in ORG too.
MUST_CHECK enum status staged_promote(struct change_context *c, struct org *org, struct connection *staged);

// Nothing waits any more. STATUS_OK also where nothing did.
MUST_CHECK enum status staged_drop(struct change_context *c, int64_t org_id);

// The connection that a test is of: the one that waits, or else the one in effect. *RET_SLOT: which. STATUS_NOT_FOUND:
// there is none. cleanup_connection().
MUST_CHECK enum status staged_or_active(struct change_context *c, int64_t org_id, enum connection_slot *ret_slot,
                                        struct connection *ret_connection);

// A copy that owns its secret and certificates. STATUS_NO_MEMORY.
MUST_CHECK enum status staged_copy(const struct connection *from, struct connection *ret_copy);

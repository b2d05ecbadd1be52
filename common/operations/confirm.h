// SPDX-License-Identifier: Apache-2.0
// What waits for an operator's look, or for a test sign-in, when an org or its connection is changed (POLICY W8, E3).
#pragma once
#include "operations/apply.h"
#include "store/confirmed.h"

// An org and its connection (NULL: none) as they are before or after a change.
struct org_state {
  const struct org *org;
  const struct connection *connection;
};

// Notes who has changed what an operator looks at; an operator has seen what they change. SLOT: of what is in effect,
// or of what waits for its test. Errors as store_get() and store_put().
MUST_CHECK enum status apply_note_covered(struct change_context *a, enum connection_slot slot,
                                          const struct org_state *before, const struct org_state *after);

// A new org that an operator makes: its settings have been seen. Errors as store_put().
MUST_CHECK enum status apply_begin_covered(struct change_context *a, const struct org *org);

// ORG as it will be once STAGED takes effect.
struct org apply_staged_org(const struct org *org, const struct connection *staged);

// While ORG enforces, what CHANGED asks for of trust, required-acr, required-amr and signin-from waits with the
// connection: it is taken back in CHANGED, and *RET_WAITS is set. Errors as store_get() and store_put().
MUST_CHECK enum status apply_stage_settings(struct change_context *a, const struct org *org, struct org *changed,
                                            bool *ret_waits);

// Whether STAGED differs from ACTIVE, which is in effect, in nothing but the org's signin-from.
bool apply_waits_for_network(const struct org *org, const struct connection *active, const struct connection *staged);

// The one that waited takes effect, in ORG too. Errors as store_get() and store_put().
MUST_CHECK enum status apply_promote(struct change_context *a, struct org *org, struct connection *staged);

// Nothing waits any more. STATUS_OK also where nothing did.
MUST_CHECK enum status apply_drop_staged(struct change_context *a, int64_t org_id);

// Whether the org's connection and what is looked at with it are still as they were when FINGERPRINT was read ("" where
// nothing was kept). Errors as store_get().
MUST_CHECK enum status apply_is_unchanged(struct change_context *a, int64_t org_id, enum connection_slot slot,
                                          const char *fingerprint, bool *ret_same);

// A copy that owns its secret and certificates. STATUS_NO_MEMORY.
MUST_CHECK enum status apply_copy_connection(const struct connection *from, struct connection *ret_copy);

apply_function apply_idp_confirm;

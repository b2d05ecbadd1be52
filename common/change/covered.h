// SPDX-License-Identifier: Apache-2.0
// What an operator has seen of an org and its connection, as changes of them go (POLICY W8). Errors as store_get() and
// store_put().
#pragma once
#include "change/change.h"
#include "store/confirmed.h"

// An org and its connection (NULL: none) as they are before or after a change.
struct org_state {
  const struct org *org;
  const struct connection *connection;
};

// Notes who has changed what an operator looks at; an operator has seen what they change. SLOT: of what is in effect,
// or of what waits for its test.
MUST_CHECK enum status covered_note(struct change_context *c, enum connection_slot slot, const struct org_state *before,
                                    const struct org_state *after);

// The same for an org whose settings in effect have changed, and not its connection.
MUST_CHECK enum status covered_note_org(struct change_context *c, const struct org *before, const struct org *after);

// A new org that an operator makes: its settings have been seen.
MUST_CHECK enum status covered_begin(struct change_context *c, const struct org *org);

// What has been seen of the connection that waited counts from now on.
MUST_CHECK enum status covered_promote(struct change_context *c, const struct org *org);

// Whether the org's connection and what is looked at with it are still as they were when FINGERPRINT was read ("" where
// nothing was kept).
MUST_CHECK enum status covered_is_unchanged(struct change_context *c, int64_t org_id, enum connection_slot slot,
                                            const char *fingerprint, bool *ret_same);

// SPDX-License-Identifier: Apache-2.0
// Memberships and roles that end by themselves (POLICY K10). Writing needs a write transaction. Every function may fail
// as store_get() and store_put() do.
#pragma once
#include "store/entities.h"
#include "store/store.h"

// The earlier of two moments at which something ends; 0 is never.
int64_t ends_earlier(int64_t a_s, int64_t b_s);

// What MEMBERSHIP is at NOW_S: past its `until` suspended, past its role's a viewer's, which has no end.
struct membership membership_at(const struct membership *membership, int64_t now_s);

// Whether MEMBERSHIP is as suspended at NOW_S because it came to its end, and by no admin.
bool membership_has_ended(const struct membership *membership, int64_t now_s);

// When a session that it opens at NOW_S ends, by itself or because the role does; 0: it does not.
int64_t membership_ends_session_at(const struct membership *membership, int64_t now_s);

// When anything of it has to be written down as ended next; 0: never.
int64_t membership_ends_next_at(const struct membership *membership);

// Which processes end with MEMBERSHIP of ORG, by the group that they have; 0, all of the person's, with the last
// membership that counts. What a local user runs besides, whom an account is mapped onto, is not ours to end.
MUST_CHECK enum status membership_ends_what(struct store_txn *txn, const struct membership *membership,
                                            const struct org *org, uint32_t *ret_gid);

// When, at the earliest, anything ends that is noted; never later than it is. STATUS_NOT_FOUND: nothing is.
MUST_CHECK enum status endings_next(struct store_txn *txn, int64_t *ret_at_s);

// Notes what of MEMBERSHIP, which is about to be stored, has yet to end.
MUST_CHECK enum status endings_note(struct store_txn *txn, const struct membership *membership);

// Says anew when the next one is; 0 for none.
MUST_CHECK enum status endings_set_next(struct store_txn *txn, int64_t at_s);

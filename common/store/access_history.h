// SPDX-License-Identifier: Apache-2.0
// Who could get in at a time. The present is what the tables of orgs, accounts and memberships have; here is each state
// that has ended, with the moment of the transaction that ended it. What was so at a time is the first that ended
// later, else the present, unless that began later. So what comes new costs nothing, and what ended before anybody asks
// about can go. Writing needs a write transaction. Every function may fail as store_get() and store_put() do.
#pragma once
#include "store/entities.h"
#include "store/store.h"

#define ACCESS_SINCE "access_since" // where in TABLE_META it says since when all this is kept

// For whoever stores AFTER, NULL for nothing any more, in the place of BEFORE: keeps what was so, if it says anything
// else of who gets in. A last sign-in does not.
MUST_CHECK enum status access_note_org(struct store_txn *txn, const struct org *before, const struct org *after);
MUST_CHECK enum status access_note_account(struct store_txn *txn, const struct account *before,
                                           const struct account *after);
MUST_CHECK enum status access_note_member(struct store_txn *txn, const struct membership *before,
                                          const struct membership *after);

// The same for whoever gives the org a connection to ISSUER, "" for none any more. STATUS_OK for what is no org.
MUST_CHECK enum status access_note_issuer(struct store_txn *txn, int64_t org_id, const char *issuer);

// For a restore, before the tables of FROM are taken: keeps all that will be something else then.
MUST_CHECK enum status access_note_all(struct store_txn *txn, struct store_txn *from);

// Nobody has kept anything since FROM_S.
MUST_CHECK enum status access_note_gap(struct store_txn *txn, int64_t from_s);

// Forgets what ended before OLD_S, a few of the oldest at a time.
MUST_CHECK enum status access_trim(struct store_txn *txn, int64_t old_s);

// Since when it is known, as the store was made, upgraded or trimmed. STATUS_NOT_FOUND: it was not said.
MUST_CHECK enum status access_since(struct store_txn *txn, int64_t *ret_at_s);
MUST_CHECK enum status access_set_since(struct store_txn *txn, int64_t at_s);

// Whether nothing is known of AT_S, and for how long not: from *RET_FROM_S, 0 for ever, until *RET_UNTIL_S.
MUST_CHECK enum status access_is_unknown(struct store_txn *txn, int64_t at_s, bool *ret_unknown, int64_t *ret_from_s,
                                         int64_t *ret_until_s);

// What was so at AT_S; 0 is now, whatever the clock says. STATUS_NOT_FOUND: there was none. A membership is as
// membership_at() has it then.
MUST_CHECK enum status access_org_at(struct store_txn *txn, int64_t org_id, int64_t at_s, struct org_past *ret_org);
MUST_CHECK enum status access_account_at(struct store_txn *txn, int64_t account_id, int64_t at_s,
                                         struct account_past *ret_account);
MUST_CHECK enum status access_member_at(struct store_txn *txn, int64_t account_id, int64_t org_id, int64_t at_s,
                                        struct membership *ret_membership);

// Calls VISIT with the id of each org there is or was, and of each account that is or was a member of ORG_ID, each once
// and in order; another status than STATUS_OK ends the walk.
typedef enum status access_visit(void *context, int64_t id);
MUST_CHECK enum status access_each_org(struct store_txn *txn, access_visit *visit, void *context);
MUST_CHECK enum status access_each_member(struct store_txn *txn, int64_t org_id, access_visit *visit, void *context);

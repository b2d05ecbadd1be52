// SPDX-License-Identifier: Apache-2.0
// Refresh tokens, one for each person and org, and what came of asking with them (POLICY K9). Writing needs a write
// transaction. Every function may fail as store_get() and store_put() do. None of it is in the published map.
#pragma once
#include "store/entities.h"
#include "store/store.h"

// STATUS_NOT_FOUND if there is none; *RET_REFRESH: cleanup_refresh().
MUST_CHECK enum status refresh_get(struct store_txn *txn, int64_t org_id, int64_t account_id,
                                   struct refresh *ret_refresh);

// Stores REFRESH in place of what was there.
MUST_CHECK enum status refresh_put(struct store_txn *txn, const struct refresh *refresh);

// Forgets it, if there is one.
MUST_CHECK enum status refresh_drop(struct store_txn *txn, int64_t org_id, int64_t account_id);

// Whoever is gone, and was removed for it or not, may be found to be so once more.
MUST_CHECK enum status refresh_unmark_gone(struct store_txn *txn, int64_t org_id, int64_t account_id);

// Forgets all of an org.
MUST_CHECK enum status refresh_drop_org(struct store_txn *txn, int64_t org_id);

// Whether REFRESH is a token that CONNECTION, as it is now, may be asked with.
bool refresh_fits(const struct refresh *refresh, const struct connection *connection);

// Forgets the tokens of CONNECTION's org that do not fit it as it is now. What is known of people who were refused
// stays: it holds until they sign in.
MUST_CHECK enum status refresh_keep_fitting(struct store_txn *txn, const struct connection *connection);

// Forgets what is of nobody's identity. TAKEN: the rest comes from a backup, and may have been used since.
MUST_CHECK enum status refresh_sweep(struct store_txn *txn, bool taken);

// Wipes every token, and keeps what else is known.
MUST_CHECK enum status refresh_wipe_all(struct store_txn *txn);

// Whether whom REFRESH is of is gone at NOW_S: refused, and not signed in for REFRESH_GONE_S since. An owner never is,
// which is the caller's to know.
bool refresh_is_gone(const struct refresh *refresh, int64_t now_s);

typedef enum status refresh_visit(void *context, const struct refresh *refresh);

// Visits those of an org, or of all where ORG_ID is 0, in the order of orgs and accounts. What is visited is borrowed.
MUST_CHECK enum status refresh_each(struct store_txn *txn, int64_t org_id, refresh_visit *visit, void *context);

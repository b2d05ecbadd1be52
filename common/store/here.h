// SPDX-License-Identifier: Apache-2.0
// What this host alone knows of an account, a membership, a connection or a domain, each beside the record of the same
// key that hosts may share: what was seen and tried here. No row that comes from elsewhere touches it. Where nothing is
// kept all of it is zero. Writing needs a write transaction. Every function may fail as store_get() and store_put() do.
#pragma once
#include "store/entities.h"
#include "store/store.h"

struct account_here {
  uint8_t password_tried; // its owner has signed in with the password that it has
  int64_t last_sign_in_at_s;
  char last_sign_in_from[256];
  int64_t last_sso_at_s; // the last sign-in through a provider (POLICY K6)
};

struct membership_here {
  int64_t last_sign_in_at_s; // through the org's own connection
};

// Of the one in effect.
struct connection_here {
  uint32_t registration; // whose issuer and client id it is about
  uint8_t tried;         // a sign-in succeeded with them
  int64_t tried_at_s;
};

struct domain_here {
  int64_t checked_at_s; // when a name server last said whether the record is there
};

extern const struct record_type ACCOUNT_HERE_RECORD;
extern const struct record_type MEMBERSHIP_HERE_RECORD;
extern const struct record_type CONNECTION_HERE_RECORD;
extern const struct record_type DOMAIN_HERE_RECORD;

MUST_CHECK enum status account_here_get(struct store_txn *txn, int64_t account_id, struct account_here *ret_here);
MUST_CHECK enum status account_here_put(struct store_txn *txn, int64_t account_id, const struct account_here *here);
MUST_CHECK enum status account_here_drop(struct store_txn *txn, int64_t account_id);

// The account has another password, which nobody has tried here.
MUST_CHECK enum status account_here_untried(struct store_txn *txn, int64_t account_id);

MUST_CHECK enum status membership_here_get(struct store_txn *txn, int64_t account_id, int64_t org_id,
                                           struct membership_here *ret_here);
MUST_CHECK enum status membership_here_put(struct store_txn *txn, int64_t account_id, int64_t org_id,
                                           const struct membership_here *here);
MUST_CHECK enum status membership_here_drop(struct store_txn *txn, int64_t account_id, int64_t org_id);

// Of CONNECTION, as it is in effect: what is kept of another issuer or client id says nothing of it.
MUST_CHECK enum status connection_here_get(struct store_txn *txn, const struct connection *connection,
                                           struct connection_here *ret_here);

// A sign-in through CONNECTION succeeded at AT_S, the first one or a test.
MUST_CHECK enum status connection_here_tried(struct store_txn *txn, const struct connection *connection, int64_t at_s);

// CONNECTION is in effect now: what is kept of another issuer or client id is forgotten.
MUST_CHECK enum status connection_here_keep_fitting(struct store_txn *txn, const struct connection *connection);
MUST_CHECK enum status connection_here_drop(struct store_txn *txn, int64_t org_id);

MUST_CHECK enum status domain_here_get(struct store_txn *txn, int64_t org_id, const char *domain,
                                       struct domain_here *ret_here);
MUST_CHECK enum status domain_here_put(struct store_txn *txn, int64_t org_id, const char *domain,
                                       const struct domain_here *here);
MUST_CHECK enum status domain_here_drop(struct store_txn *txn, int64_t org_id, const char *domain);

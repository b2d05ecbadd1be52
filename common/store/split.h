// SPDX-License-Identifier: Apache-2.0
// The step from schema 4 to 5: what a host alone knows leaves the records that it may share (store/here.h).
#pragma once
#include "store/here.h"
#include "store/store.h"

// Records as schema 4 has them: in one what may be shared, and what is the host's own.
struct account_4 {
  struct account account;
  struct account_here here;
};

struct membership_4 {
  struct membership membership;
  struct membership_here here;
};

struct connection_4 {
  struct connection connection;
  struct connection_here here;
};

struct domain_4 {
  struct domain domain;
  struct domain_here here;
};

extern const struct record_type ACCOUNT_4_RECORD;
extern const struct record_type MEMBERSHIP_4_RECORD;
extern const struct record_type CONNECTION_4_RECORD;
extern const struct record_type DOMAIN_4_RECORD;

// Writes every account, membership, connection and domain anew, and what was this host's own in them beside it. TXN is
// a write transaction of a store of schema 4, whose tables of schema 5 are there. STATUS_CORRUPT, STATUS_VERSION: a
// record that is none of schema 4; errors of store_put().
MUST_CHECK enum status split_all(struct store_txn *txn);

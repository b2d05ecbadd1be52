// SPDX-License-Identifier: Apache-2.0
// What the files of the history of access share: how it is kept.
#pragma once
#include "store/store.h"

// Where a key begins, and what follows: the ids, and the number under which it was written.
enum access_kind {
  ACCESS_ORDER = 0, // number -> when that one ended, and its key
  ACCESS_ORG,       // org id
  ACCESS_ACCOUNT,   // account id
  ACCESS_MEMBER,    // org id, account id
  ACCESS_GAP,       // nothing
};

// The states of one thing as they were now, of what is in the tables of TXN. STATUS_NOT_FOUND.
MUST_CHECK enum status access_org_now(struct store_txn *txn, int64_t org_id, struct org_past *ret_org);
MUST_CHECK enum status access_account_now(struct store_txn *txn, int64_t account_id, struct account_past *ret_account);

struct org_past access_of_org(const struct org *org, const char *issuer);
struct account_past access_of_account(const struct account *account);
struct member_past access_of_member(const struct membership *membership);

bool access_same_org(const struct org_past *a, const struct org_past *b);
bool access_same_account(const struct account_past *a, const struct account_past *b);
bool access_same_member(const struct member_past *a, const struct member_past *b);

// Write one down as ended at the moment of TXN.
MUST_CHECK enum status access_end_org(struct store_txn *txn, int64_t org_id, struct org_past past);
MUST_CHECK enum status access_end_account(struct store_txn *txn, int64_t account_id, struct account_past past);
MUST_CHECK enum status access_end_member(struct store_txn *txn, int64_t account_id, int64_t org_id,
                                         struct member_past past);

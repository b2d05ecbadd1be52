// SPDX-License-Identifier: Apache-2.0
// A guest of acme, whose membership changes at moments that the test names: so many seconds after the beginning.
#pragma once
#include "fixture.h"
#include "store/access_history.h"

#define GUEST "guest@nowhere.example"

extern int64_t began_s; // the beginning
extern int64_t org_id;
extern int64_t guest_id;

// Makes acme and its guest; the history is empty.
void start_history(void);

// A transaction that writes at a moment, and its end.
struct store_txn *begin_at(int64_t after_s);
void end_moment(struct store_txn *txn);

// The guest's membership, as it is stored.
struct membership read_member(struct store_txn *txn);

// Gives it these values at a moment.
void put_member(int64_t after_s, enum role role, enum member_status status);

// What the history says that it was.
enum status member_at(int64_t after_s, struct membership *ret_membership);
void expect_member(int64_t after_s, enum role role, enum member_status status);

// SPDX-License-Identifier: Apache-2.0
// Members of acme who ask for something (POLICY K10): a guest and an admin.
#pragma once
#include "change/request.h"
#include "fixture.h"
#include "store/audit.h"
#include "store/requests.h"

#define GUEST "guest@nowhere.example"
#define ADMIN "admin@nowhere.example"

// Of the changes that the tests make.
extern struct request_asked asked;
extern struct request_answered answered;

void request_set_up(void);

// WHO asks, for themselves. ask_role(): to be an admin of acme for two hours; ask_access(): to have access for as long.
enum status ask_of(const char *org, const char *who, enum role role, int64_t for_s);
enum status ask_role(const char *who);
enum status ask_access(const char *who);

// Names what WHO has asked for, as somebody does who has just seen the list. Static.
const struct request_answer *about(const char *who);

// How many requests are open in an org, or with 0 in all of them.
size_t open_requests(int64_t org_id, int64_t now_s);

// As if it had been asked so many seconds earlier.
void age_request(const char *login, int64_t seconds);

// The membership in acme. end_member(): as if its time had come.
struct membership stored_member(const char *login);
void keep_member(const struct membership *membership);
void end_member(const char *login);

struct audit_event last_event(void);

// What is written in between goes by commit_txn().
struct store_txn *write_txn(void);
void commit_txn(struct store_txn *txn);

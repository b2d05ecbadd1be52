// SPDX-License-Identifier: Apache-2.0
// The rows that the hosts of a fleet share, as they travel: the record as the store has it, and what it is of.
#pragma once
#include "store/carried.h"
#include "store/entities.h"
#include "store/row_log.h"
#include "store/store.h"

// In the order in which they can be stored; they go in the other one.
enum fleet_kind {
  FLEET_ORG,
  FLEET_ACCOUNT,
  FLEET_MEMBERSHIP,
  FLEET_DOMAIN,
  FLEET_PROOF, // of a domain
  FLEET_REGISTRATION,
  FLEET_CONNECTION,
  FLEET_INVITE,
  FLEET_GROUP,
  FLEET_MAPPING,
  FLEET_PENDING,
  FLEET_LINKED, // the identity of an account, which its key is in digits
  FLEET_KIND_COUNT
};

enum { FLEET_KEY_SIZE = 512 };

struct fleet_row {
  enum fleet_kind kind;
  int64_t org_id;           // 0 of an account
  int64_t account_id;       // of an account or a membership
  char key[FLEET_KEY_SIZE]; // of all others but orgs: domain, address, name, or a number or an id in digits
  bool gone;
  bool is_new;   // nothing was there before
  size_t order;  // in which it was added
  bool is_own;   // about this host's own: it is of no fleet
  bool is_claim; // somebody whom a host has signed in for the first time: of them an engine knows no more
  struct bytes
      record; // as it is in the store; as it was of one that is gone, an account's saying whether it was retired
  struct bytes before; // as it was; "" of one that is new or gone, unless a sign-in makes it: as the fleet gives it
  struct bytes here;   // of one that is told: as this host has it, where that is otherwise; empty: the same
};

struct fleet_rows {
  struct fleet_row *list;
  size_t count;
  size_t capacity;
  struct fleet_row *own; // of the same tables, but about this host's own: nobody is told of them
  size_t own_count;
  size_t own_capacity;
  struct carried_rows carried; // of other tables
  struct audit_event *events;  // of the change that made them
  size_t event_count;
  size_t event_capacity;
  int64_t writes; // of struct fleet_state, when they were read
};

// "org", "account": as the engine calls them. *RET_KIND of the name; false for none.
const char *fleet_kind_name(enum fleet_kind kind);
bool fleet_kind_of(const char *name, enum fleet_kind *ret_kind);

// Adds a copy of ROW without its record, which is empty in *RET_ROW, to be filled; valid until the next one.
// STATUS_NO_MEMORY.
MUST_CHECK enum status fleet_rows_add(struct fleet_rows *rows, const struct fleet_row *row, struct fleet_row **ret_row);
void fleet_rows_done(struct fleet_rows *rows);

// Of what was added more than once only the last is left.
void fleet_rows_keep_last(struct fleet_rows *rows);

// In the order in which they can be applied: what goes before what comes.
void fleet_rows_sort(struct fleet_rows *rows);

// What TXN has changed since row_log_begin() of what is the fleet's, and with it of this host's own. STATUS_REFUSED,
// ERROR says why: it puts something of this host's own into an org of the fleet. Errors as store_get().
MUST_CHECK enum status fleet_rows_collect(struct store_txn *txn, struct fleet_rows *ret_rows, struct error *error);

// What an account or a membership is that is only known by a claim: packed as the store has it. Errors as
// record_encode().
MUST_CHECK enum status fleet_row_pack(struct fleet_row *row, const struct record_type *type, const void *value);

// SPDX-License-Identifier: Apache-2.0
// The fleet that this host is in: what it joined with, how far it has come, what could not be taken over. All of it is
// this host's own. Writing needs a write transaction. Every function may fail as store_get() and store_put() do.
#pragma once
#include "base/id_list.h"
#include "store/entities.h"
#include "store/store.h"

enum {
  FLEET_MEMBER_SIZE = 64,
  FLEET_HOSTS_SIZE = 1024,
  FLEET_NAME_SIZE = 64,
  FLEET_TOKEN_SIZE = 37,
  FLEET_RECORDS = 1 // the version of the records in rows that this program writes and reads
};

// What a bundle brings (ssoctl fleet join).
struct fleet_join {
  char host[FLEET_MEMBER_SIZE];   // as the fleet calls this one
  char engines[FLEET_HOSTS_SIZE]; // "db1.example:5432,db2.example:5432"
  char database[FLEET_NAME_SIZE];
  char login[FLEET_NAME_SIZE];
  struct bytes password;
  struct bytes ca_pem;           // empty: the system's certificates
  uint8_t admin;                 // changes of what hosts share may be made here
  char admins[FLEET_HOSTS_SIZE]; // of any other host: where they may be, for people
  int64_t joined_at_s;
};

// Where the fleet was when all of it that this host serves had been taken over, and the last contact.
struct fleet_state {
  int64_t revision;
  char token[FLEET_TOKEN_SIZE]; // of that revision; "" before the first
  int64_t caught_up_at_s;
  int64_t contacts;             // the number of the last one
  char nonce[FLEET_TOKEN_SIZE]; // that it was said with
  int64_t contact_at_s;         // when it was answered; 0: not yet
  char stopped[REASON_SIZE];    // why nothing is taken over any more; "" where it is
  int64_t writes;               // how often rows of the fleet have been stored here
};

// The same of one org; TOKEN "" before it was taken over for the first time.
struct fleet_cursor {
  int64_t revision;
  char token[FLEET_TOKEN_SIZE];
};

extern const struct record_type FLEET_JOIN_RECORD;
extern const struct record_type FLEET_STATE_RECORD;
extern const struct record_type FLEET_CURSOR_RECORD;

// STATUS_NOT_FOUND: this host is in no fleet. cleanup_fleet_join().
MUST_CHECK enum status fleet_join_get(struct store_txn *txn, struct fleet_join *ret_join);
MUST_CHECK enum status fleet_join_put(struct store_txn *txn, const struct fleet_join *join);
void cleanup_fleet_join(struct fleet_join *join);

// Whether this host is in a fleet, and may change what hosts share.
MUST_CHECK enum status fleet_role(struct store_txn *txn, bool *ret_member, bool *ret_admin);

// All zero where nothing is kept.
MUST_CHECK enum status fleet_state_get(struct store_txn *txn, struct fleet_state *ret_state);
MUST_CHECK enum status fleet_state_put(struct store_txn *txn, const struct fleet_state *state);
MUST_CHECK enum status fleet_cursor_get(struct store_txn *txn, int64_t org_id, struct fleet_cursor *ret_cursor);
MUST_CHECK enum status fleet_cursor_put(struct store_txn *txn, int64_t org_id, const struct fleet_cursor *cursor);
MUST_CHECK enum status fleet_cursor_drop(struct store_txn *txn, int64_t org_id);

// Whether the org is being taken over for the first time: it has a cursor with no token, and nobody gets in by it.
MUST_CHECK enum status fleet_org_is_closed(struct store_txn *txn, int64_t org_id, bool *ret_closed);

// Adds each org of the fleet that is served here to ORGS, and each that is closed.
MUST_CHECK enum status fleet_org_list(struct store_txn *txn, struct id_list *orgs);

// Forgets all of it.
MUST_CHECK enum status fleet_forget(struct store_txn *txn);

// Something of the fleet that clashes with what is this host's own, and is not here for that.
struct fleet_clash {
  char what[REASON_SIZE]; // and with what
  int64_t at_s;           // when it was last so
};
extern const struct record_type FLEET_CLASH_RECORD;
MUST_CHECK enum status fleet_clash_put(struct store_txn *txn, const char *kind, int64_t id, const char *key,
                                       const struct fleet_clash *clash);
MUST_CHECK enum status fleet_clash_drop(struct store_txn *txn, const char *kind, int64_t id, const char *key);
typedef enum status fleet_clash_visit(void *context, const struct fleet_clash *clash);
MUST_CHECK enum status fleet_clash_each(struct store_txn *txn, fleet_clash_visit *visit, void *context);
// When the one that was not seen again for longest was last so; INT64_MAX: there is none.
MUST_CHECK enum status fleet_clash_oldest(struct store_txn *txn, int64_t *ret_at_s);
MUST_CHECK enum status fleet_clash_count(struct store_txn *txn, size_t *ret_count);

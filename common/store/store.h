// SPDX-License-Identifier: Apache-2.0
// The embedded store: one LMDB environment in one directory. store.c, store_copy.c, store_open.c,
// store_tables.c and store_lock.c are the only code that knows LMDB.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/record.h"
#include "base/siphash.h"
#include "base/status.h"

enum {
  STORE_SCHEMA = 5,
  STORE_KEY_MAX = 511,
  STORE_LOCK_WAIT_MS = 10000,
  STORE_RESERVE_BYTES = 1 << 20,
  STORE_READERS_MAX = 2048, // processes that have the store open at the same moment
};
enum { LOGGED_MAX = 1024, LOGGED_NAME_SIZE = 256 };

enum store_table {
  TABLE_META,
  TABLE_ACCOUNTS,           // id -> account
  TABLE_ACCOUNT_LOGINS,     // login -> id
  TABLE_ACCOUNT_EMAILS,     // primary email -> id
  TABLE_NUMBERS,            // uid or gid -> what it is given to
  TABLE_ORGS,               // id -> org
  TABLE_ORG_SLUGS,          // slug -> id
  TABLE_DOMAINS,            // org id, domain -> claim
  TABLE_DOMAIN_OWNERS,      // domain -> org id, verified claims only
  TABLE_CONNECTIONS,        // org id, slot -> connection
  TABLE_REGISTRATIONS,      // org id, number -> issuer and client id
  TABLE_IDENTITIES,         // org id, registration, subject -> identity
  TABLE_ACCOUNT_IDENTITIES, // account id, org id, registration -> subject
  TABLE_MEMBERSHIPS,        // account id, org id -> membership
  TABLE_ORG_MEMBERS,        // org id, account id -> nothing
  TABLE_INVITES,            // org id, email -> invite
  TABLE_INVITE_EMAILS,      // email, org id -> nothing
  TABLE_TICKETS,            // ticket id -> ticket
  TABLE_AUDIT,              // sequence -> event
  TABLE_TOMBSTONES,         // login or email of a removed account, or org id, account id of a removed member -> when
  TABLE_THROTTLES,          // kind, subject -> throttle
  TABLE_REFUSALS,           // day, reason -> how many refusals before anybody had proven to be anybody
  TABLE_PENDING_LINKS,      // org id, email at its provider -> pending link
  TABLE_ACCOUNT_PENDING,    // account id, org id -> email at its provider
  TABLE_RECOVERY,           // account id, how a code begins -> recovery code
  TABLE_ORG_GROUPS,         // org id, name -> Unix group of the org
  TABLE_GROUP_MAPPINGS,     // org id, provider's group -> mapping
  TABLE_GIVEN_GROUPS,       // account id, org id -> mappings that the person got
  TABLE_GROUP_MEMBERS,      // gid, account id -> nothing
  TABLE_DOMAIN_PROOFS,      // domain -> its last proof
  TABLE_CONFIRMED,          // org id, slot -> what an operator saw of the org
  TABLE_ALLOWED_DOMAINS,    // domain, org id -> nothing
  TABLE_SOCIALS,            // name -> social connection of the host
  TABLE_MAIL,               // "server" -> mail server of the host
  TABLE_REFRESH,            // org id, account id -> refresh token of the person's last sign-in there
  TABLE_ACCESS,             // what it is of, number -> what was so until it ended (store/access_history.h)
  TABLE_REQUESTS,           // org id, account id -> request for a role or for access
  TABLE_ACCOUNTS_HERE,      // account id -> what this host alone knows of the account (store/here.h)
  TABLE_MEMBERSHIPS_HERE,   // account id, org id -> likewise of the membership
  TABLE_CONNECTIONS_HERE,   // org id -> likewise of the connection in effect
  TABLE_DOMAINS_HERE,       // org id, domain -> likewise of the claim
  TABLE_FLEET,              // of the fleet that this host is in (store/fleet.h)
  TABLE_LINKED,             // org id, account id -> identity that an admin of the fleet has said (store/linked.h)
  TABLE_COUNT
};

// That every store of the schema before has, first in the list: of the others those are added that are missing.
enum { STORE_TABLES_BEFORE = TABLE_DOMAIN_PROOFS };

// A key is built from its parts in order; numbers are big-endian so that keys sort by them. A key that grows over
// STORE_KEY_MAX bytes is marked bad and every use of it fails with STATUS_INVALID.
struct store_key {
  unsigned char data[STORE_KEY_MAX];
  size_t length;
  bool bad;
};

struct store_key key_new(void);
void key_add_i64(struct store_key *key, int64_t value);
void key_add_u32(struct store_key *key, uint32_t value);
void key_add_text(struct store_key *key, const char *text);

// The number that key_add_i64() put at AT, 8 bytes of a stored key.
int64_t key_take_i64(const unsigned char *at);

struct store_key key_of_i64(int64_t value);
struct store_key key_of_two_i64(int64_t first, int64_t second);
struct store_key key_of_text(const char *text);

struct store;
struct store_txn;

// STORE_READ_WRITE on a file system that is read-only opens to be read: store_lock() refuses then.
enum store_mode { STORE_READ_ONLY, STORE_READ_WRITE, STORE_CREATE };

// Opens the store in directory DIR: a directory of root (or the effective user) with mode 0700. STORE_CREATE makes
// both. The caller closes *RET_STORE before it forks, and has one store open at a time. STATUS_NOT_FOUND,
// STATUS_PERMISSION, STATUS_VERSION, STATUS_CORRUPT, STATUS_IO, STATUS_NO_MEMORY, STATUS_EXISTS (STORE_CREATE where
// there is one), STATUS_BUSY (others have been opening it for STORE_LOCK_WAIT_MS); ERROR says what failed.
MUST_CHECK enum status store_open(const char *dir, enum store_mode mode, struct error *error, struct store **ret_store);
void store_close(struct store **store);

// Takes the one lock that writers hold around a change and its publishing; meanwhile this process is not stopped from
// its terminal. Whoever holds it for too long is killed if somebody else could stop it (process/hold.h); what it had
// begun is undone, and a map that it left dirty is made anew by the next. STATUS_BUSY after STORE_LOCK_WAIT_MS,
// STATUS_IO, STATUS_READ_ONLY: the file system takes no writes.
// Released by store_unlock() and by store_close().
MUST_CHECK enum status store_lock(struct store *store);
void store_unlock(struct store *store);

// For one who has just unlocked it and will lock it again: whoever waits for the lock has it first.
void store_give_way(struct store *store);

// While the lock is held this process goes before others, where the system permits it: with hundreds of sign-ins at
// once whoever holds it would wait for the processor behind all who wait for the lock. For what takes milliseconds.
void store_hurry(struct store *store);

// Not any more: what comes now may take longer, and those who wait are told so.
void store_calm(struct store_txn *txn);

// One transaction at a time per store. A write transaction needs the lock. STATUS_IO, STATUS_NO_MEMORY, STATUS_BUSY.
MUST_CHECK enum status store_begin(struct store *store, bool write, struct store_txn **ret_txn);

// Commits durably and ends the transaction, also on failure. STATUS_IO, STATUS_FULL as store_put().
MUST_CHECK enum status store_commit(struct store_txn **txn);

// Ends without a trace. *TXN may be NULL.
void store_abort(struct store_txn **txn);

// Makes the map large enough for LENGTH bytes beside what is there, before a transaction that will store so much; none
// may be open. STATUS_IO.
MUST_CHECK enum status store_make_room(struct store *store, size_t length);

// The moment of what TXN changes, in seconds since 1970: as it was set, else by the clock.
void store_set_moment(struct store_txn *txn, int64_t at_s);
int64_t store_moment(const struct store_txn *txn);

// How often TXN has put, replaced or deleted something.
uint64_t store_writes(const struct store_txn *txn);

// Doubles the map after STATUS_FULL; no transaction may be open. STATUS_IO.
MUST_CHECK enum status store_grow(struct store *store);

// Puts, replaces, deletes, reads one value. store_get() appends the value to OUT. STATUS_NOT_FOUND; STATUS_FULL when
// the map is full (abort, store_grow(), begin again); STATUS_INVALID for a bad key; STATUS_CORRUPT; STATUS_IO.
MUST_CHECK enum status store_put(struct store_txn *txn, enum store_table table, const struct store_key *key,
                                 const void *data, size_t length);
MUST_CHECK enum status store_delete(struct store_txn *txn, enum store_table table, const struct store_key *key);
MUST_CHECK enum status store_get(struct store_txn *txn, enum store_table table, const struct store_key *key,
                                 struct bytes *out);

// The same for a struct that a record table describes. *RET_VALUE must be zero or done.
MUST_CHECK enum status store_put_record(struct store_txn *txn, enum store_table table, const struct store_key *key,
                                        const struct record_type *type, const void *value);
MUST_CHECK enum status store_get_record(struct store_txn *txn, enum store_table table, const struct store_key *key,
                                        const struct record_type *type, void *ret_value);

// The same for one i64, as indexes and counters use it.
MUST_CHECK enum status store_put_i64(struct store_txn *txn, enum store_table table, const struct store_key *key,
                                     int64_t value);
MUST_CHECK enum status store_get_i64(struct store_txn *txn, enum store_table table, const struct store_key *key,
                                     int64_t *ret_value);

// What store_each() calls with each entry; data is borrowed and valid until the next write. Another status than
// STATUS_OK ends the walk and is returned.
struct store_entry {
  const unsigned char *key;
  size_t key_length;
  const void *data;
  size_t length;
};
typedef enum status store_visit(void *context, const struct store_entry *entry);

// Visits the entries whose key begins with PREFIX (an empty one: all), in key order.
MUST_CHECK enum status store_each(struct store_txn *txn, enum store_table table, const struct store_key *prefix,
                                  store_visit *visit, void *context);

// Visits the entries whose key is FIRST or sorts behind it, in key order.
MUST_CHECK enum status store_each_from(struct store_txn *txn, enum store_table table, const struct store_key *first,
                                       store_visit *visit, void *context);

// The same, entry by entry: store_walk_next() gives them in key order and STATUS_NOT_FOUND behind the last. *RET_WALK
// is ended by store_walk_end() before the transaction is; *WALK may be NULL.
struct store_walk;
MUST_CHECK enum status store_walk_begin(struct store_txn *txn, enum store_table table, const struct store_key *first,
                                        struct store_walk **ret_walk);
MUST_CHECK enum status store_walk_next(struct store_walk *walk, struct store_entry *ret_entry);
void store_walk_end(struct store_walk **walk);

// The last key of TABLE, whose keys are one i64 each. STATUS_NOT_FOUND where it is empty.
MUST_CHECK enum status store_last_number(struct store_txn *txn, enum store_table table, int64_t *ret_number);

// The number of entries in TABLE.
MUST_CHECK enum status store_count(struct store_txn *txn, enum store_table table, uint64_t *ret_count);

// How many slots for readers are in use (those given back among them, as long as anybody has the store open) and there
// are. STATUS_IO.
MUST_CHECK enum status store_readers(struct store *store, uint32_t *ret_used, uint32_t *ret_slots);

// Ids from STORE_ID_FLEET on, below STORE_ID_END, are given by a fleet's engine, those below it by this store itself:
// so neither ever gives one that the other has given or will give. JSON holds both as numbers, and the keys of both
// begin with a byte of zeros, by which they are told from names.
#define STORE_ID_FLEET (INT64_C(1) << 48)
#define STORE_ID_END (INT64_C(1) << 53)

// A new id of this store's own, never given before. Needs a write transaction. STATUS_TOO_LARGE: all have been given.
MUST_CHECK enum status store_next_id(struct store_txn *txn, int64_t *ret_id);

// Whether KEY, of TABLE_META, is of the last id that was given. No id up to LAST is given from now on.
bool store_is_last_id(const struct store_key *key);
MUST_CHECK enum status store_skip_ids(struct store_txn *txn, int64_t last);

// A new id for something that hosts share, if IN_FLEET: random, above those that an engine counts up to by itself, so
// that neither gives one that the other has; whoever has it already is found by the engine. Else store_next_id().
// Errors as that; STATUS_IO.
#define STORE_ID_RANDOM (INT64_C(1) << 52)
MUST_CHECK enum status store_new_id(struct store_txn *txn, bool in_fleet, int64_t *ret_id);

// Whether something may be stored under ID: this store has given it, or a fleet's engine. STATUS_INVALID: neither.
MUST_CHECK enum status store_check_id(struct store_txn *txn, int64_t id);

// The seed of this site, set once by store_set_seed().
MUST_CHECK enum status store_seed(struct store_txn *txn, unsigned char ret_seed[static SIPHASH_SEED_SIZE]);
MUST_CHECK enum status store_set_seed(struct store_txn *txn, const unsigned char seed[static SIPHASH_SEED_SIZE]);

// What tells this store from any other, whose events may happen to be the same: drawn when it is made. STATUS_NOT_FOUND
// in a store of before.
enum { STORE_OWN_ID_SIZE = 16 };
MUST_CHECK enum status store_own_id(struct store_txn *txn, unsigned char ret_identity[static STORE_OWN_ID_SIZE]);
MUST_CHECK enum status store_set_own_id(struct store_txn *txn, const unsigned char identity[static STORE_OWN_ID_SIZE]);

// The serial of the last change that the published map must show.
MUST_CHECK enum status store_map_serial(struct store_txn *txn, int64_t *ret_serial);
MUST_CHECK enum status store_raise_map_serial(struct store_txn *txn);

// What a write transaction has changed of what the published map shows, noted by the functions that store it.
enum logged_kind {
  LOGGED_ACCOUNT,    // itself
  LOGGED_MEMBER,     // its memberships
  LOGGED_ORG,        // the org itself
  LOGGED_CONNECTION, // the org's connection
  LOGGED_DOMAIN,
  LOGGED_NUMBER,
  LOGGED_INVITE, // those for an email
  LOGGED_ALL,    // names that are not known any more: the whole map is made anew
  LOGGED_GROUP,  // a Unix group of an org beside its two: the number, and what it was called
};

struct logged_change {
  enum logged_kind kind;
  int64_t id;                  // of the account or org
  uint32_t number;             // the number; the account's uid
  char name[LOGGED_NAME_SIZE]; // the domain, the email, the whole name of the group
};

// Notes it once. STATUS_NO_MEMORY, STATUS_INVALID.
MUST_CHECK enum status store_log_change(struct store_txn *txn, const struct logged_change *logged);

// The same for DOMAIN: its people may get something else now. STATUS_TOO_LARGE too.
MUST_CHECK enum status store_log_domain(struct store_txn *txn, const char *domain);

// The same for the whole map.
MUST_CHECK enum status store_log_all(struct store_txn *txn);

// The notes of TXN, valid until the next one. False if there were more than LOGGED_MAX.
bool store_change_log(const struct store_txn *txn, const struct logged_change **ret_list, size_t *ret_count);

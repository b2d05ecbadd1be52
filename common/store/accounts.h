// SPDX-License-Identifier: Apache-2.0
// Accounts, their identities and memberships in the store, with their indexes. Writing needs a write transaction.
// Every function may fail as store_get() and store_put() do.
#pragma once
#include "store/entities.h"
#include "store/store.h"

MUST_CHECK enum status account_get(struct store_txn *txn, int64_t id, struct account *ret_account);
MUST_CHECK enum status account_by_login(struct store_txn *txn, const char *login, struct account *ret_account);
MUST_CHECK enum status account_by_email(struct store_txn *txn, const char *email, struct account *ret_account);

// The account that has UID. STATUS_NOT_FOUND also if a group has it, or it was given back.
MUST_CHECK enum status account_by_uid(struct store_txn *txn, uint32_t uid, struct account *ret_account);

// The account that an admin names: by its email, its login or its number, in digits. Whoever lets people name accounts,
// and whoever decides about one that was named, goes by this.
MUST_CHECK enum status account_by_name(struct store_txn *txn, const char *name, struct account *ret_account);

// The account whose home directory this is. STATUS_NOT_FOUND. Errors as store_get().
MUST_CHECK enum status account_by_home(struct store_txn *txn, const char *home, struct account *ret_account);

// Calls VISIT with each account, in the order they were made; another status than STATUS_OK ends the walk.
typedef enum status account_visit(void *context, const struct account *account);
MUST_CHECK enum status account_each(struct store_txn *txn, account_visit *visit, void *context);

// Stores a new account, its id given by store_next_id() or by a fleet's engine, and its indexes. STATUS_EXISTS if the
// id, the login, the email or the number is taken already, STATUS_INVALID as store_check_id(): nothing but the
// transaction's end may follow then.
MUST_CHECK enum status account_add(struct store_txn *txn, const struct account *account);

// Replaces a stored account whose login, email and uid stay as they are; STATUS_INVALID otherwise. Another password is
// one that nobody has tried here (store/here.h).
MUST_CHECK enum status account_update(struct store_txn *txn, const struct account *account);

// Gives a stored account another login, in ACCOUNT too, and leaves a tombstone for the old one, whose home it keeps.
// STATUS_EXISTS if it is taken.
MUST_CHECK enum status account_rename(struct store_txn *txn, struct account *account, const char *login, int64_t now_s);

// Forgets a stored account, whose identities and memberships are gone, and leaves tombstones for its number (unless
// mapped), login and email.
MUST_CHECK enum status account_remove(struct store_txn *txn, const struct account *account, int64_t now_s);

// Leaves the tombstones of login and email of an account that is forgotten.
MUST_CHECK enum status account_bury(struct store_txn *txn, const struct account *account, int64_t now_s);

// The same without tombstones of login and email: somebody new may get them (POLICY S14).
MUST_CHECK enum status account_retire(struct store_txn *txn, const struct account *account);

// Whether an account with this login or email was removed, or an org gave this slug up: they share one space of names.
// The tombstone goes when an account is added under the name
// again.
MUST_CHECK enum status account_was_removed(struct store_txn *txn, const char *login, bool *ret_removed);

// The identity (org's connection, registration, subject), compared byte for byte.
MUST_CHECK enum status identity_get(struct store_txn *txn, const struct connection *connection, const char *subject,
                                    struct identity *ret_identity);
// The identity that the account has under the connection's present issuer and client id.
MUST_CHECK enum status identity_of_account(struct store_txn *txn, int64_t account_id,
                                           const struct connection *connection, struct identity *ret_identity);
MUST_CHECK enum status identity_put(struct store_txn *txn, const struct identity *identity);

// Whether anybody has an identity at the issuer and client of CONNECTION.
MUST_CHECK enum status identity_any(struct store_txn *txn, const struct connection *connection, bool *ret_any);

// Forgets every identity of the account. STATUS_OK where there is none.
MUST_CHECK enum status identity_drop_all(struct store_txn *txn, int64_t account_id);

// Forgets the account's identities at all connections but those of the org.
MUST_CHECK enum status identity_drop_others(struct store_txn *txn, int64_t account_id, int64_t org_id);

// Forgets those of the account in one org, under earlier issuers and clients too. *RET_ANY: whether there were any.
MUST_CHECK enum status identity_drop_org(struct store_txn *txn, int64_t account_id, int64_t org_id, bool *ret_any);

// Visits the identities of the account, under earlier issuers and clients too.
typedef enum status identity_visit(void *context, const struct identity *identity);
MUST_CHECK enum status identity_each_of(struct store_txn *txn, int64_t account_id, identity_visit *visit,
                                        void *context);

MUST_CHECK enum status membership_get(struct store_txn *txn, int64_t account_id, int64_t org_id,
                                      struct membership *ret_membership);
// What its role is apart from what groups of the provider give, and from what ends by itself.
enum role membership_own_role(const struct membership *membership);

// No group gives it any more; storing it is the caller's.
void membership_take_role(struct membership *membership);

// STATUS_TOO_LARGE for one more than MEMBERSHIPS_MAX. With a membership that ends, or is suspended, go the groups that
// the org's provider gave (store/groups.h), and the role.
MUST_CHECK enum status membership_put(struct store_txn *txn, const struct membership *membership);
MUST_CHECK enum status membership_remove(struct store_txn *txn, int64_t account_id, int64_t org_id);

// How many members the org has.
MUST_CHECK enum status membership_count(struct store_txn *txn, int64_t org_id, int64_t *ret_count);

// Forgets it, with the org.
MUST_CHECK enum status membership_count_drop(struct store_txn *txn, int64_t org_id);

enum { MEMBERSHIPS_MAX = 32 };

struct memberships {
  size_t count;
  struct membership list[MEMBERSHIPS_MAX];
};

// All memberships of the account. STATUS_TOO_LARGE if there are more than MEMBERSHIPS_MAX.
MUST_CHECK enum status memberships_of(struct store_txn *txn, int64_t account_id, struct memberships *ret_memberships);

// Remembers that the account was removed from the org by hand: whoever comes back by themselves is a viewer there,
// whatever the default (POLICY E6). Errors as store_put().
MUST_CHECK enum status membership_remember_removed(struct store_txn *txn, int64_t account_id, int64_t org_id,
                                                   int64_t now_s);

// Whether it was. Errors as store_get().
MUST_CHECK enum status membership_was_removed(struct store_txn *txn, int64_t account_id, int64_t org_id,
                                              bool *ret_removed);

// Calls VISIT with each membership of the org, in the order they joined; another status than STATUS_OK ends the walk.
typedef enum status membership_visit(void *context, const struct membership *membership);
MUST_CHECK enum status membership_each(struct store_txn *txn, int64_t org_id, membership_visit *visit, void *context);

// One-time tickets. ticket_take() reads and removes; STATUS_NOT_FOUND also for one that has expired at NOW_S.
MUST_CHECK enum status ticket_put(struct store_txn *txn, const struct ticket *ticket);
MUST_CHECK enum status ticket_get(struct store_txn *txn, const char *id, int64_t now_s, struct ticket *ret_ticket);
MUST_CHECK enum status ticket_remove(struct store_txn *txn, const char *id);
// Removes all that have expired at NOW_S.
MUST_CHECK enum status ticket_sweep(struct store_txn *txn, int64_t now_s);

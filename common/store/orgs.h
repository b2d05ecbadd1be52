// SPDX-License-Identifier: Apache-2.0
// Orgs, their domains, connections and invites in the store, with their indexes. Writing needs a write transaction.
// Every function may fail as store_get() and store_put() do.
#pragma once
#include "store/entities.h"
#include "store/store.h"

MUST_CHECK enum status org_get(struct store_txn *txn, int64_t id, struct org *ret_org);
MUST_CHECK enum status org_by_slug(struct store_txn *txn, const char *slug, struct org *ret_org);

// Stores a new org, its id given by store_next_id() or by a fleet's engine, and takes its numbers. STATUS_EXISTS if id,
// slug or number is taken, STATUS_INVALID as store_check_id().
MUST_CHECK enum status org_add(struct store_txn *txn, const struct org *org);

// Replaces a stored org whose slug and numbers stay; STATUS_INVALID otherwise.
MUST_CHECK enum status org_update(struct store_txn *txn, const struct org *org);

// Gives a stored org another slug, in ORG too; its numbers stay. STATUS_EXISTS if another org has it.
MUST_CHECK enum status org_rename(struct store_txn *txn, struct org *org, const char *slug);

// Forgets a stored org with its memberships, invites, domains, connections and identities; its numbers are not given
// again (POLICY D2). The accounts stay.
MUST_CHECK enum status org_remove(struct store_txn *txn, const struct org *org);

// Forgets the connections under ID, an org's or a social connection's, with their registrations and identities.
MUST_CHECK enum status connections_forget(struct store_txn *txn, int64_t id);

// The last time that somebody has looked through who is in the org. STATUS_NOT_FOUND: nobody has.
MUST_CHECK enum status org_review_get(struct store_txn *txn, int64_t id, struct org_review *ret_review);
MUST_CHECK enum status org_review_put(struct store_txn *txn, int64_t id, const struct org_review *review);
MUST_CHECK enum status org_review_drop(struct store_txn *txn, int64_t id);

typedef enum status org_visit(void *context, const struct org *org);
MUST_CHECK enum status org_each(struct store_txn *txn, org_visit *visit, void *context);

MUST_CHECK enum status domain_get(struct store_txn *txn, int64_t org_id, const char *domain, struct domain *ret_domain);
MUST_CHECK enum status domain_put(struct store_txn *txn, const struct domain *domain);
MUST_CHECK enum status domain_remove(struct store_txn *txn, int64_t org_id, const char *domain);

// The org that has verified DOMAIN, exact labels only (HOLES H24). STATUS_NOT_FOUND.
MUST_CHECK enum status domain_owner(struct store_txn *txn, const char *domain, int64_t *ret_org_id);

// The number of the present proof of a verified DOMAIN (POLICY "present proof"), PROOF_BEFORE for one from before they
// were numbered. STATUS_NOT_FOUND where no org has verified it.
MUST_CHECK enum status domain_proof_now(struct store_txn *txn, const char *domain, int64_t *ret_number);

// For whoever takes a verified domain from ORG_ID: its proof is remembered.
MUST_CHECK enum status domain_remember_proof(struct store_txn *txn, int64_t org_id, const char *domain);

// DOMAIN was last proven so, as another host of the fleet says.
MUST_CHECK enum status domain_put_proof(struct store_txn *txn, const char *domain, const struct domain_proof *proof);

// Rule E7: verified by DNS, and the record was not there at a look-up nor at any later one for DOMAIN_GRACE_S, the last
// of them included. Where nobody looks, nothing lapses.
bool domain_is_lapsed(const struct domain *domain);

// The claims of one org, or of all for ORG_ID 0.
typedef enum status domain_visit(void *context, const struct domain *domain);
MUST_CHECK enum status domain_each(struct store_txn *txn, int64_t org_id, domain_visit *visit, void *context);

// How many domains the org has verified.
MUST_CHECK enum status domain_count_verified(struct store_txn *txn, int64_t org_id, size_t *ret_count);

// The key of one in TABLE_CONNECTIONS, and of what an operator saw of it in TABLE_CONFIRMED.
struct store_key connection_key(int64_t org_id, enum connection_slot slot);

// Connections own secrets: record_done(&CONNECTION_RECORD, ...).
MUST_CHECK enum status connection_get(struct store_txn *txn, int64_t org_id, enum connection_slot slot,
                                      struct connection *ret_connection);
// Stores it and sets connection->registration: the number its issuer and client id had before, or a new one.
MUST_CHECK enum status connection_put(struct store_txn *txn, enum connection_slot slot, struct connection *connection);

// An issuer and client id of the org under a number that another host of the fleet has given them.
MUST_CHECK enum status registration_put(struct store_txn *txn, int64_t org_id, const struct registration *registration);
MUST_CHECK enum status connection_remove(struct store_txn *txn, int64_t org_id, enum connection_slot slot);

// Whether two connections have the same issuer and client id; the same of what says who the provider is besides (CA,
// key set, device endpoint); the same of these, of the secret or key with its way of authentication, and of whatever
// else a sign-in may fail by.
bool connection_same_client(const struct connection *a, const struct connection *b);
bool connection_same_voucher(const struct connection *a, const struct connection *b);
bool connection_is_same(const struct connection *a, const struct connection *b);

MUST_CHECK enum status invite_get(struct store_txn *txn, int64_t org_id, const char *email, struct invite *ret_invite);
MUST_CHECK enum status invite_put(struct store_txn *txn, const struct invite *invite);
MUST_CHECK enum status invite_remove(struct store_txn *txn, int64_t org_id, const char *email);
typedef enum status invite_visit(void *context, const struct invite *invite);
// Those of all orgs for EMAIL, in the order of the orgs.
MUST_CHECK enum status invite_each_of(struct store_txn *txn, const char *email, invite_visit *visit, void *context);
// All, those for one email one after the other.
MUST_CHECK enum status invite_each_by_email(struct store_txn *txn, invite_visit *visit, void *context);
MUST_CHECK enum status invite_each(struct store_txn *txn, int64_t org_id, invite_visit *visit, void *context);

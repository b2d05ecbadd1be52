// SPDX-License-Identifier: Apache-2.0
// The domains whose people may join an org by themselves (POLICY "allowed-domains", V7): a list in the org's record,
// its words separated by single spaces, and an index from the domain to the orgs that list it.
#pragma once
#include <stdbool.h>

#include "store/entities.h"
#include "store/store.h"

// Whether ORG takes people by its list at all: under sso-only only its own provider lets in (POLICY K8).
bool allowed_joins(const struct org *org);

// Brings the index from the list BEFORE to the list AFTER, both legal. Needs a write transaction. Errors as
// store_put().
MUST_CHECK enum status allowed_replace(struct store_txn *txn, int64_t org_id, const char *before, const char *after);

// Notes that the people of each domain of LIST may get something else by joining now. Errors as store_log_change().
MUST_CHECK enum status allowed_note(struct store_txn *txn, const char *list);

// The orgs that list DOMAIN, whether or not that has an effect (POLICY V7). Errors as store_get(), and what VISIT
// returns.
typedef enum status allowed_visit(void *context, int64_t org_id);
MUST_CHECK enum status allowed_each(struct store_txn *txn, const char *domain, allowed_visit *visit, void *context);

// Whether any org that takes people by its list lists DOMAIN.
MUST_CHECK enum status allowed_any(struct store_txn *txn, const char *domain, bool *ret_any);

// Each domain that any org lists, once.
typedef enum status allowed_domain_visit(void *context, const char *domain);
MUST_CHECK enum status allowed_each_domain(struct store_txn *txn, allowed_domain_visit *visit, void *context);

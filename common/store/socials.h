// SPDX-License-Identifier: Apache-2.0
// Social connections: clients that the host has with providers whose accounts belong to nobody here (POLICY V1). Each
// has an id of its own, from the numbers that orgs get theirs from: its connection, registrations and identities are
// kept under it as an org's are under the org's. Writing needs a write transaction. Every function may fail as
// store_get() and store_put() do.
#pragma once
#include <stdbool.h>

#include "store/entities.h"
#include "store/store.h"

// What a social CONNECTION's word for an address comes to (POLICY V1), where the provider said SAID: of people's own
// accounts Microsoft says nothing, and has verified each.
enum email_state social_email_state(const struct connection *connection, enum email_state said);

MUST_CHECK enum status social_get(struct store_txn *txn, const char *name, struct social *ret_social);
MUST_CHECK enum status social_by_id(struct store_txn *txn, int64_t id, struct social *ret_social);

// Stores SOCIAL, new or not: the map then shows who may come by it.
MUST_CHECK enum status social_put(struct store_txn *txn, const struct social *social);

// Forgets it with its connection, registrations and identities. STATUS_NOT_FOUND.
MUST_CHECK enum status social_remove(struct store_txn *txn, const char *name);

// In the order of their names.
typedef enum status social_visit(void *context, const struct social *social);
MUST_CHECK enum status social_each(struct store_txn *txn, social_visit *visit, void *context);

// Whether there is any.
MUST_CHECK enum status social_any(struct store_txn *txn, bool *ret_any);

// SPDX-License-Identifier: Apache-2.0
// The host's mail server, if there is one. Writing needs a write transaction. Every function may fail as store_get()
// and store_put() do.
#pragma once
#include <stdbool.h>

#include "store/entities.h"
#include "store/store.h"

// STATUS_NOT_FOUND if there is none; *RET_SERVER: cleanup_mail_server().
MUST_CHECK enum status mail_server_get(struct store_txn *txn, struct mail_server *ret_server);

// Stores SERVER, new or not: the map then shows who may come by a code.
MUST_CHECK enum status mail_server_put(struct store_txn *txn, const struct mail_server *server);

// STATUS_NOT_FOUND.
MUST_CHECK enum status mail_server_remove(struct store_txn *txn);

// Whether there is one.
MUST_CHECK enum status mail_server_any(struct store_txn *txn, bool *ret_any);

// Whether people whom no org governs can come to this host by themselves: by a social account or a code by email.
MUST_CHECK enum status host_has_ways(struct store_txn *txn, bool *ret_any);

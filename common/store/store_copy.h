// SPDX-License-Identifier: Apache-2.0
// The whole store at once: copied out while others write, and one table put in the place of another's.
#pragma once
#include "store/store.h"

// Writes STORE as it is at this moment, without the room that is free in it, to FD, a file. Others go on reading and
// writing meanwhile. STATUS_IO, STATUS_NO_MEMORY.
MUST_CHECK enum status store_copy(struct store *store, int fd);

// Deletes every entry of TABLE. Errors as store_delete().
MUST_CHECK enum status store_clear(struct store_txn *txn, enum store_table table);

// Adds what FROM, a transaction of another store, has in TABLE. Errors as store_put().
MUST_CHECK enum status store_take_table(struct store_txn *txn, enum store_table table, struct store_txn *from);

// SPDX-License-Identifier: Apache-2.0
// The numbers that accounts and orgs have or had (POLICY N4). One table for uids and gids: no number is given twice.
#pragma once
#include <stdint.h>

#include "store/entities.h"
#include "store/foreign.h"
#include "store/store.h"

// Gives NUMBER to what NUMBER_USE names. STATUS_EXISTS if it is or was given to anything, but for what comes here from
// a fleet in which it was given already; STATUS_INVALID if it is not legal. Errors as store_put().
MUST_CHECK enum status numbers_take(struct store_txn *txn, uint32_t number, const struct number *use);

// Takes NUMBER from what has it; nothing gets it again. Errors as store_put().
MUST_CHECK enum status numbers_retire(struct store_txn *txn, uint32_t number);

// NUMBER is taken in the fleet, by what is not here, or not any more: nothing but that gets it. ID: what, 0 where the
// fleet does not say. Errors as store_put().
MUST_CHECK enum status numbers_leave(struct store_txn *txn, uint32_t number, int64_t id);

// Whether a number that is given as BEFORE says may come here with ID, of a fleet.
bool numbers_may_come(const struct number *before, int64_t id);

// Takes NUMBER from what has it; it may be given again. Errors as store_put().
MUST_CHECK enum status numbers_release(struct store_txn *txn, uint32_t number);

// Who has it. STATUS_NOT_FOUND if nobody has and nobody had it. Errors as store_get().
MUST_CHECK enum status numbers_get(struct store_txn *txn, uint32_t number, struct number *ret_use);

// Visits all of them in order.
typedef enum status number_visit(void *context, uint32_t number, const struct number *use);
MUST_CHECK enum status numbers_each(struct store_txn *txn, number_visit *visit, void *context);

// Visits those from FIRST to LAST in order.
MUST_CHECK enum status numbers_each_in(struct store_txn *txn, uint32_t first, uint32_t last, number_visit *visit,
                                       void *context);

// Counts the numbers given in each range of SETTINGS into settings->used.
MUST_CHECK enum status numbers_count(struct store_txn *txn, struct map_settings *settings);

// The number a new account or org NAME gets, free in the store and in the host's own files and name services (FOREIGN
// as foreign_has_number() takes it). SETTINGS are the host's, counted by numbers_count(). STATUS_NOT_FOUND when every
// range is half full.
MUST_CHECK enum status numbers_choose(struct store_txn *txn, const struct foreign *foreign, const char *name,
                                      const struct map_settings *settings, uint32_t *ret_number);

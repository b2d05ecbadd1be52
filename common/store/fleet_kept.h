// SPDX-License-Identifier: Apache-2.0
// Rows of a fleet that a sign-in has changed on this host alone: the record as the fleet has it, by which a later one
// is told from it.
#pragma once
#include "store/fleet_rows.h"

// Of what ROW is of; RET_RECORD is empty. STATUS_NOT_FOUND: it is here as the fleet has it. Errors as store_get().
MUST_CHECK enum status fleet_kept_get(struct store_txn *txn, const struct fleet_row *row, struct bytes *ret_record);
MUST_CHECK enum status fleet_kept_put(struct store_txn *txn, const struct fleet_row *row, const struct bytes *record);
MUST_CHECK enum status fleet_kept_drop(struct store_txn *txn, const struct fleet_row *row);

// Of all that the org had.
MUST_CHECK enum status fleet_kept_drop_org(struct store_txn *txn, int64_t org_id);

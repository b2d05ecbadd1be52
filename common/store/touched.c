// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "base/grow.h"
#include "store/store_lmdb.h"

static bool is_same(const struct touched *a, const struct touched *b)
{
  if (a->kind != b->kind || a->id != b->id) {
    return false;
  }
  return a->id != 0 || (a->number == b->number && strcmp(a->name, b->name) == 0);
}

static bool is_noted(const struct store_txn *txn, const struct touched *touched)
{
  for (size_t i = 0; i < txn->touched_count; i++) {
    if (is_same(&txn->touched[i], touched)) {
      return true;
    }
  }
  return false;
}

enum status store_touch(struct store_txn *txn, const struct touched *touched)
{
  if (strnlen(touched->name, sizeof touched->name) == sizeof touched->name) {
    return STATUS_INVALID;
  }
  if (txn->touched_too_many || is_noted(txn, touched)) {
    return STATUS_OK;
  }
  if (txn->touched_count == TOUCHED_MAX) {
    txn->touched_too_many = true;
    return STATUS_OK;
  }
  struct touched *room = grow_array(txn->touched, txn->touched_count, sizeof *room, &txn->touched_capacity);
  if (room == NULL) {
    return STATUS_NO_MEMORY;
  }
  txn->touched = room;
  txn->touched[txn->touched_count++] = *touched;
  return STATUS_OK;
}

bool store_touched(const struct store_txn *txn, const struct touched **ret_list, size_t *ret_count)
{
  *ret_list = txn->touched;
  *ret_count = txn->touched_count;
  return !txn->touched_too_many;
}

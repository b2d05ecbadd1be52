// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "store/store_lmdb.h"

enum { TOUCHED_FIRST = 8 };

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

static enum status make_room(struct store_txn *txn)
{
  if (txn->touched_count < txn->touched_capacity) {
    return STATUS_OK;
  }
  size_t capacity = txn->touched_capacity > 0 ? txn->touched_capacity * 2 : TOUCHED_FIRST;
  struct touched *grown = reallocarray(txn->touched, capacity, sizeof *grown);
  if (grown == NULL) {
    return STATUS_NO_MEMORY;
  }
  txn->touched = grown;
  txn->touched_capacity = capacity;
  return STATUS_OK;
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
  enum status status = make_room(txn);
  if (status == STATUS_OK) {
    txn->touched[txn->touched_count++] = *touched;
  }
  return status;
}

bool store_touched(const struct store_txn *txn, const struct touched **ret_list, size_t *ret_count)
{
  *ret_list = txn->touched;
  *ret_count = txn->touched_count;
  return !txn->touched_too_many;
}

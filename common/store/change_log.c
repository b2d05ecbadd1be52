// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "base/grow.h"
#include "base/text.h"
#include "store/store_lmdb.h"

static bool is_same(const struct logged_change *a, const struct logged_change *b)
{
  if (a->kind != b->kind || a->id != b->id) {
    return false;
  }
  return a->id != 0 || (a->number == b->number && strcmp(a->name, b->name) == 0);
}

static bool is_noted(const struct store_txn *txn, const struct logged_change *logged)
{
  for (size_t i = 0; i < txn->logged_count; i++) {
    if (is_same(&txn->logged[i], logged)) {
      return true;
    }
  }
  return false;
}

enum status store_log_change(struct store_txn *txn, const struct logged_change *logged)
{
  if (strnlen(logged->name, sizeof logged->name) == sizeof logged->name) {
    return STATUS_INVALID;
  }
  if (txn->logged_too_many || is_noted(txn, logged)) {
    return STATUS_OK;
  }
  if (txn->logged_count == LOGGED_MAX) {
    txn->logged_too_many = true;
    return STATUS_OK;
  }
  struct logged_change *room = grow_array(txn->logged, txn->logged_count, sizeof *room, &txn->logged_capacity);
  if (room == NULL) {
    return STATUS_NO_MEMORY;
  }
  txn->logged = room;
  txn->logged[txn->logged_count++] = *logged;
  return STATUS_OK;
}

enum status store_log_domain(struct store_txn *txn, const char *domain)
{
  struct logged_change logged = {.kind = LOGGED_DOMAIN};
  enum status status = text_copy(domain, logged.name, sizeof logged.name);
  return status != STATUS_OK ? status : store_log_change(txn, &logged);
}

enum status store_log_all(struct store_txn *txn)
{
  return store_log_change(txn, &(struct logged_change){.kind = LOGGED_ALL});
}

bool store_change_log(const struct store_txn *txn, const struct logged_change **ret_list, size_t *ret_count)
{
  *ret_list = txn->logged;
  *ret_count = txn->logged_count;
  return !txn->logged_too_many;
}

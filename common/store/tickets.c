// SPDX-License-Identifier: Apache-2.0
// The tickets of sign-ins: store/accounts.h.
#include <string.h>

#include "store/accounts.h"

enum status ticket_put(struct store_txn *txn, const struct ticket *ticket)
{
  const struct store_key key = key_of_text(ticket->id);
  return store_put_record(txn, TABLE_TICKETS, &key, &TICKET_RECORD, ticket);
}

enum status ticket_get(struct store_txn *txn, const char *id, int64_t now_s, struct ticket *ret_ticket)
{
  struct ticket ticket;
  const struct store_key key = key_of_text(id);
  enum status status = store_get_record(txn, TABLE_TICKETS, &key, &TICKET_RECORD, &ticket);
  if (status != STATUS_OK) {
    return status;
  }
  if (ticket.expires_at_s <= now_s) {
    return STATUS_NOT_FOUND;
  }
  *ret_ticket = ticket;
  return STATUS_OK;
}

enum status ticket_remove(struct store_txn *txn, const char *id)
{
  const struct store_key key = key_of_text(id);
  return store_delete(txn, TABLE_TICKETS, &key);
}

struct sweep {
  int64_t now_s;
  struct ticket expired;
};

static enum status find_expired(void *context, const struct store_entry *entry)
{
  struct sweep *sweep = context;
  enum status status = record_decode(&TICKET_RECORD, entry->data, entry->length, &sweep->expired);
  if (status != STATUS_OK) {
    return status;
  }
  return sweep->expired.expires_at_s <= sweep->now_s ? STATUS_EXISTS : STATUS_OK;
}

enum status ticket_sweep(struct store_txn *txn, int64_t now_s)
{
  const struct store_key all = key_new();
  struct sweep sweep = {.now_s = now_s};
  for (;;) {
    enum status status = store_each(txn, TABLE_TICKETS, &all, find_expired, &sweep);
    if (status != STATUS_EXISTS) {
      return status;
    }
    status = ticket_remove(txn, sweep.expired.id);
    if (status != STATUS_OK) {
      return status;
    }
  }
}

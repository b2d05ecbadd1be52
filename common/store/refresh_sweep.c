// SPDX-License-Identifier: Apache-2.0
// Which tokens go when something else does: store/refresh.h.
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/grow.h"
#include "store/accounts.h"
#include "store/orgs.h"
#include "store/refresh.h"

// Whose records a walk has found: they are changed after it, since that would move the cursor.
struct found {
  struct store_txn *txn;
  const struct connection *connection;
  struct key {
    int64_t org_id;
    int64_t account_id;
  } * list; // owned
  size_t count;
  size_t capacity;
};

static void found_done(struct found *found)
{
  free(found->list);
}

static enum status add(struct found *found, const struct refresh *refresh)
{
  struct key *room = grow_array(found->list, found->count, sizeof *room, &found->capacity);
  if (room == NULL) {
    return STATUS_NO_MEMORY;
  }
  found->list = room;
  room[found->count++] = (struct key){refresh->org_id, refresh->account_id};
  return STATUS_OK;
}

static enum status drop(const struct found *found)
{
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < found->count; i++) {
    status = refresh_drop(found->txn, found->list[i].org_id, found->list[i].account_id);
  }
  return status;
}

static enum status find_unfit(void *context, const struct refresh *refresh)
{
  struct found *found = context;
  bool stays = refresh->token.length == 0 || refresh_fits(refresh, found->connection);
  return stays ? STATUS_OK : add(found, refresh);
}

enum status refresh_keep_fitting(struct store_txn *txn, const struct connection *connection)
{
  struct found found CLEANUP(found_done) = {.txn = txn, .connection = connection};
  enum status status = refresh_each(txn, connection->org_id, find_unfit, &found);
  return status != STATUS_OK ? status : drop(&found);
}

static enum status find_nobodys(void *context, const struct refresh *refresh)
{
  struct found *found = context;
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  struct identity identity;
  enum status status = connection_get(found->txn, refresh->org_id, CONNECTION_ACTIVE, &connection);
  status = status != STATUS_OK ? status : identity_of_account(found->txn, refresh->account_id, &connection, &identity);
  bool theirs = status == STATUS_OK && strcmp(identity.subject, refresh->subject) == 0;
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  return theirs ? STATUS_OK : add(found, refresh);
}

static enum status find_token(void *context, const struct refresh *refresh)
{
  return refresh->token.length > 0 ? add(context, refresh) : STATUS_OK;
}

// Changes each of those that were found.
static enum status change(const struct found *found, void (*change_one)(struct refresh *refresh))
{
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < found->count; i++) {
    struct refresh refresh CLEANUP(cleanup_refresh) = {.org_id = 0};
    status = refresh_get(found->txn, found->list[i].org_id, found->list[i].account_id, &refresh);
    if (status == STATUS_OK) {
      change_one(&refresh);
      status = refresh_put(found->txn, &refresh);
    }
  }
  return status;
}

static void doubt(struct refresh *refresh)
{
  refresh->state = REFRESH_BEGUN;
}

static void wipe(struct refresh *refresh)
{
  bytes_done(&refresh->token);
}

enum status refresh_sweep(struct store_txn *txn, bool taken)
{
  struct found nobodys CLEANUP(found_done) = {.txn = txn};
  struct found tokens CLEANUP(found_done) = {.txn = txn};
  enum status status = refresh_each(txn, 0, find_nobodys, &nobodys);
  status = status != STATUS_OK ? status : drop(&nobodys);
  if (status != STATUS_OK || !taken) {
    return status;
  }
  status = refresh_each(txn, 0, find_token, &tokens);
  return status != STATUS_OK ? status : change(&tokens, doubt);
}

enum status refresh_wipe_all(struct store_txn *txn)
{
  struct found tokens CLEANUP(found_done) = {.txn = txn};
  enum status status = refresh_each(txn, 0, find_token, &tokens);
  return status != STATUS_OK ? status : change(&tokens, wipe);
}

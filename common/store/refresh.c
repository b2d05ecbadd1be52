// SPDX-License-Identifier: Apache-2.0
#include "store/refresh.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/grow.h"
#include "store/accounts.h"
#include "store/orgs.h"
#include "store/purge.h"

enum status refresh_get(struct store_txn *txn, int64_t org_id, int64_t account_id, struct refresh *ret_refresh)
{
  const struct store_key key = key_of_two_i64(org_id, account_id);
  return store_get_record(txn, TABLE_REFRESH, &key, &REFRESH_RECORD, ret_refresh);
}

enum status refresh_put(struct store_txn *txn, const struct refresh *refresh)
{
  const struct store_key key = key_of_two_i64(refresh->org_id, refresh->account_id);
  return store_put_record(txn, TABLE_REFRESH, &key, &REFRESH_RECORD, refresh);
}

enum status refresh_drop(struct store_txn *txn, int64_t org_id, int64_t account_id)
{
  const struct store_key key = key_of_two_i64(org_id, account_id);
  enum status status = store_delete(txn, TABLE_REFRESH, &key);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status refresh_unmark_gone(struct store_txn *txn, int64_t org_id, int64_t account_id)
{
  struct refresh refresh CLEANUP(cleanup_refresh) = {.org_id = 0};
  enum status status = refresh_get(txn, org_id, account_id, &refresh);
  if (status != STATUS_OK || refresh.gone_at_s == 0) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  refresh.gone_at_s = 0;
  refresh.ended_at_s = 0;
  return refresh_put(txn, &refresh);
}

enum status refresh_drop_org(struct store_txn *txn, int64_t org_id)
{
  const struct store_key org = key_of_i64(org_id);
  return store_purge(txn, TABLE_REFRESH, &org, NULL, NULL);
}

bool refresh_fits(const struct refresh *refresh, const struct connection *connection)
{
  return connection->offline == 1 && refresh->token.length > 0 && refresh->org_id == connection->org_id &&
         refresh->registration == connection->registration && refresh->generation == connection->generation;
}

struct walk {
  refresh_visit *visit;
  void *context;
};

static enum status visit_record(void *context, const struct store_entry *entry)
{
  const struct walk *walk = context;
  struct refresh refresh CLEANUP(cleanup_refresh) = {.org_id = 0};
  enum status status = record_decode(&REFRESH_RECORD, entry->data, entry->length, &refresh);
  return status != STATUS_OK ? status : walk->visit(walk->context, &refresh);
}

enum status refresh_each(struct store_txn *txn, int64_t org_id, refresh_visit *visit, void *context)
{
  const struct store_key prefix = org_id != 0 ? key_of_i64(org_id) : key_new();
  struct walk walk = {visit, context};
  return store_each(txn, TABLE_REFRESH, &prefix, visit_record, &walk);
}

bool refresh_is_gone(const struct refresh *refresh, int64_t now_s)
{
  return refresh->state == REFRESH_REFUSED && now_s - refresh->refused_at_s >= REFRESH_GONE_S;
}

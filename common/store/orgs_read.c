// SPDX-License-Identifier: Apache-2.0
// Orgs as they are: store/orgs.h.
#include "store/orgs.h"

enum status org_get(struct store_txn *txn, int64_t id, struct org *ret_org)
{
  const struct store_key key = key_of_i64(id);
  return store_get_record(txn, TABLE_ORGS, &key, &ORG_RECORD, ret_org);
}

enum status org_by_slug(struct store_txn *txn, const char *slug, struct org *ret_org)
{
  const struct store_key key = key_of_text(slug);
  int64_t id = 0;
  enum status status = store_get_i64(txn, TABLE_ORG_SLUGS, &key, &id);
  if (status != STATUS_OK) {
    return status;
  }
  status = org_get(txn, id, ret_org);
  return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
}

struct walk {
  org_visit *visit;
  void *context;
};

static enum status visit_org(void *context, const struct store_entry *entry)
{
  const struct walk *walk = context;
  struct org org;
  enum status status = record_decode(&ORG_RECORD, entry->data, entry->length, &org);
  return status != STATUS_OK ? status : walk->visit(walk->context, &org);
}

enum status org_each(struct store_txn *txn, org_visit *visit, void *context)
{
  const struct store_key all = key_new();
  struct walk walk = {visit, context};
  return store_each(txn, TABLE_ORGS, &all, visit_org, &walk);
}

// SPDX-License-Identifier: Apache-2.0
#include "store/short_names.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/endian.h"
#include "store/foreign.h"
#include "store/orgs.h"

// STATUS_EXISTS ends the walk: there are two.
static enum status note_owner(void *context, const struct store_entry *entry)
{
  int64_t *only = context;
  if (entry->length != 8) {
    return STATUS_CORRUPT;
  }
  int64_t id = (int64_t)endian_get_u64(entry->data);
  bool another = *only != 0 && *only != id;
  *only = id;
  return another ? STATUS_EXISTS : STATUS_OK;
}

static enum status only_org(struct store_txn *txn, struct org *ret_org)
{
  const struct store_key all = key_new();
  int64_t id = 0;
  enum status status = store_each(txn, TABLE_DOMAIN_OWNERS, &all, note_owner, &id);
  if (status == STATUS_EXISTS || (status == STATUS_OK && id == 0)) {
    return STATUS_NOT_FOUND;
  }
  if (status != STATUS_OK) {
    return status;
  }
  status = org_get(txn, id, ret_org);
  return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
}

enum status short_names_org(struct store_txn *txn, const char *default_org, struct org *ret_org)
{
  struct org org;
  bool others = true;
  if (strcmp(default_org, "none") == 0) {
    return STATUS_NOT_FOUND;
  }
  enum status status = strcmp(default_org, "auto") == 0 ? only_org(txn, &org) : org_by_slug(txn, default_org, &org);
  if (status != STATUS_OK) {
    return status;
  }
  if (org.login_form != LOGIN_FORM_LOCAL_PART) {
    return STATUS_NOT_FOUND;
  }
  // Another name service that is asked after ours, or does not answer just now, has users whose names look like
  // nobody's (HOLES H76).
  status = foreign_asks(&others);
  if (status != STATUS_OK || others) {
    return status != STATUS_OK ? status : STATUS_NOT_FOUND;
  }
  *ret_org = org;
  return STATUS_OK;
}

// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "change/fleet_parts.h"
#include "store/linked.h"

static bool account_of(const struct fleet_row *row, int64_t *ret_account)
{
  char *end = NULL;
  long long number = strtoll(row->key, &end, 10);
  *ret_account = number;
  return row->key[0] >= '1' && row->key[0] <= '9' && *end == '\0' && number >= STORE_ID_FLEET && number < STORE_ID_END;
}

static enum status is_here(struct change_context *c, int64_t account_id, bool *ret_here)
{
  struct account account = {.id = 0};
  enum status status = account_get(c->txn, account_id, &account);
  explicit_bzero(account.password, sizeof account.password);
  *ret_here = status == STATUS_OK;
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

// What was said is followed once: what a sign-in has linked here since stays.
static enum status follow(struct change_context *c, const struct linked *linked)
{
  struct linked before;
  bool here = false;
  enum status status = linked_get(c->txn, linked->identity.org_id, linked->identity.account_id, &before);
  if (status != STATUS_NOT_FOUND && (status != STATUS_OK || before.number == linked->number)) {
    return status;
  }
  status = is_here(c, linked->identity.account_id, &here);
  status = status != STATUS_OK || !here ? status : linked_follow(c->txn, linked);
  return status != STATUS_OK ? status : linked_put(c->txn, linked);
}

enum status fleet_put_linked(struct change_context *c, const struct fleet_row *row)
{
  struct linked linked = {.number = 0};
  int64_t account_id = 0;
  enum status status = fleet_decode(c, row, &LINKED_RECORD, &linked);
  bool same =
      account_of(row, &account_id) && linked.identity.org_id == row->org_id && linked.identity.account_id == account_id;
  status = status != STATUS_OK ? status : fleet_check_same(c, row, same);
  return status != STATUS_OK ? status : follow(c, &linked);
}

enum status fleet_drop_linked(struct change_context *c, const struct fleet_row *row)
{
  int64_t account_id = 0;
  return account_of(row, &account_id) ? linked_drop(c->txn, row->org_id, account_id) : STATUS_CORRUPT;
}

struct coming {
  struct change_context *c;
  int64_t account_id;
};

static enum status follow_in(void *context, const struct org *org)
{
  const struct coming *coming = context;
  struct linked linked;
  enum status status = linked_get(coming->c->txn, org->id, coming->account_id, &linked);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  return linked_follow(coming->c->txn, &linked);
}

enum status fleet_follow_linked(struct change_context *c, int64_t account_id)
{
  return org_each(c->txn, follow_in, &(struct coming){c, account_id});
}

// SPDX-License-Identifier: Apache-2.0
#include "change/refusal.h"

#include <stdio.h>

#include "change/context.h"
#include "store/throttles.h"

enum { DAY_S = 86400 };

static enum status keep_failed_of_account(struct change_context *c, const struct failed_try *failed)
{
  struct account account;
  enum status status = account_by_login(c->txn, failed->login, &account);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  int64_t id = account.id;
  record_done(&ACCOUNT_RECORD, &account);
  return failed_try_put(c->txn, FAILED_OF_ACCOUNT, id, failed);
}

static enum status keep_failed(struct change_context *c, const struct refusal_count *in)
{
  struct org org;
  struct failed_try failed = {.at_s = c->now_s};
  (void)snprintf(failed.reason, sizeof failed.reason, "%s", in->reason);
  (void)snprintf(failed.login, sizeof failed.login, "%s", in->login);
  (void)snprintf(failed.rhost, sizeof failed.rhost, "%s", c->by->rhost);
  (void)snprintf(failed.detail, sizeof failed.detail, "%s", in->detail);
  enum status status = keep_failed_of_account(c, &failed);
  if (status != STATUS_OK || in->org[0] == '\0') {
    return status;
  }
  status = org_by_slug(c->txn, in->org, &org);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  return failed_try_put(c->txn, FAILED_OF_CONNECTION, org.id, &failed);
}

static enum status count_refusal(struct change_context *c, const void *input, void *ret_result)
{
  const struct refusal_count *in = input;
  struct store_key key = key_of_i64(c->now_s / DAY_S);
  int64_t so_far = 0;
  (void)ret_result;
  key_add_text(&key, in->reason);
  enum status status = store_get_i64(c->txn, TABLE_REFUSALS, &key, &so_far);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  status = store_put_i64(c->txn, TABLE_REFUSALS, &key, so_far + 1);
  return status != STATUS_OK ? status : keep_failed(c, in);
}

static const struct change_kind REFUSAL = {
    "refusal.count", CHANGE_HOST, CHANGE_OF_ORG, count_refusal, sizeof(struct change_done), true};

struct change change_refusal_count(const struct refusal_count *in, struct change_done *ret_result)
{
  return (struct change){&REFUSAL, in, ret_result, &ret_result->changed, "", ""};
}

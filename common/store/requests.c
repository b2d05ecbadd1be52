// SPDX-License-Identifier: Apache-2.0
#include "store/requests.h"

static bool is_open(const struct request *request, int64_t now_s)
{
  return request->expires_at_s > now_s;
}

enum status request_get(struct store_txn *txn, int64_t org_id, int64_t account_id, int64_t now_s,
                        struct request *ret_request)
{
  const struct store_key key = key_of_two_i64(org_id, account_id);
  struct request request;
  enum status status = store_get_record(txn, TABLE_REQUESTS, &key, &REQUEST_RECORD, &request);
  if (status != STATUS_OK) {
    return status;
  }
  if (!is_open(&request, now_s)) {
    return STATUS_NOT_FOUND;
  }
  *ret_request = request;
  return STATUS_OK;
}

struct walk {
  int64_t now_s;
  request_visit *visit;
  void *context;
};

static enum status visit_record(void *context, const struct store_entry *entry)
{
  const struct walk *walk = context;
  struct request request;
  enum status status = record_decode(&REQUEST_RECORD, entry->data, entry->length, &request);
  return status != STATUS_OK || !is_open(&request, walk->now_s) ? status : walk->visit(walk->context, &request);
}

enum status request_each(struct store_txn *txn, int64_t org_id, int64_t now_s, request_visit *visit, void *context)
{
  const struct store_key prefix = org_id != 0 ? key_of_i64(org_id) : key_new();
  struct walk walk = {now_s, visit, context};
  return store_each(txn, TABLE_REQUESTS, &prefix, visit_record, &walk);
}

// What is found of an org: how many of others than ACCOUNT_ID are open, and the first that is not.
struct look {
  int64_t account_id;
  int64_t now_s;
  size_t others;
  int64_t expired; // account id
};

// Deleting would move the cursor: the walk ends at each.
static enum status look_at(void *context, const struct store_entry *entry)
{
  struct look *look = context;
  struct request request;
  enum status status = record_decode(&REQUEST_RECORD, entry->data, entry->length, &request);
  if (status != STATUS_OK) {
    return status;
  }
  if (!is_open(&request, look->now_s)) {
    look->expired = request.account_id;
    return STATUS_EXISTS;
  }
  look->others += request.account_id != look->account_id;
  return STATUS_OK;
}

static enum status sweep(struct store_txn *txn, int64_t org_id, struct look *look)
{
  const struct store_key prefix = key_of_i64(org_id);
  for (;;) {
    look->others = 0;
    enum status status = store_each(txn, TABLE_REQUESTS, &prefix, look_at, look);
    if (status != STATUS_EXISTS) {
      return status;
    }
    status = request_drop(txn, org_id, look->expired);
    if (status != STATUS_OK) {
      return status;
    }
  }
}

enum status request_put(struct store_txn *txn, struct request *request)
{
  const struct store_key key = key_of_two_i64(request->org_id, request->account_id);
  struct look look = {.account_id = request->account_id, .now_s = request->asked_at_s};
  enum status status = sweep(txn, request->org_id, &look);
  if (status == STATUS_OK && look.others >= REQUESTS_MAX) {
    return STATUS_TOO_LARGE;
  }
  status = status != STATUS_OK ? status : store_next_id(txn, &request->number);
  return status != STATUS_OK ? status : store_put_record(txn, TABLE_REQUESTS, &key, &REQUEST_RECORD, request);
}

enum status request_drop(struct store_txn *txn, int64_t org_id, int64_t account_id)
{
  const struct store_key key = key_of_two_i64(org_id, account_id);
  enum status status = store_delete(txn, TABLE_REQUESTS, &key);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

// SPDX-License-Identifier: Apache-2.0
#include "store/orgs.h"

#include <string.h>

#include "store/access_history.h"
#include "store/allowed.h"
#include "store/numbers_store.h"

static enum status put_org(struct store_txn *txn, const struct org *org)
{
  const struct store_key key = key_of_i64(org->id);
  enum status status = store_log_change(txn, &(struct logged_change){.kind = LOGGED_ORG, .id = org->id});
  return status != STATUS_OK ? status : store_put_record(txn, TABLE_ORGS, &key, &ORG_RECORD, org);
}

static enum status check_new_id(struct store_txn *txn, int64_t id)
{
  struct org there;
  enum status status = store_check_id(txn, id);
  if (status != STATUS_OK) {
    return status;
  }
  status = org_get(txn, id, &there);
  if (status == STATUS_NOT_FOUND) {
    return STATUS_OK;
  }
  return status == STATUS_OK ? STATUS_EXISTS : status;
}

enum status org_add(struct store_txn *txn, const struct org *org)
{
  const struct store_key slug = key_of_text(org->slug);
  const struct number use = {NUMBER_ORG, org->id};
  int64_t other = 0;
  enum status status = check_new_id(txn, org->id);
  if (status != STATUS_OK) {
    return status;
  }
  status = store_get_i64(txn, TABLE_ORG_SLUGS, &slug, &other);
  if (status != STATUS_NOT_FOUND) {
    return status == STATUS_OK ? STATUS_EXISTS : status;
  }
  status = numbers_take(txn, org->gid, &use);
  if (status != STATUS_OK) {
    return status;
  }
  status = numbers_take(txn, org->admins_gid, &use);
  if (status != STATUS_OK) {
    return status;
  }
  status = store_put_i64(txn, TABLE_ORG_SLUGS, &slug, org->id);
  return status != STATUS_OK ? status : put_org(txn, org);
}

enum status org_update(struct store_txn *txn, const struct org *org)
{
  struct org before;
  enum status status = org_get(txn, org->id, &before);
  if (status != STATUS_OK) {
    return status;
  }
  bool same = strcmp(before.slug, org->slug) == 0 && before.gid == org->gid && before.admins_gid == org->admins_gid;
  if (!same) {
    return STATUS_INVALID;
  }
  status = allowed_replace(txn, org->id, before.allowed_domains, org->allowed_domains);
  if (status == STATUS_OK && (before.enforcement != org->enforcement || before.default_role != org->default_role)) {
    status = allowed_note(txn, org->allowed_domains);
  }
  status = status != STATUS_OK ? status : access_note_org(txn, &before, org);
  return status != STATUS_OK ? status : put_org(txn, org);
}

static struct store_key review_key(int64_t id)
{
  struct store_key key = key_of_text("review");
  key_add_i64(&key, id);
  return key;
}

enum status org_review_get(struct store_txn *txn, int64_t id, struct org_review *ret_review)
{
  const struct store_key key = review_key(id);
  return store_get_record(txn, TABLE_META, &key, &ORG_REVIEW_RECORD, ret_review);
}

enum status org_review_put(struct store_txn *txn, int64_t id, const struct org_review *review)
{
  const struct store_key key = review_key(id);
  return store_put_record(txn, TABLE_META, &key, &ORG_REVIEW_RECORD, review);
}

enum status org_review_drop(struct store_txn *txn, int64_t id)
{
  const struct store_key key = review_key(id);
  enum status status = store_delete(txn, TABLE_META, &key);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

// SPDX-License-Identifier: Apache-2.0
#include "store/orgs.h"

#include <string.h>

#include "store/allowed.h"
#include "store/numbers_store.h"

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

static enum status put_org(struct store_txn *txn, const struct org *org)
{
  const struct store_key key = key_of_i64(org->id);
  enum status status = store_log_change(txn, &(struct logged_change){.kind = LOGGED_ORG, .id = org->id});
  return status != STATUS_OK ? status : store_put_record(txn, TABLE_ORGS, &key, &ORG_RECORD, org);
}

enum status org_add(struct store_txn *txn, const struct org *org)
{
  const struct store_key slug = key_of_text(org->slug);
  const struct number use = {NUMBER_ORG, org->id};
  int64_t other = 0;
  enum status status = store_get_i64(txn, TABLE_ORG_SLUGS, &slug, &other);
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
  return status != STATUS_OK ? status : put_org(txn, org);
}

struct walk {
  union {
    org_visit *org;
    audit_visit *audit;
  } visit;
  void *context;
};

static enum status visit_org(void *context, const struct store_entry *entry)
{
  const struct walk *walk = context;
  struct org org;
  enum status status = record_decode(&ORG_RECORD, entry->data, entry->length, &org);
  return status != STATUS_OK ? status : walk->visit.org(walk->context, &org);
}

enum status org_each(struct store_txn *txn, org_visit *visit, void *context)
{
  const struct store_key all = key_new();
  struct walk walk = {{.org = visit}, context};
  return store_each(txn, TABLE_ORGS, &all, visit_org, &walk);
}

enum status audit_add(struct store_txn *txn, const struct audit_event *event)
{
  struct audit_event numbered = *event;
  enum status status = store_next_id(txn, &numbered.number);
  const struct store_key key = key_of_i64(numbered.number);
  return status != STATUS_OK ? status : store_put_record(txn, TABLE_AUDIT, &key, &AUDIT_RECORD, &numbered);
}

static enum status visit_audit(void *context, const struct store_entry *entry)
{
  const struct walk *walk = context;
  struct audit_event event;
  enum status status = record_decode(&AUDIT_RECORD, entry->data, entry->length, &event);
  return status != STATUS_OK ? status : walk->visit.audit(walk->context, &event);
}

enum status audit_each(struct store_txn *txn, int64_t after, audit_visit *visit, void *context)
{
  const struct store_key first = key_of_i64(after + 1);
  struct walk walk = {{.audit = visit}, context};
  return store_each_from(txn, TABLE_AUDIT, &first, visit_audit, &walk);
}

enum status audit_each_last(struct store_txn *txn, int64_t most, audit_visit *visit, void *context)
{
  int64_t last = 0;
  enum status status = store_last_number(txn, TABLE_AUDIT, &last);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  return audit_each(txn, last > most ? last - most : 0, visit, context);
}

enum { TRIM_MAX = 8 };

struct trimming {
  int64_t old_s;
  size_t count;
  int64_t numbers[TRIM_MAX];
};

// Deleting would move the cursor: the numbers are noted first.
static enum status note_old(void *context, const struct audit_event *event)
{
  struct trimming *trimming = context;
  if (event->at_s >= trimming->old_s || trimming->count == TRIM_MAX) {
    return STATUS_EXISTS;
  }
  trimming->numbers[trimming->count++] = event->number;
  return STATUS_OK;
}

enum status audit_trim(struct store_txn *txn, int64_t old_s)
{
  struct trimming trimming = {.old_s = old_s};
  enum status status = audit_each(txn, 0, note_old, &trimming);
  status = status == STATUS_EXISTS ? STATUS_OK : status;
  for (size_t i = 0; status == STATUS_OK && i < trimming.count; i++) {
    const struct store_key key = key_of_i64(trimming.numbers[i]);
    status = store_delete(txn, TABLE_AUDIT, &key);
  }
  return status;
}

// SPDX-License-Identifier: Apache-2.0
#include "store/allowed.h"

#include <string.h>

#include "base/domain_list.h"
#include "store/orgs.h"

// No domain holds a newline: none is the beginning of another's key.
static struct store_key key_of_domain(const char *domain)
{
  struct store_key key = key_of_text(domain);
  key_add_text(&key, "\n");
  return key;
}

bool allowed_joins(const struct org *org)
{
  return org->allowed_domains[0] != '\0' && org->enforcement != ENFORCEMENT_SSO_ONLY;
}

enum status allowed_note(struct store_txn *txn, const char *list)
{
  char word[DOMAIN_SIZE];
  for (const char *at = list; domain_list_next(&at, word);) {
    enum status status = store_log_domain(txn, word);
    if (status != STATUS_OK) {
      return status;
    }
  }
  return STATUS_OK;
}

// Takes what is in LIST and not in OTHER into the index, or out of it.
static enum status note_differing(struct store_txn *txn, int64_t org_id, const char *list, const char *other,
                                  bool there)
{
  char word[DOMAIN_SIZE];
  for (const char *at = list; domain_list_next(&at, word);) {
    struct store_key key = key_of_domain(word);
    if (domain_list_has(other, word)) {
      continue;
    }
    key_add_i64(&key, org_id);
    enum status status =
        there ? store_put(txn, TABLE_ALLOWED_DOMAINS, &key, "", 0) : store_delete(txn, TABLE_ALLOWED_DOMAINS, &key);
    if (status != STATUS_OK) {
      return status;
    }
    status = store_log_domain(txn, word);
    if (status != STATUS_OK) {
      return status;
    }
  }
  return STATUS_OK;
}

enum status allowed_replace(struct store_txn *txn, int64_t org_id, const char *before, const char *after)
{
  enum status status = note_differing(txn, org_id, before, after, false);
  return status != STATUS_OK ? status : note_differing(txn, org_id, after, before, true);
}

struct walk {
  allowed_visit *visit;
  void *context;
};

// The key is the domain, a newline and the org's id.
static enum status visit_org(void *context, const struct store_entry *entry)
{
  const struct walk *walk = context;
  if (entry->key_length <= sizeof(int64_t)) {
    return STATUS_CORRUPT;
  }
  return walk->visit(walk->context, key_take_i64(entry->key + entry->key_length - sizeof(int64_t)));
}

enum status allowed_each(struct store_txn *txn, const char *domain, allowed_visit *visit, void *context)
{
  const struct store_key prefix = key_of_domain(domain);
  struct walk walk = {visit, context};
  return store_each(txn, TABLE_ALLOWED_DOMAINS, &prefix, visit_org, &walk);
}

struct domain_walk {
  allowed_domain_visit *visit;
  void *context;
  char last[DOMAIN_SIZE];
};

static enum status visit_domain(void *context, const struct store_entry *entry)
{
  struct domain_walk *walk = context;
  char domain[DOMAIN_SIZE];
  if (entry->key_length <= sizeof(int64_t) + 1 || entry->key_length - sizeof(int64_t) - 1 >= sizeof domain) {
    return STATUS_CORRUPT;
  }
  size_t length = entry->key_length - sizeof(int64_t) - 1;
  memcpy(domain, entry->key, length);
  domain[length] = '\0';
  if (strcmp(domain, walk->last) == 0) {
    return STATUS_OK;
  }
  memcpy(walk->last, domain, sizeof walk->last);
  return walk->visit(walk->context, domain);
}

enum status allowed_each_domain(struct store_txn *txn, allowed_domain_visit *visit, void *context)
{
  const struct store_key all = key_new();
  struct domain_walk walk = {visit, context, ""};
  return store_each(txn, TABLE_ALLOWED_DOMAINS, &all, visit_domain, &walk);
}

struct looking {
  struct store_txn *txn;
  bool *any;
};

static enum status note_any(void *context, int64_t org_id)
{
  const struct looking *looking = context;
  struct org org;
  enum status status = org_get(looking->txn, org_id, &org);
  if (status != STATUS_OK || !allowed_joins(&org)) {
    return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
  }
  *looking->any = true;
  return STATUS_EXISTS;
}

enum status allowed_any(struct store_txn *txn, const char *domain, bool *ret_any)
{
  struct looking looking = {txn, ret_any};
  *ret_any = false;
  enum status status = allowed_each(txn, domain, note_any, &looking);
  return status == STATUS_EXISTS ? STATUS_OK : status;
}

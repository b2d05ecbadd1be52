// SPDX-License-Identifier: Apache-2.0
#include "store/socials.h"

#include "base/url.h"
#include "store/orgs.h"

enum email_state social_email_state(const struct connection *connection, enum email_state said)
{
  return said == EMAIL_UNSTATED && url_is_microsoft_personal(connection->issuer) ? EMAIL_VERIFIED : said;
}

enum status social_get(struct store_txn *txn, const char *name, struct social *ret_social)
{
  const struct store_key key = key_of_text(name);
  return store_get_record(txn, TABLE_SOCIALS, &key, &SOCIAL_RECORD, ret_social);
}

struct walk {
  social_visit *visit;
  void *context;
};

static enum status visit_social(void *context, const struct store_entry *entry)
{
  const struct walk *walk = context;
  struct social social;
  enum status status = record_decode(&SOCIAL_RECORD, entry->data, entry->length, &social);
  return status != STATUS_OK ? status : walk->visit(walk->context, &social);
}

enum status social_each(struct store_txn *txn, social_visit *visit, void *context)
{
  const struct store_key all = key_new();
  struct walk walk = {visit, context};
  return store_each(txn, TABLE_SOCIALS, &all, visit_social, &walk);
}

struct search {
  int64_t id;
  struct social found;
};

// STATUS_EXISTS ends the walk: it is found.
static enum status compare_id(void *context, const struct social *social)
{
  struct search *search = context;
  if (social->id != search->id) {
    return STATUS_OK;
  }
  search->found = *social;
  return STATUS_EXISTS;
}

enum status social_by_id(struct store_txn *txn, int64_t id, struct social *ret_social)
{
  struct search search = {.id = id};
  enum status status = social_each(txn, compare_id, &search);
  if (status != STATUS_EXISTS) {
    return status == STATUS_OK ? STATUS_NOT_FOUND : status;
  }
  *ret_social = search.found;
  return STATUS_OK;
}

enum status social_put(struct store_txn *txn, const struct social *social)
{
  const struct store_key key = key_of_text(social->name);
  enum status status = store_log_all(txn);
  return status != STATUS_OK ? status : store_put_record(txn, TABLE_SOCIALS, &key, &SOCIAL_RECORD, social);
}

enum status social_remove(struct store_txn *txn, const char *name)
{
  const struct store_key key = key_of_text(name);
  struct social social;
  enum status status = social_get(txn, name, &social);
  if (status != STATUS_OK) {
    return status;
  }
  status = store_log_all(txn);
  if (status != STATUS_OK) {
    return status;
  }
  status = connections_forget(txn, social.id);
  return status != STATUS_OK ? status : store_delete(txn, TABLE_SOCIALS, &key);
}

enum status social_any(struct store_txn *txn, bool *ret_any)
{
  uint64_t count = 0;
  enum status status = store_count(txn, TABLE_SOCIALS, &count);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_any = count > 0;
  return STATUS_OK;
}

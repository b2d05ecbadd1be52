// SPDX-License-Identifier: Apache-2.0
// An org that gets another name, or goes.
#include <string.h>

#include "base/text.h"
#include "store/access_history.h"
#include "store/accounts.h"
#include "store/allowed.h"
#include "store/here.h"
#include "store/numbers_store.h"
#include "store/orgs.h"
#include "store/purge.h"

// What is called by the slug, as lines of sshd_config and sudoers, stays behind: the name is remembered.
static enum status bury_slug(struct store_txn *txn, const char *slug)
{
  const struct store_key key = key_of_text(slug);
  return store_put_i64(txn, TABLE_TOMBSTONES, &key, 1);
}

enum status org_rename(struct store_txn *txn, struct org *org, const char *slug)
{
  const struct store_key before = key_of_text(org->slug);
  const struct store_key after = key_of_text(slug);
  const struct store_key id = key_of_i64(org->id);
  int64_t other = 0;
  enum status status = store_get_i64(txn, TABLE_ORG_SLUGS, &after, &other);
  if (status != STATUS_NOT_FOUND) {
    return status == STATUS_OK ? STATUS_EXISTS : status;
  }
  char kept[SLUG_SIZE] = "";
  status = text_copy(slug, kept, sizeof kept);
  if (status != STATUS_OK) {
    return status;
  }
  status = store_delete(txn, TABLE_ORG_SLUGS, &before);
  if (status != STATUS_OK) {
    return status;
  }
  status = store_put_i64(txn, TABLE_ORG_SLUGS, &after, org->id);
  if (status != STATUS_OK) {
    return status;
  }
  status = bury_slug(txn, org->slug);
  if (status != STATUS_OK) {
    return status;
  }
  status = store_log_all(txn);
  if (status != STATUS_OK) {
    return status;
  }
  struct org renamed = *org;
  memcpy(renamed.slug, kept, sizeof renamed.slug);
  status = access_note_org(txn, org, &renamed);
  memcpy(org->slug, kept, sizeof org->slug);
  return status != STATUS_OK ? status : store_put_record(txn, TABLE_ORGS, &id, &ORG_RECORD, org);
}

struct removal {
  struct store_txn *txn;
  int64_t org_id;
};

static enum status forget_member(void *context, const struct store_entry *entry)
{
  const struct removal *r = context;
  if (entry->key_length != 16) {
    return STATUS_CORRUPT;
  }
  struct membership before;
  int64_t account_id = key_take_i64(entry->key + 8);
  const struct store_key key = key_of_two_i64(account_id, r->org_id);
  enum status status = membership_get(r->txn, account_id, r->org_id, &before);
  status = status != STATUS_OK ? status : access_note_member(r->txn, &before, NULL);
  status = status != STATUS_OK ? status : membership_here_drop(r->txn, account_id, r->org_id);
  return status != STATUS_OK ? status : store_delete(r->txn, TABLE_MEMBERSHIPS, &key);
}

static enum status forget_identity(void *context, const struct store_entry *entry)
{
  const struct removal *r = context;
  struct identity identity;
  enum status status = record_decode(&IDENTITY_RECORD, entry->data, entry->length, &identity);
  if (status != STATUS_OK) {
    return status;
  }
  struct store_key key = key_of_two_i64(identity.account_id, r->org_id);
  key_add_u32(&key, identity.registration);
  status = store_delete(r->txn, TABLE_ACCOUNT_IDENTITIES, &key);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status forget_pending_link(void *context, const struct store_entry *entry)
{
  const struct removal *r = context;
  struct pending_link link;
  enum status status = record_decode(&PENDING_LINK_RECORD, entry->data, entry->length, &link);
  if (status != STATUS_OK) {
    return status;
  }
  const struct store_key key = key_of_two_i64(link.account_id, r->org_id);
  return store_delete(r->txn, TABLE_ACCOUNT_PENDING, &key);
}

static enum status forget_invite(void *context, const struct store_entry *entry)
{
  const struct removal *r = context;
  struct invite invite;
  enum status status = record_decode(&INVITE_RECORD, entry->data, entry->length, &invite);
  if (status != STATUS_OK) {
    return status;
  }
  struct store_key key = key_of_text(invite.email);
  key_add_text(&key, "\n");
  key_add_i64(&key, r->org_id);
  return store_delete(r->txn, TABLE_INVITE_EMAILS, &key);
}

static enum status forget_domain(void *context, const struct store_entry *entry)
{
  const struct removal *r = context;
  struct domain domain;
  int64_t owner = 0;
  enum status status = record_decode(&DOMAIN_RECORD, entry->data, entry->length, &domain);
  if (status != STATUS_OK) {
    return status;
  }
  status = domain_owner(r->txn, domain.domain, &owner);
  if (status != STATUS_OK || owner != r->org_id) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  const struct store_key key = key_of_text(domain.domain);
  status = domain_remember_proof(r->txn, r->org_id, domain.domain);
  return status != STATUS_OK ? status : store_delete(r->txn, TABLE_DOMAIN_OWNERS, &key);
}

enum status connections_forget(struct store_txn *txn, int64_t id)
{
  static const enum store_table REST[] = {TABLE_CONNECTIONS, TABLE_CONNECTIONS_HERE, TABLE_REGISTRATIONS,
                                          TABLE_CONFIRMED, TABLE_REFRESH};
  struct removal removal = {txn, id};
  const struct store_key key = key_of_i64(id);
  enum status status = store_purge(txn, TABLE_IDENTITIES, &key, forget_identity, &removal);
  for (size_t i = 0; status == STATUS_OK && i < sizeof REST / sizeof REST[0]; i++) {
    status = store_purge(txn, REST[i], &key, NULL, NULL);
  }
  return status;
}

enum status org_remove(struct store_txn *txn, const struct org *org)
{
  static const struct {
    enum store_table table; // its keys begin with the org's id
    store_visit *forget;
  } PARTS[] = {
      {TABLE_ORG_MEMBERS, forget_member}, {TABLE_INVITES, forget_invite}, {TABLE_PENDING_LINKS, forget_pending_link},
      {TABLE_DOMAINS, forget_domain},     {TABLE_TOMBSTONES, NULL},       {TABLE_REQUESTS, NULL},
      {TABLE_DOMAINS_HERE, NULL},         {TABLE_LINKED, NULL},
  };
  struct removal removal = {txn, org->id};
  const struct store_key id = key_of_i64(org->id);
  const struct store_key slug = key_of_text(org->slug);
  enum status status = store_log_all(txn);
  status = status != STATUS_OK ? status : access_note_org(txn, org, NULL);
  for (size_t i = 0; status == STATUS_OK && i < sizeof PARTS / sizeof PARTS[0]; i++) {
    status = store_purge(txn, PARTS[i].table, &id, PARTS[i].forget, &removal);
  }
  if (status != STATUS_OK) {
    return status;
  }
  status = membership_count_drop(txn, org->id);
  status = status != STATUS_OK ? status : org_review_drop(txn, org->id);
  if (status != STATUS_OK) {
    return status;
  }
  status = connections_forget(txn, org->id);
  if (status != STATUS_OK) {
    return status;
  }
  status = allowed_replace(txn, org->id, org->allowed_domains, "");
  if (status != STATUS_OK) {
    return status;
  }
  status = numbers_retire(txn, org->gid);
  if (status != STATUS_OK) {
    return status;
  }
  status = numbers_retire(txn, org->admins_gid);
  if (status != STATUS_OK) {
    return status;
  }
  status = store_delete(txn, TABLE_ORG_SLUGS, &slug);
  if (status != STATUS_OK) {
    return status;
  }
  status = bury_slug(txn, org->slug);
  return status != STATUS_OK ? status : store_delete(txn, TABLE_ORGS, &id);
}

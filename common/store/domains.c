// SPDX-License-Identifier: Apache-2.0
// Claims of domains, who has verified which, and the proofs.
#include <string.h>

#include "store/here.h"
#include "store/orgs.h"

struct walk {
  domain_visit *visit;
  void *context;
};

static struct store_key org_and_text(int64_t org_id, const char *text)
{
  struct store_key key = key_of_i64(org_id);
  key_add_text(&key, text);
  return key;
}

enum status domain_get(struct store_txn *txn, int64_t org_id, const char *domain, struct domain *ret_domain)
{
  const struct store_key key = org_and_text(org_id, domain);
  return store_get_record(txn, TABLE_DOMAINS, &key, &DOMAIN_RECORD, ret_domain);
}

bool domain_is_lapsed(const struct domain *domain)
{
  bool missing = domain->verified == 1 && domain->reason[0] == '\0' && domain->missing_since_s != 0;
  return missing && domain->missing_at_s - domain->missing_since_s >= DOMAIN_GRACE_S;
}

enum status domain_owner(struct store_txn *txn, const char *domain, int64_t *ret_org_id)
{
  const struct store_key key = key_of_text(domain);
  return store_get_i64(txn, TABLE_DOMAIN_OWNERS, &key, ret_org_id);
}

static enum status last_proof(struct store_txn *txn, const char *domain, struct domain_proof *ret_proof)
{
  const struct store_key key = key_of_text(domain);
  return store_get_record(txn, TABLE_DOMAIN_PROOFS, &key, &DOMAIN_PROOF_RECORD, ret_proof);
}

enum status domain_put_proof(struct store_txn *txn, const char *domain, const struct domain_proof *proof)
{
  const struct store_key key = key_of_text(domain);
  return store_put_record(txn, TABLE_DOMAIN_PROOFS, &key, &DOMAIN_PROOF_RECORD, proof);
}

enum status domain_proof_now(struct store_txn *txn, const char *domain, int64_t *ret_number)
{
  struct domain_proof proof = {.org_id = 0};
  int64_t owner = 0;
  enum status status = domain_owner(txn, domain, &owner);
  if (status != STATUS_OK) {
    return status;
  }
  status = last_proof(txn, domain, &proof);
  if (status == STATUS_OK || status == STATUS_NOT_FOUND) {
    *ret_number = status == STATUS_OK ? proof.number : PROOF_BEFORE;
    return STATUS_OK;
  }
  return status;
}

enum status domain_remember_proof(struct store_txn *txn, int64_t org_id, const char *domain)
{
  struct domain_proof proof = {.org_id = 0};
  enum status status = last_proof(txn, domain, &proof);
  return status != STATUS_NOT_FOUND ? status
                                    : domain_put_proof(txn, domain, &(struct domain_proof){org_id, PROOF_BEFORE});
}

// A claim that is verified now and was not: by whoever had it last it is the same proof.
static enum status number_proof(struct store_txn *txn, const struct domain *domain)
{
  struct domain_proof proof = {.org_id = 0};
  int64_t owner = 0;
  enum status status = domain_owner(txn, domain->domain, &owner);
  if (status != STATUS_NOT_FOUND) {
    return status;
  }
  status = last_proof(txn, domain->domain, &proof);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  if (status == STATUS_OK && proof.org_id == domain->org_id) {
    return STATUS_OK;
  }
  proof.org_id = domain->org_id;
  status = store_new_id(txn, domain->org_id >= STORE_ID_FLEET, &proof.number);
  return status != STATUS_OK ? status : domain_put_proof(txn, domain->domain, &proof);
}

enum status domain_put(struct store_txn *txn, const struct domain *domain)
{
  const struct store_key key = org_and_text(domain->org_id, domain->domain);
  const struct store_key owner = key_of_text(domain->domain);
  enum status status = store_log_domain(txn, domain->domain);
  if (status != STATUS_OK) {
    return status;
  }
  status = store_put_record(txn, TABLE_DOMAINS, &key, &DOMAIN_RECORD, domain);
  if (status != STATUS_OK || domain->verified != 1) {
    return status;
  }
  status = number_proof(txn, domain);
  return status != STATUS_OK ? status : store_put_i64(txn, TABLE_DOMAIN_OWNERS, &owner, domain->org_id);
}

// STATUS_NOT_FOUND if nobody owns it.
static enum status drop_owner(struct store_txn *txn, int64_t org_id, const char *domain)
{
  const struct store_key owner = key_of_text(domain);
  int64_t owner_id = 0;
  enum status status = domain_owner(txn, domain, &owner_id);
  if (status != STATUS_OK || owner_id != org_id) {
    return status;
  }
  status = domain_remember_proof(txn, org_id, domain);
  return status != STATUS_OK ? status : store_delete(txn, TABLE_DOMAIN_OWNERS, &owner);
}

enum status domain_remove(struct store_txn *txn, int64_t org_id, const char *domain)
{
  const struct store_key key = org_and_text(org_id, domain);
  enum status status = drop_owner(txn, org_id, domain);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  status = store_log_domain(txn, domain);
  status = status != STATUS_OK ? status : domain_here_drop(txn, org_id, domain);
  return status != STATUS_OK ? status : store_delete(txn, TABLE_DOMAINS, &key);
}

static enum status visit_domain(void *context, const struct store_entry *entry)
{
  const struct walk *walk = context;
  struct domain domain;
  enum status status = record_decode(&DOMAIN_RECORD, entry->data, entry->length, &domain);
  return status != STATUS_OK ? status : walk->visit(walk->context, &domain);
}

enum status domain_each(struct store_txn *txn, int64_t org_id, domain_visit *visit, void *context)
{
  const struct store_key prefix = org_id != 0 ? key_of_i64(org_id) : key_new();
  struct walk walk = {visit, context};
  return store_each(txn, TABLE_DOMAINS, &prefix, visit_domain, &walk);
}

static enum status count_verified(void *context, const struct domain *domain)
{
  size_t *count = context;
  *count += domain->verified == 1 ? 1 : 0;
  return STATUS_OK;
}

enum status domain_count_verified(struct store_txn *txn, int64_t org_id, size_t *ret_count)
{
  size_t count = 0;
  enum status status = domain_each(txn, org_id, count_verified, &count);
  if (status == STATUS_OK) {
    *ret_count = count;
  }
  return status;
}

// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "base/text.h"
#include "operations/apply.h"

static enum status new_token(char token[static 33])
{
  unsigned char random[16];
  enum status status = file_random(random, sizeof random);
  if (status == STATUS_OK) {
    text_hex(random, sizeof random, token);
  }
  return status;
}

enum status apply_domain_add(struct application *a)
{
  struct org org;
  struct domain domain = {.added_at_s = a->now_s};
  enum status status = apply_find_org(a, &org);
  if (status != STATUS_OK) {
    return status;
  }
  status = domain_get(a->txn, org.id, a->op->domain, &a->result->domain);
  a->result->changed = status == STATUS_NOT_FOUND;
  if (status != STATUS_NOT_FOUND) {
    return status;
  }
  status = new_token(domain.token);
  domain.org_id = org.id;
  memcpy(domain.domain, a->op->domain, sizeof domain.domain);
  memcpy(a->event.detail, a->op->domain, sizeof a->op->domain);
  a->result->domain = domain;
  return status != STATUS_OK ? status : domain_put(a->txn, &domain);
}

static enum status find_claim(struct application *a, struct org *ret_org, struct domain *ret_domain)
{
  enum status status = apply_find_org(a, ret_org);
  if (status != STATUS_OK) {
    return status;
  }
  status = domain_get(a->txn, ret_org->id, a->op->domain, ret_domain);
  if (status == STATUS_NOT_FOUND) {
    report_set(a->report, "domain \"%s\": org \"%s\" has no such claim; 'ssoctl domain add' makes one", a->op->domain,
               ret_org->slug);
  }
  return status;
}

// A verified domain belongs to exactly one org.
enum status apply_domain_verify(struct application *a)
{
  struct org org;
  struct domain domain;
  int64_t owner = 0;
  enum status status = find_claim(a, &org, &domain);
  if (status != STATUS_OK) {
    return status;
  }
  status = domain_owner(a->txn, domain.domain, &owner);
  if (status == STATUS_OK && owner != org.id) {
    report_set(a->report, "domain \"%s\": is verified by another org of this host", domain.domain);
    return STATUS_REFUSED;
  }
  a->result->changed = domain.verified == 0;
  if ((status != STATUS_OK && status != STATUS_NOT_FOUND) || !a->result->changed) {
    return status;
  }
  domain.verified = 1;
  domain.verified_at_s = a->now_s;
  memcpy(domain.reason, a->op->reason, sizeof domain.reason);
  (void)snprintf(a->event.detail, sizeof a->event.detail, "%.100s by hand: %.120s", domain.domain, domain.reason);
  a->result->domain = domain;
  return domain_put(a->txn, &domain);
}

enum status apply_domain_remove(struct application *a)
{
  struct org org;
  struct domain domain;
  size_t verified = 0;
  enum status status = find_claim(a, &org, &domain);
  if (status == STATUS_OK) {
    status = domain_count_verified(a->txn, org.id, &verified);
  }
  if (status != STATUS_OK) {
    return status;
  }
  if (domain.verified == 1 && verified == 1 && org.enforcement != ENFORCEMENT_OFF) {
    report_set(a->report, "domain \"%s\": is the last verified one of org \"%s\", whose enforcement is %s",
               domain.domain, org.slug, enforcement_word(org.enforcement));
    return STATUS_REFUSED;
  }
  memcpy(a->event.detail, a->op->domain, sizeof a->op->domain);
  return domain_remove(a->txn, org.id, domain.domain);
}

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

enum status apply_domain_add(struct change_context *a)
{
  struct org org;
  struct domain domain = {.added_at_s = a->now_s};
  enum status status = change_find_org(a, a->op->org, &org);
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

static enum status find_claim(struct change_context *a, struct org *ret_org, struct domain *ret_domain)
{
  enum status status = change_find_org(a, a->op->org, ret_org);
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

// A record was looked up while nothing was locked: the claim may have been made anew, with another token, meanwhile.
static enum status check_token(struct change_context *a, const struct domain *domain)
{
  if (a->op->token[0] != '\0' && strcmp(a->op->token, domain->token) == 0) {
    return STATUS_OK;
  }
  report_set(a->report, "domain \"%s\": the claim was made anew while its record was looked up; verify it once more",
             domain->domain);
  return STATUS_REFUSED;
}

// A verified domain belongs to exactly one org: the first proof wins.
static enum status check_owner(struct change_context *a, const struct org *org, const struct domain *domain)
{
  int64_t owner = 0;
  enum status status = domain_owner(a->txn, domain->domain, &owner);
  if (status == STATUS_OK && owner != org->id) {
    report_set(a->report, "domain \"%s\": is verified by another org of this host", domain->domain);
    return STATUS_REFUSED;
  }
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

// A record takes the place of a reason, and a reason that of a record that is missing.
static bool is_news(const struct domain *domain, bool by_hand)
{
  bool stated = domain->reason[0] != '\0';
  return domain->verified == 0 || (by_hand ? !stated && domain->missing_since_s != 0 : stated);
}

enum status apply_domain_verify(struct change_context *a)
{
  struct org org;
  struct domain domain;
  bool by_hand = a->op->reason[0] != '\0';
  enum status status = find_claim(a, &org, &domain);
  if (status == STATUS_OK) {
    status = check_owner(a, &org, &domain);
  }
  if (status == STATUS_OK && !by_hand) {
    status = check_token(a, &domain);
  }
  a->result->changed = status == STATUS_OK && is_news(&domain, by_hand);
  if (!a->result->changed) {
    a->result->domain = domain;
    return status;
  }
  domain.verified_at_s = domain.verified == 1 ? domain.verified_at_s : a->now_s;
  domain.checked_at_s = by_hand ? domain.checked_at_s : a->now_s;
  domain.verified = 1;
  domain.missing_since_s = 0;
  memcpy(domain.reason, a->op->reason, sizeof domain.reason);
  (void)snprintf(a->event.detail, sizeof a->event.detail, by_hand ? "%.100s by hand: %.120s" : "%.240s by DNS%s",
                 domain.domain, domain.reason);
  a->result->domain = domain;
  return domain_put(a->txn, &domain);
}

// What a look-up said of the record. A domain verified by hand has none to miss; a claim only notes the look-up.
static enum status note_check(struct change_context *a, bool missing)
{
  struct org org;
  struct domain domain;
  enum status status = find_claim(a, &org, &domain);
  if (status == STATUS_OK) {
    status = check_token(a, &domain);
  }
  if (status != STATUS_OK) {
    return status;
  }
  bool was_missing = domain.missing_since_s != 0;
  bool is_missing = missing && domain.verified == 1 && domain.reason[0] == '\0';
  int64_t since_s = was_missing ? domain.missing_since_s : a->now_s;
  domain.missing_since_s = is_missing ? since_s : 0;
  domain.checked_at_s = a->now_s;
  a->silent = is_missing == was_missing;
  memcpy(a->event.detail, a->op->domain, sizeof a->op->domain);
  a->result->domain = domain;
  return domain_put(a->txn, &domain);
}

enum status apply_domain_found(struct change_context *a)
{
  return note_check(a, false);
}

enum status apply_domain_missing(struct change_context *a)
{
  return note_check(a, true);
}

enum status apply_domain_remove(struct change_context *a)
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

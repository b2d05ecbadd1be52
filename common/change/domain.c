// SPDX-License-Identifier: Apache-2.0
#include "change/domain.h"

#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "base/text.h"
#include "change/context.h"
#include "change/org_own.h"

static enum status new_token(char token[static 33])
{
  unsigned char random[16];
  enum status status = file_random(random, sizeof random);
  if (status == STATUS_OK) {
    text_hex(random, sizeof random, token);
  }
  return status;
}

static void note_domain(struct change_context *c, const char *domain)
{
  (void)snprintf(c->event.detail, sizeof c->event.detail, "%s", domain);
}

static enum status add(struct change_context *c, const void *input, void *ret_result)
{
  const struct domain_add *in = input;
  struct domain_changed *result = ret_result;
  struct org org;
  struct domain domain = {.added_at_s = c->now_s};
  enum status status = change_find_org(c, in->org, &org);
  status = status != STATUS_OK ? status : org_own_check(c, &org, "claim a domain");
  if (status != STATUS_OK) {
    return status;
  }
  status = domain_get(c->txn, org.id, in->domain, &result->domain);
  result->changed = status == STATUS_NOT_FOUND;
  if (status != STATUS_NOT_FOUND) {
    return status;
  }
  status = new_token(domain.token);
  if (status != STATUS_OK) {
    return status;
  }
  domain.org_id = org.id;
  (void)snprintf(domain.domain, sizeof domain.domain, "%s", in->domain);
  note_domain(c, in->domain);
  result->domain = domain;
  return domain_put(c->txn, &domain);
}

static enum status find_claim(struct change_context *c, const char *slug, const char *name, struct org *ret_org,
                              struct domain *ret_domain)
{
  enum status status = change_find_org(c, slug, ret_org);
  if (status != STATUS_OK) {
    return status;
  }
  status = domain_get(c->txn, ret_org->id, name, ret_domain);
  if (status == STATUS_NOT_FOUND) {
    error_set(c->error, "domain \"%s\": org \"%s\" has no such claim; 'ssoctl domain add' makes one", name,
              ret_org->slug);
  }
  return status;
}

// A record was looked up while nothing was locked: the claim may have been made anew, with another token, meanwhile.
static enum status check_token(struct change_context *c, const struct domain *domain, const char *token)
{
  if (token[0] != '\0' && strcmp(token, domain->token) == 0) {
    return STATUS_OK;
  }
  error_set(c->error, "domain \"%s\": the claim was made anew while its record was looked up; verify it once more",
            domain->domain);
  return STATUS_REFUSED;
}

// A verified domain belongs to exactly one org: the first proof wins.
static enum status check_owner(struct change_context *c, const struct org *org, const struct domain *domain)
{
  int64_t owner = 0;
  enum status status = domain_owner(c->txn, domain->domain, &owner);
  if (status == STATUS_OK && owner != org->id) {
    error_set(c->error, "domain \"%s\": is verified by another org of this host", domain->domain);
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

static void set_verified(struct change_context *c, struct domain *domain, const char *reason)
{
  bool by_hand = reason[0] != '\0';
  domain->verified_at_s = domain->verified == 1 ? domain->verified_at_s : c->now_s;
  domain->verified = 1;
  domain->missing_at_s = domain->missing_since_s = 0;
  (void)snprintf(domain->reason, sizeof domain->reason, "%s", reason);
  (void)snprintf(c->event.detail, sizeof c->event.detail, by_hand ? "%.100s by hand: %.120s" : "%.240s by DNS%s",
                 domain->domain, domain->reason);
}

static enum status note_checked(struct change_context *c, struct domain_changed *result)
{
  result->here.checked_at_s = c->now_s;
  return domain_here_put(c->txn, result->domain.org_id, result->domain.domain, &result->here);
}

static enum status verify(struct change_context *c, const void *input, void *ret_result)
{
  const struct domain_verify *in = input;
  struct domain_changed *result = ret_result;
  struct org org;
  struct domain domain;
  bool by_hand = in->reason[0] != '\0';
  enum status status = find_claim(c, in->org, in->domain, &org, &domain);
  if (status != STATUS_OK) {
    return status;
  }
  status = check_owner(c, &org, &domain);
  if (status != STATUS_OK) {
    return status;
  }
  if (!by_hand) {
    status = check_token(c, &domain, in->token);
  }
  if (status != STATUS_OK) {
    return status;
  }
  result->domain = domain;
  result->changed = is_news(&domain, by_hand);
  status = domain_here_get(c->txn, org.id, domain.domain, &result->here);
  if (status != STATUS_OK || !result->changed) {
    return status;
  }
  set_verified(c, &domain, in->reason);
  result->domain = domain;
  status = by_hand ? STATUS_OK : note_checked(c, result);
  return status != STATUS_OK ? status : domain_put(c->txn, &domain);
}

// What a look-up said of the record. A domain verified by hand has none to miss; a claim only notes the look-up.
static enum status note_look_up(struct change_context *c, const struct domain_look_up *in, bool missing,
                                struct domain_changed *result)
{
  struct org org;
  struct domain domain;
  enum status status = find_claim(c, in->org, in->domain, &org, &domain);
  if (status != STATUS_OK) {
    return status;
  }
  status = check_token(c, &domain, in->token);
  if (status != STATUS_OK) {
    return status;
  }
  bool was_missing = domain.missing_since_s != 0;
  bool is_missing = missing && domain.verified == 1 && domain.reason[0] == '\0';
  int64_t since_s = was_missing ? domain.missing_since_s : c->now_s;
  domain.missing_since_s = is_missing ? since_s : 0;
  domain.missing_at_s = is_missing ? c->now_s : 0;
  c->silent = is_missing == was_missing;
  note_domain(c, in->domain);
  result->domain = domain;
  status = note_checked(c, result);
  bool same = status == STATUS_OK && !was_missing && !is_missing;
  return status != STATUS_OK || same ? status : domain_put(c->txn, &domain);
}

static enum status found(struct change_context *c, const void *input, void *ret_result)
{
  return note_look_up(c, input, false, ret_result);
}

static enum status missing(struct change_context *c, const void *input, void *ret_result)
{
  return note_look_up(c, input, true, ret_result);
}

static enum status remove_claim(struct change_context *c, const void *input, void *ret_result)
{
  const struct domain_remove *in = input;
  struct org org;
  struct domain domain;
  size_t verified = 0;
  (void)ret_result;
  enum status status = find_claim(c, in->org, in->domain, &org, &domain);
  if (status != STATUS_OK) {
    return status;
  }
  status = domain_count_verified(c->txn, org.id, &verified);
  if (status != STATUS_OK) {
    return status;
  }
  if (domain.verified == 1 && verified == 1 && org.enforcement != ENFORCEMENT_OFF) {
    error_set(c->error, "domain \"%s\": is the last verified one of org \"%s\", whose enforcement is %s", domain.domain,
              org.slug, enforcement_word(org.enforcement));
    return STATUS_REFUSED;
  }
  note_domain(c, in->domain);
  return domain_remove(c->txn, org.id, domain.domain);
}

static const struct change_kind ADD = {"domain.add", CHANGE_SITE, CHANGE_OF_ORG, add, sizeof(struct domain_changed),
                                       false};
static const struct change_kind VERIFY = {
    "domain.verify", CHANGE_SITE, CHANGE_OF_ORG, verify, sizeof(struct domain_changed), false};
static const struct change_kind FOUND = {
    "domain.found", CHANGE_SITE, CHANGE_OF_ORG, found, sizeof(struct domain_changed), false};
static const struct change_kind MISSING = {
    "domain.missing", CHANGE_SITE, CHANGE_OF_ORG, missing, sizeof(struct domain_changed), false};
static const struct change_kind REMOVE = {
    "domain.remove", CHANGE_SITE, CHANGE_OF_ORG, remove_claim, sizeof(struct change_done), false};

struct change change_domain_add(const struct domain_add *in, struct domain_changed *ret_result)
{
  return (struct change){&ADD, in, ret_result, &ret_result->changed, in->org, ""};
}

struct change change_domain_verify(const struct domain_verify *in, struct domain_changed *ret_result)
{
  return (struct change){&VERIFY, in, ret_result, &ret_result->changed, in->org, ""};
}

struct change change_domain_found(const struct domain_look_up *in, struct domain_changed *ret_result)
{
  return (struct change){&FOUND, in, ret_result, &ret_result->changed, in->org, ""};
}

struct change change_domain_missing(const struct domain_look_up *in, struct domain_changed *ret_result)
{
  return (struct change){&MISSING, in, ret_result, &ret_result->changed, in->org, ""};
}

struct change change_domain_remove(const struct domain_remove *in, struct change_done *ret_result)
{
  return (struct change){&REMOVE, in, ret_result, &ret_result->changed, in->org, ""};
}

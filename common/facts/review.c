// SPDX-License-Identifier: Apache-2.0
#include "facts/review.h"

#include <inttypes.h>
#include <sha256.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/names.h"
#include "base/text.h"
#include "store/confirmed.h"
#include "store/endings.h"
#include "store/groups.h"
#include "store/here.h"
#include "store/refresh.h"

const char *review_reason_words(enum review_reason reason)
{
  switch (reason) {
  case REVIEW_GONE: return "gone";
  case REVIEW_REFUSED: return "refused by the provider";
  case REVIEW_LOCKED: return "locked";
  case REVIEW_SUSPENDED: return "suspended";
  case REVIEW_ENDED: return "ended";
  case REVIEW_IDLE: return "idle";
  case REVIEW_NEVER: return "never signed in";
  case REVIEW_ADMIN: return "admin without end";
  case REVIEW_UNPROVEN: return "address not proven";
  case REVIEW_GUEST: return "guest";
  case REVIEW_REASON_COUNT: break;
  }
  return "?";
}

struct walk {
  struct store_txn *txn;
  const struct review_of *of;
  review_visit *visit;
  void *context;
  struct review review;
  struct group_mappings mappings;
  bool has_domains;
  SHA256_CTX sha;
};

static void hash_text(struct walk *walk, const char *text)
{
  SHA256Update(&walk->sha, (const uint8_t *)text, strlen(text) + 1);
}

static void hash_number(struct walk *walk, int64_t number)
{
  char text[24];
  (void)snprintf(text, sizeof text, "%" PRId64, number);
  hash_text(walk, text);
}

static enum status add_group(const struct walk *walk, uint32_t number, struct reviewed *reviewed)
{
  char name[LOGIN_SIZE] = "";
  for (size_t i = 0; i < walk->mappings.count; i++) {
    const struct group_mapping *mapping = &walk->mappings.list[i];
    if (mapping->number != number || mapping->gives == GIVES_ROLE) {
      continue;
    }
    if (mapping->gives == GIVES_GROUP) {
      group_full_name(walk->of->org->slug, mapping->name, name);
    } else {
      (void)snprintf(name, sizeof name, "%s", mapping->name);
    }
    return group_words_hold(reviewed->groups, name) ? STATUS_OK : group_words_add(reviewed->groups, name);
  }
  return STATUS_OK;
}

static enum status read_groups(const struct walk *walk, const struct membership *membership, struct reviewed *reviewed)
{
  struct given_groups given = {.mappings = {0}};
  if (walk->mappings.count == 0) {
    return STATUS_OK;
  }
  enum status status = given_get(walk->txn, membership->account_id, membership->org_id, &given);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  for (uint32_t i = 0; status == STATUS_OK && i < given.mappings.count; i++) {
    status = add_group(walk, given.mappings.values[i], reviewed);
  }
  return status;
}

static void add_reason(struct reviewed *reviewed, enum review_reason reason, bool holds)
{
  reviewed->reasons |= holds ? 1U << reason : 0;
}

static enum status look_at_provider(const struct walk *walk, const struct membership *membership,
                                    struct reviewed *reviewed)
{
  struct refresh refresh CLEANUP(cleanup_refresh) = {.org_id = 0};
  enum status status = refresh_get(walk->txn, membership->org_id, membership->account_id, &refresh);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  reviewed->gone = membership->role != ROLE_OWNER && refresh_is_gone(&refresh, walk->of->now_s);
  add_reason(reviewed, REVIEW_GONE, reviewed->gone);
  add_reason(reviewed, REVIEW_REFUSED, !reviewed->gone && refresh.state == REFRESH_REFUSED);
  return STATUS_OK;
}

static enum status look_at_address(const struct walk *walk, struct reviewed *reviewed)
{
  int64_t owner_id = 0;
  const char *email = reviewed->account->email;
  add_reason(reviewed, REVIEW_UNPROVEN, reviewed->account->email_proven == 0);
  if (!walk->has_domains) {
    return STATUS_OK;
  }
  enum status status = domain_owner(walk->txn, name_email_domain(email), &owner_id);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  add_reason(reviewed, REVIEW_GUEST, status == STATUS_NOT_FOUND || owner_id != walk->of->org->id);
  return STATUS_OK;
}

static void look_at_membership(const struct walk *walk, const struct membership *stored, struct reviewed *reviewed)
{
  const struct account *account = reviewed->account;
  const struct membership *now = &reviewed->membership;
  int64_t idle_s = walk->of->idle_s != 0 ? walk->of->idle_s : REVIEW_IDLE_S;
  bool never = reviewed->last_sign_in_at_s == 0;
  reviewed->idle_s = walk->of->now_s - (never ? stored->joined_at_s : reviewed->last_sign_in_at_s);
  bool ended = stored->until_s != 0 && now->status != MEMBER_ACTIVE && stored->until_s <= walk->of->now_s;
  add_reason(reviewed, REVIEW_LOCKED, account->status != ACCOUNT_ACTIVE);
  add_reason(reviewed, REVIEW_ENDED, ended);
  add_reason(reviewed, REVIEW_SUSPENDED, now->status != MEMBER_ACTIVE && !ended);
  add_reason(reviewed, REVIEW_IDLE, !never && reviewed->idle_s >= idle_s);
  add_reason(reviewed, REVIEW_NEVER, never && reviewed->idle_s >= idle_s);
  add_reason(reviewed, REVIEW_ADMIN,
             now->role == ROLE_ADMIN && now->role_until_s == 0 && now->until_s == 0 && now->role_by != ROLE_BY_GROUP);
}

// As it is stored: what mere time makes of that, nobody has changed.
static void hash_member(struct walk *walk, const struct membership *m, const struct reviewed *reviewed)
{
  const int64_t numbers[] = {m->account_id, m->role,  m->role_by,      m->source,      m->status,
                             m->until_s,    m->ended, m->role_until_s, m->joined_at_s, reviewed->account->status};
  for (size_t i = 0; i < COUNT_OF(numbers); i++) {
    hash_number(walk, numbers[i]);
  }
  hash_text(walk, reviewed->account->login);
  hash_text(walk, reviewed->account->email);
  hash_text(walk, reviewed->groups);
}

static enum status look_at(struct walk *walk, const struct membership *stored, const struct account *account)
{
  struct reviewed reviewed = {.account = account, .membership = membership_at(stored, walk->of->now_s)};
  struct account_here here = {.last_sign_in_at_s = 0};
  enum status status = account_here_get(walk->txn, account->id, &here);
  reviewed.last_sign_in_at_s = here.last_sign_in_at_s;
  status = status != STATUS_OK ? status : look_at_provider(walk, stored, &reviewed);
  status = status != STATUS_OK ? status : look_at_address(walk, &reviewed);
  status = status != STATUS_OK ? status : read_groups(walk, stored, &reviewed);
  if (status != STATUS_OK) {
    return status;
  }
  look_at_membership(walk, stored, &reviewed);
  hash_member(walk, stored, &reviewed);
  walk->review.members++;
  walk->review.admins += reviewed.membership.role == ROLE_ADMIN;
  walk->review.to_look_at += reviewed.reasons != 0;
  return walk->visit != NULL ? walk->visit(walk->context, &reviewed) : STATUS_OK;
}

static enum status visit_member(void *context, const struct membership *membership)
{
  struct walk *walk = context;
  struct account account;
  enum status status = account_get(walk->txn, membership->account_id, &account);
  if (status != STATUS_OK) {
    return status;
  }
  status = look_at(walk, membership, &account);
  record_done(&ACCOUNT_RECORD, &account);
  return status;
}

// All that 'idp confirm' looks at but the secret, which says of nobody whether they get in.
static void hash_covered(struct walk *walk, const struct connection *connection)
{
  const struct covered covered = covered_of(walk->of->org, connection->org_id != 0 ? connection : NULL);
  for (size_t i = 0; i < COVERED_COUNT; i++) {
    size_t length = 0;
    const void *bytes = covered_bytes(i, &covered, &length);
    if (strcmp(covered_name(i), "secret") != 0) {
      hash_number(walk, (int64_t)length);
      SHA256Update(&walk->sha, bytes, length);
    }
  }
  hash_number(walk, connection->offline);
}

static enum status hash_domain(void *context, const struct domain *domain)
{
  struct walk *walk = context;
  if (domain->verified != 0) {
    hash_text(walk, domain->domain);
  }
  return STATUS_OK;
}

static enum status hash_mappings(struct walk *walk)
{
  enum status status = group_mappings_of(walk->txn, walk->of->org->id, &walk->mappings);
  if (status != STATUS_OK) {
    return status;
  }
  hash_number(walk, (int64_t)walk->mappings.count);
  for (size_t i = 0; i < walk->mappings.count; i++) {
    const struct group_mapping *mapping = &walk->mappings.list[i];
    hash_text(walk, mapping->provider);
    hash_number(walk, mapping->gives);
    hash_text(walk, mapping->name);
  }
  return STATUS_OK;
}

static void hash_org(struct walk *walk)
{
  const struct org *org = walk->of->org;
  const int64_t numbers[] = {org->id,      org->owner_id,    org->provisioning, org->default_role,
                             org->on_link, org->device_link, org->admins_sudo};
  hash_text(walk, org->slug);
  hash_text(walk, org->allowed_domains);
  for (size_t i = 0; i < COUNT_OF(numbers); i++) {
    hash_number(walk, numbers[i]);
  }
}

// What of the org itself says who gets in.
static enum status begin(struct walk *walk)
{
  const struct org *org = walk->of->org;
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  size_t domains = 0;
  enum status status = connection_get(walk->txn, org->id, CONNECTION_ACTIVE, &connection);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  status = domain_count_verified(walk->txn, org->id, &domains);
  walk->has_domains = domains > 0;
  memcpy(walk->review.issuer, connection.issuer, sizeof walk->review.issuer);
  SHA256Init(&walk->sha);
  hash_text(walk, "ssoorg-review-1");
  hash_org(walk);
  hash_covered(walk, &connection);
  status = status != STATUS_OK ? status : hash_mappings(walk);
  return status != STATUS_OK ? status : domain_each(walk->txn, org->id, hash_domain, walk);
}

static void end(struct walk *walk)
{
  unsigned char sum[SHA256_DIGEST_LENGTH];
  SHA256Final(sum, &walk->sha);
  text_hex(sum, (REVIEW_DIGEST_SIZE - 1) / 2, walk->review.digest);
}

enum status review_read(struct store_txn *txn, const struct review_of *of, review_visit *visit, void *context,
                        struct review *ret_review)
{
  struct walk walk = {.txn = txn, .of = of, .visit = visit, .context = context};
  enum status status = begin(&walk);
  status = status != STATUS_OK ? status : membership_each(txn, of->org->id, visit_member, &walk);
  if (status != STATUS_OK) {
    return status;
  }
  end(&walk);
  *ret_review = walk.review;
  return STATUS_OK;
}

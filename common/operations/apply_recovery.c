// SPDX-License-Identifier: Apache-2.0
// Recovery codes of an org's owner (POLICY L5, E4): each signs in once, and only who owns the org now.
#include <stdio.h>
#include <string.h>

#include "operations/sign_in.h"
#include "store/recovery.h"

enum status apply_drop_recovery(struct change_context *a, const struct org *org, size_t *ret_count)
{
  struct recovery_summary before;
  enum status status = recovery_summarize(a->txn, org->owner_id, org->id, &before);
  if (status == STATUS_OK) {
    *ret_count = before.left;
    status = recovery_drop(a->txn, org->owner_id, org->id);
  }
  return status;
}

// Where row L5 does not fit the owner nobody would ask for a code.
static enum status check_owner(struct change_context *a, const struct org *org)
{
  struct account owner;
  struct facts facts;
  enum status status = account_get(a->txn, org->owner_id, &owner);
  if (status == STATUS_OK) {
    memcpy(a->event.login, owner.login, sizeof a->event.login);
    status = change_load_facts(a, owner.login, &facts);
  }
  if (status == STATUS_OK && !policy_is_owner(&facts.person)) {
    report_set(a->report,
               "org \"%s\": recovery codes would not be taken from its owner, whom another org governs "
               "(POLICY L5)",
               org->slug);
    status = STATUS_REFUSED;
  }
  return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
}

// What the caller has drawn must begin unlike any other code of this owner: it is found by that.
static enum status put_code(struct change_context *a, const struct org *org, const struct recovery_code *drawn)
{
  struct recovery_code code = *drawn;
  struct recovery_code other;
  enum status status = recovery_get(a->txn, org->owner_id, code.prefix, &other);
  if (status == STATUS_OK || code.hash[0] == '\0') {
    report_set(a->report, "org \"%s\": a code begins like another one; draw new ones", org->slug);
    return STATUS_EXISTS;
  }
  if (status != STATUS_NOT_FOUND) {
    return status;
  }
  code.account_id = org->owner_id;
  code.org_id = org->id;
  code.created_at_s = a->now_s;
  code.used_at_s = 0;
  return recovery_put(a->txn, &code);
}

enum status apply_recovery_create(struct change_context *a)
{
  struct org org;
  size_t before = 0;
  enum status status = change_find_org(a, a->op->org, &org);
  if (status == STATUS_OK) {
    status = check_owner(a, &org);
  }
  if (status == STATUS_OK) {
    status = apply_drop_recovery(a, &org, &before);
  }
  for (size_t i = 0; status == STATUS_OK && i < RECOVERY_CODES; i++) {
    status = put_code(a, &org, &a->op->recovery[i]);
  }
  (void)snprintf(a->event.detail, sizeof a->event.detail, "%d codes, %zu earlier ones void", RECOVERY_CODES, before);
  return status;
}

enum status apply_recovery_revoke(struct change_context *a)
{
  struct org org;
  struct recovery_summary before = {.made = 0};
  enum status status = change_find_org(a, a->op->org, &org);
  if (status == STATUS_OK) {
    status = recovery_summarize(a->txn, org.owner_id, org.id, &before);
  }
  a->result->changed = before.made > 0;
  (void)snprintf(a->event.detail, sizeof a->event.detail, "%zu unused codes void", before.left);
  return status != STATUS_OK ? status : recovery_drop(a->txn, org.owner_id, org.id);
}

// The code whose hash matched, if nobody has used it or made it void since, and its org if the account owns that now.
static enum status find_code(const struct sign_in *s, struct org *ret_org, struct recovery_code *ret_code)
{
  const struct operation *op = s->a->op;
  enum status status = recovery_get(s->a->txn, s->facts.account.id, op->prefix, ret_code);
  if (status == STATUS_OK) {
    status = org_get(s->a->txn, ret_code->org_id, ret_org);
  }
  bool same = status == STATUS_OK && ret_code->hash[0] != '\0' && strcmp(ret_code->hash, op->code) == 0 &&
              ret_org->owner_id == s->facts.account.id; // both are hashes
  return same || (status != STATUS_OK && status != STATUS_NOT_FOUND) ? status : STATUS_NOT_FOUND;
}

static enum status use_up(struct sign_in *s, struct recovery_code *code)
{
  explicit_bzero(code->hash, sizeof code->hash);
  code->used_at_s = s->a->now_s;
  return recovery_put(s->a->txn, code);
}

// An event of its own beside that of the sign-in, so that nobody overlooks it.
static enum status note_used(struct sign_in *s, const struct org *org)
{
  struct change_context *a = s->a;
  struct audit_event event = a->event;
  struct recovery_summary after;
  enum status status = recovery_summarize(a->txn, s->account.id, org->id, &after);
  if (status != STATUS_OK) {
    return status;
  }
  a->result->count = after.left;
  explicit_bzero(event.event, sizeof event.event);
  (void)stpncpy(event.event, "recovery.used", sizeof event.event - 1);
  (void)snprintf(event.detail, sizeof event.detail, "%zu left", after.left);
  return audit_add(a->txn, &event);
}

enum status apply_recovery_sign_in(struct change_context *a)
{
  struct sign_in s = {.a = a, .way = WAY_RECOVERY};
  struct policy_question question = {.stage = STAGE_LOGIN};
  struct recovery_code code;
  struct org org;
  enum status status = change_load_facts(a, a->op->login, &s.facts);
  if (status != STATUS_OK) {
    return status;
  }
  question.person = s.facts.person;
  policy_decide(&question, &a->result->decision);
  bool offered = a->result->decision.outcome == OUTCOME_OFFER && a->result->decision.offer_recovery;
  const char *row = a->result->decision.row;
  status = offered ? find_code(&s, &org, &code) : STATUS_NOT_FOUND;
  if (status == STATUS_NOT_FOUND) {
    return sign_in_refuse(a, &(struct policy_decision){.row = row, .notice = NOTICE_WRONG_PASSWORD});
  }
  if (status == STATUS_OK) {
    status = use_up(&s, &code);
  }
  if (status != STATUS_OK) {
    return status;
  }
  s.account = s.facts.account;
  memcpy(a->event.org, org.slug, sizeof a->event.org);
  status = sign_in_finish(&s, row);
  return status != STATUS_OK ? status : note_used(&s, &org);
}

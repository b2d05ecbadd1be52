// SPDX-License-Identifier: Apache-2.0
// Recovery codes of an org's owner (POLICY L5, E4): each signs in once, and only who owns the org now.
#include <stdio.h>
#include <string.h>

#include "operations/sign_in.h"
#include "store/recovery.h"

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

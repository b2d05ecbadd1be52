// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "change/sign_in_parts.h"
#include "store/audit.h"
#include "store/recovery.h"

// The code whose hash matched, if nobody has used it or made it void since, and its org if the account owns that now.
static enum status find_code(const struct sign_in *s, const struct recovery_sign_in *in, struct org *ret_org,
                             struct recovery_code *ret_code)
{
  enum status status = recovery_get(s->c->txn, s->facts.account.id, in->prefix, ret_code);
  if (status != STATUS_OK) {
    return status;
  }
  status = org_get(s->c->txn, ret_code->org_id, ret_org);
  if (status != STATUS_OK) {
    return status;
  }
  bool same = ret_code->hash[0] != '\0' && strcmp(ret_code->hash, in->code) == 0; // both are hashes
  return same && ret_org->owner_id == s->facts.account.id ? STATUS_OK : STATUS_NOT_FOUND;
}

static enum status use_up(struct sign_in *s, struct recovery_code *code)
{
  explicit_bzero(code->hash, sizeof code->hash);
  code->used_at_s = s->c->now_s;
  return recovery_put(s->c->txn, code);
}

// An event of its own beside that of the sign-in, so that nobody overlooks it.
static enum status note_used(struct sign_in *s, const struct org *org)
{
  struct audit_event event = s->c->event;
  struct recovery_summary after;
  enum status status = recovery_summarize(s->c->txn, s->account.id, org->id, &after);
  if (status != STATUS_OK) {
    return status;
  }
  s->result->codes_left = after.left;
  explicit_bzero(event.event, sizeof event.event);
  (void)stpncpy(event.event, "recovery.used", sizeof event.event - 1);
  (void)snprintf(event.detail, sizeof event.detail, "%zu left", after.left);
  return audit_add(s->c->txn, &event);
}

static enum status by_recovery(struct change_context *c, const void *input, void *ret_result)
{
  const struct recovery_sign_in *in = input;
  struct sign_in s = {.c = c, .result = ret_result, .login = in->login, .with_key = in->with_key, .way = WAY_RECOVERY};
  struct recovery_code code;
  struct org org;
  enum status status = sign_in_decide(&s);
  if (status != STATUS_OK) {
    return status;
  }
  const struct policy_decision *decision = &s.result->decision;
  const char *row = decision->row;
  bool offered = decision->verdict == VERDICT_OFFER && decision->offer_recovery;
  status = offered ? find_code(&s, in, &org, &code) : STATUS_NOT_FOUND;
  if (status == STATUS_NOT_FOUND) {
    return sign_in_refuse(&s, &(struct policy_decision){.row = row, .notice = NOTICE_WRONG_PASSWORD});
  }
  if (status != STATUS_OK) {
    return status;
  }
  status = use_up(&s, &code);
  if (status != STATUS_OK) {
    return status;
  }
  s.account = s.facts.account;
  memcpy(c->event.org, org.slug, sizeof c->event.org);
  status = sign_in_finish(&s, row);
  return status != STATUS_OK ? status : note_used(&s, &org);
}

static const struct change_kind RECOVERY = {
    "sign-in", CHANGE_CLAIM, CHANGE_OF_ORG, by_recovery, sizeof(struct signed_in), false};

struct change change_recovery_sign_in(const struct recovery_sign_in *in, struct signed_in *ret_result)
{
  return (struct change){&RECOVERY, in, ret_result, &ret_result->changed, "", ""};
}

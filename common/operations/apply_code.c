// SPDX-License-Identifier: Apache-2.0
// Invites accepted at the prompt: by a code, which proves the invite and not the email (POLICY I3), or by a yes.
#include <stdio.h>
#include <string.h>

#include "facts/control.h"
#include "operations/sign_in.h"

// The invite of the operation's org for the person, whose code was typed: it may have been taken back meanwhile.
static enum status find_invite(struct sign_in *s, struct org *ret_org, struct invite *ret_invite)
{
  struct change_context *a = s->a;
  enum status status = change_find_org(a, a->op->org, ret_org);
  bool full = false;
  if (status == STATUS_OK) {
    status = control_is_full(a->txn, ret_org, &full);
  }
  if (status == STATUS_OK && full) {
    return sign_in_refuse(a, &(struct policy_decision){.row = "L13", .notice = NOTICE_FULL});
  }
  if (status == STATUS_OK) {
    status = invite_get(a->txn, ret_org->id, s->facts.email, ret_invite);
  }
  bool same = status == STATUS_OK && ret_invite->expires_at_s > a->now_s && a->op->code[0] != '\0' &&
              strcmp(ret_invite->code, a->op->code) == 0; // both are hashes
  if (same || (status != STATUS_OK && status != STATUS_NOT_FOUND)) {
    return status;
  }
  return sign_in_refuse(a, &(struct policy_decision){.row = "L13", .notice = NOTICE_WRONG_CODE});
}

// Row L13: the account is made with an unproven email (I3). Row L15: its own password was typed besides.
static enum status take_account(struct sign_in *s, const struct org *org, const struct policy_decision *decision)
{
  struct change_context *a = s->a;
  if (s->facts.person.known) {
    s->account = s->facts.account;
    s->account.code_used = 1;
    return change_knows_password(&s->account, a->op->password)
               ? STATUS_OK
               : sign_in_refuse(a, &(struct policy_decision){.row = decision->row, .notice = NOTICE_WRONG_PASSWORD});
  }
  enum status status = sign_in_create_account(s, org->id);
  memcpy(s->account.password, a->op->password, sizeof s->account.password);
  s->account.password_tried = 0; // typed twice, but never signed in with
  s->account.code_used = 1;
  return status;
}

enum status apply_code_sign_in(struct change_context *a)
{
  struct sign_in s = {.a = a, .way = WAY_PASSWORD};
  struct policy_question question = {.stage = STAGE_LOGIN, .service = SERVICE_LOGIN};
  struct policy_decision *decision = &a->result->decision;
  struct invite invite = {.org_id = 0};
  struct org org = {.id = 0};
  *decision = (struct policy_decision){.row = "-", .notice = NOTICE_INTERNAL};
  enum status status = change_load_facts(a, a->op->login, &s.facts);
  if (status != STATUS_OK) {
    return status;
  }
  question.person = s.facts.person;
  policy_decide(&question, decision);
  if (decision->outcome != OUTCOME_OFFER || !decision->offer_code || a->op->password[0] == '\0') {
    return sign_in_refuse(a, &(struct policy_decision){.row = decision->row, .notice = NOTICE_WRONG_CODE});
  }
  status = find_invite(&s, &org, &invite);
  if (status == STATUS_OK) {
    status = take_account(&s, &org, decision);
  }
  if (status == STATUS_OK) {
    status = sign_in_accept(&s, org.id, invite.role);
  }
  if (status != STATUS_OK) {
    return status;
  }
  return sign_in_finish(&s, decision->row);
}

// A yes counts only of who has just signed in through the org that governs the email: that has proven it (I2, I4).
static enum status find_after_yes(struct sign_in *s, struct org *ret_org, struct invite *ret_invite)
{
  struct change_context *a = s->a;
  struct ticket ticket;
  enum status status = change_find_org(a, a->op->org, ret_org);
  if (status == STATUS_OK) {
    status = ticket_get(a->txn, a->op->ticket, a->now_s, &ticket);
  }
  if (status == STATUS_OK) {
    status = invite_get(a->txn, ret_org->id, s->facts.email, ret_invite);
  }
  if (status != STATUS_OK) {
    return status;
  }
  bool full = true;
  if (control_is_full(a->txn, ret_org, &full) != STATUS_OK || full) {
    return STATUS_REFUSED;
  }
  bool proven = s->facts.account.email_proven == 1 && ticket.account_id == s->facts.account.id &&
                ticket.way == WAY_SSO && ticket.org_id != 0 && ticket.org_id == s->facts.person.governing.id;
  return proven && ret_invite->expires_at_s > a->now_s ? STATUS_OK : STATUS_REFUSED;
}

enum status apply_invite_accept(struct change_context *a)
{
  struct sign_in s = {.a = a};
  struct invite invite = {.org_id = 0};
  struct org org = {.id = 0};
  bool by_code = a->op->code[0] != '\0';
  enum status status = change_load_facts(a, a->op->login, &s.facts);
  if (status != STATUS_OK) {
    return status;
  }
  if (!s.facts.person.known || s.facts.person.locked || (by_code && !policy_takes_code(&s.facts.person))) {
    return STATUS_REFUSED;
  }
  status = by_code ? find_invite(&s, &org, &invite) : find_after_yes(&s, &org, &invite);
  if (status != STATUS_OK) {
    return status;
  }
  s.account = s.facts.account;
  memcpy(a->event.login, s.account.login, sizeof a->event.login);
  (void)snprintf(a->event.detail, sizeof a->event.detail, "as %s", role_word(invite.role));
  status = sign_in_accept(&s, org.id, invite.role);
  if (status == STATUS_OK && by_code) {
    s.account.code_used = 1;
    status = account_update(a->txn, &s.account);
  }
  return status == STATUS_OK && by_code ? change_settle_try(a, &(struct settled_try){TRY_PASSWORD, a->op->login, false})
                                        : status;
}

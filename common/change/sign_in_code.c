// SPDX-License-Identifier: Apache-2.0
// Invites accepted at the prompt: by a code, which proves the invite and not the email (POLICY I3), or by a yes.
#include <stdio.h>
#include <string.h>

#include "change/sign_in_parts.h"
#include "change/throttle.h"
#include "facts/control.h"
#include "policy/person.h"

static enum status check_room(struct sign_in *s, const struct org *org)
{
  bool full = false;
  enum status status = control_is_full(s->c->txn, org, &full);
  if (status != STATUS_OK || !full) {
    return status;
  }
  return sign_in_refuse(s, &(struct policy_decision){.row = "L13", .notice = NOTICE_FULL});
}

static enum status load_invite(struct sign_in *s, const char *slug, struct org *ret_org, struct invite *ret_invite)
{
  enum status status = change_find_org(s->c, slug, ret_org);
  if (status != STATUS_OK) {
    return status;
  }
  status = check_room(s, ret_org);
  return status != STATUS_OK ? status : invite_get(s->c->txn, ret_org->id, s->facts.email, ret_invite);
}

// The invite of org SLUG for the person, whose code's hash is CODE: it may have been taken back meanwhile.
static enum status find_invite(struct sign_in *s, const char *slug, const char *code, struct org *ret_org,
                               struct invite *ret_invite)
{
  enum status status = load_invite(s, slug, ret_org, ret_invite);
  bool same = status == STATUS_OK && ret_invite->expires_at_s > s->c->now_s && code[0] != '\0' &&
              strcmp(ret_invite->code, code) == 0; // both are hashes
  if (same || (status != STATUS_OK && status != STATUS_NOT_FOUND)) {
    return status;
  }
  return sign_in_refuse(s, &(struct policy_decision){.row = "L13", .notice = NOTICE_WRONG_CODE});
}

// Row L15: the account's own password was typed besides.
static enum status take_account(struct sign_in *s, const struct code_sign_in *in, const char *row)
{
  s->account = s->facts.account;
  s->account.code_used = 1;
  return change_knows_password(&s->account, in->password)
             ? STATUS_OK
             : sign_in_refuse(s, &(struct policy_decision){.row = row, .notice = NOTICE_WRONG_PASSWORD});
}

// Row L13: the account is made with an unproven email (I3).
static enum status make_account(struct sign_in *s, const struct code_sign_in *in, const struct org *org)
{
  enum status status = sign_in_create_account(s, org->id, &in->told);
  if (status != STATUS_OK) {
    return status;
  }
  (void)snprintf(s->account.password, sizeof s->account.password, "%s", in->password);
  // Typed twice, but never signed in with: it counts as not tried.
  s->account.code_used = 1;
  return STATUS_OK;
}

static enum status join_by_code(struct sign_in *s, const struct code_sign_in *in, const char *row)
{
  struct invite invite = {.org_id = 0};
  struct org org = {.id = 0};
  enum status status = find_invite(s, in->org, in->code, &org, &invite);
  if (status != STATUS_OK) {
    return status;
  }
  status = s->facts.person.known ? take_account(s, in, row) : make_account(s, in, &org);
  return status != STATUS_OK ? status : sign_in_accept(s, org.id, invite.role);
}

static enum status by_code(struct change_context *c, const void *input, void *ret_result)
{
  const struct code_sign_in *in = input;
  struct sign_in s = {.c = c, .result = ret_result, .login = in->login, .with_key = in->with_key, .way = WAY_PASSWORD};
  struct policy_decision *decision = &s.result->decision;
  *decision = (struct policy_decision){.row = "-", .notice = NOTICE_INTERNAL};
  enum status status = sign_in_decide(&s);
  if (status != STATUS_OK) {
    return status;
  }
  const char *row = decision->row;
  if (decision->verdict != VERDICT_OFFER || !decision->offer_code || in->password[0] == '\0') {
    return sign_in_refuse(&s, &(struct policy_decision){.row = row, .notice = NOTICE_WRONG_CODE});
  }
  status = join_by_code(&s, in, row);
  return status != STATUS_OK ? status : sign_in_finish(&s, row);
}

// A sign-in through the org that governs the email, or of the host's own ways where none does.
static bool proves_email(const struct ticket *ticket, int64_t governing_id)
{
  if (governing_id == 0) {
    return way_is_of_host(ticket->way) && ticket->proven == 1;
  }
  return ticket->way == WAY_SSO && ticket->org_id == governing_id;
}

// A yes counts only of who has just proven the email by signing in (I2, I4).
static enum status find_after_yes(struct sign_in *s, const struct invite_accept *in, struct org *ret_org,
                                  struct invite *ret_invite)
{
  struct change_context *c = s->c;
  struct ticket ticket;
  bool full = true;
  enum status status = change_find_org(c, in->org, ret_org);
  if (status != STATUS_OK) {
    return status;
  }
  status = ticket_get(c->txn, in->ticket, c->now_s, &ticket);
  if (status != STATUS_OK) {
    return status;
  }
  status = invite_get(c->txn, ret_org->id, s->facts.email, ret_invite);
  if (status != STATUS_OK) {
    return status;
  }
  if (control_is_full(c->txn, ret_org, &full) != STATUS_OK || full) {
    return STATUS_REFUSED;
  }
  bool proven = s->facts.account.email_proven == 1 && ticket.account_id == s->facts.account.id &&
                proves_email(&ticket, s->facts.person.governing.id);
  return proven && ret_invite->expires_at_s > c->now_s ? STATUS_OK : STATUS_REFUSED;
}

static enum status note_code(struct sign_in *s)
{
  s->account.code_used = 1;
  enum status status = account_update(s->c->txn, &s->account);
  return status != STATUS_OK ? status
                             : change_settle_try(s->c, &(struct settled_try){TRY_PASSWORD, s->login, false, ""});
}

static enum status accept_invite(struct change_context *c, const void *input, void *ret_result)
{
  const struct invite_accept *in = input;
  struct signed_in ignored = {.changed = false};
  struct sign_in s = {.c = c, .result = &ignored, .login = in->login};
  struct invite invite = {.org_id = 0};
  struct org org = {.id = 0};
  bool with_code = in->code[0] != '\0';
  (void)ret_result;
  enum status status = sign_in_begin(&s);
  if (status != STATUS_OK) {
    return status;
  }
  const struct policy_person *person = &s.facts.person;
  if (!person->known || person->locked || (with_code && !policy_takes_code(person))) {
    return STATUS_REFUSED;
  }
  status = with_code ? find_invite(&s, in->org, in->code, &org, &invite) : find_after_yes(&s, in, &org, &invite);
  if (status != STATUS_OK) {
    return status;
  }
  s.account = s.facts.account;
  change_name_login(c, s.account.login);
  (void)snprintf(c->event.detail, sizeof c->event.detail, "as %s", role_word(invite.role));
  status = sign_in_accept(&s, org.id, invite.role);
  return status == STATUS_OK && with_code ? note_code(&s) : status;
}

static const struct change_kind CODE = {"sign-in", CHANGE_CLAIM, CHANGE_OF_ORG, by_code, sizeof(struct signed_in),
                                        false};
static const struct change_kind ACCEPT = {
    "invite.accept", CHANGE_CLAIM, CHANGE_OF_ORG, accept_invite, sizeof(struct change_done), false};

struct change change_code_sign_in(const struct code_sign_in *in, struct signed_in *ret_result)
{
  return (struct change){&CODE, in, ret_result, &ret_result->changed, in->org, ""};
}

struct change change_invite_accept(const struct invite_accept *in, struct change_done *ret_result)
{
  return (struct change){&ACCEPT, in, ret_result, &ret_result->changed, in->org, ""};
}

// SPDX-License-Identifier: Apache-2.0
#include "change/sign_in.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/text.h"
#include "change/new_account.h"
#include "change/sign_in_parts.h"
#include "change/throttle.h"
#include "store/here.h"

enum status sign_in_begin(struct sign_in *s)
{
  change_name_login(s->c, s->login);
  return change_load_facts(s->c, s->login, &s->facts);
}

enum status sign_in_decide(struct sign_in *s)
{
  struct policy_question question = {.stage = STAGE_LOGIN};
  enum status status = sign_in_begin(s);
  if (status != STATUS_OK) {
    return status;
  }
  question.person = s->facts.person;
  policy_decide(&question, &s->result->decision);
  return STATUS_OK;
}

enum status sign_in_refuse(struct sign_in *s, const struct policy_decision *decision)
{
  s->result->decision = *decision;
  error_set(s->c->error, "%s: %s", decision->row, notice_name(decision->notice));
  return STATUS_REFUSED;
}

enum status sign_in_create_account(struct sign_in *s, int64_t org_id, const struct told_number *told)
{
  struct change_context *c = s->c;
  const struct new_account made = {.login = s->login,
                                   .email = s->facts.email,
                                   .name = "",
                                   .home = "",
                                   .shell = "",
                                   .local_user = "",
                                   .org_id = org_id};
  enum status status = sign_in_check_name(s);
  status = status != STATUS_OK ? status : change_new_account(c, &made, &s->account, &s->result->decision);
  if (s->facts.person.short_name && (status == STATUS_EXISTS || status == STATUS_REFUSED)) {
    return sign_in_refuse_name(s, status);
  }
  if (status != STATUS_OK || !told->known || told->uid == s->account.uid) {
    return status;
  }
  error_set(c->error, "N4: the calling program was told uid %u, the account would get %u", told->uid, s->account.uid);
  s->result->decision = (struct policy_decision){.row = "N4", .notice = NOTICE_NUMBER};
  return STATUS_REFUSED;
}

enum status sign_in_join(const struct sign_in *s, int64_t org_id, enum role role, enum source source, int64_t until_s)
{
  struct membership membership = {.account_id = s->account.id,
                                  .org_id = org_id,
                                  .role = (uint8_t)role,
                                  .source = (uint8_t)source,
                                  .joined_at_s = s->c->now_s,
                                  .until_s = until_s};
  bool removed = false;
  const struct membership *claimed = fleet_claims_place(&s->c->claims, s->account.id, org_id);
  if (claimed != NULL) { // what the fleet says of it counts, should an admin have changed the invite meanwhile
    membership.role = claimed->role;
    membership.source = claimed->source;
    membership.until_s = claimed->until_s;
  }
  // Whom an admin has removed is back as a viewer, whatever groups there are (POLICY E6).
  enum status status =
      source == SOURCE_SSO ? membership_was_removed(s->c->txn, s->account.id, org_id, &removed) : STATUS_OK;
  if (status != STATUS_OK) {
    return status;
  }
  membership.role_by = removed ? ROLE_BY_HAND : ROLE_BY_MEMBERSHIP;
  return membership_put(s->c->txn, &membership);
}

enum status sign_in_accept(const struct sign_in *s, int64_t org_id, enum role role)
{
  struct membership there;
  struct invite invite = {.until_s = 0};
  enum status status = invite_get(s->c->txn, org_id, s->facts.email, &invite);
  status = status == STATUS_NOT_FOUND ? STATUS_OK : status;
  status = status != STATUS_OK ? status : membership_get(s->c->txn, s->account.id, org_id, &there);
  if (status == STATUS_NOT_FOUND) {
    status = sign_in_join(s, org_id, role, SOURCE_INVITATION, invite.until_s);
  }
  return status != STATUS_OK ? status : invite_remove(s->c->txn, org_id, s->facts.email);
}

static enum status new_ticket(struct sign_in *s)
{
  struct change_context *c = s->c;
  unsigned char random[16];
  struct ticket ticket = {.account_id = s->account.id,
                          .way = (uint8_t)s->way,
                          .org_id = s->way_org_id,
                          .with_key = s->with_key ? 1 : 0,
                          .proven = s->proves ? 1 : 0,
                          .expires_at_s = c->now_s + TICKET_LIFETIME_S};
  enum status status = file_random(random, sizeof random);
  if (status != STATUS_OK) {
    return status;
  }
  text_hex(random, sizeof random, ticket.id);
  status = ticket_sweep(c->txn, c->now_s);
  if (status != STATUS_OK) {
    return status;
  }
  status = ticket_put(c->txn, &ticket);
  if (status != STATUS_OK) {
    return status;
  }
  s->result->ticket = ticket;
  return STATUS_OK;
}

static enum status note_membership(const struct sign_in *s)
{
  struct membership membership;
  const struct membership_here here = {.last_sign_in_at_s = s->c->now_s};
  enum status status = membership_get(s->c->txn, s->account.id, s->way_org_id, &membership);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  return membership_here_put(s->c->txn, s->account.id, s->way_org_id, &here);
}

static enum status note_sign_in(struct sign_in *s)
{
  struct change_context *c = s->c;
  struct account_here here;
  enum status status = note_membership(s);
  status = status != STATUS_OK ? status : account_update(c->txn, &s->account);
  status = status != STATUS_OK ? status : account_here_get(c->txn, s->account.id, &here);
  if (status != STATUS_OK) {
    return status;
  }
  s->result->last_sign_in_at_s = here.last_sign_in_at_s;
  memcpy(s->result->last_sign_in_from, here.last_sign_in_from, sizeof s->result->last_sign_in_from);
  here.last_sign_in_at_s = c->now_s;
  here.last_sso_at_s = s->way == WAY_SSO ? c->now_s : here.last_sso_at_s;
  here.password_tried = s->password_alone ? 1 : here.password_tried;
  (void)snprintf(here.last_sign_in_from, sizeof here.last_sign_in_from, "%s", c->by->rhost);
  return account_here_put(c->txn, s->account.id, &here);
}

// What was counted before it was tried is taken back: also the password that was typed beside SSO (S8).
static enum status settle_tries(struct sign_in *s)
{
  const struct settled_try password = {TRY_PASSWORD, s->login, false, ""};
  const char *counted = s->counted != NULL ? s->counted : s->c->event.org;
  const struct settled_try flow = {TRY_SIGN_IN, s->login, s->result->decision.create, counted};
  if (s->way != WAY_SSO && s->way != WAY_SOCIAL) { // a code by email was typed as a password is
    return change_settle_try(s->c, &password);
  }
  enum status status = change_settle_try(s->c, &flow);
  return status == STATUS_OK && s->with_password ? change_settle_try(s->c, &password) : status;
}

static void describe(struct sign_in *s, const char *row)
{
  struct audit_event *event = &s->c->event;
  change_name_login(s->c, s->account.login);
  (void)snprintf(event->row, sizeof event->row, "%s", row);
  (void)snprintf(event->detail, sizeof event->detail, "%s", way_word((uint8_t)s->way));
  memcpy(s->result->row, event->row, sizeof s->result->row);
  memcpy(s->result->org, event->org, sizeof s->result->org);
  s->result->account = s->account;
  explicit_bzero(s->result->account.password, sizeof s->result->account.password);
}

// What the session would open now, with all that was stored so far; nothing opened is a refusal (POLICY K2).
static enum status check_opens(struct sign_in *s)
{
  struct policy_question question = {.stage = STAGE_SESSION,
                                     .service = policy_service_of(s->c->by->service),
                                     .made = {.way = s->way, .org_id = s->way_org_id, .with_key = s->with_key}};
  struct policy_decision session;
  struct facts now;
  enum status status = change_load_facts(s->c, s->account.login, &now);
  if (status != STATUS_OK) {
    return status;
  }
  question.person = now.person;
  policy_decide(&question, &session);
  return session.verdict == VERDICT_GRANTED ? STATUS_OK : sign_in_refuse(s, &session);
}

enum status sign_in_finish(struct sign_in *s, const char *row)
{
  enum status status = check_opens(s);
  if (status != STATUS_OK) {
    return status;
  }
  status = change_file_event(s->c, s->account.id);
  if (status != STATUS_OK) {
    return status;
  }
  status = note_sign_in(s);
  if (status != STATUS_OK) {
    return status;
  }
  status = settle_tries(s);
  if (status != STATUS_OK) {
    return status;
  }
  status = new_ticket(s);
  if (status != STATUS_OK) {
    return status;
  }
  describe(s, row);
  return STATUS_OK;
}

static enum status by_password(struct change_context *c, const void *input, void *ret_result)
{
  const struct password_sign_in *in = input;
  struct sign_in s = {.c = c, .result = ret_result, .login = in->login, .with_key = in->with_key, .way = WAY_PASSWORD};
  enum status status = sign_in_decide(&s);
  if (status != STATUS_OK) {
    return status;
  }
  const struct policy_decision *decision = &s.result->decision;
  const char *row = decision->row;
  bool offered = decision->verdict == VERDICT_OFFER && decision->offer_password;
  if (!offered || strcmp(s.facts.account.password, in->password) != 0) { // changed while it was typed; both are hashes
    return sign_in_refuse(&s, &(struct policy_decision){.row = row, .notice = NOTICE_WRONG_PASSWORD});
  }
  s.account = s.facts.account;
  s.password_alone = true;
  return sign_in_finish(&s, row);
}

static enum status refused(struct change_context *c, const void *input, void *ret_result)
{
  const struct sign_in_refused *in = input;
  (void)ret_result;
  change_name_login(c, in->login);
  (void)snprintf(c->event.row, sizeof c->event.row, "%s", in->row);
  (void)snprintf(c->event.detail, sizeof c->event.detail, "%s", in->reason);
  return STATUS_OK;
}

static enum status note_late(struct change_context *c, const struct audit_event *was)
{
  struct account account CLEANUP(cleanup_account) = {.id = 0};
  struct account_here here = {.last_sign_in_at_s = 0};
  enum status status = account_by_login(c->txn, was->login, &account);
  status = status != STATUS_OK ? status : account_here_get(c->txn, account.id, &here);
  if (status != STATUS_OK || here.last_sign_in_at_s >= was->at_s) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  here.last_sign_in_at_s = was->at_s;
  (void)snprintf(here.last_sign_in_from, sizeof here.last_sign_in_from, "%s", was->rhost);
  return account_here_put(c->txn, account.id, &here);
}

static enum status late(struct change_context *c, const void *input, void *ret_result)
{
  const struct audit_event *was = input;
  char when[CLOCK_TEXT_SIZE];
  (void)ret_result;
  change_name_login(c, was->login);
  clock_text(was->at_s, when);
  (void)snprintf(c->event.row, sizeof c->event.row, "%s", was->row);
  (void)snprintf(c->event.detail, sizeof c->event.detail, "password, at %s, when the store took no writes", when);
  return note_late(c, was);
}

static const struct change_kind PASSWORD = {
    "sign-in", CHANGE_HOST, CHANGE_OF_ORG, by_password, sizeof(struct signed_in), false};
static const struct change_kind REFUSED = {"sign-in.refused",          CHANGE_HOST, CHANGE_OF_ORG, refused,
                                           sizeof(struct change_done), false};

static const struct change_kind LATE = {"sign-in.late", CHANGE_HOST, CHANGE_OF_ORG, late, sizeof(struct change_done),
                                        false};

struct change change_password_sign_in(const struct password_sign_in *in, struct signed_in *ret_result)
{
  return (struct change){&PASSWORD, in, ret_result, &ret_result->changed, "", ""};
}

struct change change_sign_in_refused(const struct sign_in_refused *in, struct change_done *ret_result)
{
  return (struct change){&REFUSED, in, ret_result, &ret_result->changed, in->org, ""};
}

struct change change_sign_in_late(const struct audit_event *was, struct change_done *ret_result)
{
  return (struct change){&LATE, was, ret_result, &ret_result->changed, was->org, ""};
}

// SPDX-License-Identifier: Apache-2.0
#include "change/request.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "change/context.h"
#include "change/member.h"
#include "store/endings.h"
#include "store/requests.h"

enum { DURATION_SIZE = 24, FIRST_REASON = 100 };

static enum status refuse(struct change_context *c, const char *slug, const char *why)
{
  error_set(c->error, "org \"%.64s\": %s", slug, why);
  return STATUS_REFUSED;
}

// A role that is there until then, or for good (0), is not made shorter.
static bool lasts_longer(int64_t has_until_s, int64_t wants_until_s)
{
  return has_until_s == 0 || has_until_s >= wants_until_s;
}

static enum status check_wants_role(struct change_context *c, const struct found_member *f,
                                    const struct membership *now, int64_t until_s)
{
  if (now->status != MEMBER_ACTIVE) {
    return refuse(c, f->org.slug, "the membership has ended: access comes first, and a role after it");
  }
  if (now->role == ROLE_ADMIN && lasts_longer(now->role_until_s, until_s)) {
    return refuse(c, f->org.slug, "the role of an admin is there already, for as long or longer");
  }
  return STATUS_OK;
}

static enum status check_wants_access(struct change_context *c, const struct found_member *f,
                                      const struct membership *now, int64_t until_s)
{
  return now->status == MEMBER_ACTIVE && lasts_longer(now->until_s, until_s)
             ? refuse(c, f->org.slug, "access is there already, for as long or longer; --role admin asks for that role")
             : STATUS_OK;
}

// What may be asked for, and given: nothing past somebody who wants the person out (POLICY E6).
static enum status check_may_have(struct change_context *c, const struct found_member *f, uint8_t role, int64_t for_s)
{
  const struct membership now = membership_at(&f->membership, c->now_s);
  if (f->account.status != ACCOUNT_ACTIVE) {
    return refuse(c, f->org.slug, "the account is locked, and nothing is asked for it");
  }
  if (now.role == ROLE_OWNER) {
    return refuse(c, f->org.slug, "its owner has nothing to ask for");
  }
  if (now.status != MEMBER_ACTIVE && !membership_has_ended(&f->membership, c->now_s)) {
    return refuse(c, f->org.slug, "an admin has suspended this membership, and lets in again unasked or not at all");
  }
  return role == ROLE_ADMIN ? check_wants_role(c, f, &now, c->now_s + for_s)
                            : check_wants_access(c, f, &now, c->now_s + for_s);
}

// "admin for 2h", "access for 7d".
static void describe(uint8_t role, int64_t for_s, char *text, size_t size)
{
  char duration[DURATION_SIZE];
  text_of_duration(for_s, duration, sizeof duration);
  (void)snprintf(text, size, "%s for %s", role == ROLE_ADMIN ? role_word(role) : "access", duration);
}

static enum status find_self(struct change_context *c, const struct request_ask *in, struct found_member *f)
{
  int64_t id = c->by->delegate->account_id;
  enum status status = org_by_slug(c->txn, in->org, &f->org);
  status = status != STATUS_OK ? status : membership_get(c->txn, id, f->org.id, &f->membership);
  if (status == STATUS_NOT_FOUND) { // the same whether there is such an org or not
    return refuse(c, in->org, "is not one that you are a member of (POLICY W1)");
  }
  return status != STATUS_OK ? status : account_get(c->txn, id, &f->account);
}

// Who is still in asks in a session that opened the org, as for all that delegates do.
static enum status check_session(struct change_context *c, const struct found_member *f)
{
  enum standing standing = STANDING_NOBODY;
  if (membership_has_ended(&f->membership, c->now_s)) {
    return STATUS_OK;
  }
  enum status status = delegate_standing(c->txn, c->by->delegate, &f->org, &standing);
  if (status != STATUS_OK || rights_allow(c->by->right, standing)) {
    return status;
  }
  return refuse(c, f->org.slug, "this session has not opened it (POLICY W1; see DELEGATION in ssoctl(8))");
}

static bool is_the_same(const struct request *open, const struct request_ask *in)
{
  return open->role == in->role && open->for_s == in->for_s && strcmp(open->reason, in->reason) == 0;
}

// Each has an event and is told to the admins, and there is no end to what could be asked for. One of a clock that was
// ahead holds up nobody.
static enum status check_not_too_soon(struct change_context *c, const struct found_member *f,
                                      const struct request *open)
{
  char when[CLOCK_TEXT_SIZE];
  if (open->asked_at_s > c->now_s || open->asked_at_s + REQUEST_EVERY_S <= c->now_s) {
    return STATUS_OK;
  }
  clock_text(open->asked_at_s + REQUEST_EVERY_S, when);
  error_set(c->error, "org \"%.64s\": you have asked its admins just now; something else may be asked for from %s on",
            f->org.slug, when);
  return STATUS_REFUSED;
}

static enum status store_request(struct change_context *c, const struct request_ask *in, const struct found_member *f,
                                 struct request_asked *result)
{
  struct request request = (struct request){.org_id = f->org.id,
                                            .account_id = f->account.id,
                                            .role = (uint8_t)in->role,
                                            .for_s = in->for_s,
                                            .asked_at_s = c->now_s,
                                            .expires_at_s = c->now_s + REQUEST_LIFE_S};
  enum status status = text_copy(in->reason, request.reason, sizeof request.reason);
  status = status != STATUS_OK ? status : request_put(c->txn, &request);
  if (status == STATUS_TOO_LARGE) {
    return refuse(c, f->org.slug, "has as many open requests as it may: its admins answer them first");
  }
  result->expires_at_s = request.expires_at_s;
  result->number = request.number;
  return status;
}

static enum status put(struct change_context *c, const struct request_ask *in, const struct found_member *f,
                       struct request_asked *result)
{
  struct request open;
  enum status status = request_get(c->txn, f->org.id, f->account.id, c->now_s, &open);
  if (status == STATUS_NOT_FOUND) {
    return store_request(c, in, f, result);
  }
  if (status == STATUS_OK && is_the_same(&open, in)) {
    result->changed = false;
    result->expires_at_s = open.expires_at_s;
    result->number = open.number;
    return STATUS_OK;
  }
  result->replaced = true;
  status = status != STATUS_OK ? status : check_not_too_soon(c, f, &open);
  return status != STATUS_OK ? status : store_request(c, in, f, result);
}

static enum status ask(struct change_context *c, const void *input, void *ret_result)
{
  const struct request_ask *in = input;
  struct request_asked *result = ret_result;
  struct found_member f;
  char what[DURATION_SIZE + 16];
  if (c->by->delegate == NULL) {
    return refuse(c, in->org, "a request is a member's own: nobody asks for somebody else");
  }
  enum status status = find_self(c, in, &f);
  status = status != STATUS_OK ? status : check_may_have(c, &f, (uint8_t)in->role, in->for_s);
  status = status != STATUS_OK ? status : check_session(c, &f);
  status = status != STATUS_OK ? status : put(c, in, &f, result);
  if (status != STATUS_OK) {
    return status;
  }
  (void)snprintf(result->login, sizeof result->login, "%s", f.account.login);
  (void)snprintf(result->email, sizeof result->email, "%s", f.account.email);
  (void)snprintf(c->event.org, sizeof c->event.org, "%s", f.org.slug);
  change_name_login(c, f.account.login);
  describe((uint8_t)in->role, in->for_s, what, sizeof what);
  (void)snprintf(c->event.detail, sizeof c->event.detail, "%s%s: %.140s", what,
                 result->replaced ? ", in place of what was asked before" : "", in->reason);
  text_end_clean(c->event.detail);
  return STATUS_OK;
}

static enum status check_not_by_oneself(struct change_context *c, const struct request_answer *in,
                                        const struct account *account)
{
  if (in->by_uid == 0 || in->by_uid != account->uid) { // a delegate's own is refused as every change of it
    return STATUS_OK;
  }
  error_set(c->error, "member \"%s\": is you, and nobody does this to themselves (POLICY W3)", in->person);
  return STATUS_REFUSED;
}

static enum status get_open(struct change_context *c, const struct request_answer *in, const struct found_member *f,
                            struct request *ret_request)
{
  enum status status = request_get(c->txn, f->org.id, f->account.id, c->now_s, ret_request);
  if (status == STATUS_NOT_FOUND) {
    error_set(c->error, "member \"%s\": has no open request in org \"%s\"; 'ssoctl request list %s' shows them",
              in->person, f->org.slug, f->org.slug);
  }
  return status;
}

// What is given is what was looked at: whoever asks may have put something else in its place since.
static enum status check_number(struct change_context *c, const struct request_answer *in, const struct found_member *f,
                                const struct request *open)
{
  char what[DURATION_SIZE + 16];
  if (in->number == open->number) {
    return STATUS_OK;
  }
  describe(open->role, open->for_s, what, sizeof what);
  error_set(c->error, "member \"%s\": request %lld %s by %lld, %s; look at 'ssoctl request list %s' again", in->person,
            (long long)in->number, in->number < open->number ? "was replaced" : "is not open; they ask",
            (long long)open->number, what, f->org.slug);
  return STATUS_REFUSED;
}

static enum status take_request(struct change_context *c, const struct request_answer *in, struct found_member *f,
                                bool whatever_is_open, struct request_answered *result)
{
  struct request request;
  enum status status = change_find_member(c, in->org, in->person, "given or denied what they ask for", f);
  status = status != STATUS_OK ? status : check_not_by_oneself(c, in, &f->account);
  status = status != STATUS_OK ? status : get_open(c, in, f, &request);
  status = status != STATUS_OK || whatever_is_open ? status : check_number(c, in, f, &request);
  if (status != STATUS_OK) {
    return status;
  }
  (void)snprintf(result->login, sizeof result->login, "%s", f->account.login);
  (void)snprintf(result->email, sizeof result->email, "%s", f->account.email);
  (void)snprintf(result->reason, sizeof result->reason, "%s", request.reason);
  result->uid = f->account.uid;
  result->number = request.number;
  result->role = request.role;
  result->for_s = request.for_s;
  return request_drop(c->txn, f->org.id, f->account.id);
}

static enum status give_role(struct change_context *c, const struct request_answer *in, enum role role,
                             const struct ending *ending)
{
  struct member_changed changed;
  const struct member_role how = {in->org, in->person, role, *ending};
  const struct change change = change_member_role(&how, &changed);
  return change_also(c, &change);
}

static enum status give_access(struct change_context *c, const struct request_answer *in, const struct ending *ending)
{
  struct member_changed changed;
  const struct member_resume how = {in->org, in->person, *ending};
  const struct change change = change_member_resume(&how, &changed);
  return change_also(c, &change);
}

// Never more than was asked for: an admin whose membership has ended comes back as a viewer.
static enum status give(struct change_context *c, const struct request_answer *in, const struct found_member *f,
                        const struct request_answered *result)
{
  const struct ending ending = {result->until_s, result->reason};
  static const struct ending NONE = {0, NULL};
  if (result->role == ROLE_ADMIN) {
    return give_role(c, in, ROLE_ADMIN, &ending);
  }
  enum status status = give_access(c, in, &ending);
  bool comes_back = membership_has_ended(&f->membership, c->now_s);
  bool as_viewer = comes_back && membership_at(&f->membership, c->now_s).role == ROLE_ADMIN;
  return status != STATUS_OK || !as_viewer ? status : give_role(c, in, ROLE_VIEWER, &NONE);
}

static enum status approve(struct change_context *c, const void *input, void *ret_result)
{
  const struct request_answer *in = input;
  struct request_answered *result = ret_result;
  struct found_member f;
  char what[DURATION_SIZE + 16];
  char when[CLOCK_TEXT_SIZE];
  enum status status = take_request(c, in, &f, false, result);
  status = status != STATUS_OK ? status : check_may_have(c, &f, result->role, result->for_s);
  if (status != STATUS_OK) {
    return status;
  }
  result->until_s = c->now_s + result->for_s;
  status = give(c, in, &f, result);
  describe(result->role, result->for_s, what, sizeof what);
  clock_text(result->until_s, when);
  (void)snprintf(c->event.detail, sizeof c->event.detail, "%s, until %s: %.140s", what, when, result->reason);
  text_end_clean(c->event.detail);
  return status;
}

static enum status deny(struct change_context *c, const void *input, void *ret_result)
{
  const struct request_answer *in = input;
  struct request_answered *result = ret_result;
  struct found_member f;
  char what[DURATION_SIZE + 16];
  char *detail = c->event.detail;
  enum status status = take_request(c, in, &f, in->number == 0, result);
  if (status != STATUS_OK) {
    return status;
  }
  describe(result->role, result->for_s, what, sizeof what);
  (void)snprintf(detail, sizeof c->event.detail, "%s: %.*s", what, FIRST_REASON, result->reason);
  text_end_clean(detail);
  size_t used = strlen(detail);
  if (in->reason[0] != '\0') {
    (void)snprintf(detail + used, sizeof c->event.detail - used, "; denied: %.*s", FIRST_REASON, in->reason);
    text_end_clean(detail);
  }
  return STATUS_OK;
}

static const struct change_kind ASK = {"request.ask", CHANGE_SITE, CHANGE_OF_ACCOUNT, ask, sizeof(struct request_asked),
                                       false};
static const struct change_kind APPROVE = {
    "request.approve", CHANGE_SITE, CHANGE_OF_ORG, approve, sizeof(struct request_answered), false};
static const struct change_kind DENY = {
    "request.deny", CHANGE_SITE, CHANGE_OF_ORG, deny, sizeof(struct request_answered), false};

// About the account alone, since the session of somebody whose access has ended has not opened the org.
struct change change_request_ask(const struct request_ask *in, struct request_asked *ret_result)
{
  return (struct change){&ASK, in, ret_result, &ret_result->changed, "", in->account};
}

struct change change_request_approve(const struct request_answer *in, struct request_answered *ret_result)
{
  return (struct change){&APPROVE, in, ret_result, &ret_result->changed, in->org, ""};
}

struct change change_request_deny(const struct request_answer *in, struct request_answered *ret_result)
{
  return (struct change){&DENY, in, ret_result, &ret_result->changed, in->org, ""};
}

// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "change/connection.h"
#include "change/context.h"
#include "change/covered.h"
#include "change/org_own.h"
#include "change/staged.h"
#include "store/accounts.h"

// What is there already, and what shall be.
struct setting {
  bool any;                 // there is a connection
  bool waiting;             // and one that waits for a test sign-in
  bool in_use;              // somebody has an identity by its issuer and client
  struct connection active; // the one in effect
  struct connection base;   // the one that is changed now, which may be one that waits
  struct connection wanted;
  struct org before;
  struct org org; // with the values that were asked for
};

static void setting_done(struct setting *s)
{
  cleanup_connection(&s->active);
  cleanup_connection(&s->base);
  cleanup_connection(&s->wanted);
}

static enum status load_stored(struct change_context *c, struct setting *s)
{
  enum status status = connection_get(c->txn, s->org.id, CONNECTION_ACTIVE, &s->active);
  s->any = status == STATUS_OK;
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  status = identity_any(c->txn, &s->active, &s->in_use);
  if (status != STATUS_OK) {
    return status;
  }
  status = connection_get(c->txn, s->org.id, CONNECTION_STAGED, &s->base);
  s->waiting = status == STATUS_OK;
  return status == STATUS_NOT_FOUND ? staged_copy(&s->active, &s->base) : status;
}

static enum status load(struct change_context *c, const struct connection_set *in, struct setting *s)
{
  enum status status = change_find_org(c, in->org, &s->org);
  status = status != STATUS_OK ? status : org_own_check(c, &s->org, "have a connection");
  if (status != STATUS_OK) {
    return status;
  }
  status = staged_copy(in->connection, &s->wanted);
  if (status != STATUS_OK) {
    return status;
  }
  status = load_stored(c, s);
  if (status != STATUS_OK) {
    return status;
  }
  s->before = s->org;
  s->wanted.org_id = s->org.id;
  s->wanted.set_at_s = c->now_s;
  return STATUS_OK;
}

// Not to ask whether an address is verified is as good as not to care, unless the provider is known never to say so.
static bool hides_unverified(const struct setting *s)
{
  const uint32_t theirs = 1U << PRESET_ISSUER | 1U << PRESET_USERINFO;
  bool as_before =
      s->any && s->base.userinfo_for == s->wanted.userinfo_for && connection_same_client(&s->base, &s->wanted);
  return s->wanted.userinfo_for == USERINFO_MISSING && (s->wanted.by_preset & theirs) != theirs && !as_before;
}

// Whether both take the same address from the same provider.
static bool same_word(const struct connection *a, const struct connection *b)
{
  return connection_same_client(a, b) && connection_same_voucher(a, b) && strcmp(a->email_claim, b->email_claim) == 0;
}

// Whose word an address is taken by is for operators to loosen.
static enum status check_verified(struct change_context *c, const struct setting *s)
{
  bool accepts = s->wanted.unverified_mail == UNVERIFIED_ACCEPTED;
  bool as_before = s->any && s->base.unverified_mail == s->wanted.unverified_mail;
  if (c->by->delegate == NULL) {
    return STATUS_OK;
  }
  if (accepts && !as_before) {
    error_set(c->error, "--unverified-mail accept: only an operator of this host may say so; refuse is legal");
    return STATUS_REFUSED;
  }
  if (accepts && !same_word(&s->base, &s->wanted)) {
    error_set(c->error,
              "--unverified-mail accept was said of the provider as it was; refuse is legal with this change, "
              "and an operator can accept it anew");
    return STATUS_REFUSED;
  }
  if (hides_unverified(s)) {
    error_set(c->error,
              "--userinfo missing: only an operator of this host may say so, or a preset of the provider whose "
              "issuer this is; verified is legal");
    return STATUS_REFUSED;
  }
  return STATUS_OK;
}

// What is not on the command line stays; a delegate's other certificates, keys and endpoints are other people's words
// (POLICY "identity").
static enum status carry_over(struct change_context *c, bool secret_given, struct setting *s)
{
  const struct connection *base = &s->base;
  struct connection *wanted = &s->wanted;
  bool same_client = connection_same_client(base, wanted) && wanted->client_auth == base->client_auth;
  bool believes_others = c->by->delegate != NULL && (!s->any || !connection_same_voucher(base, wanted));
  wanted->auth_found = s->any && same_client && !secret_given ? base->auth_found : 0;
  wanted->waits = base->waits;
  wanted->requirements = base->requirements;
  wanted->generation = base->generation;
  // Never a number that was there before: a connection may have been removed meanwhile.
  return believes_others ? store_next_id(c->txn, &wanted->generation) : STATUS_OK;
}

// Whatever is changed of what people depend on waits for a test sign-in (POLICY E3). To ask for less, no refresh token,
// makes no sign-in fail.
static bool must_wait(const struct connection_set *in, const struct setting *s)
{
  struct connection active = s->active; // borrowed
  active.offline = s->wanted.offline == 0 ? 0 : active.offline;
  bool same = s->any && connection_is_same(&active, &s->wanted) && s->wanted.waits == 0;
  bool enforces = s->org.enforcement != ENFORCEMENT_OFF;
  return s->any && !same && (enforces || (s->in_use && !in->now));
}

// What waits takes effect with what is asked for now.
static enum status take_waiting(struct change_context *c, const struct connection_set *in, struct setting *s)
{
  if (!in->now || !s->any) {
    return STATUS_OK;
  }
  if (must_wait(in, s)) {
    error_set(c->error,
              "org \"%s\": --now is refused while enforcement is %s: the connection waits until a test of it succeeds "
              "(POLICY E3)",
              s->org.slug, enforcement_word(s->org.enforcement));
    return STATUS_REFUSED;
  }
  s->org = s->waiting ? staged_org(&s->org, &s->base) : s->org;
  return STATUS_OK;
}

static enum status put_staged(struct change_context *c, struct setting *s)
{
  enum status status = connection_put(c->txn, CONNECTION_STAGED, &s->wanted);
  if (status != STATUS_OK) {
    return status;
  }
  const struct org waiting = staged_org(&s->before, &s->base);
  const struct org then = staged_org(&s->before, &s->wanted);
  return covered_note(c, CONNECTION_STAGED, &(struct org_state){&waiting, &s->base},
                      &(struct org_state){&then, &s->wanted});
}

// What is put in effect replaces what waited.
static enum status put_active(struct change_context *c, struct setting *s)
{
  s->wanted.waits = 0;
  enum status status = staged_drop(c, s->org.id);
  if (status != STATUS_OK) {
    return status;
  }
  status = connection_put(c->txn, CONNECTION_ACTIVE, &s->wanted);
  return status != STATUS_OK
             ? status
             : covered_note(c, CONNECTION_ACTIVE, &(struct org_state){&s->before, s->any ? &s->active : NULL},
                            &(struct org_state){&s->before, &s->wanted});
}

// STAGED: the connection waits, and what it must meet waits with it.
static enum status put_org(struct change_context *c, const struct connection_set *in, struct setting *s, bool staged,
                           bool *ret_waits)
{
  bool all_wait = staged || s->before.enforcement != ENFORCEMENT_OFF;
  enum status status = all_wait ? staged_settings(c, &in->values, &s->before, &s->org, ret_waits)
                                : staged_follow(c, &in->values, &s->org);
  if (status != STATUS_OK) {
    return status;
  }
  status = covered_note_org(c, &s->before, &s->org);
  return status == STATUS_OK && (in->values.count > 0 || in->now) ? org_update(c->txn, &s->org) : status;
}

// What is worth a look stands first: an issuer may be long.
static void describe(const struct connection *wanted, struct audit_event *event)
{
  const char *words = wanted->unverified_mail == UNVERIFIED_ACCEPTED ? "unverified mail accepted, " : "";
  size_t used = (size_t)snprintf(event->detail, sizeof event->detail, "%s", words);
  text_escape(wanted->issuer, strlen(wanted->issuer), event->detail + used, sizeof event->detail - used);
}

static enum status check_and_complete(struct change_context *c, const struct connection_set *in, struct setting *s)
{
  enum status status = check_verified(c, s);
  if (status != STATUS_OK) {
    return status;
  }
  status = carry_over(c, in->secret_given, s);
  status = status != STATUS_OK ? status : take_waiting(c, in, s);
  return status != STATUS_OK ? status : settings_set(&s->org, &in->values, c->error);
}

// Whether all that was asked for is so, or waits for its test already.
static bool is_so_already(const struct connection_set *in, const struct setting *s)
{
  const struct org then = s->any ? staged_org(&s->before, &s->base) : s->before;
  bool same = s->any && !(in->now && s->waiting) && connection_is_same(&s->base, &s->wanted) &&
              strcmp(s->base.preset, s->wanted.preset) == 0 && s->base.by_preset == s->wanted.by_preset &&
              s->base.secret_expires_at_s == s->wanted.secret_expires_at_s;
  for (size_t i = 0; same && i < in->values.count; i++) {
    const char *key = in->values.list[i].key;
    same = org_setting_is_same(org_setting_find(key, strlen(key)), &then, &s->org);
  }
  return same;
}

static enum status set(struct change_context *c, const void *input, void *ret_result)
{
  const struct connection_set *in = input;
  struct connection_changed *result = ret_result;
  struct setting s CLEANUP(setting_done) = {.any = false};
  bool trust_waits = false;
  enum status status = load(c, in, &s);
  if (status != STATUS_OK) {
    return status;
  }
  status = check_and_complete(c, in, &s);
  if (status != STATUS_OK) {
    return status;
  }
  result->before = s.any ? staged_org(&s.before, &s.base) : s.before;
  result->after = s.org;
  if (is_so_already(in, &s)) {
    result->changed = false;
    result->waits = s.waiting;
    return STATUS_OK;
  }
  bool staged = must_wait(in, &s);
  status = staged ? put_staged(c, &s) : put_active(c, &s);
  if (status != STATUS_OK) {
    return status;
  }
  status = put_org(c, in, &s, staged, &trust_waits);
  if (status != STATUS_OK) {
    return status;
  }
  describe(&s.wanted, &c->event);
  result->waits = staged || trust_waits;
  result->untested = s.in_use && !staged && !connection_is_same(&s.active, &s.wanted);
  if (result->waits) {
    (void)stpncpy(c->event.event, "idp.stage", sizeof c->event.event - 1);
  }
  return STATUS_OK;
}

static const struct change_kind SET = {"idp.set", CHANGE_SITE, CHANGE_OF_ORG, set, sizeof(struct connection_changed),
                                       false};

struct change change_connection_set(const struct connection_set *in, struct connection_changed *ret_result)
{
  return (struct change){&SET, in, ret_result, &ret_result->changed, in->org, ""};
}

// SPDX-License-Identifier: Apache-2.0
#include "change/enforcement.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "change/context.h"
#include "change/covered.h"
#include "change/org_own.h"
#include "change/staged.h"
#include "policy/person.h"
#include "store/audit.h"
#include "store/here.h"

enum status change_check_provisioning(struct change_context *c, const struct org *org)
{
  if (org->enforcement == ENFORCEMENT_SSO_ONLY && org->provisioning != PROVISIONING_JIT) {
    error_set(c->error, "org \"%s\": provisioning stays jit while enforcement is sso-only (POLICY E3)", org->slug);
    return STATUS_REFUSED;
  }
  return STATUS_OK;
}

static enum status set_provisioning(struct change_context *c, const void *input, void *ret_result)
{
  const struct provisioning_set *in = input;
  struct change_done *result = ret_result;
  struct org org;
  enum status status = change_find_org(c, in->org, &org);
  if (status != STATUS_OK) {
    return status;
  }
  result->changed = org.provisioning != in->provisioning;
  (void)snprintf(result->before, sizeof result->before, "%s", provisioning_word(org.provisioning));
  (void)snprintf(c->event.detail, sizeof c->event.detail, "%s to %s", provisioning_word(org.provisioning),
                 provisioning_word(in->provisioning));
  org.provisioning = in->provisioning;
  status = change_check_provisioning(c, &org);
  return status != STATUS_OK ? status : org_update(c->txn, &org);
}

// What rule E2 looks at.
struct ground {
  size_t verified; // domains
  bool connected;
  bool tried; // the connection
  bool has_password;
  bool password_tried; // or typed just now
  bool stays_owner;    // for policy: who keeps their password (POLICY L5)
};

static enum status look_at_connection(struct change_context *c, const struct org *org, struct ground *ground)
{
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  struct connection_here here = {.tried = 0};
  enum status status = connection_get(c->txn, org->id, CONNECTION_ACTIVE, &connection);
  ground->connected = status == STATUS_OK;
  status = status != STATUS_OK ? status : connection_here_get(c->txn, &connection, &here);
  ground->tried = here.tried != 0;
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

// TYPED: a hash, as in struct enforcement_set.
static enum status look_at_owner(struct change_context *c, const struct org *org, const char *typed,
                                 struct ground *ground)
{
  struct account owner;
  struct account_here here;
  struct facts facts;
  enum status status = account_get(c->txn, org->owner_id, &owner);
  status = status != STATUS_OK ? status : account_here_get(c->txn, org->owner_id, &here);
  if (status != STATUS_OK) {
    return status;
  }
  status = change_load_facts(c, owner.login, &facts);
  if (status != STATUS_OK) {
    return status;
  }
  bool typed_now = typed[0] != '\0' && strcmp(typed, owner.password) == 0;
  ground->has_password = owner.password[0] != '\0';
  ground->password_tried = here.password_tried != 0 || typed_now;
  ground->stays_owner = policy_is_owner(&facts.person);
  return STATUS_OK;
}

// In the order in which an admin would mend it. NULL: nothing.
static const char *what_is_missing(const struct ground *ground)
{
  if (ground->verified == 0) {
    return "it has no verified domain (ssoctl domain add, domain verify)";
  }
  if (!ground->connected) {
    return "it has no connection (ssoctl idp set)";
  }
  if (!ground->tried) {
    return "no sign-in has succeeded with the connection's present issuer and client (ssoctl idp test)";
  }
  if (!ground->has_password) {
    return "its owner has no password (ssoctl password set)";
  }
  if (!ground->password_tried) {
    return "its owner has never signed in with their password and did not type it now";
  }
  return ground->stays_owner ? NULL : "its owner would lose the password (POLICY L5)";
}

static enum status check_may_enforce(struct change_context *c, const struct org *org, const char *typed)
{
  struct ground ground = {.verified = 0};
  enum status status = domain_count_verified(c->txn, org->id, &ground.verified);
  if (status != STATUS_OK) {
    return status;
  }
  status = look_at_connection(c, org, &ground);
  if (status != STATUS_OK) {
    return status;
  }
  status = look_at_owner(c, org, typed, &ground);
  if (status != STATUS_OK) {
    return status;
  }
  const char *missing = what_is_missing(&ground);
  if (missing == NULL) {
    return STATUS_OK;
  }
  error_set(c->error, "org \"%s\": enforcement cannot be turned on: %s", org->slug, missing);
  return STATUS_REFUSED;
}

enum { CANCELLED_AT_ONCE = 64 };

// Deleting would move the cursor: some are noted first.
struct cancelling {
  size_t count;
  struct invite list[CANCELLED_AT_ONCE];
};

static enum status note_invite(void *context, const struct invite *invite)
{
  struct cancelling *noted = context;
  if (noted->count == CANCELLED_AT_ONCE) {
    return STATUS_EXISTS;
  }
  noted->list[noted->count++] = *invite;
  return STATUS_OK;
}

// An event of its own for each, as if somebody had cancelled it by hand.
static enum status note_cancelled(struct change_context *c, const char *email)
{
  struct audit_event event = c->event;
  explicit_bzero(event.event, sizeof event.event);
  (void)stpncpy(event.event, "invite.cancel", sizeof event.event - 1);
  (void)snprintf(event.detail, sizeof event.detail, "%.200s", email);
  return audit_add(c->txn, &event);
}

// STATUS_EXISTS: there are more.
static enum status cancel_some(struct change_context *c, int64_t org_id, struct cancelling *noted)
{
  noted->count = 0;
  enum status status = invite_each(c->txn, org_id, note_invite, noted);
  if (status != STATUS_OK && status != STATUS_EXISTS) {
    return status;
  }
  for (size_t i = 0; i < noted->count; i++) {
    enum status removed = invite_remove(c->txn, org_id, noted->list[i].email);
    removed = removed != STATUS_OK ? removed : note_cancelled(c, noted->list[i].email);
    if (removed != STATUS_OK) {
      return removed;
    }
  }
  return status;
}

static enum status cancel_invites(struct change_context *c, int64_t org_id)
{
  struct cancelling *noted CLEANUP(cleanup_free) = calloc(1, sizeof *noted);
  enum status status = noted != NULL ? STATUS_EXISTS : STATUS_NO_MEMORY;
  while (status == STATUS_EXISTS) {
    status = cancel_some(c, org_id, noted);
  }
  return status;
}

// POLICY E1: what goes with sso-only comes and goes in the same transaction; people, roles and memberships stay.
static enum status follow_sso_only(struct change_context *c, struct org *org, uint8_t to)
{
  bool before = org->enforcement == ENFORCEMENT_SSO_ONLY;
  bool now = to == ENFORCEMENT_SSO_ONLY;
  if (before == now) {
    return STATUS_OK;
  }
  if (!now) {
    org->provisioning = org->earlier_provisioning;
    return STATUS_OK;
  }
  org->earlier_provisioning = org->provisioning;
  org->provisioning = PROVISIONING_JIT;
  return cancel_invites(c, org->id);
}

static enum status update(struct change_context *c, const struct org *before, const struct org *org)
{
  enum status status = covered_note_org(c, before, org);
  return status != STATUS_OK ? status : org_update(c->txn, org);
}

static void end_pause(struct org *org)
{
  org->paused_until_s = 0;
  memset(org->pause_reason, 0, sizeof org->pause_reason);
}

static enum status prepare(struct change_context *c, const struct enforcement_set *in, struct org *org)
{
  enum status status = STATUS_OK;
  if (in->enforcement != ENFORCEMENT_OFF && in->enforcement != org->enforcement) {
    status = check_may_enforce(c, org, in->password);
  }
  return status != STATUS_OK ? status : follow_sso_only(c, org, in->enforcement);
}

static enum status set_enforcement(struct change_context *c, const void *input, void *ret_result)
{
  const struct enforcement_set *in = input;
  struct change_done *result = ret_result;
  struct org org;
  enum status status = change_find_org(c, in->org, &org);
  if (status != STATUS_OK) {
    return status;
  }
  status = in->enforcement != ENFORCEMENT_OFF ? org_own_check(c, &org, "enforce sign-in") : STATUS_OK;
  if (status != STATUS_OK) {
    return status;
  }
  const struct org before = org;
  bool paused = org.paused_until_s > c->now_s;
  result->changed = org.enforcement != in->enforcement || paused;
  (void)snprintf(result->before, sizeof result->before, "%s", enforcement_word(org.enforcement));
  if (!result->changed) {
    return STATUS_OK;
  }
  status = prepare(c, in, &org);
  if (status != STATUS_OK) {
    return status;
  }
  (void)snprintf(c->event.detail, sizeof c->event.detail, "%s%s to %s", enforcement_word(org.enforcement),
                 paused ? ", paused," : "", enforcement_word(in->enforcement));
  org.enforcement = in->enforcement;
  end_pause(&org);
  if (org.enforcement == ENFORCEMENT_OFF) { // what was asked for meanwhile is not wanted any more
    status = staged_drop(c, org.id);
  }
  return status != STATUS_OK ? status : update(c, &before, &org);
}

// POLICY E5: closes by itself.
static enum status pause_enforcement(struct change_context *c, const void *input, void *ret_result)
{
  const struct enforcement_pause *in = input;
  struct org org;
  char until[CLOCK_TEXT_SIZE];
  (void)ret_result;
  enum status status = change_find_org(c, in->org, &org);
  if (status != STATUS_OK) {
    return status;
  }
  if (org.enforcement == ENFORCEMENT_OFF) {
    error_set(c->error, "org \"%s\": enforces nothing, so that there is nothing to pause", org.slug);
    return STATUS_REFUSED;
  }
  const struct org before = org;
  end_pause(&org);
  org.paused_until_s = in->until_s;
  (void)snprintf(org.pause_reason, sizeof org.pause_reason, "%s", in->reason);
  clock_text(org.paused_until_s, until);
  (void)snprintf(c->event.detail, sizeof c->event.detail, "%s, passwords open until %s: %.150s",
                 enforcement_word(org.enforcement), until, org.pause_reason);
  return update(c, &before, &org);
}

static const struct change_kind SET_PROVISIONING = {
    "provisioning.set", CHANGE_SITE, CHANGE_OF_ORG, set_provisioning, sizeof(struct change_done), false};
static const struct change_kind SET = {"enforcement.set",          CHANGE_SITE, CHANGE_OF_ORG, set_enforcement,
                                       sizeof(struct change_done), false};
static const struct change_kind PAUSE = {"enforcement.pause",        CHANGE_SITE, CHANGE_OF_ORG, pause_enforcement,
                                         sizeof(struct change_done), false};

struct change change_provisioning_set(const struct provisioning_set *in, struct change_done *ret_result)
{
  return (struct change){&SET_PROVISIONING, in, ret_result, &ret_result->changed, in->org, ""};
}

struct change change_enforcement_set(const struct enforcement_set *in, struct change_done *ret_result)
{
  return (struct change){&SET, in, ret_result, &ret_result->changed, in->org, ""};
}

struct change change_enforcement_pause(const struct enforcement_pause *in, struct change_done *ret_result)
{
  return (struct change){&PAUSE, in, ret_result, &ret_result->changed, in->org, ""};
}

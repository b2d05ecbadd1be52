// SPDX-License-Identifier: Apache-2.0
// How accounts of an org come to exist, and which ways of signing in it objects to.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "change/covered.h"
#include "change/staged.h"
#include "operations/apply.h"

enum status apply_provisioning_set(struct change_context *a)
{
  struct org org;
  enum status status = change_find_org(a, a->op->org, &org);
  if (status != STATUS_OK) {
    return status;
  }
  a->result->changed = org.provisioning != a->op->value;
  (void)snprintf(a->event.detail, sizeof a->event.detail, "%s to %s", provisioning_word(org.provisioning),
                 provisioning_word(a->op->value));
  org.provisioning = a->op->value;
  status = apply_check_provisioning(a, &org);
  return status != STATUS_OK ? status : org_update(a->txn, &org);
}

// Rule E2, in the order in which an admin would mend what is missing.
static enum status check_may_enforce(struct change_context *a, const struct org *org)
{
  struct connection connection __attribute__((cleanup(cleanup_connection))) = {.org_id = 0};
  struct account owner;
  struct facts facts;
  size_t verified = 0;
  const char *missing = NULL;
  enum status status = domain_count_verified(a->txn, org->id, &verified);
  if (status == STATUS_OK) {
    status = connection_get(a->txn, org->id, CONNECTION_ACTIVE, &connection);
  }
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  bool has_connection = status == STATUS_OK;
  status = account_get(a->txn, org->owner_id, &owner);
  if (status == STATUS_OK) {
    status = change_load_facts(a, owner.login, &facts);
  }
  if (status != STATUS_OK) {
    return status;
  }
  bool typed_now = a->op->password[0] != '\0' && strcmp(a->op->password, owner.password) == 0;
  if (verified == 0) {
    missing = "it has no verified domain (ssoctl domain add, domain verify)";
  } else if (!has_connection) {
    missing = "it has no connection (ssoctl idp set)";
  } else if (connection.tried == 0) {
    missing = "no sign-in has succeeded with the connection's present issuer and client (ssoctl idp test)";
  } else if (owner.password[0] == '\0') {
    missing = "its owner has no password (ssoctl password set)";
  } else if (owner.password_tried == 0 && !typed_now) {
    missing = "its owner has never signed in with their password and did not type it now";
  } else if (!policy_is_owner(&facts.person)) {
    missing = "its owner would lose the password (POLICY L5)";
  }
  if (missing != NULL) {
    report_set(a->report, "org \"%s\": enforcement cannot be turned on: %s", org->slug, missing);
    return STATUS_REFUSED;
  }
  return STATUS_OK;
}

enum { CANCELLED_AT_ONCE = 64 };

// Deleting would move the cursor: some are noted first.
struct cancelling {
  size_t count;
  struct invite list[CANCELLED_AT_ONCE];
};

static enum status note_invite(void *context, const struct invite *invite)
{
  struct cancelling *c = context;
  if (c->count == CANCELLED_AT_ONCE) {
    return STATUS_EXISTS;
  }
  c->list[c->count++] = *invite;
  return STATUS_OK;
}

enum status apply_cancel_invites(struct change_context *a, int64_t org_id, size_t *ret_count)
{
  struct cancelling *c CLEANUP(cleanup_free) = calloc(1, sizeof *c);
  size_t count = 0;
  enum status status = c != NULL ? STATUS_EXISTS : STATUS_NO_MEMORY;
  while (status == STATUS_EXISTS) {
    c->count = 0;
    status = invite_each(a->txn, org_id, note_invite, c);
    for (size_t i = 0; (status == STATUS_OK || status == STATUS_EXISTS) && i < c->count; i++) {
      enum status removed = invite_remove(a->txn, org_id, c->list[i].email);
      status = removed != STATUS_OK ? removed : status;
      count++;
    }
  }
  if (status == STATUS_OK) {
    *ret_count = count;
  }
  return status;
}

// POLICY E1: what goes with sso-only comes and goes in the same transaction; people, roles and memberships stay.
static enum status follow_sso_only(struct change_context *a, struct org *org)
{
  bool before = org->enforcement == ENFORCEMENT_SSO_ONLY;
  bool now = a->op->value == ENFORCEMENT_SSO_ONLY;
  if (before == now) {
    return STATUS_OK;
  }
  if (!now) {
    org->provisioning = org->earlier_provisioning;
    return STATUS_OK;
  }
  org->earlier_provisioning = org->provisioning;
  org->provisioning = PROVISIONING_JIT;
  return apply_cancel_invites(a, org->id, &a->result->count);
}

static enum status update(struct change_context *a, const struct org *before, const struct org *org)
{
  enum status status =
      covered_note(a, CONNECTION_ACTIVE, &(struct org_state){before, NULL}, &(struct org_state){org, NULL});
  return status != STATUS_OK ? status : org_update(a->txn, org);
}

static void end_pause(struct org *org)
{
  org->paused_until_s = 0;
  memset(org->pause_reason, 0, sizeof org->pause_reason);
}

enum status apply_enforcement_set(struct change_context *a)
{
  struct org org;
  enum status status = change_find_org(a, a->op->org, &org);
  if (status != STATUS_OK) {
    return status;
  }
  const struct org before = org;
  bool paused = org.paused_until_s > a->now_s;
  if (org.enforcement == a->op->value && !paused) {
    a->result->changed = false;
    return STATUS_OK;
  }
  if (a->op->value != ENFORCEMENT_OFF && a->op->value != org.enforcement) {
    status = check_may_enforce(a, &org);
  }
  if (status == STATUS_OK) {
    status = follow_sso_only(a, &org);
  }
  if (status != STATUS_OK) {
    return status;
  }
  (void)snprintf(a->event.detail, sizeof a->event.detail, "%s%s to %s", enforcement_word(org.enforcement),
                 paused ? ", paused," : "", enforcement_word(a->op->value));
  org.enforcement = a->op->value;
  end_pause(&org);
  if (org.enforcement == ENFORCEMENT_OFF) { // a connection waits for its test only while the org enforces
    status = staged_drop(a, org.id);
  }
  return status != STATUS_OK ? status : update(a, &before, &org);
}

// POLICY E5: closes by itself.
enum status apply_enforcement_pause(struct change_context *a)
{
  struct org org;
  char until[CLOCK_TEXT_SIZE];
  enum status status = change_find_org(a, a->op->org, &org);
  if (status != STATUS_OK) {
    return status;
  }
  if (org.enforcement == ENFORCEMENT_OFF) {
    report_set(a->report, "org \"%s\": enforces nothing, so that there is nothing to pause", org.slug);
    return STATUS_REFUSED;
  }
  const struct org before = org;
  org.paused_until_s = a->op->expires_at_s;
  memcpy(org.pause_reason, a->op->reason, sizeof org.pause_reason);
  clock_text(org.paused_until_s, until);
  (void)snprintf(a->event.detail, sizeof a->event.detail, "%s, passwords open until %s: %.150s",
                 enforcement_word(org.enforcement), until, org.pause_reason);
  return update(a, &before, &org);
}

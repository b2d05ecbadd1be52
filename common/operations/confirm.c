// SPDX-License-Identifier: Apache-2.0
#include "operations/confirm.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

static enum status optional(enum status status)
{
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

// What has been seen in SLOT so far. What waits begins with what has been seen of what is in effect; where nothing was
// kept, an operator has seen the settings that were there before anybody changed them, and no connection.
static enum status load_seen(struct change_context *a, enum connection_slot slot, const struct org *before,
                             struct confirmed *ret_confirmed)
{
  enum status status = confirmed_get(a->txn, before->id, slot, ret_confirmed);
  if (status == STATUS_NOT_FOUND && slot == CONNECTION_STAGED) {
    status = confirmed_get(a->txn, before->id, CONNECTION_ACTIVE, ret_confirmed);
  }
  if (status == STATUS_NOT_FOUND) {
    ret_confirmed->org_id = before->id;
    ret_confirmed->seen = covered_of(before, NULL);
  }
  return optional(status);
}

enum status apply_note_covered(struct change_context *a, enum connection_slot slot, const struct org_state *before,
                               const struct org_state *after)
{
  struct confirmed confirmed CLEANUP(cleanup_confirmed) = {.org_id = 0};
  const struct covered from = covered_of(before->org, before->connection);
  const struct covered to = covered_of(after->org, after->connection);
  bool same = true;
  for (size_t i = 0; i < COVERED_COUNT; i++) {
    same = same && covered_is_same(i, &from, &to);
  }
  if (same) {
    return STATUS_OK;
  }
  enum status status = load_seen(a, slot, before->org, &confirmed);
  if (status == STATUS_OK) {
    status = confirmed_note(&confirmed, &from, &to, a->by->actor, a->by->delegate == NULL);
  }
  return status != STATUS_OK ? status : confirmed_put(a->txn, slot, &confirmed);
}

enum status apply_begin_covered(struct change_context *a, const struct org *org)
{
  struct confirmed confirmed CLEANUP(cleanup_confirmed) = {.org_id = org->id};
  const struct covered now = covered_of(org, NULL);
  enum status status = confirmed_see(&confirmed, &now);
  return status != STATUS_OK ? status : confirmed_put(a->txn, CONNECTION_ACTIVE, &confirmed);
}

struct org apply_staged_org(const struct org *org, const struct connection *staged)
{
  struct org then = *org;
  if (staged->waits == 1) {
    then.trust = staged->trust;
    memcpy(then.required_acr, staged->required_acr, sizeof then.required_acr);
    memcpy(then.required_amr, staged->required_amr, sizeof then.required_amr);
    memcpy(then.signin_from, staged->signin_from, sizeof then.signin_from);
  }
  return then;
}

static void set_waiting(const struct org *org, struct connection *staged)
{
  staged->waits = 1;
  staged->trust = org->trust;
  memcpy(staged->required_acr, org->required_acr, sizeof staged->required_acr);
  memcpy(staged->required_amr, org->required_amr, sizeof staged->required_amr);
  memcpy(staged->signin_from, org->signin_from, sizeof staged->signin_from);
}

static bool same_strictness(const struct org *a, const struct org *b)
{
  return a->trust == b->trust && strcmp(a->required_acr, b->required_acr) == 0 &&
         strcmp(a->required_amr, b->required_amr) == 0 && strcmp(a->signin_from, b->signin_from) == 0;
}

static bool names(const struct change_context *a, const char *key)
{
  for (size_t i = 0; i < a->op->value_count; i++) {
    if (strcmp(a->op->values[i].key, key) == 0) {
      return true;
    }
  }
  return false;
}

// Takes over into THEN what was asked for, the value that is in effect included: that takes back what waits.
static void take_named(const struct change_context *a, const struct org *changed, struct org *then)
{
  if (names(a, "trust")) {
    then->trust = changed->trust;
  }
  if (names(a, "required-acr")) {
    memcpy(then->required_acr, changed->required_acr, sizeof then->required_acr);
  }
  if (names(a, "required-amr")) {
    memcpy(then->required_amr, changed->required_amr, sizeof then->required_amr);
  }
  if (names(a, "signin-from")) {
    memcpy(then->signin_from, changed->signin_from, sizeof then->signin_from);
  }
}

static void take_back(const struct org *org, struct org *changed)
{
  changed->trust = org->trust;
  memcpy(changed->required_acr, org->required_acr, sizeof changed->required_acr);
  memcpy(changed->required_amr, org->required_amr, sizeof changed->required_amr);
  memcpy(changed->signin_from, org->signin_from, sizeof changed->signin_from);
}

// What waits, and what is in effect; WAITING is a copy of that where nothing waits. Rule E3 keeps the connection of an
// org that enforces.
static enum status load_both(struct change_context *a, int64_t org_id, struct connection *active,
                             struct connection *waiting)
{
  enum status status = connection_get(a->txn, org_id, CONNECTION_ACTIVE, active);
  if (status == STATUS_OK) {
    status = connection_get(a->txn, org_id, CONNECTION_STAGED, waiting);
    return status == STATUS_NOT_FOUND ? apply_copy_connection(active, waiting) : status;
  }
  return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
}

static enum status stage(struct change_context *a, const struct org *before, const struct org *then,
                         struct connection *waiting)
{
  set_waiting(then, waiting);
  waiting->tried = 0;
  enum status status = connection_put(a->txn, CONNECTION_STAGED, waiting);
  return status != STATUS_OK ? status
                             : apply_note_covered(a, CONNECTION_STAGED, &(struct org_state){before, waiting},
                                                  &(struct org_state){then, waiting});
}

enum status apply_stage_settings(struct change_context *a, const struct org *org, struct org *changed, bool *ret_waits)
{
  struct connection active CLEANUP(cleanup_connection) = {.org_id = 0};
  struct connection waiting CLEANUP(cleanup_connection) = {.org_id = 0};
  *ret_waits = false;
  if (org->enforcement == ENFORCEMENT_OFF) {
    return STATUS_OK;
  }
  enum status status = load_both(a, org->id, &active, &waiting);
  if (status != STATUS_OK) {
    return status;
  }
  const struct org before = apply_staged_org(org, &waiting);
  struct org then = before;
  take_named(a, changed, &then);
  take_back(org, changed);
  if (same_strictness(&before, &then)) {
    return STATUS_OK;
  }
  bool nothing_left = same_strictness(org, &then) && connection_is_same(&active, &waiting);
  *ret_waits = !nothing_left;
  return nothing_left ? apply_drop_staged(a, org->id) : stage(a, &before, &then, &waiting);
}

enum status apply_drop_staged(struct change_context *a, int64_t org_id)
{
  enum status status = optional(connection_remove(a->txn, org_id, CONNECTION_STAGED));
  return status != STATUS_OK ? status : confirmed_remove(a->txn, org_id, CONNECTION_STAGED);
}

bool apply_waits_for_network(const struct org *org, const struct connection *active, const struct connection *staged)
{
  struct org then = apply_staged_org(org, staged);
  memcpy(then.signin_from, org->signin_from, sizeof then.signin_from);
  return staged->waits == 1 && same_strictness(org, &then) && connection_is_same(active, staged);
}

// What has been seen of the connection that waited counts from now on; of the org's other settings what counted before.
static enum status promote_seen(struct change_context *a, const struct org *org)
{
  struct confirmed staged CLEANUP(cleanup_confirmed) = {.org_id = 0};
  struct confirmed active CLEANUP(cleanup_confirmed) = {.org_id = 0};
  enum status status = load_seen(a, CONNECTION_STAGED, org, &staged);
  if (status == STATUS_OK) {
    status = load_seen(a, CONNECTION_ACTIVE, org, &active);
  }
  if (status == STATUS_OK) {
    status = confirmed_promote(&active, &staged);
  }
  return status != STATUS_OK ? status : confirmed_put(a->txn, CONNECTION_ACTIVE, &active);
}

enum status apply_promote(struct change_context *a, struct org *org, struct connection *staged)
{
  enum status status = promote_seen(a, org);
  if (status == STATUS_OK) {
    status = apply_drop_staged(a, org->id);
  }
  *org = apply_staged_org(org, staged);
  staged->waits = 0;
  if (status == STATUS_OK) {
    status = org_update(a->txn, org);
  }
  return status != STATUS_OK ? status : connection_put(a->txn, CONNECTION_ACTIVE, staged);
}

enum status apply_is_unchanged(struct change_context *a, int64_t org_id, enum connection_slot slot,
                               const char *fingerprint, bool *ret_same)
{
  char now[FINGERPRINT_SIZE];
  enum status status = confirmed_fingerprint(a->txn, org_id, slot, now);
  if (status == STATUS_OK) {
    *ret_same = strcmp(now, fingerprint) == 0;
  }
  return status;
}

enum status apply_copy_connection(const struct connection *from, struct connection *ret_copy)
{
  struct connection copy CLEANUP(cleanup_connection) = *from;
  copy.client_secret = copy.ca_pem = (struct bytes)BYTES_EMPTY;
  enum status status = bytes_append(&copy.client_secret, bytes_text(&from->client_secret), from->client_secret.length);
  if (status == STATUS_OK) {
    status = bytes_append(&copy.ca_pem, bytes_text(&from->ca_pem), from->ca_pem.length);
  }
  if (status == STATUS_OK) {
    *ret_copy = copy;
    copy = (struct connection){.org_id = 0};
  }
  return status;
}

// Confirms what is in SLOT, if it is what the operator has looked at. *RET_DONE: it was.
static enum status confirm(struct change_context *a, const struct org *org, enum connection_slot slot, bool *ret_done)
{
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  struct confirmed confirmed CLEANUP(cleanup_confirmed) = {.org_id = org->id};
  enum status status = connection_get(a->txn, org->id, slot, &connection);
  if (status != STATUS_OK) {
    return optional(status);
  }
  status = confirmed_get(a->txn, org->id, slot, &confirmed);
  const char *shown = status == STATUS_OK ? confirmed.fingerprint : FINGERPRINT_NONE;
  bool named = strcmp(shown, a->op->fingerprint) == 0;
  if (optional(status) != STATUS_OK || !named) {
    return optional(status);
  }
  const struct org then = slot == CONNECTION_STAGED ? apply_staged_org(org, &connection) : *org;
  const struct covered now = covered_of(&then, &connection);
  confirmed.org_id = org->id;
  status = confirmed_see(&confirmed, &now);
  *ret_done = true;
  return status != STATUS_OK ? status : confirmed_put(a->txn, slot, &confirmed);
}

enum status apply_idp_confirm(struct change_context *a)
{
  struct org org;
  bool done = false;
  enum status status = change_find_org(a, a->op->org, &org);
  if (status == STATUS_OK) {
    status = confirm(a, &org, CONNECTION_ACTIVE, &done);
  }
  if (status == STATUS_OK && !done) {
    status = confirm(a, &org, CONNECTION_STAGED, &done);
  }
  if (status == STATUS_OK && !done) {
    report_set(a->report,
               "org \"%s\": \"%.40s\" is not the fingerprint of its connection as it is now; look at 'ssoctl idp show "
               "%s' once more",
               org.slug, a->op->fingerprint, org.slug);
    return STATUS_REFUSED;
  }
  (void)snprintf(a->event.detail, sizeof a->event.detail, "fingerprint %s", a->op->fingerprint);
  return status;
}

// SPDX-License-Identifier: Apache-2.0
#include "change/staged.h"

#include <string.h>

#include "base/cleanup.h"
#include "change/context.h"
#include "change/covered.h"

struct org staged_org(const struct org *org, const struct connection *staged)
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

static bool names(const struct org_values *values, const char *key)
{
  for (size_t i = 0; i < values->count; i++) {
    if (strcmp(values->list[i].key, key) == 0) {
      return true;
    }
  }
  return false;
}

// Takes over into THEN what was asked for, the value that is in effect included: that takes back what waits.
static void take_named(const struct org_values *values, const struct org *changed, struct org *then)
{
  if (names(values, "trust")) {
    then->trust = changed->trust;
  }
  if (names(values, "required-acr")) {
    memcpy(then->required_acr, changed->required_acr, sizeof then->required_acr);
  }
  if (names(values, "required-amr")) {
    memcpy(then->required_amr, changed->required_amr, sizeof then->required_amr);
  }
  if (names(values, "signin-from")) {
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
static enum status load_both(struct change_context *c, int64_t org_id, struct connection *active,
                             struct connection *waiting)
{
  enum status status = connection_get(c->txn, org_id, CONNECTION_ACTIVE, active);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
  }
  status = connection_get(c->txn, org_id, CONNECTION_STAGED, waiting);
  return status == STATUS_NOT_FOUND ? staged_copy(active, waiting) : status;
}

static enum status stage(struct change_context *c, const struct org *before, const struct org *then,
                         struct connection *waiting)
{
  set_waiting(then, waiting);
  waiting->tried = 0;
  enum status status = connection_put(c->txn, CONNECTION_STAGED, waiting);
  return status != STATUS_OK ? status
                             : covered_note(c, CONNECTION_STAGED, &(struct org_state){before, waiting},
                                            &(struct org_state){then, waiting});
}

enum status staged_settings(struct change_context *c, const struct org_values *values, const struct org *org,
                            struct org *changed, bool *ret_waits)
{
  struct connection active CLEANUP(cleanup_connection) = {.org_id = 0};
  struct connection waiting CLEANUP(cleanup_connection) = {.org_id = 0};
  *ret_waits = false;
  if (org->enforcement == ENFORCEMENT_OFF) {
    return STATUS_OK;
  }
  enum status status = load_both(c, org->id, &active, &waiting);
  if (status != STATUS_OK) {
    return status;
  }
  const struct org before = staged_org(org, &waiting);
  struct org then = before;
  take_named(values, changed, &then);
  take_back(org, changed);
  if (same_strictness(&before, &then)) {
    return STATUS_OK;
  }
  bool nothing_left = same_strictness(org, &then) && connection_is_same(&active, &waiting);
  *ret_waits = !nothing_left;
  return nothing_left ? staged_drop(c, org->id) : stage(c, &before, &then, &waiting);
}

enum status staged_drop(struct change_context *c, int64_t org_id)
{
  enum status status = connection_remove(c->txn, org_id, CONNECTION_STAGED);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  return confirmed_remove(c->txn, org_id, CONNECTION_STAGED);
}

bool staged_waits_for_network(const struct org *org, const struct connection *active, const struct connection *staged)
{
  struct org then = staged_org(org, staged);
  memcpy(then.signin_from, org->signin_from, sizeof then.signin_from);
  return staged->waits == 1 && same_strictness(org, &then) && connection_is_same(active, staged);
}

enum status staged_promote(struct change_context *c, struct org *org, struct connection *staged)
{
  enum status status = covered_promote(c, org);
  if (status == STATUS_OK) {
    status = staged_drop(c, org->id);
  }
  if (status != STATUS_OK) {
    return status;
  }
  *org = staged_org(org, staged);
  staged->waits = 0;
  status = org_update(c->txn, org);
  return status != STATUS_OK ? status : connection_put(c->txn, CONNECTION_ACTIVE, staged);
}

enum status staged_or_active(struct change_context *c, int64_t org_id, enum connection_slot *ret_slot,
                             struct connection *ret_connection)
{
  enum connection_slot slot = CONNECTION_STAGED;
  enum status status = connection_get(c->txn, org_id, slot, ret_connection);
  if (status == STATUS_NOT_FOUND) {
    slot = CONNECTION_ACTIVE;
    status = connection_get(c->txn, org_id, slot, ret_connection);
  }
  if (status == STATUS_OK) {
    *ret_slot = slot;
  }
  return status;
}

enum status staged_copy(const struct connection *from, struct connection *ret_copy)
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

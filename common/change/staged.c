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
    then.requirements = staged->requirements;
  }
  return then;
}

static bool same_requirements(const struct org *a, const struct org *b)
{
  size_t count = 0;
  const struct org_setting *settings = org_settings(&count);
  for (size_t i = 0; i < count; i++) {
    if (settings[i].waits && !org_setting_is_same(&settings[i], a, b)) {
      return false;
    }
  }
  return true;
}

// Takes over into THEN what was asked for, the value that is in effect included: that takes back what waits.
static void take_named(const struct org_values *values, const struct org *changed, struct org *then)
{
  for (size_t i = 0; i < values->count; i++) {
    const struct org_setting *setting = org_setting_find(values->list[i].key, strlen(values->list[i].key));
    if (setting != NULL && setting->waits) {
      memcpy((char *)then + setting->offset, (const char *)changed + setting->offset, setting->size);
    }
  }
}

// What waits, and what is in effect; WAITING is a copy of that where nothing waits. There is one in effect: rule E3
// keeps the connection of an org that enforces, and nothing waits for the place of none.
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
  waiting->waits = 1;
  waiting->requirements = then->requirements;
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
  enum status status = load_both(c, org->id, &active, &waiting);
  if (status != STATUS_OK) {
    return status;
  }
  const struct org before = staged_org(org, &waiting);
  struct org then = before;
  take_named(values, changed, &then);
  changed->requirements = org->requirements;
  if (same_requirements(&before, &then)) {
    return STATUS_OK;
  }
  bool nothing_left = same_requirements(org, &then) && connection_is_same(&active, &waiting);
  *ret_waits = !nothing_left;
  return nothing_left ? staged_drop(c, org->id) : stage(c, &before, &then, &waiting);
}

enum status staged_follow(struct change_context *c, const struct org_values *values, const struct org *changed)
{
  struct connection active CLEANUP(cleanup_connection) = {.org_id = 0};
  struct connection waiting CLEANUP(cleanup_connection) = {.org_id = 0};
  enum status status = connection_get(c->txn, changed->id, CONNECTION_STAGED, &waiting);
  if (status != STATUS_OK || waiting.waits == 0) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  status = connection_get(c->txn, changed->id, CONNECTION_ACTIVE, &active);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
  }
  const struct org before = staged_org(changed, &waiting);
  struct org then = before;
  take_named(values, changed, &then);
  if (same_requirements(&before, &then)) {
    return STATUS_OK;
  }
  bool nothing_left = same_requirements(changed, &then) && connection_is_same(&active, &waiting);
  return nothing_left ? staged_drop(c, changed->id) : stage(c, &before, &then, &waiting);
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
  memcpy(then.requirements.signin_from, org->requirements.signin_from, sizeof then.requirements.signin_from);
  return staged->waits == 1 && same_requirements(org, &then) && connection_is_same(active, staged);
}

enum status staged_promote(struct change_context *c, struct org *org, struct connection *staged)
{
  enum status status = covered_promote(c, org);
  if (status != STATUS_OK) {
    return status;
  }
  status = staged_drop(c, org->id);
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
  if (status != STATUS_OK) {
    return status;
  }
  status = bytes_append(&copy.ca_pem, bytes_text(&from->ca_pem), from->ca_pem.length);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_copy = copy;
  copy = (struct connection){.org_id = 0};
  return STATUS_OK;
}

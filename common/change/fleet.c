// SPDX-License-Identifier: Apache-2.0
#include "change/fleet.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "change/context.h"
#include "change/fleet_apply.h"
#include "change/fleet_parts.h"
#include "store/audit.h"
#include "store/numbers_store.h"

// Whoever has left a fleet and kept its orgs has them under the fleet's ids: another one, or the same as it is by now,
// would take them for its own.
static enum status check_kept_org(void *context, const struct org *org)
{
  struct change_context *c = context;
  if (org->id < STORE_ID_FLEET) {
    return STATUS_OK;
  }
  error_set(c->error, "org \"%s\": was kept from a fleet, which would take it over again; delete it first", org->slug);
  return STATUS_REFUSED;
}

static enum status check_kept_account(void *context, const struct account *account)
{
  struct change_context *c = context;
  if (account->id < STORE_ID_FLEET) {
    return STATUS_OK;
  }
  error_set(c->error, "account \"%s\": was kept from a fleet, which would take it over again; remove it first",
            account->login);
  return STATUS_REFUSED;
}

static enum status check_kept(struct change_context *c)
{
  enum status status = org_each(c->txn, check_kept_org, c);
  return status != STATUS_OK ? status : account_each(c->txn, check_kept_account, c);
}

static enum status join(struct change_context *c, const void *input, void *ret_result)
{
  const struct fleet_join *in = input;
  struct fleet_join before CLEANUP(cleanup_fleet_join) = {.admin = 0};
  (void)ret_result;
  enum status status = fleet_join_get(c->txn, &before);
  if (status == STATUS_OK) {
    error_set(c->error, "host: is \"%s\" of a fleet already; 'ssoctl fleet leave' comes first", before.host);
    return STATUS_EXISTS;
  }
  (void)snprintf(c->event.detail, sizeof c->event.detail, "as %.60s, %.150s", in->host, in->engines);
  status = status != STATUS_NOT_FOUND ? status : check_kept(c);
  return status != STATUS_OK ? status : fleet_join_put(c->txn, in);
}

static enum status apply_rows(struct change_context *c, const struct fleet_rows *rows, struct fleet_applied *result)
{
  for (size_t i = 0; i < rows->count; i++) {
    bool clash = false;
    enum status status = fleet_apply_row(c, &rows->list[i], &clash);
    if (status != STATUS_OK) {
      return status;
    }
    result->clashes += clash ? 1 : 0;
    result->rows++;
  }
  return STATUS_OK;
}

// Two who catch up at once, or one beside somebody who tells of a change: whoever asked first may come last.
static enum status begin_writing(struct change_context *c, int64_t writes, bool *ret_overtaken)
{
  struct fleet_state state;
  enum status status = fleet_state_get(c->txn, &state);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_overtaken = state.writes != writes;
  state.writes++;
  return *ret_overtaken ? STATUS_OK : fleet_state_put(c->txn, &state);
}

static enum status apply(struct change_context *c, const void *input, void *ret_result)
{
  const struct fleet_batch *batch = input;
  struct fleet_applied *result = ret_result;
  enum status status = begin_writing(c, batch->rows->writes, &result->overtaken);
  if (status != STATUS_OK || result->overtaken) {
    result->changed = false;
    return status;
  }
  status = apply_rows(c, batch->rows, result);
  if (status != STATUS_OK || batch->org_id == 0) {
    return status;
  }
  // Of one that has gone, too: else all of it would be asked for again.
  return fleet_cursor_put(c->txn, batch->org_id, &batch->cursor);
}

static enum status apply_own(struct change_context *c, const struct fleet_rows *rows)
{
  for (size_t i = 0; i < rows->own_count; i++) {
    bool clash = false;
    enum status status = fleet_apply_row(c, &rows->own[i], &clash);
    if (status != STATUS_OK) {
      return status;
    }
  }
  return STATUS_OK;
}

static enum status pushed(struct change_context *c, const void *input, void *ret_result)
{
  const struct fleet_rows *rows = input;
  struct fleet_applied *result = ret_result;
  enum status status = begin_writing(c, rows->writes, &result->overtaken);
  status = status != STATUS_OK ? status : carried_rows_skip_ids(&rows->carried, c->txn);
  status = status != STATUS_OK || result->overtaken ? status : apply_rows(c, rows, result);
  status = status != STATUS_OK ? status : apply_own(c, rows);
  status = status != STATUS_OK ? status : carried_rows_write(&rows->carried, c->txn, result->overtaken);
  for (size_t i = 0; status == STATUS_OK && i < rows->event_count; i++) {
    status = audit_add(c->txn, &rows->events[i]);
  }
  return status;
}

static enum status drop(struct change_context *c, const void *input, void *ret_result)
{
  const int64_t *org_id = input;
  (void)ret_result;
  enum status status = fleet_drop_org(c, *org_id);
  return status != STATUS_OK ? status : fleet_cursor_drop(c->txn, *org_id);
}

static enum status set_head(struct change_context *c, const void *input, void *ret_result)
{
  const struct fleet_cursor *head = input;
  struct fleet_state state;
  (void)ret_result;
  enum status status = c->in_fleet ? fleet_state_get(c->txn, &state) : STATUS_NOT_FOUND;
  if (status != STATUS_OK) {
    return status;
  }
  if (head->revision < state.revision) {
    return STATUS_OK; // whoever caught up meanwhile has come further
  }
  state.revision = head->revision;
  memcpy(state.token, head->token, sizeof state.token);
  state.caught_up_at_s = c->now_s;
  return fleet_state_put(c->txn, &state);
}

static enum status take(struct change_context *c, const void *input, void *ret_result)
{
  const struct fleet_taken *taken = input;
  struct change_done *result = ret_result;
  struct number use;
  result->changed = false;
  for (size_t i = 0; i < taken->count; i++) {
    enum status status = numbers_get(c->txn, taken->numbers[i], &use);
    if (status == STATUS_NOT_FOUND) {
      result->changed = true;
      status = numbers_leave(c->txn, taken->numbers[i], 0);
    }
    if (status != STATUS_OK) {
      return status;
    }
  }
  return STATUS_OK;
}

static const struct change_kind JOIN = {"fleet.join", CHANGE_HOST, CHANGE_OF_ORG, join, sizeof(struct change_done),
                                        false};
static const struct change_kind APPLY = {
    "fleet.apply", CHANGE_FLEET, CHANGE_OF_ORG, apply, sizeof(struct fleet_applied), true};
static const struct change_kind PUSHED = {
    "fleet.pushed", CHANGE_FLEET, CHANGE_OF_ORG, pushed, sizeof(struct fleet_applied), true};
static const struct change_kind DROP = {"fleet.drop", CHANGE_FLEET, CHANGE_OF_ORG, drop, sizeof(struct change_done),
                                        true};
static const struct change_kind HEAD = {"fleet.head", CHANGE_HOST, CHANGE_OF_ORG, set_head, sizeof(struct change_done),
                                        true};
static const struct change_kind TAKEN = {"fleet.taken", CHANGE_FLEET, CHANGE_OF_ORG, take, sizeof(struct change_done),
                                         true};

struct change change_fleet_join(const struct fleet_join *in, struct change_done *ret_result)
{
  return (struct change){&JOIN, in, ret_result, &ret_result->changed, "", ""};
}

struct change change_fleet_apply(const struct fleet_batch *in, struct fleet_applied *ret_result)
{
  return (struct change){&APPLY, in, ret_result, &ret_result->changed, "", ""};
}

struct change change_fleet_pushed(const struct fleet_rows *rows, struct fleet_applied *ret_result)
{
  return (struct change){&PUSHED, rows, ret_result, &ret_result->changed, "", ""};
}

struct change change_fleet_drop(const int64_t *org_id, struct change_done *ret_result)
{
  return (struct change){&DROP, org_id, ret_result, &ret_result->changed, "", ""};
}

struct change change_fleet_head(const struct fleet_cursor *head, struct change_done *ret_result)
{
  return (struct change){&HEAD, head, ret_result, &ret_result->changed, "", ""};
}

struct change change_fleet_taken(const struct fleet_taken *in, struct change_done *ret_result)
{
  return (struct change){&TAKEN, in, ret_result, &ret_result->changed, "", ""};
}

// SPDX-License-Identifier: Apache-2.0
#include "change/fleet.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
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

enum { MANY_ROWS = 32, ROOM_LEFT = LOGGED_MAX / 4 };

// A transaction of which others wait for the end: so long, and as much as the map shows in place.
static bool is_enough(const struct change_context *c, int64_t since_ms)
{
  const struct logged_change *list = NULL;
  size_t count = 0;
  bool fits = store_change_log(c->txn, &list, &count) && count < LOGGED_MAX - ROOM_LEFT;
  return !fits || clock_monotonic_ms() - since_ms >= FLEET_PART_MS;
}

// Many ask again and again who else has a name or a number on this host.
static enum status look_once(struct change_context *c, size_t count)
{
  return count < MANY_ROWS || c->foreign != NULL ? STATUS_OK : foreign_load(&c->foreign);
}

static enum status apply_rows(struct change_context *c, const struct fleet_rows *rows, enum fleet_part part,
                              struct fleet_applied *result)
{
  int64_t since_ms = clock_monotonic_ms();
  size_t most = part == FLEET_MORE && rows->count > FLEET_PART_ROWS ? FLEET_PART_ROWS : rows->count;
  enum status looked = look_once(c, most);
  if (looked != STATUS_OK) {
    return looked;
  }
  for (size_t i = 0; i < most && (i == 0 || part != FLEET_MORE || !is_enough(c, since_ms)); i++) {
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

static enum status apply_closed(struct change_context *c, const struct fleet_row *row, bool *ret_clash)
{
  struct bytes record CLEANUP(bytes_done) = BYTES_EMPTY;
  struct fleet_row closed = *row;
  if (row->kind != FLEET_ORG || row->gone) {
    return row->kind == FLEET_ORG ? fleet_apply_row(c, row, ret_clash) : STATUS_CORRUPT;
  }
  enum status status = fleet_close_org(c, row, &record);
  closed.record = record; // borrowed
  return status != STATUS_OK ? status : fleet_apply_row(c, &closed, ret_clash);
}

// That the org is closed is noted with it, where it is here at all and does not clash.
static enum status apply_first(struct change_context *c, const struct fleet_batch *batch, struct fleet_applied *result)
{
  const struct fleet_cursor closed = {.revision = 0};
  struct org org;
  for (size_t i = 0; i < batch->rows->count; i++) {
    bool clash = false;
    enum status status = apply_closed(c, &batch->rows->list[i], &clash);
    if (status != STATUS_OK) {
      return status;
    }
    result->clashes += clash ? 1 : 0;
    result->rows++;
  }
  enum status status = org_get(c->txn, batch->org_id, &org);
  if (status == STATUS_OK) {
    return fleet_cursor_put(c->txn, batch->org_id, &closed);
  }
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
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
  if (batch->part == FLEET_FIRST) {
    return apply_first(c, batch, result);
  }
  status = apply_rows(c, batch->rows, batch->part, result);
  if (status != STATUS_OK || batch->org_id == 0 || batch->part == FLEET_MORE) {
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
  status = status != STATUS_OK || result->overtaken ? status : apply_rows(c, rows, FLEET_LAST, result);
  status = status != STATUS_OK ? status : apply_own(c, rows);
  status = status != STATUS_OK ? status : carried_rows_write(&rows->carried, c->txn, result->overtaken);
  for (size_t i = 0; status == STATUS_OK && i < rows->event_count; i++) {
    status = audit_add(c->txn, &rows->events[i]);
  }
  return status;
}

// Whoever takes the org over meanwhile has been overtaken, too.
static enum status drop(struct change_context *c, const void *input, void *ret_result)
{
  const int64_t *org_id = input;
  struct fleet_state state;
  (void)ret_result;
  enum status status = fleet_state_get(c->txn, &state);
  state.writes++;
  status = status != STATUS_OK ? status : fleet_state_put(c->txn, &state);
  status = status != STATUS_OK ? status : fleet_drop_org(c, *org_id);
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
  struct fleet_noted *result = ret_result;
  struct number use;
  int64_t since_ms = clock_monotonic_ms();
  result->changed = false;
  for (size_t i = 0; i < taken->count && (i == 0 || !is_enough(c, since_ms)); i++) {
    result->count++;
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
static const struct change_kind TAKEN = {"fleet.taken", CHANGE_FLEET, CHANGE_OF_ORG, take, sizeof(struct fleet_noted),
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

struct change change_fleet_taken(const struct fleet_taken *in, struct fleet_noted *ret_result)
{
  return (struct change){&TAKEN, in, ret_result, &ret_result->changed, "", ""};
}

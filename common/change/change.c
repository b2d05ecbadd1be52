// SPDX-License-Identifier: Apache-2.0
#include "change/change.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "change/context.h"
#include "change/fleet_own.h"
#include "change/fleet_sign_in.h"
#include "publish/publish.h"
#include "store/access_history.h"
#include "store/audit.h"
#include "store/fleet.h"
#include "store/row_log.h"

enum { GROW_TRIES = 6, MANY = 32, PUSH_TRIES = 5 };

// What one of many changes stores, and what making room for it in trees takes, at most as a rule.
static const size_t ROOM_EACH = 1024;

static enum status publish_now(const struct change_host *host, struct error *error)
{
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  enum status status = store_begin(host->store, false, &txn);
  status = status != STATUS_OK ? status : publish(txn, host->config, host->map_path);
  if (status != STATUS_OK) {
    error_set(error, "%s: the published map cannot be written: %s; the change itself is stored", host->map_path,
              status_text(status));
    return STATUS_IO;
  }
  return STATUS_OK;
}

static void start_event(struct change_context *c)
{
  struct audit_event *event = &c->event;
  *event = (struct audit_event){.at_s = c->now_s};
  (void)snprintf(event->actor, sizeof event->actor, "%s", c->by->actor);
  (void)snprintf(event->rhost, sizeof event->rhost, "%s", c->by->rhost);
  (void)snprintf(event->service, sizeof event->service, "%s", c->by->service);
  (void)snprintf(event->org, sizeof event->org, "%s", c->change->org);
  (void)snprintf(event->event, sizeof event->event, "%s", c->change->kind->event);
}

// What the map must show is written where no reader looks before the commit, so that a full disk refuses the change
// whole, and shown after it.
static enum status commit(struct change_context *c)
{
  const char *path = c->host->map_path;
  struct publication publication CLEANUP(publication_end) = PUBLICATION_EMPTY;
  enum status status = publication_prepare(c->txn, c->host->config, path, &publication);
  bool prepared = status == STATUS_OK;
  if (!prepared && status != STATUS_FULL) {
    error_set(c->error, "%s: the published map cannot be written: %s; nothing was changed", path, status_text(status));
  }
  status = prepared ? store_commit(&c->txn) : status;
  if (status != STATUS_OK) {
    store_abort(&c->txn);
    publication_take_back(&publication);
    c->shown = c->shown && publication.kind != PUBLICATION_REBUILD; // that one has marked the map dirty
    return status;
  }
  c->shown = publication_show(&publication) == STATUS_OK;
  return STATUS_OK;
}

static enum status apply(struct change_context *c)
{
  const struct change *change = c->change;
  enum status status = change_authorize(c);
  return status != STATUS_OK ? status : change->kind->apply(c, change->input, change->result);
}

// Somebody may have taken this host out of its fleet while its rows were on their way.
static enum status refuse_alone(struct change_context *c)
{
  error_set(c->error, "this host is in no fleet");
  return STATUS_NOT_FOUND;
}

// Applies one change within the transaction.
static enum status apply_one(struct change_context *c)
{
  const struct change *change = c->change;
  start_event(c);
  memset(change->result, 0, change->kind->result_size);
  *change->ret_changed = true;
  c->silent = change->kind->silent;
  if (c->in_fleet && change->kind->scope != CHANGE_FLEET) {
    row_log_begin(c->txn, c->is_admin);
  }
  enum status status = change->kind->scope == CHANGE_FLEET && !c->in_fleet ? refuse_alone(c) : apply(c);
  if (status != STATUS_OK && c->error != NULL && c->error->text[0] == '\0' && status != STATUS_FULL) {
    error_set(c->error, "%s: %s", change->kind->event, status_text(status));
  }
  bool audited = *change->ret_changed && !c->silent;
  c->is_site = c->is_site || (*change->ret_changed && change->kind->scope == CHANGE_SITE);
  c->changed = c->changed || *change->ret_changed;
  c->audited = c->audited || audited;
  return status == STATUS_OK && audited ? audit_add(c->txn, &c->event) : status;
}

enum status change_also(struct change_context *c, const struct change *change)
{
  const struct change *outer = c->change;
  const struct audit_event event = c->event;
  bool silent = c->silent;
  c->change = change;
  enum status status = apply_one(c);
  c->change = outer;
  c->event = event;
  c->silent = silent;
  return status;
}

static bool is_refusal(enum status status)
{
  return status == STATUS_REFUSED || status == STATUS_NOT_FOUND || status == STATUS_EXISTS || status == STATUS_INVALID;
}

// One that was refused after it had stored something ends everything: the transaction is not what it should be.
static enum status judge(struct change_context *c, const struct changes *all, enum status status, uint64_t writes)
{
  bool go_on = all->done == NULL ? status == STATUS_OK : all->done(all->context, c->index, status, c->error);
  bool unharmed = status == STATUS_OK || (is_refusal(status) && store_writes(c->txn) == writes);
  if (go_on && unharmed) {
    error_set(c->error, "%s", "");
    return STATUS_OK;
  }
  return status != STATUS_OK ? status : STATUS_REFUSED;
}

static enum status get_and_apply(struct change_context *c, const struct changes *all)
{
  struct change change;
  uint64_t writes = store_writes(c->txn);
  enum status status = all->get(all->context, c->index, c->error, &change);
  if (status == STATUS_OK) {
    c->change = &change;
    status = apply_one(c);
    c->change = NULL;
  }
  return judge(c, all, status, writes);
}

static enum status apply_each(struct change_context *c, const struct changes *all)
{
  enum status status = STATUS_OK;
  for (c->index = 0; status == STATUS_OK && c->index < all->count; c->index++) {
    status = get_and_apply(c, all);
  }
  return status;
}

static enum status apply_and_trim(struct change_context *c, const struct changes *all)
{
  c->changed = c->audited = false;
  enum status status = apply_each(c, all);
  if (status != STATUS_OK) {
    return status;
  }
  bool trims = c->audited && c->host->config->audit_keep_s > 0;
  int64_t old_s = c->now_s - c->host->config->audit_keep_s;
  status = trims ? audit_trim(c->txn, old_s) : STATUS_OK;
  return trims && status == STATUS_OK ? access_trim(c->txn, old_s) : status;
}

static enum status refuse_site(struct change_context *c)
{
  struct fleet_join join CLEANUP(cleanup_fleet_join) = {.admin = 0};
  enum status status = fleet_join_get(c->txn, &join);
  if (status == STATUS_OK) {
    error_set(c->error, "the fleet shares this: it is changed on an admin host%s%s", join.admins[0] != '\0' ? ", " : "",
              join.admins);
    return STATUS_REFUSED;
  }
  return status;
}

// What goes to the fleet is what an admin has changed, and not what is so on this host alone.
static enum status prepare_push(struct change_context *c)
{
  struct fleet_state state;
  enum status status = fleet_state_get(c->txn, &state);
  c->rows.writes = state.writes;
  return status != STATUS_OK ? status : fleet_leave_own(c, &c->rows);
}

static enum status tell(struct change_context *c)
{
  c->is_pushed = c->is_admin && c->host->push != NULL;
  return c->is_pushed ? prepare_push(c) : refuse_site(c);
}

static enum status refuse_claim(struct change_context *c)
{
  error_set(c->error, "fleet: whoever is new is made by its engine, which is not asked from here");
  return STATUS_TIMEOUT;
}

// An admin host tells of whom it makes; elsewhere the engine makes them.
static enum status sift_sign_in(struct change_context *c)
{
  struct fleet_judgement judged = {.told = false};
  enum status status = fleet_judge_sign_in(&c->rows, &c->claims, c->error, &judged);
  bool told = judged.told || (judged.comes && c->is_admin);
  if (status != STATUS_OK || told) {
    status = status != STATUS_OK ? status : fleet_leave_new(&c->rows);
    return status != STATUS_OK ? status : tell(c);
  }
  c->wants = judged.unclaimed;
  bool may = c->host->push != NULL && c->host->push->claim != NULL;
  if (c->wants) {
    return may ? STATUS_OK : refuse_claim(c);
  }
  return fleet_keep_own(c, &c->rows);
}

// Whether what was applied is the fleet's, and who may change that.
static enum status sift(struct change_context *c)
{
  c->is_pushed = c->wants = false;
  fleet_rows_done(&c->rows);
  if (!c->in_fleet || !c->changed) {
    return STATUS_OK;
  }
  enum status status = fleet_rows_collect(c->txn, &c->rows, c->error);
  if (status != STATUS_OK || c->rows.count == 0) {
    return status;
  }
  return c->is_site ? tell(c) : sift_sign_in(c);
}

static enum status begin(struct change_context *c)
{
  enum status status = store_begin(c->host->store, true, &c->txn);
  if (status != STATUS_OK) {
    return status;
  }
  store_set_moment(c->txn, c->now_s);
  return fleet_role(c->txn, &c->in_fleet, &c->is_admin);
}

static enum status apply_and_commit(struct change_context *c, const struct changes *all)
{
  c->is_site = false;
  enum status status = begin(c);
  status = status != STATUS_OK ? status : apply_and_trim(c, all);
  status = status != STATUS_OK ? status : sift(c);
  if (status == STATUS_OK && c->changed && !c->is_pushed && !c->wants && !c->host->dry_run) {
    return commit(c);
  }
  store_abort(&c->txn);
  return status;
}

// Many ask again and again who else has a name or a number, and take room that is better made once.
static enum status prepare_for_many(struct change_context *c, uint64_t count)
{
  size_t room = 0;
  if (count < MANY) {
    return STATUS_OK;
  }
  if (__builtin_mul_overflow(count, ROOM_EACH, &room)) {
    return STATUS_TOO_LARGE;
  }
  enum status status = store_make_room(c->host->store, room);
  return status != STATUS_OK ? status : foreign_load(&c->foreign);
}

static enum status grow_and_apply(struct change_context *c, const struct changes *all)
{
  enum status status = store_grow(c->host->store);
  return status != STATUS_OK ? status : apply_and_commit(c, all);
}

static enum status run_locked(struct change_context *c, const struct changes *all)
{
  enum status status = prepare_for_many(c, all->count);
  status = status != STATUS_OK ? status : apply_and_commit(c, all);
  for (int i = 0; status == STATUS_FULL && i < GROW_TRIES; i++) {
    status = grow_and_apply(c, all);
  }
  if (c->shown) {
    return status;
  }
  enum status published = publish_now(c->host, status == STATUS_OK ? c->error : NULL);
  return status != STATUS_OK ? status : published;
}

static void say_unlocked(struct error *error, enum status status)
{
  if (status == STATUS_BUSY) {
    error_set(error, "the store is busy: another program has been changing it for %d seconds",
              STORE_LOCK_WAIT_MS / 1000);
  } else {
    error_set(error, "the store cannot be changed: %s; nothing was changed", status_text(status));
  }
}

static enum status run_alone(struct change_context *c, const struct changes *all)
{
  enum status status = store_lock(c->host->store);
  if (status != STATUS_OK) {
    say_unlocked(c->error, status);
    return status;
  }
  if (all->count == 1) {
    store_hurry(c->host->store);
  }
  error_set(c->error, "%s", "");
  status = run_locked(c, all);
  foreign_free(&c->foreign);
  store_unlock(c->host->store);
  return status;
}

// What was claimed is an input of the same change, which is applied once more with it.
static enum status claim(struct change_context *c)
{
  const struct change_push *push = c->host->push;
  struct fleet_claims claims = {.count = 0};
  enum status status = push->claim(push->context, &c->rows, c->error, &claims);
  c->claims = status == STATUS_OK ? claims : (struct fleet_claims){.count = 0};
  return status == STATUS_OK ? STATUS_BUSY : status;
}

static enum status run_and_push(struct change_context *c, const struct changes *all)
{
  enum status status = STATUS_BUSY;
  for (int i = 0; status == STATUS_BUSY && i < PUSH_TRIES; i++) {
    status = run_alone(c, all);
    if (status != STATUS_OK || (!c->is_pushed && !c->wants) || c->host->dry_run) {
      return status;
    }
    status = c->wants ? claim(c) : c->host->push->push(c->host->push->context, &c->rows, c->error);
  }
  return status;
}

enum status change_run_all(const struct change_host *host, const struct change_by *by, const struct changes *all,
                           struct error *error, uint64_t *ret_index)
{
  struct change_context c = {.host = host, .by = by, .error = error, .shown = true, .now_s = clock_now_s()};
  enum status status = run_and_push(&c, all);
  fleet_rows_done(&c.rows);
  if (status != STATUS_OK && error != NULL && error->text[0] == '\0') {
    error_set(error, "the store cannot be changed: %s; nothing was changed", status_text(status));
  }
  *ret_index = c.index > 0 ? c.index - 1 : 0;
  return status;
}

static enum status the_only_one(void *context, uint64_t index, struct error *for_error, struct change *ret_change)
{
  (void)index;
  (void)for_error;
  *ret_change = *(const struct change *)context;
  return STATUS_OK;
}

enum status change_run(const struct change_host *host, const struct change_by *by, struct change change,
                       struct error *error)
{
  const struct changes one = {1, the_only_one, NULL, &change};
  uint64_t index = 0;
  return change_run_all(host, by, &one, error, &index);
}

static bool is_current(const struct change_host *host, const char *login)
{
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  return store_begin(host->store, false, &txn) == STATUS_OK &&
         publish_is_current(txn, host->config, host->map_path, login);
}

enum status change_publish(const struct change_host *host, const char *login, struct error *error)
{
  enum status status = store_lock(host->store);
  if (status != STATUS_OK) {
    error_set(error, "%s: is behind the store, and cannot be made anew: %s", host->map_path, status_text(status));
    return status;
  }
  // Others may have met the same map and mended it while this one waited for the lock.
  if (!is_current(host, login)) {
    status = publish_now(host, error);
  }
  store_unlock(host->store);
  return status;
}

// SPDX-License-Identifier: Apache-2.0
#include "change/fleet_host.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/id_list.h"
#include "base/text.h"
#include "change/context.h"
#include "change/fleet_parts.h"

static enum status read_state(struct change_context *c, struct fleet_state *ret_state)
{
  return c->in_fleet ? fleet_state_get(c->txn, ret_state) : STATUS_NOT_FOUND;
}

static enum status contact(struct change_context *c, const void *input, void *ret_result)
{
  const char *nonce = input;
  struct fleet_contact *result = ret_result;
  struct fleet_state state;
  enum status status = read_state(c, &state);
  if (status != STATUS_OK) {
    return status;
  }
  result->changed = state.nonce[0] == '\0' || state.contact_at_s != 0;
  if (result->changed) {
    state.contacts++;
    state.contact_at_s = 0;
    status = text_copy(nonce, state.nonce, sizeof state.nonce);
    status = status != STATUS_OK ? status : fleet_state_put(c->txn, &state);
  }
  result->number = state.contacts;
  memcpy(result->nonce, state.nonce, sizeof result->nonce);
  return status;
}

static enum status answered(struct change_context *c, const void *input, void *ret_result)
{
  const struct fleet_contact *in = input;
  struct change_done *result = ret_result;
  struct fleet_state state;
  enum status status = read_state(c, &state);
  if (status != STATUS_OK) {
    return status;
  }
  result->changed = state.contacts == in->number && strcmp(state.nonce, in->nonce) == 0;
  state.contact_at_s = c->now_s;
  return result->changed ? fleet_state_put(c->txn, &state) : STATUS_OK;
}

static enum status stop(struct change_context *c, const void *input, void *ret_result)
{
  const char *why = input;
  struct change_done *result = ret_result;
  struct fleet_state state;
  enum status status = read_state(c, &state);
  if (status != STATUS_OK) {
    return status;
  }
  (void)snprintf(result->before, sizeof result->before, "%s", state.stopped[0] != '\0' ? "stopped" : "");
  (void)snprintf(c->event.detail, sizeof c->event.detail, "%s", why[0] != '\0' ? why : "no more");
  result->changed = strncmp(state.stopped, why, sizeof state.stopped - 1) != 0;
  (void)snprintf(state.stopped, sizeof state.stopped, "%s", why);
  return result->changed ? fleet_state_put(c->txn, &state) : STATUS_OK;
}

// KEEP: but those of which not all is here.
static enum status drop_orgs(struct change_context *c, const struct id_list *orgs, bool keep, size_t *ret_count)
{
  *ret_count = 0;
  for (size_t i = 0; i < orgs->count; i++) {
    bool closed = false;
    enum status status = fleet_org_is_closed(c->txn, orgs->ids[i], &closed);
    bool drops = closed || !keep;
    status = status != STATUS_OK || !drops ? status : fleet_drop_org(c, orgs->ids[i]);
    if (status != STATUS_OK) {
      return status;
    }
    *ret_count += drops == keep ? 0 : 1;
  }
  return STATUS_OK;
}

// One that was made here, and not taken over from the engine yet, is the fleet's, too.
static enum status note_org(void *context, const struct org *org)
{
  return org->id >= STORE_ID_FLEET ? id_list_add(context, org->id) : STATUS_OK;
}

static enum status note_fleets(void *context, const struct account *account)
{
  return account->id >= STORE_ID_FLEET ? id_list_add(context, account->id) : STATUS_OK;
}

// Also whom an admin host had although no org did any more.
static enum status drop_people(struct change_context *c)
{
  struct id_list people CLEANUP(id_list_done) = {.ids = NULL};
  enum status status = account_each(c->txn, note_fleets, &people);
  for (size_t i = 0; status == STATUS_OK && i < people.count; i++) {
    status = fleet_end_if_nowhere(c, people.ids[i]);
  }
  return status;
}

static enum status drop_all(struct change_context *c, const struct id_list *orgs, bool keep, size_t *ret_count)
{
  c->is_admin = false; // from now on
  enum status status = drop_orgs(c, orgs, keep, ret_count);
  bool stay = keep && *ret_count == orgs->count;
  return status != STATUS_OK || stay ? status : drop_people(c);
}

static enum status leave(struct change_context *c, const void *input, void *ret_result)
{
  const struct fleet_leave *in = input;
  struct fleet_left *result = ret_result;
  struct id_list orgs CLEANUP(id_list_done) = {.ids = NULL};
  struct fleet_join join CLEANUP(cleanup_fleet_join) = {.admin = 0};
  enum status status = fleet_join_get(c->txn, &join);
  if (status == STATUS_NOT_FOUND) {
    error_set(c->error, "host: is in no fleet");
  }
  status = status != STATUS_OK ? status : org_each(c->txn, note_org, &orgs);
  status = status != STATUS_OK ? status : drop_all(c, &orgs, in->keep, &result->orgs);
  if (status != STATUS_OK) {
    return status;
  }
  (void)snprintf(c->event.detail, sizeof c->event.detail, "was %.60s; %zu orgs %s", join.host, result->orgs,
                 in->keep ? "stay" : "go");
  return fleet_forget(c->txn);
}

static const struct change_kind CONTACT = {
    "fleet.contact", CHANGE_HOST, CHANGE_OF_ORG, contact, sizeof(struct fleet_contact), true};
static const struct change_kind ANSWERED = {"fleet.answered",           CHANGE_HOST, CHANGE_OF_ORG, answered,
                                            sizeof(struct change_done), true};
static const struct change_kind STOP = {"fleet.stop", CHANGE_HOST, CHANGE_OF_ORG, stop, sizeof(struct change_done),
                                        false};
static const struct change_kind LEAVE = {"fleet.leave", CHANGE_FLEET, CHANGE_OF_ORG, leave, sizeof(struct fleet_left),
                                         false};

struct change change_fleet_contact(const char *nonce, struct fleet_contact *ret_contact)
{
  return (struct change){&CONTACT, nonce, ret_contact, &ret_contact->changed, "", ""};
}

struct change change_fleet_answered(const struct fleet_contact *in, struct change_done *ret_result)
{
  return (struct change){&ANSWERED, in, ret_result, &ret_result->changed, "", ""};
}

struct change change_fleet_stop(const char *why, struct change_done *ret_result)
{
  return (struct change){&STOP, why, ret_result, &ret_result->changed, "", ""};
}

struct change change_fleet_leave(const struct fleet_leave *in, struct fleet_left *ret_result)
{
  return (struct change){&LEAVE, in, ret_result, &ret_result->changed, "", ""};
}

// SPDX-License-Identifier: Apache-2.0
#include "change/connection.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "change/context.h"
#include "change/covered.h"
#include "change/staged.h"

static enum status remove_waiting(struct change_context *c, const struct org *org)
{
  struct connection waiting CLEANUP(cleanup_connection) = {.org_id = 0};
  enum status status = connection_get(c->txn, org->id, CONNECTION_STAGED, &waiting);
  if (status == STATUS_NOT_FOUND) {
    error_set(c->error, "org \"%s\": has no connection that waits for its test", org->slug);
  }
  if (status != STATUS_OK) {
    return status;
  }
  (void)snprintf(c->event.detail, sizeof c->event.detail, "that waited");
  return staged_drop(c, org->id);
}

static enum status remove_connection(struct change_context *c, const void *input, void *ret_result)
{
  const struct connection_remove *in = input;
  struct connection before CLEANUP(cleanup_connection) = {.org_id = 0};
  struct org org;
  (void)ret_result;
  enum status status = change_find_org(c, in->org, &org);
  if (status != STATUS_OK) {
    return status;
  }
  if (in->waiting) {
    return remove_waiting(c, &org);
  }
  if (org.enforcement != ENFORCEMENT_OFF) {
    error_set(c->error, "org \"%s\": its connection cannot be removed while enforcement is %s", org.slug,
              enforcement_word(org.enforcement));
    return STATUS_REFUSED;
  }
  status = connection_get(c->txn, org.id, CONNECTION_ACTIVE, &before);
  if (status == STATUS_NOT_FOUND) {
    error_set(c->error, "org \"%s\": has no connection", org.slug);
  }
  if (status != STATUS_OK) {
    return status;
  }
  status = staged_drop(c, org.id);
  if (status != STATUS_OK) {
    return status;
  }
  status = covered_note(c, CONNECTION_ACTIVE, &(struct org_state){&org, &before}, &(struct org_state){&org, NULL});
  return status != STATUS_OK ? status : connection_remove(c->txn, org.id, CONNECTION_ACTIVE);
}

static enum status see(struct change_context *c, const struct org *org, enum connection_slot slot,
                       const struct connection *connection, struct confirmed *confirmed)
{
  const struct org then = slot == CONNECTION_STAGED ? staged_org(org, connection) : *org;
  const struct covered now = covered_of(&then, connection);
  confirmed->org_id = org->id;
  enum status status = confirmed_see(confirmed, &now);
  return status != STATUS_OK ? status : confirmed_put(c->txn, slot, confirmed);
}

// Confirms what is in SLOT, if it is what the operator has looked at. *RET_DONE: it was.
static enum status confirm_in(struct change_context *c, const struct org *org, enum connection_slot slot,
                              const char *fingerprint, bool *ret_done)
{
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  struct confirmed confirmed CLEANUP(cleanup_confirmed) = {.org_id = org->id};
  enum status status = connection_get(c->txn, org->id, slot, &connection);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  status = confirmed_get(c->txn, org->id, slot, &confirmed);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  const char *shown = status == STATUS_OK ? confirmed.fingerprint : FINGERPRINT_NONE;
  *ret_done = strcmp(shown, fingerprint) == 0;
  return *ret_done ? see(c, org, slot, &connection, &confirmed) : STATUS_OK;
}

static enum status confirm(struct change_context *c, const void *input, void *ret_result)
{
  const struct connection_confirm *in = input;
  struct org org;
  bool done = false;
  (void)ret_result;
  enum status status = change_find_org(c, in->org, &org);
  if (status != STATUS_OK) {
    return status;
  }
  status = confirm_in(c, &org, CONNECTION_ACTIVE, in->fingerprint, &done);
  if (status != STATUS_OK) {
    return status;
  }
  if (!done) {
    status = confirm_in(c, &org, CONNECTION_STAGED, in->fingerprint, &done);
  }
  if (status != STATUS_OK) {
    return status;
  }
  if (!done) {
    error_set(c->error,
              "org \"%s\": \"%.40s\" is not the fingerprint of its connection as it is now; look at 'ssoctl idp show "
              "%s' once more",
              org.slug, in->fingerprint, org.slug);
    return STATUS_REFUSED;
  }
  (void)snprintf(c->event.detail, sizeof c->event.detail, "fingerprint %s", in->fingerprint);
  return STATUS_OK;
}

// What a test found is no change of the connection: with auto, a login takes the way that worked.
static enum status found(struct change_context *c, const void *input, void *ret_result)
{
  const struct connection_found *in = input;
  struct org org;
  struct connection stored CLEANUP(cleanup_connection) = {.org_id = 0};
  enum connection_slot slot = CONNECTION_ACTIVE;
  bool unchanged = false;
  (void)ret_result;
  enum status status = change_find_org(c, in->org, &org);
  if (status != STATUS_OK) {
    return status;
  }
  status = staged_or_active(c, org.id, &slot, &stored);
  if (status != STATUS_OK) {
    return status;
  }
  status = covered_is_unchanged(c, org.id, slot, in->fingerprint, &unchanged);
  if (status != STATUS_OK) {
    return status;
  }
  if (!unchanged || stored.client_auth != CLIENT_AUTH_AUTO || in->client_auth >= CLIENT_AUTH_PRIVATE_KEY_JWT) {
    error_set(c->error, "org \"%s\": the connection was changed during the test; test it again", org.slug);
    return STATUS_REFUSED;
  }
  stored.auth_found = (uint8_t)(in->client_auth + 1);
  (void)snprintf(c->event.detail, sizeof c->event.detail, "auto is %s", client_auth_word(in->client_auth));
  return connection_put(c->txn, slot, &stored);
}

static const struct change_kind REMOVE = {
    "idp.remove", CHANGE_SITE, CHANGE_OF_ORG, remove_connection, sizeof(struct change_done), false};
static const struct change_kind CONFIRM = {
    "idp.confirm", CHANGE_SITE, CHANGE_OF_ORG, confirm, sizeof(struct change_done), false};
static const struct change_kind FOUND = {"idp.auth", CHANGE_SITE, CHANGE_OF_ORG, found, sizeof(struct change_done),
                                         false};

struct change change_connection_remove(const struct connection_remove *in, struct change_done *ret_result)
{
  return (struct change){&REMOVE, in, ret_result, &ret_result->changed, in->org, ""};
}

struct change change_connection_confirm(const struct connection_confirm *in, struct change_done *ret_result)
{
  return (struct change){&CONFIRM, in, ret_result, &ret_result->changed, in->org, ""};
}

struct change change_connection_found(const struct connection_found *in, struct change_done *ret_result)
{
  return (struct change){&FOUND, in, ret_result, &ret_result->changed, in->org, ""};
}

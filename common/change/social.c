// SPDX-License-Identifier: Apache-2.0
#include "change/social.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "change/context.h"
#include "change/staged.h"
#include "store/socials.h"

static enum status refuse(struct change_context *c, const char *name, enum status status, const char *why)
{
  error_set(c->error, "social connection \"%.40s\": %s", name, why);
  return status;
}

// The name that is shown in lists and typed; two of a kind must not look alike.
static enum status check_name(struct change_context *c, const char *name)
{
  size_t length = strlen(name);
  bool legal = length > 0 && length < SOCIAL_SIZE && name[0] != '-' &&
               strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
  return legal ? STATUS_OK
               : refuse(c, name, STATUS_INVALID, "1 to 16 of a-z, 0-9 and -, not beginning with -, are legal");
}

// The one that is there, or a new one with an id of its own.
static enum status load(struct change_context *c, const struct social_set *in, struct social *ret_social)
{
  struct social social = {.speaks = (uint8_t)in->speaks, .created_at_s = c->now_s};
  enum status status = social_get(c->txn, in->name, ret_social);
  if (status == STATUS_OK) {
    return ret_social->speaks == (uint8_t)in->speaks
               ? STATUS_OK
               : refuse(c, in->name, STATUS_EXISTS, "is of another kind of provider; remove it first");
  }
  if (status != STATUS_NOT_FOUND) {
    return status;
  }
  (void)snprintf(social.name, sizeof social.name, "%s", in->name);
  status = store_next_id(c->txn, &social.id);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_social = social;
  return STATUS_OK;
}

// What is not for an operator to say comes from what was there.
static enum status put_connection(struct change_context *c, const struct social_set *in, int64_t id)
{
  struct connection before CLEANUP(cleanup_connection) = {.org_id = 0};
  struct connection wanted CLEANUP(cleanup_connection) = {.org_id = 0};
  enum status status = connection_get(c->txn, id, CONNECTION_ACTIVE, &before);
  bool any = status == STATUS_OK;
  if (!any && status != STATUS_NOT_FOUND) {
    return status;
  }
  status = staged_copy(in->connection, &wanted);
  if (status != STATUS_OK) {
    return status;
  }
  bool same_client = any && connection_same_client(&before, &wanted) && before.client_auth == wanted.client_auth;
  wanted.org_id = id;
  wanted.set_at_s = c->now_s;
  wanted.auth_found = same_client && !in->secret_given ? before.auth_found : 0;
  wanted.waits = 0;
  // An answer that is under way is not of another provider's words (as answered_check() sees).
  bool same_words = any && connection_same_client(&before, &wanted) && connection_same_voucher(&before, &wanted) &&
                    strcmp(before.email_claim, wanted.email_claim) == 0;
  wanted.generation = before.generation;
  status = same_words ? STATUS_OK : store_next_id(c->txn, &wanted.generation);
  if (status != STATUS_OK) {
    return status;
  }
  return connection_put(c->txn, CONNECTION_ACTIVE, &wanted);
}

static enum status is_same(struct change_context *c, const struct social_set *in, const struct social *social,
                           bool *ret_changed)
{
  struct connection before CLEANUP(cleanup_connection) = {.org_id = 0};
  enum status status = connection_get(c->txn, social->id, CONNECTION_ACTIVE, &before);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  *ret_changed = strcmp(social->title, in->title) != 0 || !connection_is_same(&before, in->connection) ||
                 strcmp(before.preset, in->connection->preset) != 0 ||
                 before.secret_expires_at_s != in->connection->secret_expires_at_s;
  return STATUS_OK;
}

static enum status set(struct change_context *c, const void *input, void *ret_result)
{
  const struct social_set *in = input;
  struct change_done *result = ret_result;
  struct social social;
  enum status status = check_name(c, in->name);
  if (status != STATUS_OK) {
    return status;
  }
  status = load(c, in, &social);
  if (status != STATUS_OK) {
    return status;
  }
  status = is_same(c, in, &social, &result->changed);
  if (status != STATUS_OK || !result->changed) {
    return status;
  }
  if (text_copy_clean(in->title, strlen(in->title), social.title, sizeof social.title) != STATUS_OK) {
    return refuse(c, in->name, STATUS_INVALID, "its title must be UTF-8 of at most 127 bytes without controls");
  }
  status = put_connection(c, in, social.id);
  if (status != STATUS_OK) {
    return status;
  }
  (void)snprintf(c->event.detail, sizeof c->event.detail, "%s, %.200s", in->name, in->connection->issuer);
  return social_put(c->txn, &social);
}

static enum status remove_social(struct change_context *c, const void *input, void *ret_result)
{
  const struct social_remove *in = input;
  (void)ret_result;
  enum status status = social_remove(c->txn, in->name);
  if (status == STATUS_NOT_FOUND) {
    return refuse(c, in->name, status, "there is none of this name");
  }
  (void)snprintf(c->event.detail, sizeof c->event.detail, "%s", in->name);
  return status;
}

static enum status found(struct change_context *c, const void *input, void *ret_result)
{
  const struct social_found *in = input;
  struct connection stored CLEANUP(cleanup_connection) = {.org_id = 0};
  struct social social;
  (void)ret_result;
  enum status status = social_get(c->txn, in->name, &social);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? refuse(c, in->name, status, "there is none of this name") : status;
  }
  status = connection_get(c->txn, social.id, CONNECTION_ACTIVE, &stored);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
  }
  if (stored.client_auth != CLIENT_AUTH_AUTO || in->client_auth >= CLIENT_AUTH_PRIVATE_KEY_JWT) {
    return refuse(c, in->name, STATUS_REFUSED, "was changed during the test; test it again");
  }
  stored.auth_found = (uint8_t)(in->client_auth + 1);
  (void)snprintf(c->event.detail, sizeof c->event.detail, "%s, auto is %s", in->name,
                 client_auth_word(in->client_auth));
  return connection_put(c->txn, CONNECTION_ACTIVE, &stored);
}

static enum status unlink_account(struct change_context *c, const void *input, void *ret_result)
{
  const struct social_unlink *in = input;
  struct change_done *result = ret_result;
  struct social social;
  struct account account;
  enum status status = social_get(c->txn, in->name, &social);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? refuse(c, in->name, status, "there is none of this name") : status;
  }
  status = change_find_account(c, in->account, &account);
  if (status != STATUS_OK) {
    return status;
  }
  change_name_login(c, account.login);
  (void)snprintf(c->event.detail, sizeof c->event.detail, "social %s", in->name);
  status = identity_drop_org(c->txn, account.id, social.id, &result->changed);
  record_done(&ACCOUNT_RECORD, &account);
  return status;
}

static const struct change_kind SET = {"social.set", CHANGE_SITE, CHANGE_OF_ORG, set, sizeof(struct change_done),
                                       false};
static const struct change_kind REMOVE = {
    "social.remove", CHANGE_SITE, CHANGE_OF_ORG, remove_social, sizeof(struct change_done), false};
static const struct change_kind FOUND = {"social.auth", CHANGE_SITE, CHANGE_OF_ORG, found, sizeof(struct change_done),
                                         false};

static const struct change_kind UNLINK = {"identity.unlink",          CHANGE_SITE, CHANGE_OF_ORG, unlink_account,
                                          sizeof(struct change_done), false};

struct change change_social_unlink(const struct social_unlink *in, struct change_done *ret_result)
{
  return (struct change){&UNLINK, in, ret_result, &ret_result->changed, "", ""};
}

struct change change_social_set(const struct social_set *in, struct change_done *ret_result)
{
  return (struct change){&SET, in, ret_result, &ret_result->changed, "", ""};
}

struct change change_social_remove(const struct social_remove *in, struct change_done *ret_result)
{
  return (struct change){&REMOVE, in, ret_result, &ret_result->changed, "", ""};
}

struct change change_social_found(const struct social_found *in, struct change_done *ret_result)
{
  return (struct change){&FOUND, in, ret_result, &ret_result->changed, "", ""};
}

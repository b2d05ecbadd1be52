// SPDX-License-Identifier: Apache-2.0
#include "change/recovery.h"

#include <stdio.h>
#include <string.h>

#include "change/context.h"
#include "policy/person.h"

enum status change_drop_recovery(struct change_context *c, const struct org *org, size_t *ret_count)
{
  struct recovery_summary before;
  enum status status = recovery_summarize(c->txn, org->owner_id, org->id, &before);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_count = before.left;
  return recovery_drop(c->txn, org->owner_id, org->id);
}

static enum status look_at_owner(struct change_context *c, const struct org *org)
{
  struct account owner;
  struct facts facts;
  enum status status = account_get(c->txn, org->owner_id, &owner);
  if (status != STATUS_OK) {
    return status;
  }
  memcpy(c->event.login, owner.login, sizeof c->event.login);
  status = change_load_facts(c, owner.login, &facts);
  if (status != STATUS_OK) {
    return status;
  }
  if (!policy_is_owner(&facts.person)) {
    error_set(c->error,
              "org \"%s\": recovery codes would not be taken from its owner, whom another org governs "
              "(POLICY L5)",
              org->slug);
    return STATUS_REFUSED;
  }
  return STATUS_OK;
}

// Where row L5 does not fit the owner nobody would ask for a code.
static enum status check_owner(struct change_context *c, const struct org *org)
{
  enum status status = look_at_owner(c, org);
  return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
}

// What the caller has drawn must begin unlike any other code of this owner: it is found by that.
static enum status put_code(struct change_context *c, const struct org *org, const struct recovery_code *drawn)
{
  struct recovery_code code = *drawn;
  struct recovery_code other;
  enum status status = recovery_get(c->txn, org->owner_id, code.prefix, &other);
  if (status == STATUS_OK || code.hash[0] == '\0') {
    error_set(c->error, "org \"%s\": a code begins like another one; draw new ones", org->slug);
    return STATUS_EXISTS;
  }
  if (status != STATUS_NOT_FOUND) {
    return status;
  }
  code.account_id = org->owner_id;
  code.org_id = org->id;
  code.created_at_s = c->now_s;
  code.used_at_s = 0;
  return recovery_put(c->txn, &code);
}

static enum status replace(struct change_context *c, const struct recovery_create *in, size_t *ret_before)
{
  struct org org;
  enum status status = change_find_org(c, in->org, &org);
  if (status != STATUS_OK) {
    return status;
  }
  status = check_owner(c, &org);
  if (status != STATUS_OK) {
    return status;
  }
  status = change_drop_recovery(c, &org, ret_before);
  for (size_t i = 0; status == STATUS_OK && i < RECOVERY_CODES; i++) {
    status = put_code(c, &org, &in->codes[i]);
  }
  return status;
}

static enum status create(struct change_context *c, const void *input, void *ret_result)
{
  size_t before = 0;
  (void)ret_result;
  enum status status = replace(c, input, &before);
  (void)snprintf(c->event.detail, sizeof c->event.detail, "%d codes, %zu earlier ones void", RECOVERY_CODES, before);
  return status;
}

static enum status revoke(struct change_context *c, const void *input, void *ret_result)
{
  const struct recovery_revoke *in = input;
  struct change_done *result = ret_result;
  struct org org;
  struct recovery_summary before = {.made = 0};
  enum status status = change_find_org(c, in->org, &org);
  if (status != STATUS_OK) {
    return status;
  }
  status = recovery_summarize(c->txn, org.owner_id, org.id, &before);
  if (status != STATUS_OK) {
    return status;
  }
  result->changed = before.made > 0;
  (void)snprintf(c->event.detail, sizeof c->event.detail, "%zu unused codes void", before.left);
  return recovery_drop(c->txn, org.owner_id, org.id);
}

static const struct change_kind CREATE = {"recovery.create",          CHANGE_SITE, CHANGE_OF_ORG, create,
                                          sizeof(struct change_done), false};
static const struct change_kind REVOKE = {"recovery.revoke",          CHANGE_SITE, CHANGE_OF_ORG, revoke,
                                          sizeof(struct change_done), false};

struct change change_recovery_create(const struct recovery_create *in, struct change_done *ret_result)
{
  return (struct change){&CREATE, in, ret_result, &ret_result->changed, in->org, ""};
}

struct change change_recovery_revoke(const struct recovery_revoke *in, struct change_done *ret_result)
{
  return (struct change){&REVOKE, in, ret_result, &ret_result->changed, in->org, ""};
}

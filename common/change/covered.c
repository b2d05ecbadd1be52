// SPDX-License-Identifier: Apache-2.0
#include "change/covered.h"

#include <string.h>

#include "base/cleanup.h"
#include "change/context.h"

// What has been seen in SLOT so far. What waits begins with what has been seen of what is in effect; where nothing was
// kept, an operator has seen the settings that were there before anybody changed them, and no connection.
static enum status load_seen(struct change_context *c, enum connection_slot slot, const struct org *before,
                             struct confirmed *ret_confirmed)
{
  enum status status = confirmed_get(c->txn, before->id, slot, ret_confirmed);
  if (status == STATUS_NOT_FOUND && slot == CONNECTION_STAGED) {
    status = confirmed_get(c->txn, before->id, CONNECTION_ACTIVE, ret_confirmed);
  }
  if (status != STATUS_NOT_FOUND) {
    return status;
  }
  ret_confirmed->org_id = before->id;
  ret_confirmed->seen = covered_of(before, NULL);
  return STATUS_OK;
}

static bool is_same(const struct covered *from, const struct covered *to)
{
  for (size_t i = 0; i < COVERED_COUNT; i++) {
    if (!covered_is_same(i, from, to)) {
      return false;
    }
  }
  return true;
}

enum status covered_note(struct change_context *c, enum connection_slot slot, const struct org_state *before,
                         const struct org_state *after)
{
  struct confirmed confirmed CLEANUP(cleanup_confirmed) = {.org_id = 0};
  const struct covered from = covered_of(before->org, before->connection);
  const struct covered to = covered_of(after->org, after->connection);
  if (is_same(&from, &to)) {
    return STATUS_OK;
  }
  enum status status = load_seen(c, slot, before->org, &confirmed);
  if (status != STATUS_OK) {
    return status;
  }
  status = confirmed_note(&confirmed, &from, &to, c->by->actor, c->by->delegate == NULL);
  return status != STATUS_OK ? status : confirmed_put(c->txn, slot, &confirmed);
}

enum status covered_note_org(struct change_context *c, const struct org *before, const struct org *after)
{
  return covered_note(c, CONNECTION_ACTIVE, &(struct org_state){before, NULL}, &(struct org_state){after, NULL});
}

enum status covered_begin(struct change_context *c, const struct org *org)
{
  struct confirmed confirmed CLEANUP(cleanup_confirmed) = {.org_id = org->id};
  const struct covered now = covered_of(org, NULL);
  enum status status = confirmed_see(&confirmed, &now);
  return status != STATUS_OK ? status : confirmed_put(c->txn, CONNECTION_ACTIVE, &confirmed);
}

// Of the org's other settings counts what counted before.
enum status covered_promote(struct change_context *c, const struct org *org)
{
  struct confirmed staged CLEANUP(cleanup_confirmed) = {.org_id = 0};
  struct confirmed active CLEANUP(cleanup_confirmed) = {.org_id = 0};
  enum status status = load_seen(c, CONNECTION_STAGED, org, &staged);
  if (status != STATUS_OK) {
    return status;
  }
  status = load_seen(c, CONNECTION_ACTIVE, org, &active);
  if (status != STATUS_OK) {
    return status;
  }
  status = confirmed_promote(&active, &staged);
  return status != STATUS_OK ? status : confirmed_put(c->txn, CONNECTION_ACTIVE, &active);
}

enum status covered_is_unchanged(struct change_context *c, int64_t org_id, enum connection_slot slot,
                                 const char *fingerprint, bool *ret_same)
{
  char now[FINGERPRINT_SIZE];
  enum status status = confirmed_fingerprint(c->txn, org_id, slot, now);
  if (status == STATUS_OK) {
    *ret_same = strcmp(now, fingerprint) == 0;
  }
  return status;
}

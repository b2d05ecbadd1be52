// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/grow.h"
#include "change/fleet_parts.h"
#include "change/group.h"
#include "change/org_parts.h"
#include "change/recovery.h"
#include "store/fleet.h"
#include "store/numbers_store.h"

static enum status check_org(struct change_context *c, const struct org *org)
{
  enum status status = org_check_free(c, org->slug);
  status = status != STATUS_OK ? status : fleet_check_number(c, org->gid);
  return status != STATUS_OK ? status : fleet_check_number(c, org->admins_gid);
}

static enum status add_org(struct change_context *c, const struct fleet_row *row, const struct org *org,
                           bool *ret_clash)
{
  struct org bare = *org;
  enum status status = check_org(c, org);
  if (fleet_is_clash(status)) {
    *ret_clash = true;
    return fleet_note_clash(c, row, org->id);
  }
  explicit_bzero(bare.allowed_domains, sizeof bare.allowed_domains); // org_update() has the index
  status = status != STATUS_OK ? status : org_add(c->txn, &bare);
  status = status != STATUS_OK ? status : org_update(c->txn, org);
  return status != STATUS_OK ? status : fleet_clash_drop(c->txn, fleet_kind_name(row->kind), org->id);
}

enum status fleet_put_org(struct change_context *c, const struct fleet_row *row, bool *ret_clash)
{
  struct org org = {.id = 0};
  struct org before = {.id = 0};
  enum status status = fleet_decode(c, row, &ORG_RECORD, &org);
  status = status != STATUS_OK ? status : fleet_check_same(c, row, org.id == row->org_id);
  if (status != STATUS_OK) {
    return status;
  }
  status = org_get(c->txn, org.id, &before);
  if (status == STATUS_NOT_FOUND) {
    return add_org(c, row, &org, ret_clash);
  }
  status = status != STATUS_OK ? status
                               : fleet_check_same(c, row, org.gid == before.gid && org.admins_gid == before.admins_gid);
  if (status == STATUS_OK && strcmp(org.slug, before.slug) != 0) {
    status = org_rename(c->txn, &before, org.slug);
  }
  return status != STATUS_OK ? status : org_update(c->txn, &org);
}

struct members {
  int64_t *ids;
  size_t count;
  size_t capacity;
};

static void members_done(struct members *members)
{
  free(members->ids);
}

static enum status note_member(void *context, const struct membership *membership)
{
  struct members *members = context;
  int64_t *room = grow_array(members->ids, members->count, sizeof *room, &members->capacity);
  if (room == NULL) {
    return STATUS_NO_MEMORY;
  }
  members->ids = room;
  members->ids[members->count++] = membership->account_id;
  return STATUS_OK;
}

// Nobody of the fleet is here but for an org.
static enum status end_if_nowhere(struct change_context *c, int64_t account_id)
{
  struct memberships all;
  enum status status = account_id >= STORE_ID_FLEET ? memberships_of(c->txn, account_id, &all) : STATUS_EXISTS;
  if (status != STATUS_OK) {
    return status == STATUS_EXISTS ? STATUS_OK : status;
  }
  return all.count > 0 ? STATUS_OK : fleet_end_account(c, account_id);
}

static enum status drop_groups(struct change_context *c, const struct org *org)
{
  size_t codes = 0;
  enum status status = change_drop_recovery(c, org, &codes);
  status = status != STATUS_OK ? status : change_drop_groups(c, org);
  status = status != STATUS_OK ? status : org_remove(c->txn, org);
  status = status != STATUS_OK ? status : numbers_leave(c->txn, org->gid);
  return status != STATUS_OK ? status : numbers_leave(c->txn, org->admins_gid);
}

enum status fleet_drop_org(struct change_context *c, int64_t org_id)
{
  struct members members CLEANUP(members_done) = {.ids = NULL};
  struct org org = {.id = 0};
  enum status status = fleet_clash_drop(c->txn, fleet_kind_name(FLEET_ORG), org_id);
  status = status != STATUS_OK ? status : org_get(c->txn, org_id, &org);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  status = membership_each(c->txn, org_id, note_member, &members);
  status = status != STATUS_OK ? status : drop_groups(c, &org);
  for (size_t i = 0; status == STATUS_OK && i < members.count; i++) {
    status = end_if_nowhere(c, members.ids[i]);
  }
  return status;
}

// SPDX-License-Identifier: Apache-2.0
#include "change/fleet_apply.h"

#include "base/cleanup.h"
#include "change/fleet_own.h"
#include "change/fleet_parts.h"
#include "store/fleet.h"
#include "store/fleet_kept.h"

static enum status put(struct change_context *c, const struct fleet_row *row, bool *ret_clash)
{
  switch (row->kind) {
  case FLEET_ORG: return fleet_put_org(c, row);
  case FLEET_PROOF: return fleet_put_proof(c, row);
  case FLEET_ACCOUNT: return fleet_put_account(c, row, ret_clash);
  case FLEET_MEMBERSHIP: return fleet_put_membership(c, row);
  case FLEET_DOMAIN: return fleet_put_domain(c, row);
  case FLEET_REGISTRATION: return fleet_put_registration(c, row);
  case FLEET_CONNECTION: return fleet_put_connection(c, row);
  case FLEET_INVITE: return fleet_put_invite(c, row);
  case FLEET_GROUP: return fleet_put_group(c, row);
  case FLEET_MAPPING: return fleet_put_mapping(c, row);
  case FLEET_PENDING: return fleet_put_pending(c, row);
  case FLEET_LINKED: return fleet_put_linked(c, row);
  case FLEET_KIND_COUNT:
  default: return STATUS_CORRUPT;
  }
}

static enum status drop(struct change_context *c, const struct fleet_row *row, bool *ret_clash)
{
  switch (row->kind) {
  case FLEET_ORG: return fleet_drop_org(c, row->org_id);
  case FLEET_ACCOUNT: return fleet_drop_account(c, row, ret_clash);
  case FLEET_MEMBERSHIP: return fleet_end_membership(c, row);
  case FLEET_DOMAIN: return domain_remove(c->txn, row->org_id, row->key);
  case FLEET_CONNECTION: return fleet_drop_connection(c, row);
  case FLEET_INVITE: return invite_remove(c->txn, row->org_id, row->key);
  case FLEET_GROUP: return fleet_drop_group(c, row);
  case FLEET_MAPPING: return fleet_drop_mapping(c, row);
  case FLEET_PENDING: return fleet_drop_pending(c, row);
  case FLEET_LINKED: return fleet_drop_linked(c, row);
  case FLEET_PROOF:        // never goes
  case FLEET_REGISTRATION: // goes with its org
  case FLEET_KIND_COUNT:
  default: return STATUS_OK;
  }
}

// What the fleet has been told of is so here, but for what is so on this host alone.
static enum status put_made_here(struct change_context *c, const struct fleet_row *row, bool *ret_clash)
{
  struct fleet_row here = *row;
  if (row->here.length == 0) {
    enum status status = fleet_kept_drop(c->txn, row);
    return status != STATUS_OK ? status : put(c, row, ret_clash);
  }
  here.record = row->here; // borrowed
  enum status status = fleet_kept_put(c->txn, row, &row->record);
  return status != STATUS_OK ? status : put(c, &here, ret_clash);
}

// As it is to be here, where a sign-in has changed it.
static enum status put_merged(struct change_context *c, const struct fleet_row *row, bool *ret_clash)
{
  struct bytes record CLEANUP(bytes_done) = BYTES_EMPTY;
  bool stays = false;
  bool made_here = row->is_new || row->before.length > 0; // from what is here
  if (row->is_own || row->is_claim) {
    return put(c, row, ret_clash);
  }
  if (made_here) {
    return put_made_here(c, row, ret_clash);
  }
  enum status status = fleet_merge_own(c, row, &record, &stays);
  if (status != STATUS_OK || stays) {
    return status;
  }
  struct fleet_row merged = *row;
  merged.record = record; // borrowed
  return put(c, &merged, ret_clash);
}

static enum status drop_merged(struct change_context *c, const struct fleet_row *row, bool *ret_clash)
{
  enum status status = row->is_own ? STATUS_OK : fleet_kept_drop(c->txn, row);
  return status != STATUS_OK ? status : drop(c, row, ret_clash);
}

// What is of an org that is not here is not here either: it clashes, or is gone.
static enum status check_org_here(struct change_context *c, const struct fleet_row *row, bool *ret_here)
{
  struct org org;
  enum status status =
      row->kind == FLEET_ACCOUNT || row->kind == FLEET_ORG ? STATUS_OK : org_get(c->txn, row->org_id, &org);
  *ret_here = status == STATUS_OK;
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static bool is_fleets(int64_t id)
{
  return id >= STORE_ID_FLEET && id < STORE_ID_END;
}

// What is this host's own no row names, whoever has written it.
static enum status check_ids(struct change_context *c, const struct fleet_row *row)
{
  bool of_account = row->kind == FLEET_ACCOUNT || row->kind == FLEET_MEMBERSHIP;
  bool legal = row->is_own ||
               ((row->kind == FLEET_ACCOUNT || is_fleets(row->org_id)) && (!of_account || is_fleets(row->account_id)));
  if (!legal) {
    error_set(c->error, "fleet: %s of org %lld, account %lld: is none of the fleet's", fleet_kind_name(row->kind),
              (long long)row->org_id, (long long)row->account_id);
  }
  return legal ? STATUS_OK : STATUS_CORRUPT;
}

// What a check has refused before anything was stored is left out, and the rest goes on.
static enum status judge(struct change_context *c, const struct fleet_row *row, enum status status, bool unharmed,
                         bool *ret_clash)
{
  bool clash = fleet_is_clash(status) || status == STATUS_TOO_LARGE;
  if (status == STATUS_OK && !*ret_clash) {
    return fleet_clash_drop(c->txn, fleet_kind_name(row->kind), fleet_row_id(row), row->key);
  }
  if (!clash || !unharmed) {
    return row->gone && status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  *ret_clash = true;
  return fleet_note_clash(c, row);
}

enum status fleet_apply_row(struct change_context *c, const struct fleet_row *row, bool *ret_clash)
{
  bool here = false;
  enum status status = check_ids(c, row);
  status = status != STATUS_OK ? status : check_org_here(c, row, &here);
  if (status != STATUS_OK || !here) {
    return status;
  }
  uint64_t writes = store_writes(c->txn);
  status = row->gone ? drop_merged(c, row, ret_clash) : put_merged(c, row, ret_clash);
  return judge(c, row, status, store_writes(c->txn) == writes, ret_clash);
}

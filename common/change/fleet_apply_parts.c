// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "change/fleet_parts.h"
#include "change/group.h"
#include "store/groups.h"
#include "store/numbers_store.h"
#include "store/pending_links.h"

enum status fleet_put_proof(struct change_context *c, const struct fleet_row *row)
{
  struct domain_proof proof = {.org_id = 0};
  int64_t owner = 0;
  enum status status = fleet_decode(c, row, &DOMAIN_PROOF_RECORD, &proof);
  status = status != STATUS_OK ? status : fleet_check_same(c, row, proof.org_id == row->org_id);
  status = status != STATUS_OK ? status : domain_owner(c->txn, row->key, &owner);
  if (status == STATUS_OK && owner != row->org_id) {
    return STATUS_OK; // another org has proven it since
  }
  return status != STATUS_OK && status != STATUS_NOT_FOUND ? status : domain_put_proof(c->txn, row->key, &proof);
}

// Whose people come from it is decided by whoever has proven it here.
static enum status check_domain(struct change_context *c, const struct domain *domain)
{
  int64_t owner = 0;
  enum status status = domain_owner(c->txn, domain->domain, &owner);
  if (status == STATUS_OK && owner < STORE_ID_FLEET) {
    error_set(c->error, "domain \"%s\": is verified by an org of this host's own", domain->domain);
    return STATUS_EXISTS;
  }
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status fleet_put_domain(struct change_context *c, const struct fleet_row *row)
{
  struct domain domain = {.org_id = 0};
  enum status status = fleet_decode(c, row, &DOMAIN_RECORD, &domain);
  status = status != STATUS_OK
               ? status
               : fleet_check_same(c, row, domain.org_id == row->org_id && strcmp(domain.domain, row->key) == 0);
  status = status != STATUS_OK || domain.verified != 1 || row->is_own ? status : check_domain(c, &domain);
  return status != STATUS_OK ? status : domain_put(c->txn, &domain);
}

static bool parse_number(const char *text, uint32_t *ret_number)
{
  char *end = NULL;
  unsigned long number = strtoul(text, &end, 10);
  *ret_number = (uint32_t)number;
  return text[0] >= '0' && text[0] <= '9' && *end == '\0' && number <= UINT32_MAX;
}

enum status fleet_put_registration(struct change_context *c, const struct fleet_row *row)
{
  struct registration registration = {.number = 0};
  uint32_t number = 0;
  enum status status = fleet_decode(c, row, &REGISTRATION_RECORD, &registration);
  bool same = parse_number(row->key, &number) && registration.number == number;
  status = status != STATUS_OK ? status : fleet_check_same(c, row, same);
  return status != STATUS_OK ? status : registration_put(c->txn, row->org_id, &registration);
}

static bool slot_of(const struct fleet_row *row, enum connection_slot *ret_slot)
{
  uint32_t number = 0;
  bool legal = parse_number(row->key, &number) && number <= CONNECTION_STAGED;
  *ret_slot = (enum connection_slot)number;
  return legal;
}

enum status fleet_put_connection(struct change_context *c, const struct fleet_row *row)
{
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  enum connection_slot slot = CONNECTION_ACTIVE;
  enum status status = fleet_decode(c, row, &CONNECTION_RECORD, &connection);
  status =
      status != STATUS_OK ? status : fleet_check_same(c, row, slot_of(row, &slot) && connection.org_id == row->org_id);
  return status != STATUS_OK ? status : connection_put(c->txn, slot, &connection);
}

enum status fleet_put_invite(struct change_context *c, const struct fleet_row *row)
{
  struct invite invite = {.org_id = 0};
  enum status status = fleet_decode(c, row, &INVITE_RECORD, &invite);
  status = status != STATUS_OK
               ? status
               : fleet_check_same(c, row, invite.org_id == row->org_id && strcmp(invite.email, row->key) == 0);
  return status != STATUS_OK ? status : invite_put(c->txn, &invite);
}

static enum status check_group(struct change_context *c, const struct org_group *group)
{
  struct org org;
  enum status status = org_get(c->txn, group->org_id, &org);
  status = status != STATUS_OK ? status : change_check_group_name(c, org.slug, group->name);
  return status != STATUS_OK ? status : fleet_check_number(c, group->gid, group->org_id);
}

enum status fleet_put_group(struct change_context *c, const struct fleet_row *row)
{
  struct org_group group = {.org_id = 0};
  enum status status = fleet_decode(c, row, &ORG_GROUP_RECORD, &group);
  status = status != STATUS_OK ? status : fleet_check_same(c, row, group.org_id == row->org_id);
  if (status != STATUS_OK) {
    return status;
  }
  status = group_get(c->txn, group.org_id, group.name, &(struct org_group){.org_id = 0});
  if (status != STATUS_NOT_FOUND) {
    return status; // it never changes
  }
  status = check_group(c, &group);
  return status != STATUS_OK ? status : group_add(c->txn, &group);
}

enum status fleet_put_mapping(struct change_context *c, const struct fleet_row *row)
{
  struct group_mapping mapping = {.org_id = 0};
  enum status status = fleet_decode(c, row, &GROUP_MAPPING_RECORD, &mapping);
  status = status != STATUS_OK
               ? status
               : fleet_check_same(c, row, mapping.org_id == row->org_id && strcmp(mapping.provider, row->key) == 0);
  if (status == STATUS_OK && mapping.gives == GIVES_LOCAL_GROUP && !row->is_own) {
    error_set(c->error, "group \"%s\": is a local one of another host", mapping.name);
    return STATUS_REFUSED;
  }
  return status != STATUS_OK ? status : group_mapping_put(c->txn, &mapping);
}

enum status fleet_put_pending(struct change_context *c, const struct fleet_row *row)
{
  struct pending_link link = {.org_id = 0};
  enum status status = fleet_decode(c, row, &PENDING_LINK_RECORD, &link);
  status = status != STATUS_OK ? status : fleet_check_same(c, row, link.org_id == row->org_id);
  return status != STATUS_OK ? status : pending_link_put(c->txn, &link);
}

enum status fleet_drop_group(struct change_context *c, const struct fleet_row *row)
{
  struct org_group group = {.org_id = 0};
  enum status status = group_get(c->txn, row->org_id, row->key, &group);
  status = status != STATUS_OK ? status : group_remove(c->txn, &group);
  return status != STATUS_OK || row->is_own ? status : numbers_leave(c->txn, group.gid, group.org_id);
}

enum status fleet_drop_mapping(struct change_context *c, const struct fleet_row *row)
{
  struct group_mapping mapping = {.org_id = 0};
  enum status status = group_mapping_get(c->txn, row->org_id, row->key, &mapping);
  return status != STATUS_OK ? status : group_mapping_remove(c->txn, &mapping);
}

enum status fleet_drop_pending(struct change_context *c, const struct fleet_row *row)
{
  struct pending_link link = {.org_id = 0};
  bool any = false;
  enum status status = pending_link_get(c->txn, row->org_id, row->key, &link);
  return status != STATUS_OK ? status : pending_link_drop(c->txn, link.account_id, link.org_id, &any);
}

enum status fleet_drop_connection(struct change_context *c, const struct fleet_row *row)
{
  enum connection_slot slot = CONNECTION_ACTIVE;
  return slot_of(row, &slot) ? connection_remove(c->txn, row->org_id, slot) : STATUS_CORRUPT;
}

// SPDX-License-Identifier: Apache-2.0
#include "mapped_groups.h"

#include <grp.h>
#include <syslog.h>

#include "session.h"
#include "store/groups.h"
#include "store/local_group.h"

// Local groups always win, also those that were made later.
static bool is_still_ours(const struct org *org, const struct group_mapping *mapping)
{
  char full[LOGIN_SIZE];
  group_full_name(org->slug, mapping->name, full);
  const struct group *entry = getgrnam(full);
  return entry == NULL || entry->gr_gid == mapping->gid;
}

static bool is_still_local(const struct group_mapping *mapping)
{
  uint32_t gid = 0;
  return local_group_find(mapping->name, &gid) == STATUS_OK && gid == mapping->gid;
}

static void add(const struct org *org, const struct group_mapping *mapping, struct u32_list *groups)
{
  bool local = mapping->gives == GIVES_LOCAL_GROUP;
  bool good = local ? is_still_local(mapping) : is_still_ours(org, mapping);
  if (!good) {
    session_log(LOG_WARNING, "group %s of org %s is left out: %s", mapping->name, org->slug,
                local ? "/etc/group has it no more, or with another number"
                      : "another group on this host has its name");
    return;
  }
  if (groups->count < U32_LIST_MAX && !groups_hold(groups, mapping->gid)) {
    groups->values[groups->count++] = mapping->gid;
  }
}

static enum status add_all(struct store_txn *txn, const struct mapped_groups_of *of, struct u32_list *groups)
{
  struct given_groups given;
  struct group_mappings all;
  struct org org;
  enum status status = given_get(txn, of->account_id, of->org_id, &given);
  if (status != STATUS_OK) {
    return status;
  }
  status = org_get(txn, of->org_id, &org);
  if (status != STATUS_OK) {
    return status;
  }
  status = group_mappings_of(txn, of->org_id, &all);
  if (status != STATUS_OK) {
    return status;
  }
  for (size_t i = 0; i < all.count; i++) {
    bool local = all.list[i].gives == GIVES_LOCAL_GROUP && of->by_confirmed;
    if ((local || all.list[i].gives == GIVES_GROUP) && groups_hold(&given.mappings, all.list[i].number)) {
      add(&org, &all.list[i], groups);
    }
  }
  return STATUS_OK;
}

enum status mapped_groups_add(struct store_txn *txn, const struct mapped_groups_of *of, struct u32_list *groups)
{
  enum status status = add_all(txn, of, groups);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

// SPDX-License-Identifier: Apache-2.0
// Mappings of provider groups to Unix groups (POLICY N6).
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "change/new_account.h"
#include "operations/apply.h"
#include "protocol/group_list.h"
#include "store/groups.h"
#include "store/local_group.h"

enum { SHOWN_SIZE = 120 };

static void show(const char *provider, char shown[static SHOWN_SIZE])
{
  text_escape(provider, strlen(provider), shown, SHOWN_SIZE);
}

// All names share one space (POLICY N2).
static enum status check_free(struct change_context *a, const char *full)
{
  const char *whose = NULL;
  struct account account;
  struct org_group group;
  struct org org;
  bool foreign = false;
  if (org_by_slug(a->txn, full, &org) == STATUS_OK) {
    whose = "is an org's name";
  } else if (account_by_login(a->txn, full, &account) == STATUS_OK) {
    whose = "is an account's login name";
  } else if (group_by_full_name(a->txn, full, &group) == STATUS_OK) {
    whose = "is a group of another org";
  }
  enum status status = whose == NULL ? foreign_has_name(a->foreign, full, &foreign) : STATUS_OK;
  if (foreign) {
    whose = "is a local user's or group's name";
  }
  if (status == STATUS_OK && whose != NULL) {
    report_set(a->report, "group \"%s\": %s", full, whose);
    return STATUS_EXISTS;
  }
  return status;
}

enum status apply_check_group_name(struct change_context *a, const char *slug, const char *name)
{
  char full[LOGIN_SIZE];
  group_full_name(slug, name, full);
  if (!group_name_is_legal(slug, name)) {
    report_set(a->report,
               "group \"%s\": is not [a-z][a-z0-9-]*, ends in -admins, or makes \"%s\" longer than %d characters", name,
               full, GROUP_SIZE - 1);
    return STATUS_INVALID;
  }
  return check_free(a, full);
}

static enum status make_group(struct change_context *a, const struct org *org, uint32_t *ret_gid)
{
  struct org_group group = {.org_id = org->id, .created_at_s = a->now_s};
  char full[LOGIN_SIZE];
  enum status status = apply_check_group_name(a, org->slug, a->op->group);
  if (status == STATUS_OK) {
    memcpy(group.name, a->op->group, sizeof group.name);
    group_full_name(org->slug, a->op->group, full);
    status = change_choose_number(a, full, &group.gid);
  }
  if (status == STATUS_OK) {
    status = group_add(a->txn, &group);
  }
  if (status == STATUS_OK) {
    *ret_gid = group.gid;
  }
  return status;
}

static enum status find_or_make(struct change_context *a, const struct org *org, uint32_t *ret_gid)
{
  struct org_group group;
  enum status status = group_get(a->txn, org->id, a->op->group, &group);
  if (status == STATUS_OK) {
    *ret_gid = group.gid;
  }
  return status == STATUS_NOT_FOUND ? make_group(a, org, ret_gid) : status;
}

// One that makes its members root is mapped only by whoever names it twice (HOLES H45).
static enum status find_local(struct change_context *a, uint32_t *ret_gid)
{
  const char *name = a->op->group;
  uint32_t gid = 0;
  enum status status = local_group_find(name, &gid);
  if (status == STATUS_NOT_FOUND) {
    report_set(a->report, "local group \"%s\": /etc/group has no such group", name);
  }
  if (status != STATUS_OK) {
    return status;
  }
  bool privileged = local_group_is_privileged(name, gid);
  if (privileged && strcmp(a->op->privileged, name) != 0) {
    report_set(a->report,
               "local group \"%s\": is privileged (number %u); whoever names it once more means it: --privileged %s",
               name, gid, name);
    return STATUS_REFUSED;
  }
  if (!privileged && a->op->privileged[0] != '\0') {
    report_set(a->report, "local group \"%s\": is not privileged (number %u); without --privileged it is legal", name,
               gid);
    return STATUS_INVALID;
  }
  *ret_gid = gid;
  return STATUS_OK;
}

static enum status check_provider(struct change_context *a)
{
  const char *provider = a->op->provider_group;
  if (group_list_takes(provider, strlen(provider))) {
    return STATUS_OK;
  }
  report_set(a->report, "provider group: is not 1 to %d bytes of UTF-8 without control characters",
             PROTOCOL_GROUP_SIZE - 1);
  return STATUS_INVALID;
}

// Whether it is mapped already; to something else is an error.
static enum status look_for(struct change_context *a, const struct org *org, bool *ret_mapped)
{
  struct group_mapping before;
  char shown[SHOWN_SIZE];
  enum status status = group_mapping_get(a->txn, org->id, a->op->provider_group, &before);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  if (before.local == a->op->local && strcmp(before.name, a->op->group) == 0) {
    *ret_mapped = true;
    return STATUS_OK;
  }
  show(a->op->provider_group, shown);
  report_set(a->report, "provider group \"%s\": is mapped to %s\"%s\" already; 'ssoctl group unmap' comes first", shown,
             before.local == 1 ? "local group " : "", before.name);
  return STATUS_EXISTS;
}

static enum status add_mapping(struct change_context *a, const struct org *org, uint32_t gid)
{
  struct group_mapping mapping = {
      .org_id = org->id, .local = a->op->local ? 1 : 0, .gid = gid, .created_at_s = a->now_s};
  char shown[SHOWN_SIZE];
  memcpy(mapping.provider, a->op->provider_group, sizeof mapping.provider);
  memcpy(mapping.name, a->op->group, sizeof mapping.name);
  (void)snprintf(mapping.mapped_by, sizeof mapping.mapped_by, "%s", a->by->actor);
  show(mapping.provider, shown);
  (void)snprintf(a->event.detail, sizeof a->event.detail, "\"%s\" to %s%s, gid %u", shown,
                 a->op->local ? "local group " : "", mapping.name, gid);
  enum status status = group_mapping_add(a->txn, &mapping);
  if (status == STATUS_TOO_LARGE) {
    report_set(a->report, "org \"%s\": has %d mappings; not one more is legal", org->slug, GROUP_MAPPINGS_MAX);
    return STATUS_REFUSED;
  }
  return status;
}

enum status apply_group_map(struct change_context *a)
{
  struct org org;
  uint32_t gid = 0;
  bool mapped = false;
  enum status status = change_find_org(a, a->op->org, &org);
  if (status == STATUS_OK) {
    status = check_provider(a);
  }
  if (status == STATUS_OK) {
    status = look_for(a, &org, &mapped);
  }
  a->result->changed = !mapped;
  if (status != STATUS_OK || mapped) {
    return status;
  }
  status = a->op->local ? find_local(a, &gid) : find_or_make(a, &org, &gid);
  a->result->gid = gid;
  return status != STATUS_OK ? status : add_mapping(a, &org, gid);
}

// The group goes with the last provider group that is mapped to it.
static enum status remove_mapping(struct change_context *a, const struct group_mapping *mapping)
{
  struct group_mappings left;
  struct org_group group;
  enum status status = group_mapping_remove(a->txn, mapping);
  if (status == STATUS_OK) {
    status = group_mappings_of(a->txn, mapping->org_id, &left);
  }
  for (size_t i = 0; status == STATUS_OK && i < left.count; i++) {
    if (left.list[i].local == 0 && strcmp(left.list[i].name, mapping->name) == 0) {
      return STATUS_OK;
    }
  }
  if (status == STATUS_OK && mapping->local == 0) {
    status = group_get(a->txn, mapping->org_id, mapping->name, &group);
    status = status == STATUS_OK ? group_remove(a->txn, &group) : status;
  }
  return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
}

enum status apply_group_unmap(struct change_context *a)
{
  struct group_mapping mapping;
  struct org org;
  char shown[SHOWN_SIZE];
  enum status status = change_find_org(a, a->op->org, &org);
  show(a->op->provider_group, shown);
  if (status == STATUS_OK) {
    status = group_mapping_get(a->txn, org.id, a->op->provider_group, &mapping);
    if (status == STATUS_NOT_FOUND) {
      report_set(a->report, "provider group \"%s\": is not mapped in org \"%s\"; 'ssoctl group list' shows those",
                 shown, org.slug);
    }
  }
  if (status != STATUS_OK) {
    return status;
  }
  (void)snprintf(a->event.detail, sizeof a->event.detail, "\"%s\" from %s%s, gid %u", shown,
                 mapping.local == 1 ? "local group " : "", mapping.name, mapping.gid);
  return remove_mapping(a, &mapping);
}

enum status apply_drop_groups(struct change_context *a, const struct org *org)
{
  struct group_mappings all;
  enum status status = group_mappings_of(a->txn, org->id, &all);
  for (size_t i = 0; status == STATUS_OK && i < all.count; i++) {
    status = remove_mapping(a, &all.list[i]);
  }
  return status;
}
